//! What is written to contacts: a subject, a body and attachments, for all contacts in one language.
//! Interaction templates have such messages; each contact gets it [merged](merge()) with what is theirs.

mod fields;
mod forget;
mod merge;
mod texts;
mod values;

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, TryIntoModel,
    sea_query::Expr,
};

pub(super) use self::forget::{delete, forget, forget_unheard, of_some_lines, sweep};
pub use self::{
    fields::all as fields,
    merge::{Trouble, merge},
    texts::Texts,
    values::{About, Names},
};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Rejections, Result, attachment, check, text},
    entity::{attachment as file, kinds::BodyFormat, message, message_attachment},
};

/// Characters a body may have.
pub const BODY_CHARS_MAX: usize = 100_000;
/// Attachments a message may have.
pub const ATTACHMENTS_MAX: usize = 20;

/// What to set in a message. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct MessageChange {
    pub subject: Option<Option<String>>,
    pub body: Option<Option<String>>,
    pub body_format: Option<BodyFormat>,
    /// The keys of attachments, in their order.
    pub attachments: Option<Option<Vec<i64>>>,
}

impl MessageChange {
    /// Whether there is nothing to set.
    pub fn is_empty(&self) -> bool {
        self.subject.is_none() && self.body.is_none() && self.attachments.is_none()
    }
}

/// A message with its attachments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub row: message::Model,
    /// In their order.
    pub attachments: Vec<Arc<file::Model>>,
}

/// The messages with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, Arc<Message>>> {
    let backend = db.get_database_backend();
    let rows = message::Entity::find().filter(is_one_of(backend, ids)).all(db).await?;
    let links = message_attachment::Entity::find()
        .filter(has_one_of(backend, ids))
        .order_by_asc(message_attachment::Column::Place)
        .all(db)
        .await?;
    let files: Vec<i64> = links.iter().map(|link| link.attachment_id).collect();
    let files = attachment::rows(db, &files).await?;
    let mut attachments: HashMap<i64, Vec<Arc<file::Model>>> = HashMap::new();
    for link in links {
        let file = files.get(&link.attachment_id).cloned();
        attachments.entry(link.message_id).or_default().extend(file);
    }
    let message = |row: message::Model| {
        let attachments = attachments.remove(&row.id).unwrap_or_default();
        (row.id, Arc::new(Message { row, attachments }))
    };
    Ok(rows.into_iter().map(message).collect())
}

/// Sets a message; makes it, if there is none `before`. Returns its key, and whether it is another
/// than before.
///
/// # Errors
/// What is wrong with the texts, with their position, and [`Reason::NotFound`] or
/// [`Reason::LimitExceeded`] at `attachmentIds`.
pub(in crate::domain) async fn set(
    txn: &DatabaseTransaction,
    before: Option<i64>,
    change: &MessageChange,
) -> Result<(i64, bool)> {
    let before = match before {
        Some(id) => by_ids(txn, &[id]).await?.remove(&id),
        None => None,
    };
    let mut row = before.as_ref().map_or_else(blank, |it| it.row.clone().into_active_model());
    apply(&mut row, change)?;
    let files = change.attachments.as_ref().map(|ids| ids.as_deref().unwrap_or_default());
    if let Some(ids) = files {
        if ATTACHMENTS_MAX < ids.len() {
            let message = format!("A text has at most {ATTACHMENTS_MAX} attachments.");
            return Err(Error::reject(Reason::LimitExceeded, &["attachmentIds"], message));
        }
        attachment::require(txn, ids, &["attachmentIds"]).await?;
        row.has_attachments = Set(change.attachments != Some(None));
    }
    let Some(before) = before else {
        let row = message::Entity::insert(row).exec_with_returning(txn).await?;
        attach(txn, row.id, files.unwrap_or_default()).await?;
        return Ok((row.id, true));
    };
    let has: Vec<i64> = before.attachments.iter().map(|file| file.id).collect();
    let other_files = files.filter(|ids| **ids != *has);
    if other_files.is_none() && row.clone().try_into_model()? == before.row {
        return Ok((before.row.id, false));
    }
    if before.row.frozen {
        // What interactions were written with stays as it was.
        row.id = NotSet;
        row.frozen = Set(false);
        let row = message::Entity::insert(row.reset_all()).exec_with_returning(txn).await?;
        attach(txn, row.id, files.unwrap_or(&has)).await?;
        return Ok((row.id, true));
    }
    if row.is_changed() {
        row.update(txn).await?;
    }
    if let Some(ids) = other_files {
        attach(txn, before.row.id, ids).await?;
    }
    Ok((before.row.id, true))
}

/// A message of lines of a segment: a body, or attachments. Returns its key.
///
/// # Errors
/// As [`set`].
pub(in crate::domain) async fn of_lines(
    txn: &DatabaseTransaction,
    segment_id: i64,
    change: &MessageChange,
) -> Result<i64> {
    let (id, _) = set(txn, None, change).await?;
    message::Entity::update_many()
        .col_expr(message::Column::SegmentId, Expr::val(segment_id))
        .filter(message::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(id)
}

/// Interactions are written with these messages, which never change again.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn freeze(txn: &DatabaseTransaction, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    message::Entity::update_many()
        .col_expr(message::Column::Frozen, Expr::val(true))
        .filter(is_one_of(txn.get_database_backend(), ids))
        .filter(message::Column::Frozen.eq(false))
        .exec(txn)
        .await?;
    Ok(())
}

