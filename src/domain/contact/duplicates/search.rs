//! Looking for pairs among contacts that have changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{PERCENTAGE_MIN, ordered, strings::hashes};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{Context, Result},
    entity::{
        contact,
        contact_duplicate::{self, Model as Pair},
        contact_duplicate_key::{Column, Entity, Model as Key},
    },
};

/// Contacts of a transaction.
const CHUNK: usize = 2_000;
/// Contacts of a call: as many as can be looked at before a request has taken too long.
const CONTACTS_MAX: usize = 50_000;
/// A string that more contacts have leads to nobody: a thousand companies in one city would be half a
/// million pairs. It still counts where another string has led to the pair.
pub(super) const SHARED_MAX: usize = 50;

/// Whom to look at.
#[derive(Clone, Debug)]
pub enum Search {
    /// Those of these who have changed.
    Contacts(Vec<i32>),
    /// All who have changed, as many as there is time for.
    Changed,
}

/// What came of it.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Contacts that were looked at.
    pub searched: u64,
    /// Contacts that have changed and were not: the next call goes on with them.
    pub left: u64,
    /// Pairs that were found, and stand in the list.
    pub pairs: u64,
    /// Search strings that more than `SHARED_MAX` contacts have, and that were not followed.
    pub common_strings: u64,
}

/// Looks for the pairs of contacts that have changed since they were looked at last.
///
/// # Errors
/// [`Reason::Forbidden`](crate::domain::Reason::Forbidden): whom somebody is alike tells of them.
pub async fn search(context: &Context, which: &Search) -> Result<Found> {
    context.viewer.require_personal(&[])?;
    let changed = db::keys(context.db.reader(), unsearched(context, which)).await?;
    let mut found = Found::default();
    let (mut pairs, mut common) = (HashSet::new(), HashSet::new());
    let these: Vec<u32> = changed.iter().take(CONTACTS_MAX).collect();
    found.left = changed.len() - these.len() as u64;
    // First all strings, then all pairs: who is compared with whom does not depend on who comes first.
    for chunk in these.chunks(CHUNK) {
        found.searched += db::write(&context.db, &[], async |txn| index(txn, chunk).await).await?;
    }
    for chunk in these.chunks(CHUNK) {
        let (with_them, too_common) =
            db::write(&context.db, &[], async |txn| pair(txn, chunk).await).await?;
        pairs.extend(with_them);
        common.extend(too_common);
    }
    found.pairs = pairs.len() as u64;
    found.common_strings = common.len() as u64;
    Ok(found)
}

/// How many contacts have changed since they were looked at.
///
/// # Errors
/// What the database says.
pub async fn unsearched_count(context: &Context) -> Result<u64> {
    Ok(db::keys(context.db.reader(), unsearched(context, &Search::Changed)).await?.len())
}

fn unsearched(context: &Context, which: &Search) -> SelectStatement {
    let id = || Expr::col((contact::Entity, contact::Column::Id));
    let revision = Expr::col((contact::Entity, contact::Column::Revision));
    let looked_at = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::ContactId)).eq(id()))
        .and_where(Expr::col((Entity, Column::Place)).eq(0))
        .and_where(Expr::col((Entity, Column::Revision)).eq(revision))
        .to_owned();
    let mut query = Query::select();
    query
        .expr_as(id(), "id")
        .from(contact::Entity)
        .and_where(Expr::col((contact::Entity, contact::Column::ErasedAt)).is_null())
        .and_where(Expr::exists(looked_at).not());
    if let Search::Contacts(ids) = which {
        let ids = ids.iter().map(|id| id.cast_unsigned());
        query.and_where(dialect::in_ids(context.db.reader().get_database_backend(), id(), ids));
    }
    query
}

/// Writes the strings of contacts as they are now; returns how many there are.
async fn index(txn: &DatabaseTransaction, ids: &[u32]) -> Result<u64> {
    let backend = txn.get_database_backend();
    let among = |column: Expr| dialect::in_ids(backend, column, ids.iter().copied());
    let rows =
        db::shard_by_shard(txn, Expr::col(contact::Column::Id), ids.iter().copied(), |these| {
            contact::Entity::find().filter(these).lock_shared().into_model::<contact::Model>()
        });
    let rows = rows.await?;
    Entity::delete_many().filter(among(Expr::col(Column::ContactId))).exec(txn).await?;
    let mut keys = Vec::new();
    for row in &rows {
        let (contact_id, revision) = (row.id, row.revision);
        keys.push(Key { contact_id, place: 0, hash: 0, revision });
        let hashes = hashes(row);
        keys.extend(hashes.map(|(place, hash)| Key { contact_id, place, hash, revision }));
    }
    db::insert_rows::<Entity>(txn, &keys, OnConflict::Replace).await?;
    Ok(rows.len() as u64)
}

