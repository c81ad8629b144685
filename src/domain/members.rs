//! Sets of contacts: Roaring bitmaps of contact keys, their stored form and their cache.
//!
//! The set of a segment is stored in pieces of 65,536 keys, one row each, picked by the high half
//! of a key. One contact's membership is one small row, and a step writes only the pieces that it
//! changes.

use std::{collections::HashMap, sync::Arc};

use quick_cache::{Weighter, sync::Cache};
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, JoinType,
    QueryFilter, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{
    domain::{Error, Result},
    entity::{counter, segment, segment_set},
    metrics::{CacheState, Lookups},
};

/// What the cache of sets may weigh. Sets of a million contacts weigh 2 to 130 KB.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// How many sets the cache expects to hold.
const CACHE_ITEMS: usize = 1024;

/// Under this id the pieces hold the contacts that have been deleted: their keys live on in the
/// deltas of steps, and must not come back to life from there.
pub(super) const DELETED: i64 = 0;
/// The counter of deletions: its row is the lock between those who delete contacts and those who
/// put them into sets.
const DELETION: &str = "DELETION";

/// Sets by segment and set revision. What a revision held never changes, so nothing is ever
/// invalidated, whichever server wrote it.
#[derive(Clone, Debug)]
pub struct MembersCache(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sets: Cache<(i64, i32), Arc<RoaringBitmap>, Weight>,
    lookups: Lookups,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<(i64, i32), Arc<RoaringBitmap>> for Weight {
    fn weight(&self, _: &(i64, i32), set: &Arc<RoaringBitmap>) -> u64 {
        set.serialized_size() as u64 + 64
    }
}

impl Default for MembersCache {
    fn default() -> Self {
        let sets = Cache::with_weighter(CACHE_ITEMS, CACHE_BYTES, Weight);
        Self(Arc::new(Shared { sets, lookups: Lookups::default() }))
    }
}

impl MembersCache {
    /// The current set of `segment`, whose row was just read. All its contacts are living.
    ///
    /// # Errors
    /// What the database says; [`Error::Corrupt`] if a piece can't be read.
    pub async fn load(
        &self,
        db: &impl ConnectionTrait,
        segment: &segment::Model,
    ) -> Result<Arc<RoaringBitmap>> {
        if let Some(set) = self.known(segment.id, segment.set_revision) {
            return Ok(set);
        }
        let loaded = self.load_each(db, [segment.id]).await?;
        Ok(loaded.into_iter().next().map(|(_, set)| set).unwrap_or_default())
    }

    /// The set that a segment had at a revision, if it is remembered.
    pub(super) fn known(&self, segment_id: i64, revision: i32) -> Option<Arc<RoaringBitmap>> {
        self.0.lookups.counted(self.0.sets.get(&(segment_id, revision)))
    }

    /// The current sets of segments, with one statement; those that are not there are left out.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(super) async fn load_each(
        &self,
        db: &impl ConnectionTrait,
        segment_ids: impl IntoIterator<Item = i64>,
    ) -> Result<HashMap<i64, Arc<RoaringBitmap>>> {
        // The revision and the pieces come in one statement: they belong together.
        let rows = segment::Entity::find()
            .filter(segment::Column::Id.is_in(segment_ids))
            .select_only()
            .columns([segment::Column::Id, segment::Column::SetRevision])
            .column(segment_set::Column::Contacts)
            .join(
                JoinType::LeftJoin,
                segment::Entity::belongs_to(segment_set::Entity)
                    .from(segment::Column::Id)
                    .to(segment_set::Column::SegmentId)
                    .into(),
            )
            .into_model::<Piece>()
            .all(db)
            .await?;
        let mut sets: HashMap<(i64, i32), RoaringBitmap> = HashMap::new();
        for row in rows {
            let set = sets.entry((row.id, row.set_revision)).or_default();
            if let Some(piece) = row.contacts {
                *set |= from_bytes(&piece)?;
            }
        }
        let remembered = |((id, revision), set)| {
            let set = Arc::new(set);
            self.0.sets.insert((id, revision), Arc::clone(&set));
            (id, set)
        };
        Ok(sets.into_iter().map(remembered).collect())
    }

    /// The current sets of segments whose rows were just read; those that are not remembered come
    /// with one statement.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(super) async fn load_all(
        &self,
        db: &impl ConnectionTrait,
        segments: &[segment::Model],
    ) -> Result<HashMap<i64, Arc<RoaringBitmap>>> {
        let mut sets = HashMap::new();
        let mut rest = Vec::new();
        for segment in segments {
            match self.known(segment.id, segment.set_revision) {
                Some(set) => _ = sets.insert(segment.id, set),
                None => rest.push(segment.id),
            }
        }
        if !rest.is_empty() {
            sets.extend(self.load_each(db, rest).await?);
        }
        Ok(sets)
    }

    /// Remembers a set that was just committed with the row of its segment, so that the next
    /// reader need not load it.
    pub fn remember(&self, segment: &segment::Model, set: Arc<RoaringBitmap>) {
        self.0.sets.insert((segment.id, segment.set_revision), set);
    }

    /// How full it is, and of what use.
    pub fn state(&self) -> CacheState {
        self.0.lookups.with(self.0.sets.weight())
    }
}

