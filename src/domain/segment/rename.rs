//! One contact in the place of another, in the sets of segments and in all their steps.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    history::delta,
    step::{self, Delta, Locked},
};
use crate::{
    domain::{Context, Result, members},
    entity::{criterion, criterion_set},
};

/// How many steps are looked at with one statement; each may weigh as much as two sets.
const STEPS_AT_ONCE: u64 = 32;

/// Puts `heir` in the place of `from`, who is dying, as if it had always been there: in what
/// segments hold, and in whom their steps added and removed, done or taken back. Where both were,
/// one is left. Returns the segments that changed.
///
/// Comes after [`members::bury`], which keeps others from changing sets meanwhile.
///
/// # Errors
/// What the database says.
pub async fn rename(
    txn: &DatabaseTransaction,
    context: &Context,
    from: u32,
    heir: u32,
) -> Result<Vec<Locked>> {
    let mut changed = Vec::new();
    for segment_id in segments_naming(txn, from).await? {
        let locked = step::lock(context, txn, segment_id).await?;
        rename_in_steps(txn, segment_id, from, heir).await?;
        let mut after = (*locked.set).clone();
        if after.remove(from) {
            after.insert(heir);
        }
        changed.push(step::save(txn, context, locked, after).await?);
    }
    Ok(changed)
}

/// The segments whose steps added the contact at any time, in the order in which they are locked:
/// nobody gets into a segment but by a step.
async fn segments_naming(txn: &DatabaseTransaction, contact: u32) -> Result<BTreeSet<i64>> {
    let mut segments = BTreeSet::new();
    let mut last = 0;
    loop {
        let rows: Vec<(i64, i64, Vec<u8>)> = criterion_set::Entity::find()
            .join(
                JoinType::InnerJoin,
                criterion_set::Entity::belongs_to(criterion::Entity)
                    .from(criterion_set::Column::CriterionId)
                    .to(criterion::Column::Id)
                    .into(),
            )
            .filter(criterion_set::Column::CriterionId.gt(last))
            .filter(criterion::Column::Added.gt(0))
            .order_by_asc(criterion_set::Column::CriterionId)
            .select_only()
            .column(criterion_set::Column::CriterionId)
            .column(criterion::Column::SegmentId)
            .column(criterion_set::Column::Added)
            .limit(STEPS_AT_ONCE)
            .into_tuple()
            .all(txn)
            .await?;
        let Some(row) = rows.last() else { return Ok(segments) };
        last = row.0;
        for (_, segment_id, added) in rows {
            if members::from_bytes(&added)?.contains(contact) {
                segments.insert(segment_id);
            }
        }
    }
}

async fn rename_in_steps(
    txn: &DatabaseTransaction,
    segment_id: i64,
    from: u32,
    heir: u32,
) -> Result<()> {
    let steps = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .order_by_asc(criterion::Column::No)
        .all(txn)
        .await?;
    let mut before = Who::default();
    for step in steps {
        let old = delta(txn, step.id).await?;
        let after = before.then(&old, from, heir);
        if before.from || after.from {
            let new = renamed(old, from, heir, before, after);
            save(txn, step, new, before, after).await?;
        }
        before = after;
    }
    Ok(())
}

/// Who of the two is in the segment.
#[derive(Copy, Clone, Default)]
struct Who {
    from: bool,
    heir: bool,
}

impl Who {
    /// After a step.
    fn then(self, step: &Delta, from: u32, heir: u32) -> Self {
        let is_in = |before: bool, contact: u32| {
            step.added.contains(contact) || (before && !step.removed.contains(contact))
        };
        Self { from: is_in(self.from, from), heir: is_in(self.heir, heir) }
    }

    fn any(self) -> bool {
        self.from || self.heir
    }

    /// How many there are too many once both are one.
    fn surplus(self) -> i32 {
        i32::from(self.from && self.heir)
    }
}

/// What the step did to the heir, if the heir was there whenever either of the two was.
fn renamed(mut delta: Delta, from: u32, heir: u32, before: Who, after: Who) -> Delta {
    for set in [&mut delta.added, &mut delta.removed] {
        set.remove(from);
        set.remove(heir);
    }
    match (before.any(), after.any()) {
        (false, true) => delta.added.insert(heir),
        (true, false) => delta.removed.insert(heir),
        _ => false,
    };
    delta
}

async fn save(
    txn: &DatabaseTransaction,
    step: criterion::Model,
    delta: Delta,
    before: Who,
    after: Who,
) -> Result<()> {
    let (id, counts) = (step.id, [step.before - before.surplus(), step.after - after.surplus()]);
    let mut row = step.into_active_model();
    row.before = Set(counts[0]);
    row.after = Set(counts[1]);
    row.added = Set(step::count(delta.added.len())?);
    row.removed = Set(step::count(delta.removed.len())?);
    row.update(txn).await?;
    let bytes = |set: &RoaringBitmap| Set(members::to_bytes(set));
    let sets = criterion_set::ActiveModel {
        criterion_id: sea_orm::ActiveValue::Unchanged(id),
        added: bytes(&delta.added),
        removed: bytes(&delta.removed),
    };
    sets.update(txn).await?;
    Ok(())
}
