//! Comments on interactions.

use async_graphql::{Context, Description, ID, InputObject, Object};

use crate::{
    domain::{self, id},
    entity::interaction_comment,
    graphql::{error::Result, payload::payloads, scalar::Date},
};

/// A comment on an interaction.
#[derive(Description)]
pub(in crate::graphql) struct InteractionComment(pub(super) interaction_comment::Model);

#[Object(use_type_description)]
impl InteractionComment {
    /// Its number among the comments on the interaction, from 1.
    async fn line_no(&self) -> i32 {
        self.0.line_no
    }

    /// Of which day it is.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The text.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Who wrote it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }
}

/// A comment to add to an interaction.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionCommentAddInput {
    /// Which interaction.
    interaction_id: ID,
    /// The text: 1 to 250 characters.
    comment: String,
    /// Of which day it is; today unless given.
    date: Option<Date>,
}

/// A comment to change.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionCommentUpdateInput {
    /// Which interaction.
    interaction_id: ID,
    /// Which of its comments.
    line_no: i32,
    /// The new text: 1 to 250 characters.
    comment: String,
}

/// A comment to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionCommentDeleteInput {
    /// Which interaction.
    interaction_id: ID,
    /// Which of its comments.
    line_no: i32,
}

payloads! {
    /// What came of adding a comment.
    InteractionCommentAddPayload {
        /// The comment; null if there are user errors.
        comment: InteractionComment,
    }

    /// What came of changing a comment.
    InteractionCommentUpdatePayload {
        /// The comment; null if there are user errors.
        comment: InteractionComment,
    }

    /// What came of deleting a comment.
    InteractionCommentDeletePayload {
        /// The number of the comment that is gone; null if there are user errors.
        deleted_line_no: i32,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct InteractionCommentMutation;

#[Object]
impl InteractionCommentMutation {
    /// Adds a comment to an interaction, which has at most 100.
    async fn interaction_comment_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A comment to add to an interaction.")] input: InteractionCommentAddInput,
    ) -> Result<InteractionCommentAddPayload> {
        let added = add(ctx.data()?, input).await;
        InteractionCommentAddPayload::from_outcome(added.map(InteractionComment))
    }

    /// Changes the text of a comment.
    async fn interaction_comment_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A comment to change.")] input: InteractionCommentUpdateInput,
    ) -> Result<InteractionCommentUpdatePayload> {
        let updated = update(ctx.data()?, input).await;
        InteractionCommentUpdatePayload::from_outcome(updated.map(InteractionComment))
    }

    /// Deletes a comment.
    async fn interaction_comment_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A comment to delete.")] input: InteractionCommentDeleteInput,
    ) -> Result<InteractionCommentDeletePayload> {
        let deleted = delete(ctx.data()?, input).await;
        InteractionCommentDeletePayload::from_outcome(deleted)
    }
}

async fn add(
    context: &domain::Context,
    input: InteractionCommentAddInput,
) -> domain::Result<interaction_comment::Model> {
    let key = id::interaction_key(&input.interaction_id, &["interactionId"])?;
    let date = input.date.map(|it| it.0);
    domain::interaction::add_comment(context, key, &input.comment, date).await
}

async fn update(
    context: &domain::Context,
    input: InteractionCommentUpdateInput,
) -> domain::Result<interaction_comment::Model> {
    let key = id::interaction_key(&input.interaction_id, &["interactionId"])?;
    domain::interaction::update_comment(context, key, input.line_no, &input.comment).await
}

async fn delete(
    context: &domain::Context,
    input: InteractionCommentDeleteInput,
) -> domain::Result<i32> {
    let key = id::interaction_key(&input.interaction_id, &["interactionId"])?;
    domain::interaction::delete_comment(context, key, input.line_no).await
}