#[derive(FromQueryResult)]
struct Piece {
    id: i64,
    set_revision: i32,
    contacts: Option<Vec<u8>>,
}

/// Writes the pieces in which `after` differs from `before`, which is what is stored.
///
/// # Errors
/// What the database says.
pub async fn save(
    txn: &DatabaseTransaction,
    segment_id: i64,
    before: &RoaringBitmap,
    after: &RoaringBitmap,
) -> Result<()> {
    let changed = before ^ after;
    let mut gone = Vec::new();
    let mut written = Vec::new();
    for piece in pieces(&changed) {
        let contacts = piece_of(after, piece);
        if contacts.is_empty() {
            gone.push(i32::from(piece));
        } else {
            written.push(segment_set::ActiveModel {
                segment_id: Set(segment_id),
                piece: Set(i32::from(piece)),
                contacts: Set(to_bytes(&contacts)),
            });
        }
    }
    if !gone.is_empty() {
        segment_set::Entity::delete_many()
            .filter(segment_set::Column::SegmentId.eq(segment_id))
            .filter(segment_set::Column::Piece.is_in(gone))
            .exec(txn)
            .await?;
    }
    if !written.is_empty() {
        let key = [segment_set::Column::SegmentId, segment_set::Column::Piece];
        let overwrite =
            OnConflict::columns(key).update_column(segment_set::Column::Contacts).to_owned();
        segment_set::Entity::insert_many(written).on_conflict(overwrite).exec(txn).await?;
    }
    Ok(())
}

/// The contacts that have been deleted.
///
/// # Errors
/// What the database says; [`Error::Corrupt`] if a piece can't be read.
pub async fn deleted(db: &impl ConnectionTrait) -> Result<RoaringBitmap> {
    let rows = segment_set::Entity::find()
        .filter(segment_set::Column::SegmentId.eq(DELETED))
        .all(db)
        .await?;
    join(rows.iter().map(|row| row.contacts.as_slice()))
}

/// Keeps contacts from being deleted until the transaction ends, so that none who is dying gets
/// into a set meanwhile. Comes before the locks of contacts and segments, as [`begin_deletion`] does.
///
/// # Errors
/// What the database says.
pub async fn hold_deletions(txn: &DatabaseTransaction) -> Result<()> {
    counter::Entity::find_by_id(DELETION.to_owned()).lock_shared().one(txn).await?;
    Ok(())
}

/// Waits for those who are changing a set, and keeps others from beginning until the transaction ends.
/// Comes before all other locks of whoever deletes contacts.
///
/// # Errors
/// What the database says.
pub async fn begin_deletion(txn: &DatabaseTransaction) -> Result<()> {
    counter::Entity::update_many()
        .col_expr(counter::Column::Next, Expr::col(counter::Column::Next).add(1_i64))
        .filter(counter::Column::Name.eq(DELETION))
        .exec(txn)
        .await?;
    Ok(())
}

/// Remembers that contacts have been deleted, after [`begin_deletion`].
///
/// # Errors
/// What the database says.
pub async fn bury(txn: &DatabaseTransaction, contacts: &RoaringBitmap) -> Result<()> {
    let before = deleted(txn).await?;
    save(txn, DELETED, &before, &(&before | contacts)).await
}

/// A set in its stored form.
pub fn to_bytes(set: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut bytes).expect("writing to memory does not fail");
    bytes
}

/// A set from its stored form.
///
/// # Errors
/// [`Error::Corrupt`] if it is none.
pub fn from_bytes(bytes: &[u8]) -> Result<RoaringBitmap> {
    RoaringBitmap::deserialize_from(bytes).map_err(|err| Error::Corrupt(err.to_string()))
}

fn join<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<RoaringBitmap> {
    let mut whole = RoaringBitmap::new();
    for piece in pieces {
        whole |= from_bytes(piece)?;
    }
    Ok(whole)
}

/// Which pieces a set touches, in their order.
pub(super) fn pieces(set: &RoaringBitmap) -> impl Iterator<Item = u16> {
    let mut next = set.min();
    std::iter::from_fn(move || {
        let piece = (next? >> 16) as u16;
        let end = u32::from(piece) << 16 | 0xffff;
        next = end.checked_add(1).and_then(|start| set.range(start..).next());
        Some(piece)
    })
}

fn piece_of(set: &RoaringBitmap, piece: u16) -> RoaringBitmap {
    let start = u32::from(piece) << 16;
    let mut keys = RoaringBitmap::new();
    keys.insert_range(start..=start | 0xffff);
    keys & set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_a_set() {
        let set: RoaringBitmap =
            [1, 2, 65_535, 65_536, 200_000, u32::MAX - 1, u32::MAX].into_iter().collect();
        assert_eq!(pieces(&set).collect::<Vec<_>>(), [0, 1, 3, 65_535]);
        let whole = pieces(&set).fold(RoaringBitmap::new(), |mut whole, piece| {
            let part = piece_of(&set, piece);
            assert!(!part.is_empty());
            assert!(part.iter().all(|key| key >> 16 == u32::from(piece)));
            whole |= part;
            whole
        });
        assert_eq!(whole, set);
        assert_eq!(pieces(&RoaringBitmap::new()).count(), 0);
    }
}
