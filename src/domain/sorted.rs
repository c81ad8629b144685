//! Lists in an order that is asked for.

use sea_orm::{
    EntityTrait, Order as Direction, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

use crate::domain::{Context, Error, Page, PageArgs, Reason, Result};

/// What rows of a table may be ordered by.
pub(super) trait Sort: Copy {
    type Entity: EntityTrait;
    /// Where a row stands in a list.
    type Key;

    /// What rows are ordered by, which tells each from all others.
    fn columns(self) -> Vec<Expr>;

    fn key(self, row: &<Self::Entity as EntityTrait>::Model) -> Self::Key;

    /// The values of a key, beside the [columns](Self::columns); nothing for one of another order.
    fn values(self, key: &Self::Key) -> Option<Vec<Expr>>;
}

/// What a list is ordered by, and in which direction.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order<S> {
    pub by: S,
    pub descending: bool,
}

/// A page of `rows`.
///
/// # Errors
/// [`Reason::Invalid`] at `after` or `before` for a cursor of another order.
pub(super) async fn page<S: Sort>(
    context: &Context,
    mut rows: Select<S::Entity>,
    order: Order<S>,
    args: &PageArgs<S::Key>,
) -> Result<Page<S::Key, <S::Entity as EntityTrait>::Model>> {
    for (path, bound, above) in
        [("after", &args.after, !order.descending), ("before", &args.before, order.descending)]
    {
        let Some(key) = bound else { continue };
        let values = order.by.values(key).ok_or_else(|| other_order(path))?;
        let (row, key) = (Expr::tuple(order.by.columns()), Expr::tuple(values));
        rows = rows.filter(if above { row.gt(key) } else { row.lt(key) });
    }
    let falling = order.descending != args.take.is_last();
    let direction = if falling { Direction::Desc } else { Direction::Asc };
    for column in order.by.columns() {
        rows = rows.order_by(column, direction.clone());
    }
    let rows = rows.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (order.by.key(&row), row)).collect();
    Ok(Page::from_one_extra(items, args))
}

/// What is wrong with a cursor at `path` that belongs to a list in another order.
pub(super) fn other_order(path: &str) -> Error {
    let message = "This cursor belongs to a list in another order.";
    Error::reject(Reason::Invalid, &[path], message)
}
