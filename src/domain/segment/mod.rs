//! Segments: named sets of contacts, built step by step, each step reversible.

mod choose;
mod closure;
mod compare;
pub mod effective;
mod explain;
mod header;
mod history;
mod limits;
mod line_messages;
mod lines;
mod list;
mod listed;
mod log;
mod logged;
mod mailing;
mod options;
mod overridden;
mod overrides;
mod plan;
mod reach;
mod rename;
mod replay;
mod said;
pub mod saved;
mod select;
pub mod step;
mod texts;
mod totals;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

pub use choose::{Chosen, PICKED_MAX, Request, picked};
pub(super) use choose::{is_privacy_blocked, privacy_blocked};
pub use closure::by_company;
pub use compare::{Diff, OVERLAP_MAX, Overlap, State, diff, overlap};
pub use explain::{Change, ExplainedStep, Explanation, explain};
pub use header::{SegmentChange, create, delete, insert, update};
pub use history::{added_and_removed, at_step, go_back, go_forward, steps_by_ids, steps_of_each};
pub use limits::{TEXT_CHARS_MAX, check_values};
pub use line_messages::{clear_texts_of_lines, delete_lines};
pub(super) use lines::defaults_of;
pub use lines::{
    Line, LineKey, LineOrder, LineQuery, Lines, added_by, contacts_of, lines, lines_of,
};
pub use list::{SegmentFilter, SegmentKey, SegmentSort, count, list};
pub use listed::{Listing, Taken};
pub use log::{FollowUp, LogOutcome, LogRequest, Unreachable, log};
pub use logged::{
    cancel_logged, count_logged, delete_logged, list_logged, logged_by_ids, logged_by_segments,
    reinstate_logged,
};
pub use mailing::{Applied, apply_mailing_group};
pub use options::{Cause, Options};
pub use overridden::{OVERRIDES, overridden};
pub use overrides::{LineChange, Which, update_lines};
pub use plan::{Plan, Planned};
pub use reach::{Reach, reach};
pub use rename::rename;
pub use replay::{OnExisting, Replayed, reuse};
pub use said::{Heard, Said, Speaker};
pub use select::{Preview, Selected, Target, preview, reset, select};
pub use step::{Delta, Effect};
pub use texts::{delete_text, set_text, texts_by_ids, texts_of_segments};
pub use totals::{cost, duration_min};

use crate::{
    domain::{
        Context, Error, Reason, Result,
        criteria::{self, Criteria},
        id::Kind,
        membership, text,
    },
    entity::{criterion, segment, segment_line},
};

/// The segment with this key, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_id(context: &Context, id: i64) -> Result<Option<segment::Model>> {
    Ok(segment::Entity::find_by_id(id).one(context.db.reader()).await?)
}

/// The segments with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(context: &Context, ids: &[i64]) -> Result<HashMap<i64, Arc<segment::Model>>> {
    let rows = segment::Entity::find()
        .filter(segment::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
}

/// The segments whose current set holds each of the contacts, in the order of the contacts; those of
/// each in the order of their keys.
///
/// # Errors
/// What the database says; [`Error::Corrupt`] if a set can't be read.
pub async fn of_each(
    context: &Context,
    contact_ids: &[u32],
) -> Result<Vec<Vec<Arc<segment::Model>>>> {
    let ids = membership::segments_of_each(context, contact_ids).await?;
    let distinct: BTreeSet<i64> = ids.iter().flatten().copied().collect();
    let distinct: Vec<i64> = distinct.into_iter().collect();
    let segments = by_ids(context, &distinct).await?;
    let of_contact =
        |ids: Vec<i64>| ids.iter().filter_map(|id| segments.get(id).cloned()).collect();
    Ok(ids.into_iter().map(of_contact).collect())
}

/// The segment with this number, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<segment::Model>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let found = segment::Entity::find().filter(segment::Column::No.eq(no));
    Ok(found.one(context.db.reader()).await?)
}

/// The segment with this key, which has to be there.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub async fn existing(db: &impl ConnectionTrait, id: i64, path: &[&str]) -> Result<segment::Model> {
    segment::Entity::find_by_id(id).one(db).await?.ok_or_else(|| missing(id, path))
}

/// A line of a contact that has nothing of its own, in no segment yet.
pub fn blank_line(contact_id: i32) -> segment_line::Model {
    listed::blank(contact_id, 0)
}

fn missing(id: i64, path: &[&str]) -> Error {
    let message = format!("There is no segment {}.", Kind::Segment.id(id));
    Error::reject(Reason::NotFound, path, message)
}

/// The options of a recorded step.
///
/// # Errors
/// [`Error::Corrupt`] if they are none.
pub fn options_of(criterion: &criterion::Model) -> Result<Options> {
    let options = serde_json::from_value(criterion.options.clone());
    options.map_err(|err| Error::Corrupt(format!("criterion {}: {err}", criterion.id)))
}

/// The criteria of a recorded step; nothing if it has none.
///
/// # Errors
/// [`Error::Corrupt`] if they can't be read.
pub fn criteria_of(criterion: &criterion::Model) -> Result<Option<Criteria>> {
    criterion.criteria.as_ref().map(criteria::upgrade).transpose()
}