/// Finds the pairs of contacts anew; returns them, and the strings that were too common.
async fn pair(txn: &DatabaseTransaction, ids: &[u32]) -> Result<(Vec<(i32, i32)>, Vec<i64>)> {
    let own = keys_of(txn, ids.iter().copied()).await?;
    let hashes: HashSet<i64> = own.values().flat_map(|keys| keys.values().copied()).collect();
    let (rare, common) = shared(txn, hashes).await?;
    let sharing = sharing(txn, &rare).await?;
    let mut pairs = HashSet::new();
    let mut candidates = RoaringBitmap::new();
    for (one, keys) in &own {
        let others = keys.values().filter_map(|hash| sharing.get(hash)).flatten();
        for other in others.filter(|other| *other != one) {
            pairs.insert(ordered(*one, *other));
            candidates.insert(other.cast_unsigned());
        }
    }
    let all = keys_of(txn, candidates.iter().chain(ids.iter().copied())).await?;
    let alike = |(one, other): (i32, i32)| compare(one, other, all.get(&one)?, all.get(&other)?);
    let mut rows: Vec<Pair> = pairs.into_iter().filter_map(alike).collect();
    rows.sort_unstable_by_key(|it| (it.contact_id, it.other_id));
    forget_found(txn, ids).await?;
    // A pair that somebody has dismissed stays dismissed.
    db::insert_rows::<contact_duplicate::Entity>(txn, &rows, OnConflict::Ignore).await?;
    Ok((rows.iter().map(|it| (it.contact_id, it.other_id)).collect(), common))
}

/// Strings by their places.
type Keys = BTreeMap<i32, i64>;

async fn keys_of(
    txn: &DatabaseTransaction,
    ids: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Keys>> {
    let of_contacts =
        dialect::in_ids(txn.get_database_backend(), Expr::col(Column::ContactId), ids);
    let rows: Vec<(i32, i32, i64)> = Entity::find()
        .select_only()
        .columns([Column::ContactId, Column::Place, Column::Hash])
        .filter(of_contacts)
        .filter(Column::Place.gt(0))
        .into_tuple()
        .all(txn)
        .await?;
    let mut keys: HashMap<i32, Keys> = HashMap::new();
    for (contact_id, place, hash) in rows {
        keys.entry(contact_id).or_default().insert(place, hash);
    }
    Ok(keys)
}

/// Those of the strings that some contacts share, and those that too many do.
async fn shared(txn: &DatabaseTransaction, hashes: HashSet<i64>) -> Result<(Vec<i64>, Vec<i64>)> {
    let hashes: Vec<i64> = hashes.into_iter().collect();
    let among = dialect::in_numbers(txn.get_database_backend(), Expr::col(Column::Hash), &hashes);
    let counts: Vec<(i64, i64)> = Entity::find()
        .select_only()
        .column(Column::Hash)
        .column_as(Column::ContactId.count(), "contacts")
        .filter(among)
        .group_by(Column::Hash)
        .having(Column::ContactId.count().gt(1))
        .into_tuple()
        .all(txn)
        .await?;
    let (rare, common): (Vec<_>, Vec<_>) =
        counts.into_iter().partition(|(_, contacts)| *contacts <= SHARED_MAX as i64);
    let hashes = |counts: Vec<(i64, i64)>| counts.into_iter().map(|(hash, _)| hash).collect();
    Ok((hashes(rare), hashes(common)))
}

/// Who has each of the strings.
async fn sharing(txn: &DatabaseTransaction, hashes: &[i64]) -> Result<HashMap<i64, Vec<i32>>> {
    let among = dialect::in_numbers(txn.get_database_backend(), Expr::col(Column::Hash), hashes);
    let rows: Vec<(i64, i32)> = Entity::find()
        .select_only()
        .columns([Column::Hash, Column::ContactId])
        .filter(among)
        .into_tuple()
        .all(txn)
        .await?;
    let mut sharing: HashMap<i64, Vec<i32>> = HashMap::new();
    for (hash, contact_id) in rows {
        sharing.entry(hash).or_default().push(contact_id);
    }
    Ok(sharing)
}

/// The pair, if enough is equal of the strings that both have.
fn compare(one: i32, other: i32, of_one: &Keys, of_other: &Keys) -> Option<Pair> {
    let (mut compared, mut equal, mut places) = (0_i32, 0_i32, 0);
    for (place, hash) in of_one {
        let Some(others) = of_other.get(place) else { continue };
        compared += 1;
        if hash == others {
            equal += 1;
            places |= 1_i64 << place;
        }
    }
    let percentage = (100 * equal).checked_div(compared)?;
    (PERCENTAGE_MIN <= percentage).then_some(Pair {
        contact_id: one,
        other_id: other,
        percentage,
        places,
        dismissed: false,
    })
}

/// Forgets the pairs of contacts, but for those that were dismissed.
async fn forget_found(txn: &DatabaseTransaction, ids: &[u32]) -> Result<()> {
    use contact_duplicate::Column;
    for column in [Column::ContactId, Column::OtherId] {
        let ids = ids.iter().copied();
        contact_duplicate::Entity::delete_many()
            .filter(dialect::in_ids(txn.get_database_backend(), Expr::col(column), ids))
            .filter(Column::Dismissed.eq(false))
            .exec(txn)
            .await?;
    }
    Ok(())
}
