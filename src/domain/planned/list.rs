//! Lists of opportunities and of tasks, each of many owners at once.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, FromQueryResult, IntoSimpleExpr, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{Key, Owner, Planned};
use crate::domain::{Context, Page, PageArgs, Result, arms};

/// Which lists to fetch beside each other: the same slice of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct List<F> {
    pub filter: F,
    /// The latest date first; the earliest first otherwise.
    pub latest_first: bool,
    pub args: PageArgs<Key>,
}

/// The page of each owner, with one statement for each kind of owner.
pub(in crate::domain) async fn pages<E: Planned, F>(
    context: &Context,
    owners: &[Owner],
    list: &List<F>,
    filter: &Condition,
) -> Result<HashMap<Owner, Page<Key, E::Model>>> {
    let descending = list.latest_first != list.args.take.is_last();
    let order = if descending { Order::Desc } else { Order::Asc };
    let mut pages = HashMap::with_capacity(owners.len());
    for (column, owners) in by_column::<E>(owners) {
        let list_of = |owner: Expr| {
            let owned = column.map(|column| column.into_simple_expr().eq(owner));
            let mut query = E::find().filter(filter.clone().add_option(owned));
            if let Some(after) = list.args.after {
                query = query.filter(beyond::<E>(after, !list.latest_first));
            }
            if let Some(before) = list.args.before {
                query = query.filter(beyond::<E>(before, list.latest_first));
            }
            query.order_by(E::DATE, order.clone()).order_by(E::ID, order.clone())
        };
        let keys: Vec<i64> = owners.iter().map(|owner| owner.key()).collect();
        let found =
            arms::pages(&context.db, &keys, list_of, &list.args, descending, E::key).await?;
        pages.extend(owners.into_iter().zip(found));
    }
    Ok(pages)
}

/// How many there are of each owner, with one statement for each kind of owner.
pub(in crate::domain) async fn counts<E: Planned>(
    context: &Context,
    owners: &[Owner],
    filter: &Condition,
) -> Result<HashMap<Owner, u64>>
where
    E::Model: Sync,
{
    let mut counts: HashMap<Owner, u64> = owners.iter().map(|owner| (*owner, 0)).collect();
    for (column, owners) in by_column::<E>(owners) {
        let all = E::find().filter(filter.clone());
        let Some(column) = column else {
            counts.insert(Owner::Everybody, all.count(context.db.reader()).await?);
            continue;
        };
        let of_owners = column.is_in(owners.iter().map(|owner| owner.key()));
        let rows = all
            .filter(of_owners)
            .select_only()
            .expr_as(column.into_simple_expr().cast_as("bigint"), "owner")
            .column_as(E::ID.count(), "count")
            .group_by(column)
            .into_model::<Counted>()
            .all(context.db.reader())
            .await?;
        for owner in owners {
            if let Some(row) = rows.iter().find(|row| row.owner == owner.key()) {
                counts.insert(owner, row.count.cast_unsigned());
            }
        }
    }
    Ok(counts)
}

#[derive(FromQueryResult)]
struct Counted {
    owner: i64,
    count: i64,
}

/// Owners by the column that tells whose a row is.
pub(in crate::domain) fn by_column<E: Planned>(
    owners: &[Owner],
) -> Vec<(Option<E::Column>, Vec<Owner>)> {
    let mut by_kind: HashMap<_, Vec<Owner>> = HashMap::new();
    for owner in owners {
        by_kind.entry(std::mem::discriminant(owner)).or_default().push(*owner);
    }
    by_kind.into_values().map(|owners| (E::owner(owners[0]), owners)).collect()
}

/// The owner with this key.
pub(in crate::domain) fn owner_of(owners: &[Owner], key: i64) -> Option<Owner> {
    owners.iter().copied().find(|owner| owner.key() == key)
}

pub(in crate::domain) fn keys_of(owners: &[Owner]) -> Vec<i64> {
    owners.iter().map(|owner| owner.key()).collect()
}

/// Later than `key`, or earlier.
fn beyond<E: Planned>(key: Key, later: bool) -> Expr {
    let row = Expr::tuple([E::DATE.into_simple_expr(), E::ID.into_simple_expr()]);
    let key = Expr::tuple([Expr::val(key.0), Expr::val(key.1)]);
    if later { row.gt(key) } else { row.lt(key) }
}
