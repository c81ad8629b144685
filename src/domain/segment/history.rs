//! Going back and forward, and the set as of any step. All of it applies deltas: the cost is their
//! size, not that of the set.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::{
    Selected, Target, existing,
    step::{self, Delta, Locked, Skipped, announce},
};
use crate::{
    db,
    domain::{Context, Error, Reason, Result, members},
    entity::{criterion, criterion_set, segment},
};

/// How many steps may be taken back or done again at once.
const STEPS_MAX: u64 = 10_000;

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Way {
    Back,
    Forward,
}

/// Takes back the last `steps` steps: exactly, but for contacts who have been deleted meanwhile.
///
/// # Errors
/// [`Reason::NotAllowed`] at `steps` if there are not so many, and as [`step::lock_open`].
pub async fn go_back(context: &Context, target: Target, steps: i32) -> Result<Selected> {
    go(context, target, steps, Way::Back).await
}

/// Does the next `steps` steps again that were taken back.
///
/// # Errors
/// As [`go_back`].
pub async fn go_forward(context: &Context, target: Target, steps: i32) -> Result<Selected> {
    go(context, target, steps, Way::Forward).await
}

async fn go(context: &Context, target: Target, steps: i32, way: Way) -> Result<Selected> {
    if target.dry_run {
        let locked = target.look(context).await?;
        let (walked, after) = walk(context.db.reader(), &locked, steps, way).await?;
        let criterion = landing(context.db.reader(), &walked, way).await?;
        return Ok(outcome(&locked.set, locked.segment.clone(), criterion, after));
    }
    let (locked, selected) = db::write(&context.db, &[], async |txn| {
        let locked =
            step::lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let before = Arc::clone(&locked.set);
        let (walked, after) = walk(txn, &locked, steps, way).await?;
        mark(txn, &walked, way).await?;
        let locked = step::save(txn, context, locked, after.clone()).await?;
        let criterion = landing(txn, &walked, way).await?;
        let selected = outcome(&before, locked.segment.clone(), criterion, after);
        Ok::<_, Error>((locked, selected))
    })
    .await?;
    announce(context, &locked).await;
    Ok(selected)
}

fn outcome(
    before: &RoaringBitmap,
    segment: segment::Model,
    criterion: Option<criterion::Model>,
    after: RoaringBitmap,
) -> Selected {
    let delta = Delta::between(before, &after);
    let effect = delta.effect(before.len(), Skipped::default());
    Selected { segment, criterion, effect, funnel: None, delta }
}

/// The steps on the way, in the order they are walked, and the set at its end.
async fn walk(
    db: &impl ConnectionTrait,
    locked: &Locked,
    steps: i32,
    way: Way,
) -> Result<(Vec<criterion::Model>, RoaringBitmap)> {
    let steps = u64::try_from(steps).unwrap_or(0);
    if !(1..=STEPS_MAX).contains(&steps) {
        let message = format!("Go 1 to {STEPS_MAX} steps.");
        return Err(Error::reject(Reason::Invalid, &["steps"], message));
    }
    let on_the_way = of_segment(locked.segment.id, way == Way::Forward).limit(steps);
    let on_the_way = match way {
        Way::Back => on_the_way.order_by_desc(criterion::Column::No),
        Way::Forward => on_the_way.order_by_asc(criterion::Column::No),
    };
    let walked = on_the_way.all(db).await?;
    if (walked.len() as u64) < steps {
        let what = match way {
            Way::Back => "be taken back",
            Way::Forward => "be done again",
        };
        let message = format!("Steps that can {what}: {}.", walked.len());
        return Err(Error::reject(Reason::NotAllowed, &["steps"], message));
    }
    let set = (*locked.set).clone();
    let after = apply(db, set, walked.iter().map(|step| step.id), way).await?;
    Ok((walked, after - &*locked.deleted))
}

/// The set after the deltas of `steps`, which come in the order they are walked.
async fn apply(
    db: &impl ConnectionTrait,
    mut set: RoaringBitmap,
    steps: impl Iterator<Item = i64>,
    way: Way,
) -> Result<RoaringBitmap> {
    // One at a time: a delta may weigh as much as the set.
    for id in steps {
        let delta = delta(db, id).await?;
        let (added, removed) = match way {
            Way::Back => (delta.removed, delta.added),
            Way::Forward => (delta.added, delta.removed),
        };
        set -= removed;
        set |= added;
    }
    Ok(set)
}

/// Who a step added and removed; who has been deleted since among them.
///
/// # Errors
/// [`Error::Corrupt`] if it is not there.
pub(super) async fn delta(db: &impl ConnectionTrait, criterion_id: i64) -> Result<Delta> {
    let sets = criterion_set::Entity::find_by_id(criterion_id).one(db).await?;
    let sets =
        sets.ok_or_else(|| Error::Corrupt(format!("criterion {criterion_id} has no sets")))?;
    Ok(Delta {
        added: members::from_bytes(&sets.added)?,
        removed: members::from_bytes(&sets.removed)?,
    })
}

