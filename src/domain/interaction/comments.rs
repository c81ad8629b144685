//! Comments on interactions.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder,
};

use super::{NAMED_MAX, locked_one};
use crate::{
    db,
    domain::{Context, Error, Reason, Result, check, contact},
    entity::interaction_comment,
};

/// How many comments an interaction may have, so that they can be shown beside it.
pub const COMMENTS_MAX: usize = 100;

/// The comments on each of these interactions, oldest first, with one statement.
///
/// # Errors
/// What the database says.
pub async fn comments_of(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), Vec<interaction_comment::Model>>> {
    use interaction_comment::Column;
    let mut comments: HashMap<(i32, i64), Vec<_>> = HashMap::new();
    for keys in keys.chunks(NAMED_MAX) {
        let rows = interaction_comment::Entity::find()
            .filter(Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
            .filter(Column::InteractionId.is_in(keys.iter().map(|(_, id)| *id)))
            .order_by_asc(Column::LineNo)
            .all(context.db.reader())
            .await?;
        for row in rows {
            comments.entry((row.contact_id, row.interaction_id)).or_default().push(row);
        }
    }
    Ok(comments)
}

/// Adds a comment; it is of today unless a date is given.
///
/// # Errors
/// [`Reason::NotFound`] at `interactionId`, [`Reason::Required`] or [`Reason::LimitExceeded`] at
/// `comment`; at `interactionId` [`Reason::NotAllowed`] if the contact has been erased, and
/// [`Reason::LimitExceeded`] if it has [`COMMENTS_MAX`] already.
pub async fn add_comment(
    context: &Context,
    interaction: (i32, i64),
    comment: &str,
    date: Option<NaiveDate>,
) -> Result<interaction_comment::Model> {
    let comment = checked(comment)?;
    db::write(&context.db, &[], async |txn| {
        contact::require_not_erased(txn, interaction.0, &["interactionId"]).await?;
        // Holds the interaction, so that of two comments at once each gets a number of its own.
        locked_one(txn, interaction, &["interactionId"]).await?;
        let there = interaction_comment::Entity::find()
            .filter(interaction_comment::Column::ContactId.eq(interaction.0))
            .filter(interaction_comment::Column::InteractionId.eq(interaction.1))
            .all(txn)
            .await?;
        if COMMENTS_MAX <= there.len() {
            let message = format!("An interaction has at most {COMMENTS_MAX} comments.");
            return Err(Error::reject(Reason::LimitExceeded, &["interactionId"], message));
        }
        let last = there.iter().map(|row| row.line_no).max().unwrap_or(0);
        let row = interaction_comment::ActiveModel {
            contact_id: Set(interaction.0),
            interaction_id: Set(interaction.1),
            line_no: Set(last + 1),
            date: Set(date.unwrap_or_else(|| context.today())),
            comment: Set(comment.clone()),
            actor: Set(context.actor()),
        };
        Ok(interaction_comment::Entity::insert(row).exec_with_returning(txn).await?)
    })
    .await
}

/// Changes the text of a comment.
///
/// # Errors
/// [`Reason::NotFound`] at `lineNo`, [`Reason::NotAllowed`] at `interactionId` if the contact has been
/// erased, [`Reason::Required`] or [`Reason::LimitExceeded`] at `comment`.
pub async fn update_comment(
    context: &Context,
    interaction: (i32, i64),
    line_no: i32,
    comment: &str,
) -> Result<interaction_comment::Model> {
    let comment = checked(comment)?;
    db::write(&context.db, &[], async |txn| {
        contact::require_not_erased(txn, interaction.0, &["interactionId"]).await?;
        let mut row = existing(txn, interaction, line_no).await?.into_active_model();
        row.comment = Set(comment.clone());
        Ok(row.update(txn).await?)
    })
    .await
}

/// Deletes a comment. Returns its number, which is not given again while a later one is there.
///
/// # Errors
/// [`Reason::NotFound`] at `lineNo`.
pub async fn delete_comment(
    context: &Context,
    interaction: (i32, i64),
    line_no: i32,
) -> Result<i32> {
    db::write(&context.db, &[], async |txn| {
        let found = existing(txn, interaction, line_no).await?;
        let key = (found.contact_id, found.interaction_id, found.line_no);
        interaction_comment::Entity::delete_by_id(key).exec(txn).await?;
        Ok(line_no)
    })
    .await
}

fn checked(comment: &str) -> Result<String> {
    check::text(Some(comment), &["comment"])?
        .ok_or_else(|| Error::reject(Reason::Required, &["comment"], "A comment has a text."))
}

async fn existing(
    txn: &DatabaseTransaction,
    interaction: (i32, i64),
    line_no: i32,
) -> Result<interaction_comment::Model> {
    locked_one(txn, interaction, &["interactionId"]).await?;
    let key = (interaction.0, interaction.1, line_no);
    interaction_comment::Entity::find_by_id(key).one(txn).await?.ok_or_else(|| {
        let message = format!("The interaction has no comment {line_no}.");
        Error::reject(Reason::NotFound, &["lineNo"], message)
    })
}
