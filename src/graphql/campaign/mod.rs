//! Campaigns and their entries.

mod change;
mod entry;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};

pub(super) use self::{change::CampaignMutation, entry::CampaignEntryMutation};
use super::{
    batches::EntryPageKey,
    code::Code,
    error::Result,
    interaction::{
        InteractionConnection, InteractionFilter, InteractionOrder, InteractionStatistics,
        interactions_of, statistics_of,
    },
    loaders::Loaders,
    logged_segment::LoggedSegment,
    page::{Cursor, Slice, connection},
    scalar::Date,
};
use crate::{
    domain::{
        self,
        campaign::CampaignFilter as Filter,
        id::Kind,
        interaction::{Owner, Window},
    },
    entity::{campaign, campaign_entry, kinds::CodeKind},
};

/// A marketing effort that segments serve.
#[derive(Description)]
pub(super) struct Campaign(pub(super) campaign::Model);

#[Object(use_type_description)]
impl Campaign {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::Campaign.id(self.0.id))
    }

    /// The number, such as `CP000001`.
    async fn no(&self) -> &str {
        &self.0.no
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The first day.
    async fn starting_date(&self) -> Option<Date> {
        self.0.starting_date.map(Date)
    }

    /// The last day.
    async fn ending_date(&self) -> Option<Date> {
        self.0.ending_date.map(Date)
    }

    /// Who is responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// How far it is.
    async fn status(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::CampaignStatus, self.0.status.as_deref()).await.transpose()
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Grows with every change.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// What was done for it, newest first: an entry for each logged segment, and one for
    /// interactions that no segment brought about.
    async fn entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, CampaignEntry>> {
        let args = Slice { first, after, last, before }.args()?;
        let key = EntryPageKey { campaign_id: self.0.id, args };
        let page = ctx.data::<Loaders>()?.campaign_entry_pages.load_one(key).await?;
        Ok(connection(page.unwrap_or_default(), EmptyFields, CampaignEntry))
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
        interactions_of(ctx, Owner::Campaign(self.0.id), filter, order_by, slice).await
    }

    /// What its interactions add up to, without canceled and postponed ones.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Result<InteractionStatistics> {
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        statistics_of(ctx, Owner::Campaign(self.0.id), window).await
    }
}

impl Campaign {
    /// The campaign with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: Option<i64>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        Ok(ctx.data::<Loaders>()?.campaign.load_one(id).await?.map(Self))
    }
}

/// What was done for a campaign: one logging of a segment, or interactions without a segment.
#[derive(Description)]
pub(super) struct CampaignEntry(pub(super) campaign_entry::Model);

#[Object(use_type_description)]
impl CampaignEntry {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
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

    /// Who made it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }
}

impl CampaignEntry {
    /// The entry with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: Option<i64>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        Ok(ctx.data::<Loaders>()?.campaign_entry.load_one(id).await?.map(Self))
    }
}

/// Which campaigns to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(super) struct CampaignFilter {
    /// With this status code.
    status: Option<String>,
    /// Of this salesperson.
    salesperson: Option<String>,
    /// Begun by this day, and not ended before it. A missing date is no bound.
    active_on: Option<Date>,
}

impl From<CampaignFilter> for Filter {
    fn from(filter: CampaignFilter) -> Self {
        Self {
            status: filter.status,
            salesperson: filter.salesperson,
            active_on: filter.active_on.map(|it| it.0),
        }
    }
}

/// The order of campaigns.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(super) enum CampaignOrder {
    /// By number, the lowest first.
    #[default]
    NoAsc,
    /// By number, the highest first.
    NoDesc,
}

/// How many campaigns there are, besides a page of them.
#[derive(Description)]
pub(super) struct CampaignTotal(Filter);

#[Object(use_type_description)]
impl CampaignTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(domain::campaign::count(ctx.data()?, &self.0).await?)
    }
}

#[derive(Default)]
pub(super) struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// The campaign with this id; null if there is none.
    async fn campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Campaign>> {
        match Kind::Campaign.key(&id, &["id"]) {
            Ok(key) => Campaign::load(ctx, Some(key)).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The campaign with this number; null if there is none.
    async fn campaign_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Campaign>> {
        by_no(ctx, &no).await.transpose()
    }

    /// The campaigns.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<CampaignFilter>,
        #[graphql(desc = "By number unless it is said.")] order_by: Option<CampaignOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Campaign, CampaignTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let filter = Filter::from(filter.unwrap_or_default());
        let descending = order_by == Some(CampaignOrder::NoDesc);
        let page = domain::campaign::list(ctx.data()?, &filter, descending, args).await?;
        Ok(connection(page, CampaignTotal(filter), Campaign))
    }
}

async fn by_no(ctx: &Context<'_>, no: &str) -> Result<Option<Campaign>> {
    Ok(domain::campaign::by_no(ctx.data()?, no).await?.map(Campaign))
}
