//! Lists of what belongs to somebody and has a day, each of many owners at once.

use std::{collections::HashMap, hash::Hash};

use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoSimpleExpr, Order, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    db,
    domain::{Context, Page, PageArgs, Result, arms},
};

/// Whose a list is.
pub(super) trait Owner: Copy + Eq + Hash {
    /// What is looked for to find what is theirs; of everybody, anything.
    fn key(self) -> i64;
}

/// Rows that belong to somebody, and have a day.
pub(super) trait Owned: EntityTrait {
    type Owner: Owner;
    /// Where a row stands in a list.
    type Key: Copy + Ord;

    /// What rows are ordered by, the day first.
    const ORDER: &'static [Self::Column];

    fn key(row: &Self::Model) -> Self::Key;

    /// The values of a key, beside [`ORDER`](Self::ORDER).
    fn values(key: Self::Key) -> Vec<Expr>;

    /// What tells whose a row is; nothing does for everybody's.
    fn column(owner: Self::Owner) -> Option<Self::Column>;

    /// Those of `rows` that are of the owner with this key, of the same kind as `owner`; of everybody's, all.
    fn owned(rows: Select<Self>, owner: Self::Owner, key: Expr) -> Select<Self> {
        match Self::column(owner) {
            Some(column) => rows.filter(column.into_simple_expr().eq(key)),
            None => rows,
        }
    }
}

/// Which lists to fetch beside each other: the same slice of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct List<F, K> {
    pub filter: F,
    /// The latest day first; the earliest first otherwise.
    pub latest_first: bool,
    pub args: PageArgs<K>,
}

/// The page of each owner of those of `rows` that are theirs, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub(super) async fn pages<E: Owned, F>(
    context: &Context,
    owners: &[E::Owner],
    list: &List<F, E::Key>,
    rows: &Select<E>,
) -> Result<HashMap<E::Owner, Page<E::Key, E::Model>>> {
    let descending = list.latest_first != list.args.take.is_last();
    let order = if descending { Order::Desc } else { Order::Asc };
    let mut between = rows.clone();
    for (bound, later) in
        [(list.args.after, !list.latest_first), (list.args.before, list.latest_first)]
    {
        if let Some(key) = bound {
            between = between.filter(beyond::<E>(key, later));
        }
    }
    for column in E::ORDER {
        between = between.order_by(*column, order.clone());
    }
    let mut pages = HashMap::with_capacity(owners.len());
    for owners in by_kind(owners) {
        let keys: Vec<i64> = owners.iter().map(|owner| owner.key()).collect();
        let list_of = |owner: Expr| E::owned(between.clone(), owners[0], owner);
        let found =
            arms::pages(&context.db, &keys, list_of, &list.args, descending, E::key).await?;
        pages.extend(owners.into_iter().zip(found));
    }
    Ok(pages)
}

/// How many of `rows` are of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub(super) async fn counts<E: Owned>(
    context: &Context,
    owners: &[E::Owner],
    rows: Select<E>,
) -> Result<HashMap<E::Owner, u64>> {
    let count = rows.select_only().expr_as(E::ORDER[0].count(), "count");
    let read = |row: &QueryResult| Ok(row.try_get::<i64>("", "count")?.cast_unsigned());
    aggregated(context, owners, &count, read).await
}

/// What aggregates, which are all that `rows` select, come to over those of each owner, with one statement
/// for each kind of owner.
///
/// # Errors
/// What the database says.
pub(super) async fn aggregated<E: Owned, T>(
    context: &Context,
    owners: &[E::Owner],
    rows: &Select<E>,
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<HashMap<E::Owner, T>> {
    let mut aggregated = HashMap::with_capacity(owners.len());
    for owners in by_kind(owners) {
        let by_key: HashMap<i64, E::Owner> =
            owners.iter().map(|owner| (owner.key(), *owner)).collect();
        let keys: Vec<i64> = by_key.keys().copied().collect();
        let of = |owner: Expr| E::owned(rows.clone(), owners[0], owner).into_query();
        for row in db::slices(&context.db, &keys, of).await? {
            if let Some(owner) = by_key.get(&row.try_get("", "owner")?) {
                aggregated.insert(*owner, read(&row)?);
            }
        }
    }
    Ok(aggregated)
}

/// Owners of the same kind together: what is theirs is told by one column.
fn by_kind<O: Owner>(owners: &[O]) -> impl Iterator<Item = Vec<O>> {
    let mut by_kind: HashMap<_, Vec<O>> = HashMap::new();
    for owner in owners {
        by_kind.entry(std::mem::discriminant(owner)).or_default().push(*owner);
    }
    by_kind.into_values()
}

/// Later than `key`, or earlier. The day once more by itself, for indexes that have no more of the key.
fn beyond<E: Owned>(key: E::Key, later: bool) -> Condition {
    let (day, values) = (E::ORDER[0].into_simple_expr(), E::values(key));
    let row = Expr::tuple(E::ORDER.iter().map(|column| column.into_simple_expr()));
    let first = values[0].clone();
    let key = Expr::tuple(values);
    match later {
        true => Condition::all().add(day.gte(first)).add(row.gt(key)),
        false => Condition::all().add(day.lte(first)).add(row.lt(key)),
    }
}
