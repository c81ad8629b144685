//! What campaigns load in batches.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::{DataLoader, Loader};
use chrono::NaiveDate;

use crate::{
    domain::{
        self, Context, Page, PageArgs,
        campaign::{Part, Reach, ReachKey},
    },
    entity::{campaign, campaign_entry},
    graphql::{
        batches::{loaders, of_owners},
        batching::Batching,
    },
};

/// The loaders of campaigns and their entries, for one request.
pub(in crate::graphql) struct CampaignLoaders {
    pub(super) campaign: DataLoader<CampaignById>,
    pub(super) entry: DataLoader<CampaignEntryById>,
    pub(super) entry_pages: DataLoader<EntryPages>,
    pub(super) entry_counts: DataLoader<EntryCounts>,
    pub(super) reach: DataLoader<ReachOf>,
    pub(super) by_template: DataLoader<ByTemplate>,
    pub(super) by_day: DataLoader<ByDay>,
    /// By a contact who is a target of them.
    pub(in crate::graphql) of_contact: DataLoader<OfContact>,
}

impl CampaignLoaders {
    pub(in crate::graphql) fn new(context: &Context, batching: &Batching) -> Self {
        Self {
            campaign: batching.loader(CampaignById(context.clone())),
            entry: batching.loader(CampaignEntryById(context.clone())),
            entry_pages: batching.loader(EntryPages(context.clone())),
            entry_counts: batching.loader(EntryCounts(context.clone())),
            reach: batching.loader(ReachOf(context.clone())),
            by_template: batching.loader(ByTemplate(context.clone())),
            by_day: batching.loader(ByDay(context.clone())),
            of_contact: batching.loader(OfContact(context.clone())),
        }
    }
}

loaders! {
    CampaignById: i64 => campaign::Model = domain::campaign::by_ids;
    CampaignEntryById: i64 => campaign_entry::Model = domain::campaign::entries_by_ids;
    EntryCounts: i64 => u64 = domain::campaign::entry_counts;
    ReachOf: ReachKey => Reach = domain::campaign::reach;
    ByTemplate: ReachKey => Vec<Part<Option<String>>> = domain::campaign::by_template;
    ByDay: ReachKey => Vec<Part<NaiveDate>> = domain::campaign::by_day;
    OfContact: i32 => Vec<campaign::Model> = domain::campaign::of_contacts;
}

of_owners! {
    EntryPages: i64, PageArgs<i64> => Page<i64, campaign_entry::Model> =
        domain::campaign::entry_pages;
}
