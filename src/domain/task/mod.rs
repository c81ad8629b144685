//! Tasks: what is to be done with one contact, or with many who meet.

mod attendees;
mod change;
mod create;
mod list;
mod of_segment;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

pub(super) use attendees::NOBODY;
pub use attendees::{attendees, attendees_counts};
pub use change::{TaskChange, close, delete, reopen, update};
pub use create::{NewTask, create};
pub(super) use list::with;
pub use list::{TaskFilter, counts, next_dates, pages};
pub use of_segment::{ForSegment, Made, create_for_segment};

use crate::{
    domain::{Context, Error, Reason, Result, id, text},
    entity::task,
};

/// The tasks with these keys, which are contact and id; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_keys(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), task::Model>> {
    let rows = task::Entity::find()
        .filter(task::Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
        .filter(task::Column::Id.is_in(keys.iter().map(|(_, id)| *id)))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| ((row.contact_id, row.id), row)).collect())
}

/// The task with this number, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<task::Model>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let found = task::Entity::find().filter(task::Column::No.eq(no));
    Ok(found.one(context.db.reader()).await?)
}

/// The task with this key, locked until the transaction ends.
async fn locked(txn: &DatabaseTransaction, key: (i32, i64)) -> Result<task::Model> {
    let found = task::Entity::find_by_id(key).lock_exclusive().one(txn).await?;
    found.ok_or_else(|| {
        let message = format!("There is no task {}.", id::task_id(key.0, key.1));
        Error::reject(Reason::NotFound, &["taskId"], message)
    })
}
