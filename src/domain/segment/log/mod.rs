//! Logging a segment: every line becomes an interaction, and the segment is frozen.

mod check;
mod follow_up;
mod write;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
};

pub use self::{check::Unreachable, follow_up::FollowUp};
use self::{
    check::{Lines, lines_to_log},
    write::{Logging, settle_campaign_entries, write_campaign_entries, write_interactions},
};
use super::{
    effective::Defaults,
    existing,
    line_messages::messages_of_lines,
    said::Said,
    step::{self, announce_header, require_open},
};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Event, Progress, ProgressState, Result,
        check::text as checked_text,
        code, message,
        numbers::{self, Counter},
        text,
    },
    entity::{
        kinds::{CodeKind, SegmentStatus},
        logged_segment, segment,
    },
};

/// How to log a segment.
#[derive(Clone, Debug)]
pub struct LogRequest {
    pub segment_id: i64,
    pub expected_revision: Option<i32>,
    /// Instead of the segment's, which is changed.
    pub description: Option<String>,
    /// Instead of the segment's, which is changed.
    pub date: Option<NaiveDate>,
    /// Instead of the segment's, which is changed.
    pub salesperson: Option<String>,
    pub unreachable: Unreachable,
    /// Whether what is written to contacts is to be delivered from now on.
    pub deliver: bool,
    /// Whether to make a segment of the contacts that were logged.
    pub follow_up: bool,
    /// Find out what would happen, and write nothing.
    pub dry_run: bool,
    /// The name of the operation in its progress events; a random one unless it is given.
    pub operation: Option<i64>,
}

/// What came of logging a segment, or would come of it.
#[derive(Clone, Debug)]
pub struct LogOutcome {
    /// The name of the operation in its progress events.
    pub operation: i64,
    pub segment: segment::Model,
    /// Missing after a dry run.
    pub logged_segment: Option<logged_segment::Model>,
    pub interactions: u64,
    pub skipped_privacy_blocked: u64,
    pub skipped_unreachable: u64,
    pub follow_up: Option<FollowUp>,
}

/// Logs a segment: one interaction for each line with the values that hold for it, an entry for
/// each campaign, and all of it or nothing (LOG-12). Contacts who may not be contacted are skipped
/// (D9).
///
/// # Errors
/// [`NotFound`](crate::domain::Reason::NotFound), or
/// [`NotAllowed`](crate::domain::Reason::NotAllowed) if it was logged before (LOG-1, D15) or is
/// empty (LOG-9), at `segmentId`; [`Conflict`](crate::domain::Reason::Conflict); and what is missing
/// (LOG-2, LOG-5), with the lines concerned.
pub async fn log(context: &Context, request: &LogRequest) -> Result<LogOutcome> {
    // Fails early; what counts is asked again under the lock.
    let segment = existing(context.db.reader(), request.segment_id, &["segmentId"]).await?;
    require_open(&segment, request.expected_revision)?;
    let operation = request.operation.unwrap_or_else(|| fastrand::i64(1..1 << 53));
    let keys = take_keys(context, &segment, request.dry_run).await?;
    let changes = [Table::Interaction, Table::LoggedSegment];
    let outcome = db::write_or_try(&context.db, request.dry_run, &changes, async |txn| {
        let id = request.segment_id;
        let locked = step::lock_open(context, txn, id, request.expected_revision).await?;
        let header = with_values_of(txn, locked.segment, request).await?;
        let lines =
            lines_to_log(txn, &context.viewer, &header, &locked.set, request.unreachable).await?;
        if request.dry_run {
            return Ok(tried(header, &lines, operation));
        }
        write(context, txn, header, &lines, request, keys, operation).await
    })
    .await;
    if request.dry_run {
        return outcome;
    }
    tell(context, operation, &outcome).await;
    outcome
}

/// Keys for the interactions, before the segment is locked: whoever takes keys holds up all others
/// until the end of the transaction, and logging a large segment takes a while.
async fn take_keys(context: &Context, segment: &segment::Model, dry_run: bool) -> Result<Keys> {
    let count = match dry_run {
        true => 0,
        false => u64::try_from(segment.contacts_count).unwrap_or(0),
    };
    if count == 0 {
        return Ok(Keys { first: 0, count });
    }
    // That some are taken is nobody's change.
    let db = context.db.unsigned();
    let first =
        db::write(&db, &[], async |txn| numbers::take_keys(txn, Counter::Interaction, count).await);
    Ok(Keys { first: first.await?, count })
}

/// Keys in a row.
#[derive(Copy, Clone, Debug)]
struct Keys {
    first: i64,
    count: u64,
}

/// The segment as it is logged, checked; not saved yet.
async fn with_values_of(
    txn: &DatabaseTransaction,
    mut segment: segment::Model,
    request: &LogRequest,
) -> Result<segment::Model> {
    if let Some(description) = checked_text(request.description.as_deref(), &["description"])? {
        segment.description_fold = Some(text::fold(&description));
        segment.description = Some(description);
    }
    if let Some(date) = request.date {
        segment.date = date;
    }
    if let Some(salesperson) = request.salesperson.as_deref().and_then(text::code) {
        let path = vec!["salesperson"];
        code::require(txn, &[(CodeKind::Salesperson, &salesperson, path)]).await?;
        segment.salesperson = Some(salesperson);
    }
    Ok(segment)
}

