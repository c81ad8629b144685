//! The contacts of segments that criteria name.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::SegmentTest;
use crate::{
    domain::{
        Context, Error, Reason, Result,
        id::Kind,
        members::{self, from_bytes},
    },
    entity::{criterion, criterion_set, segment},
};

/// The contacts of a segment, now or at a step; living ones only.
///
/// # Errors
/// [`Reason::NotFound`] if there is no such segment.
pub(super) async fn members(
    context: &Context,
    db: &impl ConnectionTrait,
    id: i64,
    test: &SegmentTest,
) -> Result<Arc<RoaringBitmap>> {
    let segment = segment::Entity::find_by_id(id).one(db).await?;
    let segment = segment.ok_or_else(|| {
        let message = format!("There is no segment {}.", Kind::Segment.id(id));
        Error::reject(Reason::NotFound, &[], message)
    })?;
    let current = context.members.load(db, &segment).await?;
    if let SegmentTest::Current(_) = test {
        return Ok(current);
    }
    let sets = criterion::Entity::belongs_to(criterion_set::Entity)
        .from(criterion::Column::Id)
        .to(criterion_set::Column::CriterionId);
    let steps: Vec<(i32, bool, Vec<u8>, Vec<u8>)> = criterion::Entity::find()
        .select_only()
        .columns([criterion::Column::No, criterion::Column::Undone])
        .columns([criterion_set::Column::Added, criterion_set::Column::Removed])
        .join(JoinType::InnerJoin, sets.into())
        .filter(criterion::Column::SegmentId.eq(id))
        .order_by_asc(criterion::Column::No)
        .into_tuple()
        .all(db)
        .await?;
    let mut members = (*current).clone();
    match *test {
        SegmentTest::AsOfStep { step, .. } => {
            let back = steps.iter().rev().filter(|(no, undone, ..)| !undone && step < *no);
            for (_, _, added, removed) in back {
                members -= from_bytes(added)?;
                members |= from_bytes(removed)?;
            }
            // A step that was taken back counts as done, as in the lines of a segment.
            let forward = steps.iter().filter(|(no, undone, ..)| *undone && *no <= step);
            for (_, _, added, removed) in forward {
                members -= from_bytes(removed)?;
                members |= from_bytes(added)?;
            }
        }
        _ => {
            for (_, _, added, _) in steps.iter().filter(|(_, undone, ..)| !undone) {
                members |= from_bytes(added)?;
            }
        }
    }
    Ok(Arc::new(members - members::deleted(db).await?))
}
