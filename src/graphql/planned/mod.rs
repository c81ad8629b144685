//! What opportunities and tasks have in common: fields, payloads, ids in their inputs, and what they load in
//! batches.

mod fields;
mod payload;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ID, MaybeUndefined,
    dataloader::{DataLoader, Loader},
};
use chrono::NaiveDate;

pub(super) use fields::{Planned, planned_of};
pub(super) use payload::payload_of_segment;

use super::{
    batches::{loaders, of_owners},
    batching::Batching,
    interaction_template::campaign_key,
};
use crate::{
    domain::{
        self, Context, List, Page, PageArgs,
        id::Kind,
        opportunity::{OpportunityFilter, Totals},
        planned::{Key, Links, Owner, Which},
        task::TaskFilter,
    },
    entity::{opportunity, task, task_attendee},
};

/// Does something with the one that a client names; `key` reads its id.
///
/// # Errors
/// If `key` does not take the id, and what `work` says.
pub(super) async fn with<T>(
    key: domain::Result<(i32, i64)>,
    expected_revision: Option<i32>,
    work: impl AsyncFnOnce(Which) -> domain::Result<T>,
) -> domain::Result<T> {
    work(Which { key: key?, expected_revision }).await
}

/// The links that a client sent.
///
/// # Errors
/// If an id is none of a segment or a campaign, at its field.
pub(super) fn links(
    salesperson: MaybeUndefined<String>,
    segment_id: MaybeUndefined<ID>,
    campaign_id: MaybeUndefined<ID>,
) -> domain::Result<Links> {
    let segment = |id: ID| Kind::Segment.key(&id, &["segmentId"]);
    let campaign = |id: ID| campaign_key(&id);
    Ok(Links {
        salesperson: salesperson.into(),
        segment_id: keys(segment_id, segment)?,
        campaign_id: keys(campaign_id, campaign)?,
    })
}

fn keys(
    given: MaybeUndefined<ID>,
    key: impl Fn(ID) -> domain::Result<i64>,
) -> domain::Result<Option<Option<i64>>> {
    let given: Option<Option<ID>> = given.into();
    given.map(|id| id.map(key).transpose()).transpose()
}

/// The loaders of opportunities and tasks, for one request.
pub(super) struct PlannedLoaders {
    pub(super) opportunity: DataLoader<OpportunityByKey>,
    pub(super) opportunity_of_interaction: DataLoader<OpportunityOfInteraction>,
    pub(super) opportunity_pages: DataLoader<OpportunityPages>,
    pub(super) opportunity_counts: DataLoader<OpportunityCounts>,
    pub(super) opportunity_totals: DataLoader<OpportunityTotals>,
    pub(super) task: DataLoader<TaskByKey>,
    pub(super) task_pages: DataLoader<TaskPages>,
    pub(super) task_counts: DataLoader<TaskCounts>,
    pub(super) next_task: DataLoader<NextTask>,
    pub(super) attendees: DataLoader<Attendees>,
    pub(super) attendees_count: DataLoader<AttendeesCount>,
}

impl PlannedLoaders {
    pub(super) fn new(context: &Context, batching: &Batching) -> Self {
        Self {
            opportunity: batching.loader(OpportunityByKey(context.clone())),
            opportunity_of_interaction: batching.loader(OpportunityOfInteraction(context.clone())),
            opportunity_pages: batching.loader(OpportunityPages(context.clone())),
            opportunity_counts: batching.loader(OpportunityCounts(context.clone())),
            opportunity_totals: batching.loader(OpportunityTotals(context.clone())),
            task: batching.loader(TaskByKey(context.clone())),
            task_pages: batching.loader(TaskPages(context.clone())),
            task_counts: batching.loader(TaskCounts(context.clone())),
            next_task: batching.loader(NextTask(context.clone())),
            attendees: batching.loader(Attendees(context.clone())),
            attendees_count: batching.loader(AttendeesCount(context.clone())),
        }
    }
}

loaders! {
    OpportunityByKey: (i32, i64) => opportunity::Model = domain::opportunity::by_keys;
    OpportunityOfInteraction: (i32, i64) => opportunity::Model = domain::opportunity::of_interactions;
    OpportunityTotals: Owner => Totals = domain::opportunity::totals;
    TaskByKey: (i32, i64) => task::Model = domain::task::by_keys;
    NextTask: Owner => NaiveDate = domain::task::next_dates;
    AttendeesCount: i64 => u64 = domain::task::attendees_counts;
}

of_owners! {
    OpportunityPages: Owner, List<OpportunityFilter, Key> => Page<Key, opportunity::Model> =
        domain::opportunity::pages;
    OpportunityCounts: Owner, OpportunityFilter => u64 = domain::opportunity::counts;
    TaskPages: Owner, List<TaskFilter, Key> => Page<Key, task::Model> = domain::task::pages;
    TaskCounts: Owner, TaskFilter => u64 = domain::task::counts;
    Attendees: i64, PageArgs<i32> => Page<i32, task_attendee::Model> = domain::task::attendees;
}
