//! Which segments contacts are in.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, Query},
};

use super::members::{DELETED, from_bytes, pieces};
use crate::{
    domain::{Context, Error, Result},
    entity::{segment, segment_set},
};

/// How many keys the sets may have that are loaded for one request, which take at most two bytes
/// each. What is loaded is known from then on; a set that has more keys is loaded by itself.
const LOADED_MAX: i64 = 500_000;

/// The ids of the segments whose current set holds each of the contacts, in the order of the
/// contacts. Sets that are remembered tell at once, of some others they are learnt, and of the rest
/// only what tells is read.
///
/// # Errors
/// What the database says; [`Error::Corrupt`] if a piece can't be read.
pub async fn segments_of_each(context: &Context, contact_ids: &[u32]) -> Result<Vec<Vec<i64>>> {
    let db = context.db.reader();
    let mut segments = vec![Vec::new(); contact_ids.len()];
    if contact_ids.is_empty() {
        return Ok(segments);
    }
    let filled: Vec<(i64, i32, i32)> = segment::Entity::find()
        .select_only()
        .columns([
            segment::Column::Id,
            segment::Column::SetRevision,
            segment::Column::ContactsCount,
        ])
        .filter(segment::Column::ContactsCount.gt(0))
        .into_tuple()
        .all(db)
        .await?;
    let mut sets: HashMap<i64, Arc<RoaringBitmap>> = HashMap::new();
    let (mut learnt, mut rest, mut keys) = (Vec::new(), Vec::new(), 0);
    for (id, revision, count) in filled {
        match context.members.known(id, revision) {
            Some(set) => _ = sets.insert(id, set),
            None if learnt.is_empty() || keys + i64::from(count) <= LOADED_MAX => {
                keys += i64::from(count);
                learnt.push(id);
            }
            None => rest.push(id),
        }
    }
    if !learnt.is_empty() {
        sets.extend(context.members.load_each(db, learnt).await?);
    }
    for (segment_id, set) in sets {
        for (of_contact, _) in
            segments.iter_mut().zip(contact_ids).filter(|(_, contact)| set.contains(**contact))
        {
            of_contact.push(segment_id);
        }
    }
    if !rest.is_empty() {
        told(db, &rest, contact_ids, &mut segments).await?;
    }
    segments.iter_mut().for_each(|of_contact| of_contact.sort_unstable());
    Ok(segments)
}

/// Adds those of `segment_ids` whose stored set holds each of the contacts, with one statement. Of a
/// dense piece comes the one byte that tells.
async fn told(
    db: &impl ConnectionTrait,
    segment_ids: &[i64],
    contact_ids: &[u32],
    segments: &mut [Vec<i64>],
) -> Result<()> {
    let wanted = (0..).zip(contact_ids).map(|(place, id): (i32, _)| {
        let (piece, byte) = ((id >> 16).cast_signed(), (id >> 3 & 0x1fff).cast_signed());
        (place, piece, BITMAP_START + byte)
    });
    let of_wanted = |column| Expr::col(("wanted", column));
    let contacts = || Expr::col((segment_set::Entity, segment_set::Column::Contacts));
    let segment_id = (segment_set::Entity, segment_set::Column::SegmentId);
    let byte = Func::cust("substr").arg(contacts()).arg(of_wanted("column3")).arg(1);
    let telling = CaseStatement::new().case(is_bitmap(contacts()), byte).finally(contacts());
    let piece = Expr::col((segment_set::Entity, segment_set::Column::Piece));
    let query = Query::select()
        .expr_as(of_wanted("column1"), "place")
        .column(segment_id)
        .expr_as(telling, "contacts")
        .from_values(wanted, "wanted")
        .join(JoinType::InnerJoin, segment_set::Entity, piece.eq(of_wanted("column2")))
        .and_where(Expr::col(segment_id).is_in(segment_ids.iter().copied()))
        .to_owned();
    for row in db.query_all(&query).await? {
        let row = Told::from_query_result(&row, "")?;
        let place = usize::try_from(row.place).ok().filter(|place| *place < contact_ids.len());
        let place = place.ok_or_else(|| Error::Corrupt("nobody asked".to_owned()))?;
        if row.holds(contact_ids[place])? {
            segments[place].push(row.segment_id);
        }
    }
    Ok(())
}

/// The ids of the segments whose current set holds any of the contacts, in their order.
///
/// # Errors
/// As [`segments_of_each`].
pub async fn segments_with_any(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<Vec<i64>> {
    let rows = segment_set::Entity::find()
        .filter(segment_set::Column::Piece.is_in(pieces(contacts).map(i32::from)))
        .filter(segment_set::Column::SegmentId.ne(DELETED))
        .order_by_asc(segment_set::Column::SegmentId)
        .all(db)
        .await?;
    let mut segments = Vec::new();
    for row in rows {
        if !from_bytes(&row.contacts)?.is_disjoint(contacts) {
            segments.push(row.segment_id);
        }
    }
    segments.dedup();
    Ok(segments)
}

#[derive(FromQueryResult)]
struct Told {
    place: i32,
    segment_id: i64,
    /// A piece, or one byte of a bitmap.
    contacts: Vec<u8>,
}

impl Told {
    fn holds(&self, contact_id: u32) -> Result<bool> {
        match self.contacts[..] {
            [byte] => Ok(byte >> (contact_id & 7) & 1 == 1),
            _ => Ok(from_bytes(&self.contacts)?.contains(contact_id)),
        }
    }
}

/// Where the bits of a bitmap begin, counted from 1, after the header of a piece.
const BITMAP_START: i32 = 17;
/// Header and bits: a bit for each of 65,536 keys.
const BITMAP_BYTES: i32 = 16 + 65_536 / 8;
/// An array of 4,096 keys is as long; it says how many it has, less one, at this place.
const COUNT_PLACE: i32 = 11;
const ARRAY_COUNT: [u8; 2] = 4095_u16.to_le_bytes();

/// Whether a piece is stored as a bitmap, by the portable format of Roaring.
fn is_bitmap(piece: Expr) -> Expr {
    let count = Func::cust("substr").arg(piece.clone()).arg(COUNT_PLACE).arg(2);
    let length = Expr::from(Func::cust("length").arg(piece));
    length.eq(BITMAP_BYTES).and(Expr::from(count).ne(ARRAY_COUNT.to_vec()))
}
