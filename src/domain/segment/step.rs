//! Recording a step: the one way in which the set of a segment changes.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{Options, missing};
use crate::{
    db::dialect,
    domain::{
        Context, Error, Event, Moment, Reason, Result,
        criteria::{self, Criteria},
        expect_revision, members,
    },
    entity::{
        criterion, criterion_set,
        kinds::{Operation, SegmentStatus},
        segment,
    },
};

/// A segment whose row is locked until the transaction ends, with its set.
#[derive(Clone, Debug)]
pub struct Locked {
    pub segment: segment::Model,
    /// Living contacts only.
    pub set: Arc<RoaringBitmap>,
    /// The contacts that have been deleted, whoever is in the deltas.
    pub(super) deleted: Arc<RoaringBitmap>,
}

/// Locks a segment, whatever its status. Whoever locks several takes them in the order of their
/// ids.
///
/// # Errors
/// [`Reason::NotFound`] at `segmentId`.
pub async fn lock(context: &Context, txn: &DatabaseTransaction, id: i64) -> Result<Locked> {
    members::hold_deletions(txn).await?;
    let segment = segment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    let segment = segment.ok_or_else(|| missing(id, &["segmentId"]))?;
    // Nothing has been written to it yet, so what is read may be remembered.
    let set = context.members.load(txn, &segment).await?;
    let deleted = Arc::new(members::deleted(txn).await?);
    Ok(Locked { segment, set, deleted })
}

/// Locks the segments with these numbers, whatever their status, in the order of their ids.
///
/// # Errors
/// What the database says.
pub async fn lock_by_numbers(
    context: &Context,
    txn: &DatabaseTransaction,
    numbers: &[String],
) -> Result<Vec<Locked>> {
    members::hold_deletions(txn).await?;
    let no = Expr::col(segment::Column::No);
    let segments = segment::Entity::find()
        .filter(dialect::in_texts(txn.get_database_backend(), no, numbers))
        .order_by_asc(segment::Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    let deleted = Arc::new(members::deleted(txn).await?);
    let mut all = Vec::with_capacity(segments.len());
    for segment in segments {
        let set = context.members.load(txn, &segment).await?;
        all.push(Locked { segment, set, deleted: Arc::clone(&deleted) });
    }
    Ok(all)
}

/// Locks a segment in order to change its set.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is not open, at `segmentId`;
/// [`Reason::Conflict`] if it is at another revision.
pub async fn lock_open(
    context: &Context,
    txn: &DatabaseTransaction,
    id: i64,
    expected_revision: Option<i32>,
) -> Result<Locked> {
    let locked = lock(context, txn, id).await?;
    require_open(&locked.segment, expected_revision)?;
    Ok(locked)
}

/// # Errors
/// As [`lock_open`].
pub fn require_open(segment: &segment::Model, expected_revision: Option<i32>) -> Result<()> {
    if segment.status != SegmentStatus::Open {
        let message = format!("The segment {} has been logged and can't change.", segment.no);
        return Err(Error::reject(Reason::NotAllowed, &["segmentId"], message));
    }
    expect_revision(expected_revision, segment.revision)
}

/// A step that is about to be recorded.
#[derive(Clone, Debug)]
pub struct NewStep {
    pub operation: Operation,
    pub options: Options,
    pub criteria: Option<Criteria>,
    /// When and where its relative dates were resolved.
    pub moment: Moment,
    pub skipped: Skipped,
}

impl NewStep {
    /// A step without criteria that skipped nobody, now.
    pub fn now(context: &Context, operation: Operation, options: Options) -> Self {
        let moment = context.moment();
        Self { operation, options, criteria: None, moment, skipped: Skipped::default() }
    }
}

/// Who was selected and not added. No contact is counted twice.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    pub already_member: u64,
    pub excluded: u64,
    pub privacy_blocked: u64,
}

impl std::ops::Add for Skipped {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            already_member: self.already_member + other.already_member,
            excluded: self.excluded + other.excluded,
            privacy_blocked: self.privacy_blocked + other.privacy_blocked,
        }
    }
}

/// What a step does to the set: `before + added − removed = after`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub before: u64,
    pub after: u64,
    pub added: u64,
    pub removed: u64,
    pub skipped: Skipped,
}

/// Who a step adds and removes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    pub added: RoaringBitmap,
    pub removed: RoaringBitmap,
}

impl Delta {
    pub fn between(before: &RoaringBitmap, after: &RoaringBitmap) -> Self {
        Self { added: after - before, removed: before - after }
    }

    pub(super) fn effect(&self, before: u64, skipped: Skipped) -> Effect {
        let (added, removed) = (self.added.len(), self.removed.len());
        Effect { before, after: before + added - removed, added, removed, skipped }
    }
}

