//! What is done with many interactions at once.

use async_graphql::{Context, ID, InputObject, Object};

use super::Interaction;
use crate::{
    domain,
    entity::interaction,
    graphql::{error::Result, kinds::Evaluation, payload::payloads},
};

/// Which interactions to evaluate, and how.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionEvaluateInput {
    /// Which interactions: 1 to 500.
    ids: Vec<ID>,
    /// How they went.
    evaluation: Evaluation,
}

/// Which interactions to cancel.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionCancelInput {
    /// Which interactions: 1 to 500.
    ids: Vec<ID>,
}

/// Which interactions to reinstate.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionReinstateInput {
    /// Which interactions: 1 to 500.
    ids: Vec<ID>,
}

/// Which interactions to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionDeleteInput {
    /// Which interactions: 1 to 500, each of them canceled or postponed.
    ids: Vec<ID>,
}

payloads! {
    /// What came of evaluating interactions.
    InteractionEvaluatePayload {
        /// The interactions, in the order of the ids; null if there are user errors.
        interactions: Vec<Interaction>,
    }

    /// What came of canceling interactions.
    InteractionCancelPayload {
        /// The interactions, in the order of the ids; null if there are user errors.
        interactions: Vec<Interaction>,
    }

    /// What came of deleting interactions.
    InteractionDeletePayload {
        /// The ids that are gone, in their order; null if there are user errors.
        deleted_ids: Vec<ID>,
    }

    /// What came of reinstating interactions.
    InteractionReinstatePayload {
        /// The interactions, in the order of the ids; null if there are user errors.
        interactions: Vec<Interaction>,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct InteractionMarkMutation;

#[Object]
impl InteractionMarkMutation {
    /// Gives interactions one evaluation.
    async fn interaction_evaluate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interactions to evaluate, and how.")]
        input: InteractionEvaluateInput,
    ) -> Result<InteractionEvaluatePayload> {
        let evaluation = input.evaluation.into();
        let ids = texts(input.ids);
        let marked = domain::interaction::evaluate(ctx.data()?, &ids, evaluation).await;
        InteractionEvaluatePayload::from_outcome(marked.map(nodes))
    }

    /// Cancels interactions, each on its own. They stay, and no longer count.
    async fn interaction_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interactions to cancel.")] input: InteractionCancelInput,
    ) -> Result<InteractionCancelPayload> {
        let marked = domain::interaction::cancel(ctx.data()?, &texts(input.ids)).await;
        InteractionCancelPayload::from_outcome(marked.map(nodes))
    }

    /// Deletes interactions that are canceled, or were postponed and are not to be finished, with their
    /// comments.
    async fn interaction_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interactions to delete.")] input: InteractionDeleteInput,
    ) -> Result<InteractionDeletePayload> {
        let deleted = domain::interaction::delete(ctx.data()?, &texts(input.ids)).await;
        let id = |(contact, id)| ID(domain::id::interaction_id(contact, id));
        let deleted = deleted.map(|keys| keys.into_iter().map(id).collect());
        InteractionDeletePayload::from_outcome(deleted)
    }

    /// Takes back that interactions were canceled. Those whose logged segment or campaign entry is
    /// canceled need that reinstated first.
    async fn interaction_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interactions to reinstate.")] input: InteractionReinstateInput,
    ) -> Result<InteractionReinstatePayload> {
        let marked = domain::interaction::reinstate(ctx.data()?, &texts(input.ids)).await;
        InteractionReinstatePayload::from_outcome(marked.map(nodes))
    }
}

fn texts(ids: Vec<ID>) -> Vec<String> {
    ids.into_iter().map(|id| id.0).collect()
}

fn nodes(rows: Vec<interaction::Model>) -> Vec<Interaction> {
    rows.into_iter().map(Interaction).collect()
}
