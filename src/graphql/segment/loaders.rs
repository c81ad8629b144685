//! What segments load in batches.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::{DataLoader, Loader};

use super::line::by_state;
use crate::{
    domain::{self, Context},
    entity::{criterion, saved_criteria, segment},
    graphql::{batches::loaders, batching::Batching},
};

/// The loaders of segments and their lines, for one request.
pub(in crate::graphql) struct SegmentLoaders {
    pub(super) segment: DataLoader<SegmentById>,
    pub(super) step: DataLoader<StepById>,
    /// By segment, and whether they were taken back.
    pub(super) steps: DataLoader<StepsBySegment>,
    /// By segment, as of a step, and contact.
    pub(super) added_by: DataLoader<AddedBy>,
    pub(super) saved: DataLoader<SavedById>,
}

impl SegmentLoaders {
    pub(in crate::graphql) fn new(context: &Context, batching: &Batching) -> Self {
        Self {
            segment: batching.loader(SegmentById(context.clone())),
            step: batching.loader(StepById(context.clone())),
            steps: batching.loader(StepsBySegment(context.clone())),
            added_by: batching.loader(AddedBy(context.clone())),
            saved: batching.loader(SavedById(context.clone())),
        }
    }
}

loaders! {
    SegmentById: i64 => Arc<segment::Model> = domain::segment::by_ids;
    StepById: i64 => criterion::Model = domain::segment::steps_by_ids;
    StepsBySegment: (i64, bool) => Vec<criterion::Model> = domain::segment::steps_of_each;
    SavedById: i64 => saved_criteria::Model = domain::segment::saved::by_ids;
}

pub(in crate::graphql) struct AddedBy(Context);

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
