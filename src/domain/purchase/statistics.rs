//! What purchases add up to.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, FromQueryResult, QueryResult, QuerySelect,
    sea_query::{Expr, ExprTrait, Func},
};

use super::{Filter, Owner, list};
use crate::{
    domain::{Context, Result, owned},
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

/// The statistics of each owner; one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn statistics(
    context: &Context,
    owners: &[Owner],
    filter: &Filter,
) -> Result<HashMap<Owner, Statistics>> {
    // PostgreSQL adds up to a NUMERIC.
    let sum =
        |column: Column| Expr::from(Func::coalesce([column.sum(), Expr::val(0)])).cast_as("bigint");
    let statistics = list::all_of(context, filter)
        .select_only()
        .expr_as(Column::Id.count(), "count")
        .expr_as(sum(Column::Amount), "amount")
        .expr_as(sum(Column::Quantity), "quantity")
        .expr_as(Column::PostingDate.max(), "last_date");
    let read = |row: &QueryResult| Statistics::from_query_result(row, "");
    owned::aggregated(context, owners, &statistics, read).await
}
