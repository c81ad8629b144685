//! The loaders of one request. They batch, and they forget: nothing outlives the request.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::segment::SegmentLoaders;
use crate::{
    domain::{self, Context},
    entity::{self, contact, kinds::CodeKind},
};

/// All loaders; in the data of each request.
pub struct Loaders {
    pub(super) code: DataLoader<CodeByKey>,
    pub(super) contact: DataLoader<ContactById>,
    pub(super) segment: SegmentLoaders,
}

impl Loaders {
    pub fn new(context: &Context) -> Self {
        fn loader<L>(loader: L) -> DataLoader<L> {
            DataLoader::new(loader, TokioSpawner::current(), TokioTimer::default())
        }
        Self {
            code: loader(CodeByKey(context.clone())),
            contact: loader(ContactById(context.clone())),
            segment: SegmentLoaders::new(context),
        }
    }
}

pub(super) struct CodeByKey(Context);

impl Loader<(CodeKind, String)> for CodeByKey {
    type Value = entity::code::Model;
    // A batch fails as one, for every caller.
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(CodeKind, String)],
    ) -> Result<HashMap<(CodeKind, String), Self::Value>, Self::Error> {
        domain::code::by_keys(&self.0, keys).await.map_err(Arc::new)
    }
}

pub(super) struct ContactById(Context);

impl Loader<i32> for ContactById {
    type Value = Arc<contact::Model>;
    type Error = Arc<domain::Error>;

    async fn load(&self, ids: &[i32]) -> Result<HashMap<i32, Self::Value>, Self::Error> {
        let ids = ids.iter().map(|id| id.cast_unsigned());
        domain::contact::by_ids(self.0.db.reader(), ids).await.map_err(Arc::new)
    }
}