/// Records a step that makes `after` of the set; contacts who have been deleted stay out of it.
/// What was taken back before is forgotten.
///
/// # Errors
/// What the database says.
pub async fn record(
    txn: &DatabaseTransaction,
    context: &Context,
    locked: Locked,
    step: NewStep,
    after: RoaringBitmap,
) -> Result<(Locked, criterion::Model)> {
    let after = after - &*locked.deleted;
    let delta = Delta::between(&locked.set, &after);
    forget(txn, locked.segment.id, true).await?;
    let effect = delta.effect(locked.set.len(), step.skipped);
    let row = row(context, step, effect)?;
    let row = criterion::ActiveModel {
        segment_id: Set(locked.segment.id),
        no: Set(last_no(txn, locked.segment.id).await? + 1),
        ..row
    };
    let criterion = criterion::Entity::insert(row).exec_with_returning(txn).await?;
    let sets = criterion_set::ActiveModel {
        criterion_id: Set(criterion.id),
        added: Set(members::to_bytes(&delta.added)),
        removed: Set(members::to_bytes(&delta.removed)),
    };
    criterion_set::Entity::insert(sets).exec_without_returning(txn).await?;
    Ok((save(txn, context, locked, after).await?, criterion))
}

fn row(context: &Context, step: NewStep, effect: Effect) -> Result<criterion::ActiveModel> {
    let options = serde_json::to_value(step.options);
    Ok(criterion::ActiveModel {
        operation: Set(step.operation),
        options: Set(options.expect("options are plain values")),
        criteria: Set(step.criteria.as_ref().map(criteria::stored)),
        as_of: Set(step.moment.as_of),
        time_zone: Set(step.moment.time_zone.name().to_owned()),
        actor: Set(context.actor()),
        created_at: Set(context.clock.now()),
        before: Set(count(effect.before)?),
        after: Set(count(effect.after)?),
        added: Set(count(effect.added)?),
        removed: Set(count(effect.removed)?),
        already_member: Set(count(effect.skipped.already_member)?),
        skipped_excluded: Set(count(effect.skipped.excluded)?),
        skipped_privacy_blocked: Set(count(effect.skipped.privacy_blocked)?),
        undone: Set(false),
        ..Default::default()
    })
}

/// Saves `after` as the set of a locked segment, whose revision grows.
///
/// # Errors
/// What the database says.
pub async fn save(
    txn: &DatabaseTransaction,
    context: &Context,
    locked: Locked,
    after: RoaringBitmap,
) -> Result<Locked> {
    members::save(txn, locked.segment.id, &locked.set, &after).await?;
    let revision = locked.segment.revision + 1;
    let mut segment = locked.segment.into_active_model();
    segment.revision = Set(revision);
    segment.updated_at = Set(context.clock.now());
    if *locked.set != after {
        segment.set_revision = Set(revision);
        segment.contacts_count = Set(count(after.len())?);
    }
    let segment = segment.update(txn).await?;
    Ok(Locked { segment, set: Arc::new(after), deleted: locked.deleted })
}

/// Deletes the steps of a segment: those that were taken back, or all.
pub(super) async fn forget(
    txn: &DatabaseTransaction,
    segment_id: i64,
    only_undone: bool,
) -> Result<()> {
    let mut which = criterion::Entity::find().filter(criterion::Column::SegmentId.eq(segment_id));
    let mut rows =
        criterion::Entity::delete_many().filter(criterion::Column::SegmentId.eq(segment_id));
    if only_undone {
        which = which.filter(criterion::Column::Undone.eq(true));
        rows = rows.filter(criterion::Column::Undone.eq(true));
    }
    let ids = which.select_only().column(criterion::Column::Id);
    criterion_set::Entity::delete_many()
        .filter(
            criterion_set::Column::CriterionId.in_subquery(sea_orm::QueryTrait::into_query(ids)),
        )
        .exec(txn)
        .await?;
    rows.exec(txn).await?;
    Ok(())
}

async fn last_no(db: &impl ConnectionTrait, segment_id: i64) -> Result<i32> {
    let no: Option<i32> = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .order_by_desc(criterion::Column::No)
        .select_only()
        .column(criterion::Column::No)
        .into_tuple()
        .one(db)
        .await?;
    Ok(no.unwrap_or(0))
}

pub(super) fn count(count: u64) -> Result<i32> {
    i32::try_from(count).map_err(|_| Error::Corrupt(format!("a set of {count} contacts")))
}

/// Tells the world of a step that was committed, and keeps its set at hand.
pub(super) async fn announce(context: &Context, locked: &Locked) {
    context.metrics.selected(locked.set.len());
    announce_set(context, locked).await;
}

/// The same for a set that changed for another reason than a step.
pub async fn announce_set(context: &Context, locked: &Locked) {
    context.members.remember(&locked.segment, Arc::clone(&locked.set));
    announce_header(context, &locked.segment).await;
}

pub(super) async fn announce_header(context: &Context, segment: &segment::Model) {
    let event = Event::SegmentChanged { id: segment.id, revision: segment.revision };
    context.events.publish(&context.db, event).await;
}
