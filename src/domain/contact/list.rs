//! Lists of contacts in any of their orders, whole or restricted, a page at a time at any depth.
//!
//! Each order has an index. A page without a set is a slice of the index. With a set there are two
//! ways: walk the index and test each contact in the process, good for a set that holds many; or
//! let the database sort the contacts of the set, good for one that holds few.

use roaring::RoaringBitmap;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::{self, dialect},
    domain::{self, Error, Page, PageArgs, Result, access::Viewer, sorted::other_order},
    entity::contact,
};

/// What a list of contacts is ordered by. What is missing comes last.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderBy {
    /// Company name, company, companies before people, name (ADD-6).
    #[default]
    Company,
    No,
    Name,
    City,
    PostCode,
}

/// The order of a list; those that are equal are ordered by key.
pub type Order = domain::Order<OrderBy>;

/// The order that is asked for; unless one is, that by company name, or by number for those who may
/// not see names.
///
/// # Errors
/// [`Forbidden`](crate::domain::Reason::Forbidden) at `orderBy` for one that would tell what the viewer
/// may not see.
pub fn order(viewer: &Viewer, asked: Option<Order>) -> Result<Order> {
    match asked {
        Some(order) if order.by == OrderBy::No => Ok(order),
        Some(order) => viewer.require_personal(&["orderBy"]).map(|()| order),
        None if viewer.sees_personal_data() => Ok(Order::default()),
        None => Ok(Order { by: OrderBy::No, ..Order::default() }),
    }
}

/// Where a contact stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key(pub(super) Order, pub(super) String, pub(super) u32);

/// Which contacts a list holds.
#[derive(Clone, Debug)]
pub struct Restriction<'a> {
    /// A condition on columns of `contact`.
    pub condition: Condition,
    /// Those in this set.
    pub set: Option<&'a RoaringBitmap>,
}

impl<'a> Restriction<'a> {
    /// All contacts.
    pub fn none() -> Self {
        Self { condition: Condition::all(), set: None }
    }

    /// The contacts of a set.
    pub fn to(set: &'a RoaringBitmap) -> Self {
        Self { set: Some(set), ..Self::none() }
    }
}

/// Sets up to this size are sorted by the database, whatever the estimate.
const SORTED_ANYWAY_MAX: u64 = 1_000;
/// What reading and sorting one contact of a set costs, in steps of a walk.
const SORT_COST: u64 = 2;
/// How many rows a walk takes at once: at first, and later.
const CHUNK_MIN: u64 = 200;
const CHUNK_MAX: u64 = 20_000;

/// The keys of the contacts on a page of a list.
///
/// # Errors
/// [`Invalid`](crate::domain::Reason::Invalid) at `after` or `before` for a cursor of another order; what
/// the database says.
pub async fn page_of_ids(
    db: &impl ConnectionTrait,
    restriction: &Restriction<'_>,
    order: Order,
    args: &PageArgs<Key>,
) -> Result<Page<Key, u32>> {
    let mut slice = Slice::new(restriction, order, args)?;
    let wanted = args.take.count() + 1;
    let rows = match restriction.set {
        None => slice.fetch(db, wanted, None).await?,
        Some(set) if is_better_sorted(set, wanted) => slice.fetch(db, wanted, Some(set)).await?,
        Some(set) => walk(db, &mut slice, wanted, set).await?,
    };
    let items = rows.into_iter().map(|key| (key.clone(), key.2)).collect();
    Ok(Page::from_one_extra(items, args))
}

/// Whether sorting a set costs less than walking an index until `wanted` of it are found, if its
/// contacts are spread evenly. Keys are dense, so the greatest tells how many contacts there are.
fn is_better_sorted(set: &RoaringBitmap, wanted: u64) -> bool {
    set.len() <= SORTED_ANYWAY_MAX || set.len() * SORT_COST < walk_for(set, wanted)
}

/// How many rows of an index lie between `wanted` contacts of a set that is spread evenly.
fn walk_for(set: &RoaringBitmap, wanted: u64) -> u64 {
    set.max().map_or(0, |max| wanted.saturating_mul(u64::from(max) / set.len()))
}

/// Walks the index until enough contacts of the set are found, or until sorting the set would have
/// been cheaper, which is then done.
async fn walk(
    db: &impl ConnectionTrait,
    slice: &mut Slice,
    wanted: u64,
    set: &RoaringBitmap,
) -> Result<Vec<Key>> {
    let mut found = Vec::new();
    let mut walked = 0;
    // A quarter more than should do.
    let expected = walk_for(set, wanted);
    let mut chunk = (expected + expected / 4).clamp(CHUNK_MIN, CHUNK_MAX);
    loop {
        if set.len() * SORT_COST < walked {
            let rest = slice.fetch(db, wanted - found.len() as u64, Some(set)).await?;
            found.extend(rest);
            return Ok(found);
        }
        let rows = slice.fetch(db, chunk, None).await?;
        let is_last = (rows.len() as u64) < chunk;
        walked += rows.len() as u64;
        slice.start = rows.last().cloned().or(slice.start.take());
        let missing = usize::try_from(wanted).unwrap_or(usize::MAX) - found.len();
        found.extend(rows.into_iter().filter(|key| set.contains(key.2)).take(missing));
        if is_last || wanted <= found.len() as u64 {
            return Ok(found);
        }
        chunk = std::cmp::min(chunk * 2, CHUNK_MAX);
    }
}

