//! Opportunities.

mod change;
mod create;
mod list;
mod of_segment;

use async_graphql::{Context, Description, ID, Object};

pub(super) use change::OpportunityChangeMutation;
pub(super) use create::OpportunityCreateMutation;
pub(super) use list::{
    OpportunityConnection, OpportunityFilter, OpportunityOrder, OpportunityQuery,
    OpportunityStatistics, opportunities_of, opportunity_statistics,
};
pub(super) use of_segment::OpportunitySegmentMutation;

use super::{
    contact::{self, Contact},
    error::Result,
    kinds::OpportunityStatus,
    loaders::Loaders,
    planned::{Planned, planned_of},
    scalar::{Date, Decimal},
};
use crate::{
    domain::{self, amount},
    entity::opportunity,
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

    #[graphql(flatten)]
    async fn planned(&self) -> Planned<'_> {
        planned_of!(self.0)
    }

    /// With whom; null if the contact has been deleted.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.contact_id).await.transpose()
    }

    /// How far it is.
    async fn status(&self) -> OpportunityStatus {
        self.0.status.into()
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
