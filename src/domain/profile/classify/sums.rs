//! What the database adds up for each contact, each kind in one statement.

use sea_orm::{
    ColumnTrait, ConnectionTrait, IntoSimpleExpr,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SelectStatement},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::measure::Window;
use crate::{
    db,
    domain::{Error, Result},
    entity::{
        interaction,
        kinds::{OpportunityStatus, PurchaseSide},
        opportunity, purchase,
    },
};

/// What the interactions of one owner add up to.
#[derive(Deserialize)]
pub(super) struct Interactions {
    pub(super) owner: u32,
    pub(super) count: i64,
    /// In ten-thousandths.
    pub(super) cost: i64,
    pub(super) minutes: i64,
}

/// By owner: canceled and postponed interactions do not count.
///
/// # Errors
/// What the database says.
pub(super) async fn interactions(
    db: &impl ConnectionTrait,
    owner: interaction::Column,
    window: Window,
) -> Result<Vec<Interactions>> {
    use interaction::Column as I;
    let mut grouped = Query::select();
    grouped
        .expr_as(Expr::col(owner), "owner")
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .expr_as(Func::sum(Expr::col(I::Cost)), "cost")
        .expr_as(Func::sum(Expr::col(I::DurationMin)), "minutes")
        .from(interaction::Entity)
        // Those of contacts who have been deleted are nobody's.
        .and_where(owner.gt(0))
        .and_where(I::Canceled.eq(false))
        .and_where(I::Postponed.eq(false))
        .and_where(I::Date.between(window.from, window.to))
        .group_by_col(owner);
    rows_of(db, grouped, ["owner", "count", "cost", "minutes"]).await
}

/// How many opportunities of one owner came to which end.
#[derive(Deserialize)]
pub(super) struct Opportunities {
    pub(super) owner: u32,
    pub(super) won: i64,
    pub(super) lost: i64,
}

/// By owner: those that were closed on these days.
///
/// # Errors
/// What the database says.
pub(super) async fn opportunities(
    db: &impl ConnectionTrait,
    owner: opportunity::Column,
    window: Window,
) -> Result<Vec<Opportunities>> {
    use opportunity::Column as O;
    let count_of = |status: OpportunityStatus| {
        Func::count(CaseStatement::new().case(O::Status.eq(status), Expr::val(1)))
    };
    let mut grouped = Query::select();
    grouped
        .expr_as(Expr::col(owner), "owner")
        .expr_as(count_of(OpportunityStatus::Won), "won")
        .expr_as(count_of(OpportunityStatus::Lost), "lost")
        .from(opportunity::Entity)
        // Those of contacts who have been deleted are nobody's.
        .and_where(owner.gt(0))
        .and_where(O::ClosedDate.between(window.from, window.to))
        .group_by_col(owner);
    rows_of(db, grouped, ["owner", "won", "lost"]).await
}

/// What the purchases of one company add up to.
#[derive(Deserialize)]
pub(super) struct Purchases {
    pub(super) owner: u32,
    /// In ten-thousandths.
    pub(super) amount: i64,
    /// Of invoices only, in ten-thousandths.
    pub(super) invoiced: i64,
    pub(super) invoices: i64,
}

/// By company. An invoice is a document that is called so, or called nothing; an entry without a number
/// is one by itself.
///
/// # Errors
/// What the database says.
pub(super) async fn purchases(
    db: &impl ConnectionTrait,
    side: PurchaseSide,
    window: Window,
) -> Result<Vec<Purchases>> {
    use purchase::Column as P;
    let called = Func::lower(P::DocumentType.into_simple_expr());
    let is_invoice = P::DocumentType.is_null().or(Expr::from(called).like("%invoice"));
    let if_invoice = |then: Expr| CaseStatement::new().case(is_invoice.clone(), then);
    let invoiced = if_invoice(P::Amount.into_simple_expr()).finally(Expr::val(0_i64));
    let numbers = if_invoice(P::DocumentNo.into_simple_expr());
    let without = is_invoice.clone().and(P::DocumentNo.is_null());
    let without = CaseStatement::new().case(without, Expr::val(1));
    let invoices = Expr::from(Func::count_distinct(numbers)).add(Expr::from(Func::count(without)));
    let mut grouped = Query::select();
    grouped
        .expr_as(Expr::col(P::ContactId), "owner")
        .expr_as(Func::sum(Expr::col(P::Amount)), "amount")
        .expr_as(Func::sum(invoiced), "invoiced")
        .expr_as(invoices, "invoices")
        .from(purchase::Entity)
        .and_where(P::Side.eq(side))
        .and_where(P::PostingDate.between(window.from, window.to))
        .group_by_col(P::ContactId);
    rows_of(db, grouped, ["owner", "amount", "invoiced", "invoices"]).await
}

/// The rows of a statement, which come as one value.
async fn rows_of<T: DeserializeOwned, const N: usize>(
    db: &impl ConnectionTrait,
    rows: SelectStatement,
    columns: [&'static str; N],
) -> Result<Vec<T>> {
    let whole = Query::select().from_subquery(rows, "found").to_owned();
    let columns = columns.map(|it| Expr::col(("found", it))).to_vec();
    let json = db::json_rows(db, whole, columns).await?;
    let unreadable = |err| Error::Corrupt(format!("sums can't be read: {err}"));
    serde_json::from_str(&json).map_err(unreadable)
}
