//! What segments say in each language, instead of their templates.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter,
};

use super::step::{announce_header, lock_open};
use crate::{
    db,
    domain::{
        Context, Error, Reason, Result, code,
        message::{self, MessageChange},
        segment::{Target, line_messages},
        text,
    },
    entity::{kinds::CodeKind, segment, segment_text},
};

/// The texts of segments, in the order of their languages, the one without a language first.
///
/// # Errors
/// What the database says.
pub async fn texts_of_segments(
    context: &Context,
    segments: &[i64],
) -> Result<HashMap<i64, Vec<segment_text::Model>>> {
    let rows = segment_text::Entity::find()
        .filter(segment_text::Column::SegmentId.is_in(segments.iter().copied()))
        .all(context.db.reader())
        .await?;
    let mut all: HashMap<i64, Vec<segment_text::Model>> = HashMap::new();
    for row in rows {
        all.entry(row.segment_id).or_default().push(row);
    }
    for rows in all.values_mut() {
        rows.sort_unstable_by(|one, other| one.language.cmp(&other.language));
    }
    Ok(all)
}

/// The texts with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn texts_by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, segment_text::Model>> {
    let rows = segment_text::Entity::find()
        .filter(segment_text::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Sets what an open segment says in a language, or to whoever has none of its languages. What it does
/// not say comes from its template. Lines without values of their own follow.
///
/// # Errors
/// As [`lock_open`], [`Reason::NotFound`] at `language`, and what is wrong with the texts.
pub async fn set_text(
    context: &Context,
    target: Target,
    language: Option<&str>,
    change: MessageChange,
) -> Result<(segment::Model, segment_text::Model)> {
    let language = language.and_then(text::code);
    let (segment, row) = db::write(&context.db, &[], async |txn| {
        let locked = lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let before = found(txn, target.segment_id, language.as_deref()).await?;
        let new = language.as_deref().filter(|_| before.is_none());
        let codes = new.map(|it| (CodeKind::Language, it, vec!["language"]));
        code::require(txn, codes.as_slice()).await?;
        let message_id = before.as_ref().map(|row| row.message_id);
        let (message_id, is_other) = message::set(txn, message_id, &change).await?;
        let row = match before {
            Some(before) if !is_other => return Ok((locked.segment, before)),
            Some(before) => {
                let mut row = before.into_active_model();
                row.message_id = Set(message_id);
                row.update(txn).await?
            }
            None => {
                let row = segment_text::ActiveModel {
                    segment_id: Set(target.segment_id),
                    language: Set(language.clone()),
                    message_id: Set(message_id),
                    ..Default::default()
                };
                segment_text::Entity::insert(row).exec_with_returning(txn).await?
            }
        };
        Ok::<_, Error>((touched(context, txn, locked.segment).await?, row))
    })
    .await?;
    announce_header(context, &segment).await;
    Ok((segment, row))
}

/// Deletes what an open segment says in a language, so that its template says it again. Returns the
/// key that is gone.
///
/// # Errors
/// As [`lock_open`], and [`Reason::NotFound`] at `language`.
pub async fn delete_text(
    context: &Context,
    target: Target,
    language: Option<&str>,
) -> Result<(segment::Model, i64)> {
    let language = language.and_then(text::code);
    let (segment, id) = db::write(&context.db, &[], async |txn| {
        let locked = lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let row = found(txn, target.segment_id, language.as_deref()).await?.ok_or_else(|| {
            let message = "The segment has no such text.";
            Error::reject(Reason::NotFound, &["language"], message)
        })?;
        segment_text::Entity::delete_by_id(row.id).exec(txn).await?;
        message::delete(txn, &[row.message_id]).await?;
        Ok::<_, Error>((touched(context, txn, locked.segment).await?, row.id))
    })
    .await?;
    announce_header(context, &segment).await;
    Ok((segment, id))
}

async fn found(
    txn: &DatabaseTransaction,
    segment_id: i64,
    language: Option<&str>,
) -> Result<Option<segment_text::Model>> {
    let column = segment_text::Column::Language;
    let of_language = language.map_or(column.is_null(), |language| column.eq(language));
    let found = segment_text::Entity::find()
        .filter(segment_text::Column::SegmentId.eq(segment_id))
        .filter(of_language);
    Ok(found.one(txn).await?)
}

/// At its next revision.
async fn touched(
    context: &Context,
    txn: &DatabaseTransaction,
    segment: segment::Model,
) -> Result<segment::Model> {
    let revision = segment.revision + 1;
    let mut row = segment.into_active_model();
    row.revision = Set(revision);
    row.updated_at = Set(context.clock.now());
    Ok(row.update(txn).await?)
}

/// Deletes all that a segment and its lines say. The lines have to be gone.
pub(super) async fn delete_all(txn: &DatabaseTransaction, segment_id: i64) -> Result<()> {
    let of_segment = segment_text::Column::SegmentId.eq(segment_id);
    let rows = segment_text::Entity::find().filter(of_segment.clone()).all(txn).await?;
    segment_text::Entity::delete_many().filter(of_segment).exec(txn).await?;
    let messages: Vec<i64> = rows.iter().map(|row| row.message_id).collect();
    message::delete(txn, &messages).await?;
    line_messages::sweep(txn, segment_id).await
}