fn tried(segment: segment::Model, lines: &Lines, operation: i64) -> LogOutcome {
    LogOutcome {
        operation,
        segment,
        logged_segment: None,
        interactions: lines.contacts.len(),
        skipped_privacy_blocked: lines.skipped_privacy_blocked,
        skipped_unreachable: lines.skipped_unreachable,
        follow_up: None,
    }
}

async fn write(
    context: &Context,
    txn: &DatabaseTransaction,
    segment: segment::Model,
    lines: &Lines,
    request: &LogRequest,
    keys: Keys,
    operation: i64,
) -> Result<LogOutcome> {
    let count = lines.contacts.len();
    let first_key = match count <= keys.count {
        true => keys.first,
        // It has grown since it was looked at.
        false => numbers::take_keys(txn, Counter::Interaction, count).await?,
    };
    let logged = logged_segment::ActiveModel {
        segment_id: Set(segment.id),
        description: Set(segment.description.clone().unwrap_or_default()),
        created_at: Set(context.clock.now()),
        actor: Set(context.actor()),
        canceled: Set(false),
        interactions_count: Set(i32::try_from(count).unwrap_or(i32::MAX)),
        ..Default::default()
    };
    let logged = logged_segment::Entity::insert(logged).exec_with_returning(txn).await?;
    let logging = Logging {
        context,
        operation,
        segment: &segment,
        logged: &logged,
        lines,
        first_key,
        deliver: request.deliver,
    };
    let entries = write_campaign_entries(txn, &logging).await?;
    let written = write_interactions(txn, &logging, &entries).await?;
    settle_campaign_entries(txn, &logging, &entries).await?;
    freeze_messages(txn, segment.id, lines.defaults.said()).await?;
    if written != count {
        return Err(Error::Corrupt(format!("{count} lines made {written} interactions")));
    }
    let follow_up = match request.follow_up {
        true => {
            let campaign_id = lines.defaults.default_campaign();
            Some(follow_up::create(context, txn, &segment, campaign_id, &logged).await?)
        }
        false => None,
    };
    Ok(LogOutcome {
        operation,
        segment: frozen(context, txn, segment, &lines.defaults).await?,
        logged_segment: Some(logged),
        interactions: written,
        skipped_privacy_blocked: lines.skipped_privacy_blocked,
        skipped_unreachable: lines.skipped_unreachable,
        follow_up,
    })
}

/// What the interactions were written with never changes again (LOG-8), whatever becomes of the
/// template.
async fn freeze_messages(txn: &DatabaseTransaction, segment_id: i64, said: &Said) -> Result<()> {
    let mut messages: Vec<i64> = said.messages().collect();
    messages.extend(messages_of_lines(txn, segment_id).await?);
    message::freeze(txn, &messages).await
}

/// The set stays, and so do criteria, lines and steps (D7).
async fn frozen(
    context: &Context,
    txn: &DatabaseTransaction,
    segment: segment::Model,
    defaults: &Defaults,
) -> Result<segment::Model> {
    let revision = segment.revision + 1;
    let mut row = segment.clone().into_active_model();
    row.description = Set(segment.description);
    row.description_fold = Set(segment.description_fold);
    row.date = Set(segment.date);
    row.salesperson = Set(segment.salesperson);
    // What it cost does not change with the template.
    row.unit_cost = Set(Some(defaults.unit_cost()));
    row.unit_duration_min = Set(Some(defaults.unit_duration_min()));
    row.status = Set(SegmentStatus::Logged);
    row.updated_at = Set(context.clock.now());
    row.revision = Set(revision);
    Ok(row.update(txn).await?)
}

/// Says how it ended, and what has changed.
async fn tell(context: &Context, operation: i64, outcome: &Result<LogOutcome>) {
    let (state, done) = match outcome {
        Ok(done) => (ProgressState::Done, done.interactions),
        Err(_) => (ProgressState::Failed, 0),
    };
    progressed(context, operation, state, done, None).await;
    let Ok(LogOutcome { segment, logged_segment: Some(logged), follow_up, .. }) = outcome else {
        return;
    };
    let (logged_segment_id, segment_id) = (logged.id, segment.id);
    let event = Event::SegmentLogged { logged_segment_id, segment_id };
    context.events.publish(&context.db, event).await;
    announce_header(context, segment).await;
    if let Some(follow_up) = follow_up {
        announce_header(context, &follow_up.segment).await;
    }
}

async fn progressed(
    context: &Context,
    operation: i64,
    state: ProgressState,
    done: u64,
    total: Option<u64>,
) {
    let progress = Progress { operation, state, done, total, rejected: 0, message: None };
    context.events.publish(&context.db, Event::OperationProgressed(progress)).await;
}
