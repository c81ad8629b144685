//! Who attends a meeting with several contacts: it has no contact of its own.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, Order,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::{
    db::dialect,
    domain::{Context, Page, PageArgs, Result, arms, segment::Plan},
    entity::{
        contact,
        task_attendee::{Column, Entity, Model},
    },
};

/// The contact of a task that has none of its own.
pub(in crate::domain) const NOBODY: i32 = 0;

/// A page of those who attend each of the meetings, in the order of their keys.
///
/// # Errors
/// What the database says.
pub async fn attendees(
    context: &Context,
    meetings: &[i64],
    args: &PageArgs<i32>,
) -> Result<HashMap<i64, Page<i32, Model>>> {
    let descending = args.take.is_last();
    let order = if descending { Order::Desc } else { Order::Asc };
    let list_of = |meeting: Expr| {
        let mut query = Entity::find().filter(Column::TaskId.into_simple_expr().eq(meeting));
        if let Some(after) = args.after {
            query = query.filter(Column::ContactId.gt(after));
        }
        if let Some(before) = args.before {
            query = query.filter(Column::ContactId.lt(before));
        }
        query.order_by(Column::ContactId, order.clone())
    };
    let key = |row: &Model| row.contact_id;
    let pages = arms::pages(&context.db, meetings, list_of, args, descending, key).await?;
    Ok(meetings.iter().copied().zip(pages).collect())
}

/// How many attend each of the meetings; those that nobody attends are left out.
///
/// # Errors
/// What the database says.
pub async fn attendees_counts(context: &Context, meetings: &[i64]) -> Result<HashMap<i64, u64>> {
    let counts: Vec<(i64, i64)> = Entity::find()
        .select_only()
        .column(Column::TaskId)
        .column_as(Column::ContactId.count(), "count")
        .filter(Column::TaskId.is_in(meetings.iter().copied()))
        .group_by(Column::TaskId)
        .into_tuple()
        .all(context.db.reader())
        .await?;
    Ok(counts.into_iter().map(|(meeting, count)| (meeting, count.cast_unsigned())).collect())
}

/// The keys of those who attend one of `meetings`, in the column `id`.
pub(super) fn attending(meetings: &[i64]) -> SelectStatement {
    Entity::find()
        .select_only()
        .column_as(Column::ContactId, "id")
        .filter(Column::TaskId.is_in(meetings.iter().copied()))
        .into_query()
}

/// Whether anybody attends a meeting.
pub(super) async fn is_attended(txn: &DatabaseTransaction, meeting: i64) -> Result<bool> {
    Ok(Entity::find().filter(Column::TaskId.eq(meeting)).one(txn).await?.is_some())
}

/// Has those attend a meeting with whom it is planned.
pub(super) async fn invite(txn: &DatabaseTransaction, plan: &Plan, meeting: i64) -> Result<u64> {
    let mut invited = 0;
    for piece in plan.pieces() {
        let id = contact::Column::Id.into_simple_expr();
        let rows = Query::select()
            .expr(id.clone())
            .expr(Expr::val(meeting).cast_as("bigint"))
            .expr(contact::Column::CompanyId.into_simple_expr())
            .from(contact::Entity)
            .and_where(dialect::in_ids(txn.get_database_backend(), id, piece.into_iter()))
            .to_owned();
        let insert = Query::insert()
            .into_table(Entity)
            .columns([Column::ContactId, Column::TaskId, Column::CompanyId])
            .select_from(rows)
            .expect("as many expressions as columns")
            .to_owned();
        invited += txn.execute(&insert).await?.rows_affected();
    }
    Ok(invited)
}

/// Nobody attends a meeting any more.
pub(super) async fn forget(txn: &DatabaseTransaction, meeting: i64) -> Result<()> {
    Entity::delete_many().filter(Column::TaskId.eq(meeting)).exec(txn).await?;
    Ok(())
}