/// Whom a step added and removed, without those who have been deleted since.
///
/// # Errors
/// What the database says.
pub async fn added_and_removed(context: &Context, criterion_id: i64) -> Result<Delta> {
    let db = context.db.reader();
    let delta = delta(db, criterion_id).await?;
    let deleted = members::deleted(db).await?;
    Ok(Delta { added: delta.added - &deleted, removed: delta.removed - deleted })
}

async fn mark(txn: &DatabaseTransaction, walked: &[criterion::Model], way: Way) -> Result<()> {
    let (Some(first), Some(last)) = (walked.first(), walked.last()) else { return Ok(()) };
    let (low, high) = (first.no.min(last.no), first.no.max(last.no));
    criterion::Entity::update_many()
        .col_expr(criterion::Column::Undone, Expr::value(way == Way::Back))
        .filter(criterion::Column::SegmentId.eq(first.segment_id))
        .filter(criterion::Column::No.between(low, high))
        .exec(txn)
        .await?;
    Ok(())
}

/// The step in effect at the end of the way; none at the very beginning.
async fn landing(
    db: &impl ConnectionTrait,
    walked: &[criterion::Model],
    way: Way,
) -> Result<Option<criterion::Model>> {
    let Some(last) = walked.last() else { return Ok(None) };
    match way {
        Way::Forward => Ok(Some(criterion::Model { undone: false, ..last.clone() })),
        Way::Back => Ok(criterion::Entity::find()
            .filter(criterion::Column::SegmentId.eq(last.segment_id))
            .filter(criterion::Column::No.eq(last.no - 1))
            .one(db)
            .await?),
    }
}

fn of_segment(segment_id: i64, undone: bool) -> sea_orm::Select<criterion::Entity> {
    criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .filter(criterion::Column::Undone.eq(undone))
}

/// The steps with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn steps_by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, criterion::Model>> {
    let rows = criterion::Entity::find()
        .filter(criterion::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The steps of segments in their order: by segment, and whether they were taken back.
///
/// # Errors
/// What the database says.
pub async fn steps_of_each(
    context: &Context,
    keys: &[(i64, bool)],
) -> Result<HashMap<(i64, bool), Vec<criterion::Model>>> {
    let rows = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.is_in(keys.iter().map(|key| key.0)))
        .order_by_asc(criterion::Column::SegmentId)
        .order_by_asc(criterion::Column::No)
        .all(context.db.reader())
        .await?;
    let mut steps: HashMap<(i64, bool), Vec<criterion::Model>> = HashMap::new();
    for row in rows {
        steps.entry((row.segment_id, row.undone)).or_default().push(row);
    }
    Ok(steps)
}

/// The set as of a step, without those who have been deleted since: 0 is before the first step,
/// and a step that was taken back counts as done.
///
/// # Errors
/// [`Reason::NotFound`] at `path` if there is no such segment or step.
pub async fn at_step(
    context: &Context,
    segment_id: i64,
    no: i32,
    path: &[&str],
) -> Result<RoaringBitmap> {
    let db = context.db.reader();
    // A step recorded meanwhile would make deltas and set disagree: look until they hold still.
    loop {
        let segment = existing(db, segment_id, path).await?;
        let set = context.members.load(db, &segment).await?;
        let set = walked_to(db, &segment, (*set).clone(), no, path).await?;
        let again = existing(db, segment_id, path).await?;
        if again.revision == segment.revision {
            return Ok(set - members::deleted(db).await?);
        }
    }
}

async fn walked_to(
    db: &impl ConnectionTrait,
    segment: &segment::Model,
    set: RoaringBitmap,
    no: i32,
    path: &[&str],
) -> Result<RoaringBitmap> {
    let all = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment.id))
        .order_by_asc(criterion::Column::No)
        .select_only()
        .columns([criterion::Column::Id, criterion::Column::No, criterion::Column::Undone])
        .into_tuple::<(i64, i32, bool)>()
        .all(db)
        .await?;
    if no != 0 && !all.iter().any(|step| step.1 == no) {
        let message = format!("The segment {} has no step {no}.", segment.no);
        return Err(Error::reject(Reason::NotFound, path, message));
    }
    let back = all.iter().rev().filter(|step| !step.2 && no < step.1).map(|step| step.0);
    let set = apply(db, set, back, Way::Back).await?;
    let forward = all.iter().filter(|step| step.2 && step.1 <= no).map(|step| step.0);
    apply(db, set, forward, Way::Forward).await
}
