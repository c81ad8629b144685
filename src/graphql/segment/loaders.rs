//! What segments load in batches.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use crate::{
    domain::{self, Context},
    entity::{criterion, segment},
};

/// The loaders of segments and their lines, for one request.
pub(in crate::graphql) struct SegmentLoaders {
    pub(super) segment: DataLoader<SegmentById>,
    /// By segment, and whether they were taken back.
    pub(super) steps: DataLoader<StepsBySegment>,
}

impl SegmentLoaders {
    pub(in crate::graphql) fn new(context: &Context) -> Self {
        fn loader<L>(loader: L) -> DataLoader<L> {
            DataLoader::new(loader, TokioSpawner::current(), TokioTimer::default())
        }
        Self {
            segment: loader(SegmentById(context.clone())),
            steps: loader(StepsBySegment(context.clone())),
        }
    }
}

pub(super) struct StepsBySegment(Context);

impl Loader<(i64, bool)> for StepsBySegment {
    type Value = Vec<criterion::Model>;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(i64, bool)],
    ) -> Result<HashMap<(i64, bool), Self::Value>, Self::Error> {
        domain::segment::steps_of_each(&self.0, keys).await.map_err(Arc::new)
    }
}

pub(super) struct SegmentById(Context);

impl Loader<i64> for SegmentById {
    type Value = segment::Model;
    type Error = Arc<domain::Error>;

    async fn load(&self, ids: &[i64]) -> Result<HashMap<i64, Self::Value>, Self::Error> {
        domain::segment::by_ids(&self.0, ids).await.map_err(Arc::new)
    }
}
