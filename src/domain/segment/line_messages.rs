//! The messages that lines have of their own, and what becomes of them when nobody has them any more.

use std::collections::{BTreeSet, HashSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, QueryFilter,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::overrides::delete_empty_among;
use crate::{
    db::dialect,
    domain::{Result, message},
    entity::{interaction, segment_line},
};

/// The keys of the messages that lines of a segment have of their own.
pub(super) async fn messages_of_lines(
    txn: &DatabaseTransaction,
    segment_id: i64,
) -> Result<HashSet<i64>> {
    on_lines(txn, segment_line::Column::SegmentId.eq(segment_id)).await
}

/// Deletes messages of lines of a segment that no line has any more, but for those that interactions have.
pub(super) async fn sweep(txn: &DatabaseTransaction, segment_id: i64) -> Result<()> {
    message::sweep(txn, segment_id, &messages_of_lines(txn, segment_id).await?).await
}

/// Deletes the rows of lines, with what nobody else says.
///
/// # Errors
/// What the database says.
pub async fn delete_lines(txn: &DatabaseTransaction, lines: Expr) -> Result<()> {
    let messages: Vec<i64> = on_lines(txn, lines.clone()).await?.into_iter().collect();
    segment_line::Entity::delete_many().filter(lines).exec(txn).await?;
    let messages = message::of_some_lines(txn, &messages).await?;
    for segment_id in segments_of(&messages) {
        sweep(txn, segment_id).await?;
    }
    Ok(())
}

/// Clears what somebody has written on the lines of a contact, in all segments, and the messages of
/// interactions that came of it. What others were told, too, stays.
///
/// # Errors
/// What the database says.
pub async fn clear_texts_of_lines(txn: &DatabaseTransaction, contact_id: i32) -> Result<()> {
    use segment_line::Column;
    let none = || Expr::val(None::<String>);
    let own = Column::ContactId.eq(contact_id);
    let messages = of_contact(txn, contact_id).await?;
    segment_line::Entity::update_many()
        .col_expr(Column::Description, none())
        .col_expr(Column::Subject, none())
        .col_expr(Column::ContactVia, none())
        .col_expr(Column::BodyMessageId, Expr::val(None::<i64>))
        .col_expr(Column::AttachmentsMessageId, Expr::val(None::<i64>))
        .filter(own.clone())
        .exec(txn)
        .await?;
    delete_empty_among(txn, own).await?;
    let still_said = still_said(txn, contact_id, &messages).await?;
    let ids = messages.into_iter().map(|(id, _)| id);
    let unsaid: Vec<i64> = ids.filter(|id| !still_said.contains(id)).collect();
    for column in ON_INTERACTIONS {
        let had =
            dialect::in_numbers(txn.get_database_backend(), column.into_simple_expr(), &unsaid);
        interaction::Entity::update_many()
            .col_expr(column, Expr::val(None::<i64>))
            .filter(interaction::Column::ContactId.eq(contact_id))
            .filter(had)
            .exec(txn)
            .await?;
    }
    message::forget(txn, &unsaid).await
}

/// The messages of lines that the contact's lines and interactions have, with their segments.
async fn of_contact(txn: &DatabaseTransaction, contact_id: i32) -> Result<Vec<(i64, i64)>> {
    let mut messages = on_lines(txn, segment_line::Column::ContactId.eq(contact_id)).await?;
    messages.extend(on_interactions(txn, interaction::Column::ContactId.eq(contact_id)).await?);
    message::of_some_lines(txn, &messages.into_iter().collect::<Vec<_>>()).await
}

/// The messages that lines of these segments have, or interactions of other contacts.
async fn still_said(
    txn: &DatabaseTransaction,
    contact_id: i32,
    messages: &[(i64, i64)],
) -> Result<HashSet<i64>> {
    let mut said = HashSet::new();
    for segment_id in segments_of(messages) {
        said.extend(messages_of_lines(txn, segment_id).await?);
        let of_segment = interaction::Column::SegmentId.eq(segment_id);
        let others = interaction::Column::ContactId.ne(contact_id);
        said.extend(on_interactions(txn, of_segment.and(others)).await?);
    }
    Ok(said)
}

fn segments_of(messages: &[(i64, i64)]) -> BTreeSet<i64> {
    messages.iter().map(|(_, segment_id)| *segment_id).collect()
}

const ON_INTERACTIONS: [interaction::Column; 2] =
    [interaction::Column::BodyMessageId, interaction::Column::AttachmentsMessageId];

async fn on_interactions(txn: &DatabaseTransaction, these: Expr) -> Result<HashSet<i64>> {
    in_columns::<interaction::Entity>(txn, ON_INTERACTIONS, these).await
}

async fn on_lines(txn: &DatabaseTransaction, these: Expr) -> Result<HashSet<i64>> {
    use segment_line::Column::{AttachmentsMessageId, BodyMessageId};
    let columns = [BodyMessageId, AttachmentsMessageId];
    in_columns::<segment_line::Entity>(txn, columns, these).await
}

async fn in_columns<E: EntityTrait>(
    txn: &DatabaseTransaction,
    columns: [E::Column; 2],
    these: Expr,
) -> Result<HashSet<i64>> {
    let mut messages = HashSet::new();
    for column in columns {
        let rows = E::find().filter(these.clone()).filter(column.is_not_null());
        let ids = rows.select_only().column(column).distinct();
        messages.extend(ids.into_tuple::<i64>().all(txn).await?);
    }
    Ok(messages)
}
