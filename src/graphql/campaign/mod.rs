//! Campaigns and their entries.

mod activate;
mod change;
mod entry;
pub(super) mod loaders;
mod query;
mod statistics;

use async_graphql::{Context, Description, Enum, ID, Object, connection::Connection};
use chrono::{DateTime, Utc};

pub(super) use self::{
    activate::ActivationMutation,
    change::CampaignMutation,
    entry::{CampaignEntry, CampaignEntryMutation},
    query::CampaignQuery,
};
use self::{
    entry::CampaignEntryTotal,
    statistics::{CampaignStatistics, statistics_of_campaign},
};
use super::{
    code::Code,
    contact::ContactOrder,
    error::Result,
    interaction::{InteractionConnection, InteractionFilter, InteractionOrder, interactions_of},
    kinds::SegmentStatus,
    loaders::Loaders,
    opportunity::{
        OpportunityConnection, OpportunityFilter, OpportunityOrder, OpportunityStatistics,
        opportunities_of, opportunity_statistics,
    },
    page::{Cursor, Slice, connection},
    scalar::Date,
    segment::{Contacts, SegmentConnection, SegmentOrder, contacts_in, segments_of_campaign},
    task::{TaskConnection, TaskFilter, TaskOrder, tasks_of},
};
use crate::{
    domain::{
        self,
        campaign::{TargetsBy, is_activated},
        id::Kind,
        interaction::{Owner, Window},
        planned::Owner as Planned,
    },
    entity::{campaign, kinds::CodeKind},
};

/// Whom to show as the targets of a campaign.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
#[graphql(remote = "TargetsBy")]
pub(super) enum CampaignTargetsBy {
    /// The contacts themselves.
    #[default]
    Contact,
    /// Their companies, each once, and those contacts who have none.
    Company,
}

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

    /// Whether it is activated today: it was activated, and today is one of its days. A date that it
    /// does not have is no bound.
    async fn activated(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(is_activated(&self.0, ctx.data::<domain::Context>()?.today()))
    }

    /// When it was activated; null if it was not, or no longer is.
    async fn activated_at(&self) -> Option<DateTime<Utc>> {
        self.0.activated_at
    }

    /// Who activated it, where that is known.
    async fn activated_by(&self) -> Option<&str> {
        self.0.activated_by.as_deref()
    }

    /// Its targets, each once: the contacts on lines of open segments, and those of its interactions
    /// that are neither canceled nor postponed, where the line or the interaction is for this campaign
    /// and says that it is a target. Exact, as of now, activated or not.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn targets(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether to show contacts or companies.",
            default_with = "Some(CampaignTargetsBy::default())"
        )]
        by: Option<CampaignTargetsBy>,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Contacts> {
        let context = ctx.data::<domain::Context>()?;
        let by = by.unwrap_or_default().into();
        let targets = domain::campaign::targets(context, self.0.id, by).await?;
        contacts_in(ctx, &targets, order_by, Slice { first, after, last, before }).await
    }

    /// The segments whose lines are for it unless they say something else: those that name it, and
    /// those that name none and have a template that does. Of any status.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those with one of these statuses.")] status: Option<
            Vec<SegmentStatus>,
        >,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<SegmentOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<SegmentConnection> {
        let slice = Slice { first, after, last, before };
        segments_of_campaign(ctx, self.0.id, status, order_by, slice).await
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
    ) -> Result<Connection<Cursor, CampaignEntry, CampaignEntryTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let key = (self.0.id, args);
        let page = ctx.data::<Loaders>()?.campaign.entry_pages.load_one(key).await?;
        let total = CampaignEntryTotal(self.0.id);
        Ok(connection(page.unwrap_or_default(), total, CampaignEntry))
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

    /// The opportunities that are due to it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<OpportunityFilter>,
        #[graphql(desc = "Those created last first unless it is said.")] order_by: Option<
            OpportunityOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<OpportunityConnection> {
        let slice = Slice { first, after, last, before };
        opportunities_of(ctx, Planned::Campaign(self.0.id), filter, order_by, slice).await
    }

    /// What the opportunities add up to that are due to it.
    async fn opportunity_statistics(&self, ctx: &Context<'_>) -> Result<OpportunityStatistics> {
        opportunity_statistics(ctx, Planned::Campaign(self.0.id)).await
    }

    /// The tasks that are for it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TaskFilter>,
        #[graphql(desc = "Those to be done first first unless it is said.")] order_by: Option<
            TaskOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<TaskConnection> {
        let slice = Slice { first, after, last, before };
        tasks_of(ctx, Planned::Campaign(self.0.id), filter, order_by, slice).await
    }

    /// How it goes: what its interactions add up to, whom they reached, and who responded. Canceled and
    /// postponed ones do not count.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Result<CampaignStatistics> {
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        statistics_of_campaign(ctx, self.0.id, window).await
    }
}

impl Campaign {
    /// The campaign with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: Option<i64>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        Ok(ctx.data::<Loaders>()?.campaign.campaign.load_one(id).await?.map(Self))
    }
}
