//! Campaign entries: canceled, reinstated, deleted.

use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};

use super::Campaign;
use crate::{
    domain::{
        self,
        id::Kind,
        interaction::{Owner, Window},
    },
    entity::{campaign_entry, kinds::CodeKind},
    graphql::{
        code::Code,
        error::{Result, UserError, outcome},
        interaction::{
            InteractionConnection, InteractionFilter, InteractionOrder, InteractionStatistics,
            interactions_of, statistics_of,
        },
        loaders::Loaders,
        logged_segment::LoggedSegment,
        page::Slice,
        payload::payloads,
        scalar::Date,
    },
};

/// What was done for a campaign: one logging of a segment, or interactions without a segment.
#[derive(Description)]
pub(in crate::graphql) struct CampaignEntry(pub(in crate::graphql) campaign_entry::Model);

#[Object(use_type_description)]
impl CampaignEntry {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::CampaignEntry.id(self.0.id))
    }

    /// The campaign.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, Some(self.0.campaign_id)).await.transpose()
    }

    /// The logging it came from; null if no segment brought it about, or the logging has been deleted.
    async fn logged_segment(&self, ctx: &Context<'_>) -> Option<Result<LoggedSegment>> {
        LoggedSegment::load(ctx, self.0.logged_segment_id?).await.transpose()
    }

    /// What was done.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The date of its first interaction when it was made.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// Who was responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// Whether it is canceled, on its own or with its logged segment. Its interactions are, too.
    async fn canceled(&self) -> bool {
        self.0.canceled
    }

    /// Whether it was canceled on its own.
    async fn canceled_itself(&self) -> bool {
        self.0.canceled_itself
    }

    /// Its interactions.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::CampaignEntry(self.0.id), filter, order_by, slice).await
    }

    /// What its interactions add up to, without canceled and postponed ones: nothing, if it is
    /// canceled.
    async fn statistics(&self, ctx: &Context<'_>) -> Result<InteractionStatistics> {
        statistics_of(ctx, Owner::CampaignEntry(self.0.id), Window::default()).await
    }

    /// Who made it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }
}

impl CampaignEntry {
    /// The entry with this key, in a batch with others.
    pub(in crate::graphql) async fn load(
        ctx: &Context<'_>,
        id: Option<i64>,
    ) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        Ok(ctx.data::<Loaders>()?.campaign.entry.load_one(id).await?.map(Self))
    }
}

/// How many entries a campaign has, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct CampaignEntryTotal(pub(super) i64);

#[Object(use_type_description)]
impl CampaignEntryTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let count = ctx.data::<Loaders>()?.campaign.entry_counts.load_one(self.0).await?;
        Ok(count.unwrap_or(0))
    }
}

/// Which campaign entry to cancel.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignEntryCancelInput {
    /// Which campaign entry.
    campaign_entry_id: ID,
}

/// Which campaign entry to reinstate.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignEntryReinstateInput {
    /// Which campaign entry; its logged segment must not be canceled.
    campaign_entry_id: ID,
}

/// Which campaign entry to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignEntryDeleteInput {
    /// Which campaign entry; it must be canceled.
    campaign_entry_id: ID,
}

/// What came of deleting a campaign entry.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CampaignEntryDeletePayload {
    /// The id that is gone; null if there are user errors.
    deleted_campaign_entry_id: Option<ID>,
    /// How many interactions went with it; null if there are user errors.
    deleted_interactions: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

payloads! {
    /// What came of canceling a campaign entry.
    CampaignEntryCancelPayload {
        /// The campaign entry; null if there are user errors.
        campaign_entry: CampaignEntry,
    }

    /// What came of reinstating a campaign entry.
    CampaignEntryReinstatePayload {
        /// The campaign entry; null if there are user errors.
        campaign_entry: CampaignEntry,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CampaignEntryMutation;

#[Object]
impl CampaignEntryMutation {
    /// Cancels a campaign entry with its interactions: they stay, and no longer count. It stays
    /// canceled when its logged segment is reinstated.
    async fn campaign_entry_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign entry to cancel.")] input: CampaignEntryCancelInput,
    ) -> Result<CampaignEntryCancelPayload> {
        let canceled = match key(&input.campaign_entry_id) {
            Ok(id) => domain::campaign::cancel_entry(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        CampaignEntryCancelPayload::from_outcome(canceled.map(CampaignEntry))
    }

    /// Takes back that a campaign entry was canceled. Interactions that were canceled on their own
    /// stay so.
    async fn campaign_entry_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign entry to reinstate.")] input: CampaignEntryReinstateInput,
    ) -> Result<CampaignEntryReinstatePayload> {
        let reinstated = match key(&input.campaign_entry_id) {
            Ok(id) => domain::campaign::reinstate_entry(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        CampaignEntryReinstatePayload::from_outcome(reinstated.map(CampaignEntry))
    }

    /// Deletes a canceled campaign entry for good, with its interactions and their comments. The logged
    /// segment that they came from stays.
    async fn campaign_entry_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign entry to delete.")] input: CampaignEntryDeleteInput,
    ) -> Result<CampaignEntryDeletePayload> {
        let deleted = match key(&input.campaign_entry_id) {
            Ok(id) => domain::campaign::delete_entry(ctx.data()?, id).await.map(|gone| (id, gone)),
            Err(err) => Err(err),
        };
        let (deleted, user_errors) = outcome(deleted)?;
        Ok(CampaignEntryDeletePayload {
            deleted_campaign_entry_id: deleted.map(|(id, _)| ID(Kind::CampaignEntry.id(id))),
            deleted_interactions: deleted.map(|(_, gone)| gone),
            user_errors,
        })
    }
}

fn key(id: &ID) -> domain::Result<i64> {
    Kind::CampaignEntry.key(id, &["campaignEntryId"])
}
