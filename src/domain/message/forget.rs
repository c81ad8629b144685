//! What becomes of messages that nobody has any more.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, sea_query::Expr,
};

use super::{detach, is_one_of};
use crate::{
    db::dialect,
    domain::Result,
    entity::{
        interaction, interaction_template_language, message, message_attachment, segment_line,
        segment_text,
    },
};

/// Deletes the messages of lines of a segment that no line has any more.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn sweep(
    txn: &DatabaseTransaction,
    segment_id: i64,
    in_use: &HashSet<i64>,
) -> Result<()> {
    let mut left: Vec<i64> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::SegmentId.eq(segment_id))
        .filter(message::Column::Frozen.eq(false))
        .into_tuple()
        .all(txn)
        .await?;
    left.retain(|id| !in_use.contains(id));
    delete(txn, &left).await
}

/// Those of these messages that are of lines, with their segments.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn of_some_lines(
    txn: &DatabaseTransaction,
    ids: &[i64],
) -> Result<Vec<(i64, i64)>> {
    let found = message::Entity::find()
        .select_only()
        .columns([message::Column::Id, message::Column::SegmentId])
        .filter(is_one_of(txn.get_database_backend(), ids))
        .filter(message::Column::SegmentId.is_not_null());
    Ok(found.into_tuple().all(txn).await?)
}

/// Deletes messages, but for those that interactions have. Attachments stay, for whoever may want
/// them.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn delete(txn: &DatabaseTransaction, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let free: Vec<i64> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(is_one_of(txn.get_database_backend(), ids))
        .filter(message::Column::Frozen.eq(false))
        .into_tuple()
        .all(txn)
        .await?;
    forget(txn, &free).await
}

/// Deletes messages, also those that interactions had.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn forget(txn: &DatabaseTransaction, ids: &[i64]) -> Result<()> {
    detach(txn, ids).await?;
    let these = is_one_of(txn.get_database_backend(), ids);
    message::Entity::delete_many().filter(these).exec(txn).await?;
    Ok(())
}

/// Deletes messages with an attachment that interactions had, and that nothing has any more.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn forget_unheard(
    txn: &DatabaseTransaction,
    attachment: i64,
) -> Result<()> {
    let with_it = message_attachment::Entity::find()
        .select_only()
        .column(message_attachment::Column::MessageId)
        .filter(message_attachment::Column::AttachmentId.eq(attachment))
        .into_query();
    let mut unheard: HashSet<i64> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::Frozen.eq(true))
        .filter(message::Column::Id.in_subquery(with_it))
        .into_tuple::<i64>()
        .all(txn)
        .await?
        .into_iter()
        .collect();
    macro_rules! heard {
        ($($table:ident $column:ident;)*) => {$(
            if !unheard.is_empty() {
                let ids: Vec<i64> = unheard.iter().copied().collect();
                let column = Expr::col($table::Column::$column);
                let heard = $table::Entity::find()
                    .select_only()
                    .column($table::Column::$column)
                    .distinct()
                    .filter(dialect::in_numbers(txn.get_database_backend(), column, &ids));
                for id in heard.into_tuple::<i64>().all(txn).await? {
                    unheard.remove(&id);
                }
            }
        )*};
    }
    heard! {
        segment_text MessageId;
        interaction_template_language MessageId;
        segment_line BodyMessageId;
        segment_line AttachmentsMessageId;
        interaction BodyMessageId;
        interaction AttachmentsMessageId;
    }
    match unheard.is_empty() {
        true => Ok(()),
        false => forget(txn, &unheard.into_iter().collect::<Vec<_>>()).await,
    }
}
