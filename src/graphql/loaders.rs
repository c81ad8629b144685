//! The loaders of one request. They batch, and they forget: nothing outlives the request.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::batches::{
    CampaignById, CampaignEntryById, CommentsByInteraction, EntryPages, InteractionByKey,
    InteractionCounts, InteractionPages, LoggedSegmentById, StatisticsByOwner, TemplateByCode,
};
use super::contact::loaders as contact;
use super::segment::SegmentLoaders;
use crate::{
    domain::{self, Context},
    entity::{self, kinds::CodeKind},
};

/// How long a loader waits for more keys.
const DELAY: Duration = Duration::from_millis(1);

/// All loaders; in the data of each request.
pub struct Loaders {
    pub(super) code: DataLoader<CodeByKey>,
    pub(super) segment: SegmentLoaders,
    pub(super) template: DataLoader<TemplateByCode>,
    pub(super) campaign: DataLoader<CampaignById>,
    pub(super) campaign_entry: DataLoader<CampaignEntryById>,
    pub(super) campaign_entry_pages: DataLoader<EntryPages>,
    pub(super) logged_segment: DataLoader<LoggedSegmentById>,
    pub(super) interaction: DataLoader<InteractionByKey>,
    pub(super) interaction_pages: DataLoader<InteractionPages>,
    pub(super) interaction_counts: DataLoader<InteractionCounts>,
    pub(super) interaction_comments: DataLoader<CommentsByInteraction>,
    pub(super) interaction_statistics: DataLoader<StatisticsByOwner>,
    pub(super) contact: DataLoader<contact::ById>,
    pub(super) contact_codes: DataLoader<contact::Codes>,
    pub(super) contact_segments: DataLoader<contact::Segments>,
    pub(super) attributes: DataLoader<contact::Attributes>,
    pub(super) people: DataLoader<contact::People>,
    pub(super) people_count: DataLoader<contact::PeopleCount>,
}

impl Loaders {
    pub fn new(context: &Context) -> Self {
        Self::with_delay(context, DELAY)
    }

    /// Loaders that wait for `delay` before they send a batch: long, and even a slow machine gets
    /// every key into it.
    pub fn with_delay(context: &Context, delay: Duration) -> Self {
        fn loader<L>(loader: L, delay: Duration) -> DataLoader<L> {
            let (spawner, timer) = (TokioSpawner::current(), TokioTimer::default());
            DataLoader::new(loader, spawner, timer).delay(delay)
        }
        Self {
            code: loader(CodeByKey(context.clone()), delay),
            segment: SegmentLoaders::new(context, delay),
            template: loader(TemplateByCode(context.clone()), delay),
            campaign: loader(CampaignById(context.clone()), delay),
            campaign_entry: loader(CampaignEntryById(context.clone()), delay),
            campaign_entry_pages: loader(EntryPages(context.clone()), delay),
            logged_segment: loader(LoggedSegmentById(context.clone()), delay),
            interaction: loader(InteractionByKey(context.clone()), delay),
            interaction_pages: loader(InteractionPages(context.clone()), delay),
            interaction_counts: loader(InteractionCounts(context.clone()), delay),
            interaction_comments: loader(CommentsByInteraction(context.clone()), delay),
            interaction_statistics: loader(StatisticsByOwner(context.clone()), delay),
            contact: loader(contact::ById(context.clone()), delay),
            contact_codes: loader(contact::Codes(context.clone()), delay),
            attributes: loader(contact::Attributes(context.clone()), delay),
            people: loader(contact::People(context.clone()), delay),
            people_count: loader(contact::PeopleCount(context.clone()), delay),
            contact_segments: loader(contact::Segments(context.clone()), delay),
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
