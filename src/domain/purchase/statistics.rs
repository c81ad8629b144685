//! What purchases add up to.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Func},
};

use super::{Filter, Owner, list};
use crate::{
    domain::{Context, Result},
    entity::purchase::Column,
};

/// What purchases add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Statistics {
    pub count: i64,
    /// In ten-thousandths of the local currency.
    pub amount: i64,
    /// In ten-thousandths.
    pub quantity: i64,
    pub last_date: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct Row {
    owner: i64,
    #[sea_orm(nested)]
    statistics: Statistics,
}

/// The statistics of each owner; one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn statistics(
    context: &Context,
    owners: &[Owner],
    filter: &Filter,
) -> Result<HashMap<Owner, Statistics>> {
    let mut all: HashMap<Owner, Statistics> =
        owners.iter().map(|owner| (*owner, Statistics::default())).collect();
    for (column, owners) in list::by_column(owners) {
        let by_key: HashMap<i64, Owner> =
            owners.into_iter().map(|owner| (owner.key(), owner)).collect();
        // PostgreSQL adds up to a NUMERIC.
        let sum = |column: Column| {
            Expr::from(Func::coalesce([column.sum(), Expr::val(0)])).cast_as("bigint")
        };
        let mut query = list::all_of(context, filter).select_only();
        query = match column {
            Some(column) => query
                .filter(column.is_in(by_key.keys().copied()))
                .expr_as(column.into_simple_expr().cast_as("bigint"), "owner")
                .group_by(column),
            // Everybody is one group, and it is there even if it is empty.
            None => query.expr_as(Expr::val(0_i64).cast_as("bigint"), "owner"),
        };
        let rows = query
            .expr_as(Column::Id.count(), "count")
            .expr_as(sum(Column::Amount), "amount")
            .expr_as(sum(Column::Quantity), "quantity")
            .expr_as(Column::PostingDate.max(), "last_date")
            .into_model::<Row>()
            .all(context.db.reader())
            .await?;
        for row in rows {
            if let Some(owner) = by_key.get(&row.owner) {
                all.insert(*owner, row.statistics);
            }
        }
    }
    Ok(all)
}