fn blank() -> message::ActiveModel {
    message::ActiveModel {
        subject: Set(None),
        body: Set(None),
        body_format: Set(BodyFormat::Text),
        has_attachments: Set(false),
        segment_id: Set(None),
        frozen: Set(false),
        ..Default::default()
    }
}

/// Checks texts and sets them.
fn apply(row: &mut message::ActiveModel, change: &MessageChange) -> Result<()> {
    let mut rejections = Rejections::default();
    if let Some(format) = change.body_format {
        row.body_format = Set(format);
    }
    if let Some(subject) = &change.subject
        && let Some(subject) = rejections.keep(subject_of(subject.as_deref(), &["subject"]))?
    {
        row.subject = Set(subject);
    }
    if let Some(body) = &change.body {
        row.body = Set(body.as_deref().and_then(text::tidy));
    }
    // A body that stays is read otherwise if its format is another now.
    if change.body.is_some() || change.body_format.is_some() {
        let body = row.body.try_as_ref().cloned().flatten().unwrap_or_default();
        let format = *row.body_format.try_as_ref().expect("it is set, or was read");
        rejections.keep(check_body(&body, format))?;
    }
    rejections.into_result()
}

/// A subject as it is stored: one line, of which each contact gets its own.
///
/// # Errors
/// [`Reason::LimitExceeded`], or what is wrong with it as a text to merge, at `path`.
pub(in crate::domain) fn subject_of(given: Option<&str>, path: &[&str]) -> Result<Option<String>> {
    let subject = check::text(given, path)?;
    if let Some(subject) = &subject {
        merge::check(subject, BodyFormat::Text, path)?;
    }
    Ok(subject)
}

fn check_body(body: &str, format: BodyFormat) -> Result<()> {
    if BODY_CHARS_MAX < body.chars().count() {
        let message = format!("A body has at most {BODY_CHARS_MAX} characters.");
        return Err(Error::reject(Reason::LimitExceeded, &["body"], message));
    }
    merge::check(body, format, &["body"])
}

/// Checks texts that are not kept, and returns the subject as it would be.
///
/// # Errors
/// What is wrong with them, at `subject` and `body`.
pub fn checked(
    subject: Option<&str>,
    body: Option<&str>,
    format: BodyFormat,
) -> Result<Option<String>> {
    let mut rejections = Rejections::default();
    let subject = rejections.keep(subject_of(subject, &["subject"]))?;
    rejections.keep(check_body(body.unwrap_or_default(), format))?;
    rejections.into_result()?;
    Ok(subject.flatten())
}

/// What is written to the contact that the values are of: the subject, on one line, and the body.
///
/// # Errors
/// What is wrong with them for this contact, at `subject` and `body`.
pub fn merged(
    subject: Option<&str>,
    body: Option<&str>,
    format: BodyFormat,
    values: &minijinja::Value,
) -> Result<(Option<String>, Option<String>)> {
    let mut rejections = Rejections::default();
    let mut keep = |source: Option<&str>, format, name| {
        let merged = source.map(|source| merge(source, format, values)).transpose();
        let merged = merged.map_err(|trouble| Error::from(trouble.rejection(&[name])));
        rejections.keep(merged).map(Option::flatten)
    };
    let subject = keep(subject, BodyFormat::Text, "subject")?;
    let body = keep(body, format, "body")?;
    rejections.into_result()?;
    // A name with an end of line in it must not begin another header of an e-mail.
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok((subject.map(one_line), body))
}

/// The message has these attachments, in this order, and no others.
async fn attach(txn: &DatabaseTransaction, message_id: i64, ids: &[i64]) -> Result<()> {
    detach(txn, &[message_id]).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let links = (0..).zip(ids).map(|(place, id)| message_attachment::ActiveModel {
        message_id: Set(message_id),
        place: Set(place),
        attachment_id: Set(*id),
    });
    message_attachment::Entity::insert_many(links).exec_without_returning(txn).await?;
    Ok(())
}

async fn detach(txn: &DatabaseTransaction, messages: &[i64]) -> Result<()> {
    let theirs = has_one_of(txn.get_database_backend(), messages);
    message_attachment::Entity::delete_many().filter(theirs).exec(txn).await?;
    Ok(())
}

/// A segment may have as many messages as lines.
fn is_one_of(backend: DbBackend, ids: &[i64]) -> Expr {
    dialect::in_numbers(backend, Expr::col(message::Column::Id), ids)
}

fn has_one_of(backend: DbBackend, ids: &[i64]) -> Expr {
    dialect::in_numbers(backend, Expr::col(message_attachment::Column::MessageId), ids)
}

/// [`by_ids`], for whoever reads in a batch.
///
/// # Errors
/// What the database says.
pub async fn load(context: &Context, ids: &[i64]) -> Result<HashMap<i64, Arc<Message>>> {
    by_ids(context.db.reader(), ids).await
}
