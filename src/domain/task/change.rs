//! Changing, closing, reopening and deleting tasks.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
};

use super::{
    attendees::{self, NOBODY},
    create::require_organizer,
    locked,
};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result, contact, expect_revision,
        planned::{Links, Which, description, links},
    },
    entity::{
        kinds::{Priority, TaskStatus, TaskType},
        task,
    },
};

/// What to set in a task. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct TaskChange {
    pub description: Option<String>,
    pub r#type: Option<Option<TaskType>>,
    pub priority: Option<Priority>,
    pub date: Option<NaiveDate>,
    /// Any but completed.
    pub status: Option<TaskStatus>,
    pub links: Links,
}

/// Changes an open task.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is closed, at `taskId`; [`Reason::Conflict`];
/// [`Reason::NotAllowed`] at `status` for one that only closing gives, and at `type` for another of a meeting
/// with several contacts, at `description` if the contact has been erased; and what is wrong with the rest.
pub async fn update(context: &Context, which: Which, change: &TaskChange) -> Result<task::Model> {
    db::write(&context.db, &[Table::Task], async |txn| {
        if change.description.is_some() {
            contact::require_not_erased(txn, which.key.0, &["description"]).await?;
        }
        let found = existing(txn, which).await?;
        require_open(&found)?;
        if change.status == Some(TaskStatus::Completed) {
            let message = "A task is completed by closing it.";
            return Err(Error::reject(Reason::NotAllowed, &["status"], message));
        }
        if found.contact_id == NOBODY
            && change.r#type.is_some_and(|it| it != found.r#type)
            && attendees::is_attended(txn, found.id).await?
        {
            let message = "A meeting with several contacts stays one.";
            return Err(Error::reject(Reason::NotAllowed, &["type"], message));
        }
        let links = links(txn, &change.links, (found.segment_id, found.campaign_id)).await?;
        let salesperson = links.salesperson.clone().unwrap_or_else(|| found.salesperson.clone());
        require_organizer(change.r#type.unwrap_or(found.r#type), salesperson.as_deref())?;
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        if let Some(given) = &change.description {
            row.description = Set(description(Some(given), None)?);
        }
        macro_rules! set {
            ($($field:ident = $value:expr,)*) => {$(
                if let Some(value) = $value {
                    row.$field = Set(value);
                }
            )*};
        }
        set! {
            r#type = change.r#type,
            priority = change.priority,
            date = change.date,
            status = change.status,
            salesperson = links.salesperson,
            segment_id = links.segment_id,
            campaign_id = links.campaign_id,
        }
        save(txn, context, row, revision).await
    })
    .await
}

/// Completes a task, on a day: today unless it is given.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is closed already, at `taskId`;
/// [`Reason::Conflict`].
pub async fn close(
    context: &Context,
    which: Which,
    date: Option<NaiveDate>,
) -> Result<task::Model> {
    db::write(&context.db, &[Table::Task], async |txn| {
        let found = existing(txn, which).await?;
        require_open(&found)?;
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        row.status = Set(TaskStatus::Completed);
        row.closed_date = Set(Some(date.unwrap_or_else(|| context.today())));
        save(txn, context, row, revision).await
    })
    .await
}

/// Opens a closed task again: it is in progress. Nothing happens if it is open.
///
/// # Errors
/// [`Reason::NotFound`] at `taskId`; [`Reason::Conflict`].
pub async fn reopen(context: &Context, which: Which) -> Result<task::Model> {
    db::write(&context.db, &[Table::Task], async |txn| {
        let found = existing(txn, which).await?;
        if require_open(&found).is_ok() {
            return Ok(found);
        }
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        row.status = Set(TaskStatus::InProgress);
        row.closed_date = Set(None);
        save(txn, context, row, revision).await
    })
    .await
}

/// Deletes a task; nobody attends it then.
///
/// # Errors
/// [`Reason::NotFound`] at `taskId`; [`Reason::Conflict`].
pub async fn delete(context: &Context, which: Which) -> Result<(i32, i64)> {
    db::write(&context.db, &[Table::Task, Table::TaskAttendee], async |txn| {
        let found = existing(txn, which).await?;
        if found.contact_id == NOBODY {
            attendees::forget(txn, found.id).await?;
        }
        task::Entity::delete_by_id(which.key).exec(txn).await?;
        Ok(which.key)
    })
    .await
}

async fn existing(txn: &DatabaseTransaction, which: Which) -> Result<task::Model> {
    let found = locked(txn, which.key).await?;
    expect_revision(which.expected_revision, found.revision)?;
    Ok(found)
}

fn require_open(found: &task::Model) -> Result<()> {
    if found.closed_date.is_none() {
        return Ok(());
    }
    let message = format!("The task {} is closed: reopen it first.", found.no);
    Err(Error::reject(Reason::NotAllowed, &["taskId"], message))
}

async fn save(
    txn: &DatabaseTransaction,
    context: &Context,
    mut row: task::ActiveModel,
    revision: i32,
) -> Result<task::Model> {
    row.revision = Set(revision);
    row.updated_at = Set(context.clock.now());
    Ok(row.update(txn).await?)
}
