//! Opportunities.

mod change;
mod create;
mod list;
mod of_segment;

use async_graphql::{Context, Description, ID, Object};
use chrono::{DateTime, Utc};

pub(super) use change::OpportunityChangeMutation;
pub(super) use create::OpportunityCreateMutation;
pub(super) use list::{
    OpportunityConnection, OpportunityFilter, OpportunityOrder, OpportunityQuery,
    OpportunityStatistics, opportunities_of, opportunity_statistics,
};
pub(super) use of_segment::OpportunitySegmentMutation;

use super::{
    campaign::Campaign,
    code::Code,
    contact::{self, Contact},
    error::Result,
    interaction::Interaction,
    kinds::{OpportunityStatus, Priority},
    loaders::Loaders,
    scalar::{Date, Decimal},
    segment::{self, Segment},
};
use crate::{
    domain::{self, amount},
    entity::{kinds::CodeKind, opportunity},
};

/// A chance to sell something to one contact.
#[derive(Description)]
pub(super) struct Opportunity(pub(super) opportunity::Model);

#[Object(use_type_description)]
impl Opportunity {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(domain::id::opportunity_id(self.0.contact_id, self.0.id))
    }

    /// The number, such as `OP000001`, from the number series.
    async fn no(&self) -> &str {
        &self.0.no
    }

    /// What it is about.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// With whom; null if the contact has been deleted.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.contact_id).await.transpose()
    }

    /// The company that the contact belonged to when it was created.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.company_id?).await.transpose()
    }

    /// The segment it was created for; null if there was none, or it has been deleted.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        segment::load(ctx, self.0.segment_id?).await.transpose()
    }

    /// The campaign it is due to.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.0.campaign_id).await.transpose()
    }

    /// Who is responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// The interaction it came from.
    async fn interaction(&self, ctx: &Context<'_>) -> Option<Result<Interaction>> {
        let key = (self.0.contact_id, self.0.interaction_id?);
        Interaction::load(ctx, key).await.transpose()
    }

    /// How far it is.
    async fn status(&self) -> OpportunityStatus {
        self.0.status.into()
    }

    /// How much it matters.
    async fn priority(&self) -> Priority {
        self.0.priority.into()
    }

    /// The day it was created.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The day it was won or lost; null while it is open.
    async fn closed_date(&self) -> Option<Date> {
        self.0.closed_date.map(Date)
    }

    /// Why it was won or lost.
    async fn close_reason(&self) -> Option<&str> {
        self.0.close_reason.as_deref()
    }

    /// What it may be worth, in local currency; null if that is not known.
    async fn estimated_value(&self) -> Option<Decimal> {
        self.0.estimated_value.map(amount::from_stored).map(Decimal)
    }

    /// Who created it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
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
}

impl Opportunity {
    /// The opportunity with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.planned.opportunity.load_one(key).await?.map(Self))
    }

    /// The opportunity that came from an interaction, in a batch with others.
    pub(super) async fn of_interaction(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        let loader = &ctx.data::<Loaders>()?.planned.opportunity_of_interaction;
        Ok(loader.load_one(key).await?.map(Self))
    }
}
