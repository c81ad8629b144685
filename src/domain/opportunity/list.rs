//! Lists of opportunities, and what they add up to.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QueryResult,
    QuerySelect, Select,
    sea_query::{CaseStatement, Expr, ExprTrait, Func},
};

use crate::{
    domain::{
        Context, List, Page, Result, owned,
        planned::{Key, Owner},
        text,
    },
    entity::{
        kinds::{OpportunityStatus, Priority},
        opportunity::{self, Column},
    },
};

/// Which opportunities to list: those for which all holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OpportunityFilter {
    pub status: Option<Vec<OpportunityStatus>>,
    pub priority: Option<Vec<Priority>>,
    pub salesperson: Option<String>,
    /// Created on this day or later.
    pub from: Option<NaiveDate>,
    /// Created on this day or earlier.
    pub to: Option<NaiveDate>,
}

impl OpportunityFilter {
    fn rows(&self) -> Select<opportunity::Entity> {
        let one_of = |all: &Vec<OpportunityStatus>| Column::Status.is_in(all.iter().copied());
        let priority = |all: &Vec<Priority>| Column::Priority.is_in(all.iter().copied());
        // A code that none can be finds nothing.
        let salesperson = |it: &String| Column::Salesperson.eq(text::code(it).unwrap_or_default());
        let all = Condition::all()
            .add_option(self.status.as_ref().map(one_of))
            .add_option(self.priority.as_ref().map(priority))
            .add_option(self.salesperson.as_ref().map(salesperson))
            .add_option(self.from.map(|day| Column::Date.gte(day)))
            .add_option(self.to.map(|day| Column::Date.lte(day)));
        opportunity::Entity::find().filter(all)
    }
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List<OpportunityFilter, Key>,
) -> Result<HashMap<Owner, Page<Key, opportunity::Model>>> {
    owned::pages(context, owners, list, &list.filter.rows()).await
}

/// How many opportunities the lists have in all, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn counts(
    context: &Context,
    owners: &[Owner],
    filter: &OpportunityFilter,
) -> Result<HashMap<Owner, u64>> {
    owned::counts(context, owners, filter.rows()).await
}

/// The opportunity of each of these interactions, which are contact and id; those without one are left
/// out.
///
/// # Errors
/// What the database says.
pub async fn of_interactions(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), opportunity::Model>> {
    let rows = opportunity::Entity::find()
        .filter(Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
        .filter(Column::InteractionId.is_in(keys.iter().map(|(_, id)| *id)))
        .all(context.db.reader())
        .await?;
    let of = |row: opportunity::Model| Some(((row.contact_id, row.interaction_id?), row));
    Ok(rows.into_iter().filter_map(of).collect())
}

/// What opportunities add up to.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Totals {
    pub count: i64,
    /// Neither won nor lost.
    pub open: i64,
    pub won: i64,
    pub lost: i64,
    /// Of all of them, in ten-thousandths of the local currency; those without one add nothing.
    pub estimated_value: i64,
    /// Of the open ones.
    pub open_value: i64,
    /// Of those that were won.
    pub won_value: i64,
}

/// What the opportunities of each owner add up to, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn totals(context: &Context, owners: &[Owner]) -> Result<HashMap<Owner, Totals>> {
    let (won, lost) = (|| is(OpportunityStatus::Won), || is(OpportunityStatus::Lost));
    let open = || Column::ClosedDate.is_null();
    let totals = opportunity::Entity::find()
        .select_only()
        .expr_as(Column::Id.count(), "count")
        .expr_as(count_if(open()), "open")
        .expr_as(count_if(won()), "won")
        .expr_as(count_if(lost()), "lost")
        .expr_as(total(Column::EstimatedValue.into_simple_expr()), "estimated_value")
        .expr_as(value_if(open()), "open_value")
        .expr_as(value_if(won()), "won_value");
    let read = |row: &QueryResult| Totals::from_query_result(row, "");
    owned::aggregated(context, owners, &totals, read).await
}

fn is(status: OpportunityStatus) -> Expr {
    Column::Status.eq(status)
}

fn count_if(condition: Expr) -> Expr {
    Func::count(CaseStatement::new().case(condition, Expr::val(1))).into()
}

fn value_if(condition: Expr) -> Expr {
    let value = Column::EstimatedValue.into_simple_expr();
    total(CaseStatement::new().case(condition, value).into())
}

/// PostgreSQL adds up to a NUMERIC.
fn total(value: Expr) -> Expr {
    let sum = Expr::from(Func::sum(value));
    Expr::from(Func::coalesce([sum, Expr::val(0)])).cast_as("bigint")
}
