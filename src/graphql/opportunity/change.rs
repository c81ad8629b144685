//! Changing, closing, reopening and deleting opportunities.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};

use super::Opportunity;
use crate::{
    domain::{self, amount, id, opportunity::OpportunityChange, planned::Which},
    entity::opportunity,
    graphql::{
        error::Result,
        kinds::Priority,
        payload::payloads,
        planned::{links, with},
        scalar::{Date, Decimal},
    },
};

/// What to change in an open opportunity. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct OpportunityUpdateInput {
    /// Which opportunity; it must be open.
    opportunity_id: ID,
    /// What it is about; 1 to 250 characters.
    description: Option<String>,
    /// How much it matters.
    priority: Option<Priority>,
    /// What it may be worth, in local currency: 0 to 100,000,000.
    estimated_value: MaybeUndefined<Decimal>,
    /// Whether somebody works on it.
    in_progress: Option<bool>,
    /// Who is responsible.
    salesperson: MaybeUndefined<String>,
    /// The segment it is for; not one for another campaign.
    segment_id: MaybeUndefined<ID>,
    /// The campaign it is due to. Another one must be activated, and go on when the opportunity was
    /// created.
    campaign_id: MaybeUndefined<ID>,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// How an opportunity ended.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum OpportunityOutcome {
    /// It was sold.
    Won,
    /// It was not.
    Lost,
}

/// How an opportunity ended.
#[derive(InputObject)]
pub(in crate::graphql) struct OpportunityCloseInput {
    /// Which opportunity; it must be open.
    opportunity_id: ID,
    /// Whether it was won.
    outcome: OpportunityOutcome,
    /// Why; at most 250 characters.
    reason: Option<String>,
    /// On which day; today unless given, and not before it was created.
    date: Option<Date>,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which opportunity to open again.
#[derive(InputObject)]
pub(in crate::graphql) struct OpportunityReopenInput {
    /// Which opportunity.
    opportunity_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which opportunity to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct OpportunityDeleteInput {
    /// Which opportunity.
    opportunity_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

payloads! {
    /// What came of changing an opportunity.
    OpportunityUpdatePayload {
        /// The opportunity; null if there are user errors.
        opportunity: Opportunity,
    }

    /// What came of closing an opportunity.
    OpportunityClosePayload {
        /// The opportunity; null if there are user errors.
        opportunity: Opportunity,
    }

    /// What came of opening an opportunity again.
    OpportunityReopenPayload {
        /// The opportunity; null if there are user errors.
        opportunity: Opportunity,
    }

    /// What came of deleting an opportunity.
    OpportunityDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_opportunity_id: ID,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct OpportunityChangeMutation;

#[Object]
impl OpportunityChangeMutation {
    /// Changes an open opportunity.
    async fn opportunity_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in an open opportunity.")] input: OpportunityUpdateInput,
    ) -> Result<OpportunityUpdatePayload> {
        let updated = update(ctx.data()?, input).await;
        OpportunityUpdatePayload::from_outcome(updated.map(Opportunity))
    }

    /// Closes an opportunity, won or lost.
    async fn opportunity_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How an opportunity ended.")] input: OpportunityCloseInput,
    ) -> Result<OpportunityClosePayload> {
        let closed = close(ctx.data()?, input).await;
        OpportunityClosePayload::from_outcome(closed.map(Opportunity))
    }

    /// Opens a closed opportunity again: it is in progress. Nothing happens if it is open.
    async fn opportunity_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which opportunity to open again.")] input: OpportunityReopenInput,
    ) -> Result<OpportunityReopenPayload> {
        let context = ctx.data()?;
        let reopened = with(key(&input.opportunity_id), input.expected_revision, async |which| {
            domain::opportunity::reopen(context, which).await
        });
        OpportunityReopenPayload::from_outcome(reopened.await.map(Opportunity))
    }

    /// Deletes an opportunity, open or closed. Its tasks stay.
    async fn opportunity_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which opportunity to delete.")] input: OpportunityDeleteInput,
    ) -> Result<OpportunityDeletePayload> {
        let context = ctx.data()?;
        let deleted = with(key(&input.opportunity_id), input.expected_revision, async |which| {
            domain::opportunity::delete(context, which).await
        });
        let deleted = deleted.await.map(|(contact, key)| ID(id::opportunity_id(contact, key)));
        OpportunityDeletePayload::from_outcome(deleted)
    }
}

fn key(id: &ID) -> domain::Result<(i32, i64)> {
    id::opportunity_key(id, &["opportunityId"])
}

async fn update(
    context: &domain::Context,
    input: OpportunityUpdateInput,
) -> domain::Result<opportunity::Model> {
    let which =
        Which { key: key(&input.opportunity_id)?, expected_revision: input.expected_revision };
    let value: Option<Option<Decimal>> = input.estimated_value.into();
    let stored = |value: Decimal| amount::to_stored(value.0, &["estimatedValue"]);
    let change = OpportunityChange {
        description: input.description,
        priority: input.priority.map(Into::into),
        estimated_value: value.map(|value| value.map(stored).transpose()).transpose()?,
        in_progress: input.in_progress,
        links: links(input.salesperson, input.segment_id, input.campaign_id)?,
    };
    domain::opportunity::update(context, which, &change).await
}

async fn close(
    context: &domain::Context,
    input: OpportunityCloseInput,
) -> domain::Result<opportunity::Model> {
    let which =
        Which { key: key(&input.opportunity_id)?, expected_revision: input.expected_revision };
    let won = input.outcome == OpportunityOutcome::Won;
    let (reason, date) = (input.reason.as_deref(), input.date.map(|it| it.0));
    domain::opportunity::close(context, which, won, reason, date).await
}
