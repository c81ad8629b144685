//! What segments load in batches.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::line::by_state;
use crate::{
    domain::{self, Context},
    entity::{criterion, segment},
};

/// The loaders of segments and their lines, for one request.
pub(in crate::graphql) struct SegmentLoaders {
    pub(super) segment: DataLoader<SegmentById>,
    /// By segment, and whether they were taken back.
    pub(super) steps: DataLoader<StepsBySegment>,
    /// By segment, as of a step, and contact.
    pub(super) added_by: DataLoader<AddedBy>,
}

impl SegmentLoaders {
    pub(in crate::graphql) fn new(context: &Context, delay: Duration) -> Self {
        fn loader<L>(loader: L, delay: Duration) -> DataLoader<L> {
            let (spawner, timer) = (TokioSpawner::current(), TokioTimer::default());
            DataLoader::new(loader, spawner, timer).delay(delay)
        }
        Self {
            segment: loader(SegmentById(context.clone()), delay),
            steps: loader(StepsBySegment(context.clone()), delay),
            added_by: loader(AddedBy(context.clone()), delay),
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

pub(super) struct AddedBy(Context);

impl Loader<(i64, Option<i32>, u32)> for AddedBy {
    type Value = criterion::Model;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(i64, Option<i32>, u32)],
    ) -> Result<HashMap<(i64, Option<i32>, u32), Self::Value>, Self::Error> {
        let mut steps = HashMap::new();
        for ((segment, step), contacts) in by_state(keys) {
            let found = domain::segment::added_by(&self.0, segment, step, &contacts).await?;
            steps.extend(found.into_iter().map(|(id, found)| ((segment, step, id), found)));
        }
        Ok(steps)
    }
}
