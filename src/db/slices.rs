//! Slices of many lists at once: of each, the rows up to its limit.

use std::sync::atomic::Ordering;

use migration::shards;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, QueryResult, Value,
    sea_query::{ArrayType, Asterisk, Expr, Func, JoinType, Query, SelectStatement, UnionType},
};

use super::Database;

/// SQLite joins at most 500 arms; fewer keep the time to plan them short.
const ARMS_MAX: usize = 100;

/// The slices of all of `owners`, `slice_of` each, in few statements; the column `owner` says whose
/// a row is. A slice may have an order and a limit.
///
/// # Errors
/// What the database says.
pub async fn slices(
    db: &Database,
    owners: &[i64],
    slice_of: impl Fn(Expr) -> SelectStatement,
) -> Result<Vec<QueryResult>, DbErr> {
    let reader = db.reader();
    if db.backend() == DbBackend::Postgres && !db.unites_slices().load(Ordering::Relaxed) {
        match reader.query_all(&joined(owners, &slice_of)).await {
            // Citus does not join them, which is found out once.
            Err(_) if shards::has_citus(reader).await? => {
                db.unites_slices().store(true, Ordering::Relaxed);
            }
            done => return done,
        }
    }
    let mut rows = Vec::new();
    for owners in owners.chunks(ARMS_MAX) {
        let arms = owners.iter().map(|owner| arm(*owner, slice_of(Expr::val(*owner))));
        let union = arms.reduce(|mut union, arm| union.union(UnionType::All, arm).take());
        if let Some(union) = union {
            rows.extend(reader.query_all(&union).await?);
        }
    }
    Ok(rows)
}

/// A statement that is the same for any number of owners, so PostgreSQL plans it once.
fn joined(owners: &[i64], slice_of: impl Fn(Expr) -> SelectStatement) -> SelectStatement {
    let keys = owners.iter().map(|key| Value::BigInt(Some(*key))).collect();
    let keys = Expr::val(Value::Array(ArrayType::BigInt, Some(Box::new(keys))));
    let slice = slice_of(Expr::col(("owner", "owner")));
    Query::select()
        .column(("slice", Asterisk))
        .column(("owner", "owner"))
        .from_function(Func::cust("unnest").arg(keys), "owner")
        .join_lateral(JoinType::InnerJoin, slice, "slice", Expr::val(true))
        .to_owned()
}

fn arm(owner: i64, slice: SelectStatement) -> SelectStatement {
    Query::select()
        .column(Asterisk)
        .expr_as(Expr::val(owner), "owner")
        .from_subquery(slice, "slice")
        .to_owned()
}
