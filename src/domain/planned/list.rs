//! Lists of opportunities and of tasks, each of many owners at once.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, TryGetable,
    sea_query::{Expr, ExprTrait},
};

use super::{Key, Owner, Planned};
use crate::{
    db,
    domain::{Context, Page, PageArgs, Result, arms},
};

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
    for (_, owners) in by_column::<E>(owners) {
        let list_of = |owner: Expr| {
            let mut query = E::owned(E::find(), owners[0], owner).filter(filter.clone());
            if let Some(after) = list.args.after {
                query = query.filter(beyond::<E>(after, !list.latest_first));
            }
            if let Some(before) = list.args.before {
                query = query.filter(beyond::<E>(before, list.latest_first));
            }
            query.order_by(E::DATE, order.clone()).order_by(E::ID, order.clone())
        };
        let keys = keys_of(&owners);
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
) -> Result<HashMap<Owner, u64>> {
    let counts = summed::<E, i64>(context, owners, filter, E::ID.count()).await?;
    Ok(counts.into_iter().map(|(owner, count)| (owner, count.cast_unsigned())).collect())
}

/// What `sum`, an aggregate, comes to over those of each owner, with one statement for each kind of owner.
pub(in crate::domain) async fn summed<E: Planned, T: TryGetable>(
    context: &Context,
    owners: &[Owner],
    filter: &Condition,
    sum: Expr,
) -> Result<HashMap<Owner, T>> {
    let mut sums = HashMap::with_capacity(owners.len());
    for (_, owners) in by_column::<E>(owners) {
        let sum_of = |owner: Expr| {
            let rows = E::owned(E::find(), owners[0], owner).filter(filter.clone());
            rows.select_only().expr_as(sum.clone(), "sum").into_query()
        };
        for row in db::slices(&context.db, &keys_of(&owners), sum_of).await? {
            if let Some(owner) = owner_of(&owners, row.try_get("", "owner")?) {
                sums.insert(owner, row.try_get("", "sum")?);
            }
        }
    }
    Ok(sums)
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