/// A stretch of an index, read from its start in the direction of the page.
struct Slice {
    order: Order,
    condition: Condition,
    /// Whether it is read from greater keys to smaller ones.
    falling: bool,
    start: Option<Key>,
    end: Option<Key>,
}

impl Slice {
    fn new(restriction: &Restriction<'_>, order: Order, args: &PageArgs<Key>) -> Result<Self> {
        for (cursor, path) in [(&args.after, "after"), (&args.before, "before")] {
            if cursor.as_ref().is_some_and(|key| key.0 != order) {
                return Err(other_order(path));
            }
        }
        let (mut start, mut end) = (args.after.clone(), args.before.clone());
        if args.take.is_last() {
            std::mem::swap(&mut start, &mut end);
        }
        let falling = order.descending != args.take.is_last();
        Ok(Self { order, condition: restriction.condition.clone(), falling, start, end })
    }

    /// The next keys, at most `limit`; of contacts in `set` if there is one.
    async fn fetch(
        &self,
        db: &impl ConnectionTrait,
        limit: u64,
        set: Option<&RoaringBitmap>,
    ) -> Result<Vec<Key>> {
        let greater = !self.falling;
        let stretches = match &self.start {
            None => vec![None],
            // First those at the same place, whose index is by key then. SQLite would go through all
            // of them in search of the key: in an index on an expression it goes by that alone.
            Some(start) if is_expression(self.order.by) => {
                vec![Some(beside(start, greater)), Some(further(start, greater))]
            }
            Some(start) => vec![Some(beyond(start, greater))],
        };
        let mut keys = Vec::new();
        for condition in stretches {
            let missing = limit - keys.len() as u64;
            if missing == 0 {
                break;
            }
            let mut query = self.stretch(missing, condition);
            if let Some(set) = set {
                let id = Expr::col((contact::Entity, contact::Column::Id));
                query.and_where(dialect::in_ids(db.get_database_backend(), id, set.iter()));
            }
            keys.extend(self.rows(db, query).await?);
        }
        Ok(keys)
    }

    /// The keys that a stretch names, as one value: a walk may take thousands to find a few.
    async fn rows(&self, db: &impl ConnectionTrait, stretch: SelectStatement) -> Result<Vec<Key>> {
        let rows = Query::select().from_subquery(stretch, "stretch").to_owned();
        let columns = ["place", "id"].map(|column| Expr::col(("stretch", column)));
        let rows = db::json_rows(db, rows, columns.into()).await?;
        let mut rows: Vec<(String, u32)> =
            serde_json::from_str(&rows).map_err(|err| Error::Corrupt(err.to_string()))?;
        // Such a value has them as they come, which no database promises.
        rows.sort_unstable();
        if self.falling {
            rows.reverse();
        }
        Ok(rows.into_iter().map(|(place, id)| Key(self.order, place, id)).collect())
    }

    /// A stretch without a break, from where a condition begins to hold.
    fn stretch(&self, limit: u64, condition: Option<Expr>) -> SelectStatement {
        let place = place(self.order.by);
        let id = Expr::col((contact::Entity, contact::Column::Id));
        let direction = if self.falling { sea_orm::Order::Desc } else { sea_orm::Order::Asc };
        let mut query = Query::select();
        query
            .expr_as(place.clone(), "place")
            .expr_as(id.clone(), "id")
            .from(contact::Entity)
            .cond_where(self.condition.clone())
            .order_by_expr(place, direction.clone())
            .order_by_expr(id, direction)
            .limit(limit);
        if let Some(condition) = condition {
            query.and_where(condition);
        }
        if let Some(key) = &self.end {
            query.and_where(beyond(key, self.falling));
        }
        query
    }
}

/// At the place of a key, and past it.
fn beside(key: &Key, greater: bool) -> Expr {
    let id = Expr::col((contact::Entity, contact::Column::Id));
    let here = place(key.0.by).eq(key.1.as_str());
    let key = key.2.cast_signed();
    here.and(if greater { id.gt(key) } else { id.lt(key) })
}

/// Past the place of a key.
fn further(key: &Key, greater: bool) -> Expr {
    let (place, here) = (place(key.0.by), key.1.as_str());
    if greater { place.gt(here) } else { place.lt(here) }
}

/// Past a key, towards greater ones or smaller ones. The first half says nothing new, but leads
/// SQLite to an index on an expression.
fn beyond(key: &Key, greater: bool) -> Expr {
    let place = place(key.0.by);
    let here = Expr::tuple([place.clone(), Expr::col((contact::Entity, contact::Column::Id))]);
    let there = Expr::tuple([Expr::val(key.1.as_str()), Expr::val(key.2.cast_signed())]);
    if greater {
        place.gte(key.1.as_str()).and(here.gt(there))
    } else {
        place.lte(key.1.as_str()).and(here.lt(there))
    }
}

/// Whether that is no column.
fn is_expression(by: OrderBy) -> bool {
    matches!(by, OrderBy::City | OrderBy::PostCode)
}

/// What the index of an order begins with, word for word.
pub(super) fn place(by: OrderBy) -> Expr {
    let column = |column| Expr::col((contact::Entity, column));
    match by {
        OrderBy::Company => column(contact::Column::SortKey),
        OrderBy::No => column(contact::Column::No),
        OrderBy::Name => column(contact::Column::NameFold),
        OrderBy::City => Expr::cust("COALESCE(contact.city_fold, '\u{10FFFD}')"),
        OrderBy::PostCode => Expr::cust("COALESCE(contact.post_code, '\u{10FFFD}')"),
    }
}
