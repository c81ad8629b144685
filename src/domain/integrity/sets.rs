//! Whether the sets of segments can be read, hold living contacts only, and are what their steps
//! make of them.

use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Run;
use crate::{
    domain::{
        Result,
        members::{self, DELETED},
        segment::{criteria_of, options_of},
        text,
    },
    entity::{criterion, criterion_set, segment, segment_set},
};

/// Segments read at once.
const PAGE: u64 = 500;

pub(super) async fn check(run: &mut Run<'_>, living: &RoaringBitmap) -> Result<()> {
    let total = segment::Entity::find().count(&run.txn).await?;
    run.begin("Segments", total);
    let deleted = pieces(run, DELETED, "the set of deleted contacts").await?;
    let undead = living & &deleted;
    if !undead.is_empty() {
        let some = some(&undead);
        run.found(&format!("the set of deleted contacts: it holds contacts that live: {some}."));
    }
    let (mut done, mut last) = (0, i64::MIN);
    loop {
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.gt(last))
            .order_by_asc(segment::Column::Id)
            .limit(PAGE)
            .all(&run.txn)
            .await?;
        let Some(row) = rows.last() else { return Ok(()) };
        last = row.id;
        for row in &rows {
            of_segment(run, row, living, &deleted).await?;
            done += 1;
            run.at(done);
        }
    }
}

async fn of_segment(
    run: &mut Run<'_>,
    row: &segment::Model,
    living: &RoaringBitmap,
    deleted: &RoaringBitmap,
) -> Result<()> {
    let name = format!("segment {}", row.no);
    let set = pieces(run, row.id, &name).await?;
    let count = set.len();
    if u64::try_from(row.contacts_count) != Ok(count) {
        let claimed = row.contacts_count;
        let count = text::counted(count, "contact");
        run.found(&format!("{name}: it has {count}, but counts {claimed}."));
    }
    let dead = &set & deleted;
    if !dead.is_empty() {
        run.found(&format!("{name}: it holds deleted contacts: {}.", some(&dead)));
    }
    let unknown = &set - living - deleted;
    if !unknown.is_empty() {
        run.found(&format!("{name}: it holds contacts that never were: {}.", some(&unknown)));
    }
    let Some(made) = steps(run, row, &name).await? else { return Ok(()) };
    let made = made - deleted;
    if made != set {
        let differing = some(&(made ^ set));
        run.found(&format!("{name}: its steps make another set; they differ by {differing}."));
    }
    Ok(())
}

/// The set, from those of its pieces that are good.
async fn pieces(run: &mut Run<'_>, segment_id: i64, name: &str) -> Result<RoaringBitmap> {
    let rows = segment_set::Entity::find()
        .filter(segment_set::Column::SegmentId.eq(segment_id))
        .order_by_asc(segment_set::Column::Piece)
        .all(&run.txn)
        .await?;
    let mut set = RoaringBitmap::new();
    for row in rows {
        let piece = row.piece;
        let Ok(contacts) = members::from_bytes(&row.contacts) else {
            run.found(&format!("{name}: its piece {piece} can't be read."));
            continue;
        };
        let lies_there =
            |key: Option<u32>| key.is_some_and(|key| i64::from(key >> 16) == i64::from(piece));
        if !lies_there(contacts.min()) || !lies_there(contacts.max()) {
            run.found(&format!("{name}: its piece {piece} is empty, or holds contacts of others."));
        }
        set |= contacts;
    }
    Ok(set)
}

/// What the steps that are done make of the empty set; nothing if one of them can't be read.
async fn steps(
    run: &mut Run<'_>,
    row: &segment::Model,
    name: &str,
) -> Result<Option<RoaringBitmap>> {
    let steps = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(row.id))
        .order_by_asc(criterion::Column::No)
        .all(&run.txn)
        .await?;
    let mut made = Some(RoaringBitmap::new());
    let mut is_undone = false;
    for (no, step) in (1..).zip(&steps) {
        let name = format!("{name}, step {}", step.no);
        if step.no != no {
            run.found(&format!("{name}: it should be number {no}."));
        }
        if is_undone && !step.undone {
            run.found(&format!("{name}: it is done, though the one before it is not."));
        }
        is_undone = step.undone;
        if options_of(step).is_err() || criteria_of(step).is_err() {
            run.found(&format!("{name}: its criteria can't be read."));
        }
        match delta(run, step, &name).await? {
            None => made = None,
            Some((added, removed)) if !step.undone => {
                made = made.map(|made| (made - removed) | added);
            }
            Some(_) => {}
        }
    }
    Ok(made)
}

/// Who a step added and removed, if that can be read.
async fn delta(
    run: &mut Run<'_>,
    step: &criterion::Model,
    name: &str,
) -> Result<Option<(RoaringBitmap, RoaringBitmap)>> {
    let [before, after, added, removed] =
        [step.before, step.after, step.added, step.removed].map(i64::from);
    if before + added - removed != after {
        run.found(&format!("{name}: {before} + {added} − {removed} is not {after}."));
    }
    // A step without sets is found with the references.
    let sets = criterion_set::Entity::find_by_id(step.id).one(&run.txn).await?;
    let Some(sets) = sets else { return Ok(None) };
    let delta = (members::from_bytes(&sets.added), members::from_bytes(&sets.removed));
    let (Ok(are_added), Ok(are_removed)) = delta else {
        run.found(&format!("{name}: whom it added and removed can't be read."));
        return Ok(None);
    };
    for (set, claimed, what) in [(&are_added, added, "added"), (&are_removed, removed, "removed")] {
        if u64::try_from(claimed) != Ok(set.len()) {
            let count = set.len();
            let count = text::counted(count, "contact");
            run.found(&format!("{name}: it {what} {count}, but counts {claimed}."));
        }
    }
    if !are_added.is_disjoint(&are_removed) {
        run.found(&format!("{name}: it added and removed the same contacts."));
    }
    Ok(Some((are_added, are_removed)))
}

/// The first few, for people.
fn some(set: &RoaringBitmap) -> String {
    const SHOWN: usize = 10;
    let mut keys: Vec<String> =
        set.iter().take(SHOWN).map(|key| format!("contact:{key}")).collect();
    let count = set.len();
    if (SHOWN as u64) < count {
        keys.push(format!("… ({count} in all)"));
    }
    keys.join(", ")
}
