//! The people of companies.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Condition, Expr, ExprTrait, Func, Query, SelectStatement, WindowStatement},
};

use super::list::{Key, Order, Restriction, page_of_ids, place};
use crate::{
    db::dialect,
    domain::{Page, PageArgs, Result, Take},
    entity::contact,
};

/// A page of the people of a company.
///
/// # Errors
/// As [`page_of_ids`].
pub async fn page(
    db: &impl ConnectionTrait,
    company_id: i32,
    order: Order,
    args: &PageArgs<Key>,
) -> Result<Page<Key, u32>> {
    let condition = Condition::all()
        .add(contact::Column::CompanyId.eq(company_id))
        .add(contact::Column::Id.ne(company_id));
    page_of_ids(db, &Restriction { condition, set: None }, order, args).await
}

/// A page from either end of the people of each company, with one statement. Companies without
/// people are left out.
///
/// # Errors
/// What the database says.
pub async fn pages(
    db: &impl ConnectionTrait,
    companies: impl Iterator<Item = u32>,
    order: Order,
    take: Take,
) -> Result<HashMap<i32, Page<Key, u32>>> {
    let (company_id, number) = (Alias::new("company_id"), Alias::new("number"));
    let numbered = numbered(people_of(db, companies), order, take);
    let mut query = Query::select();
    query
        .columns([company_id.clone(), Alias::new("place"), Alias::new("id")])
        .from_subquery(numbered, Alias::new("people"))
        .and_where(Expr::col(number.clone()).lte(take.count() + 1))
        .order_by(company_id, sea_orm::Order::Asc)
        .order_by(number, sea_orm::Order::Asc);
    let mut rows: HashMap<i32, Vec<(Key, u32)>> = HashMap::new();
    for row in db.query_all(&query).await? {
        let id = row.try_get::<i32>("", "id")?.cast_unsigned();
        let key = Key(order, row.try_get("", "place")?, id);
        rows.entry(row.try_get("", "company_id")?).or_default().push((key, id));
    }
    let args = PageArgs { after: None, before: None, take };
    Ok(rows.into_iter().map(|(id, rows)| (id, Page::from_one_extra(rows, &args))).collect())
}

/// The people with their numbers within their companies, counted from the end that is asked for.
fn numbered(people: Condition, order: Order, take: Take) -> SelectStatement {
    let direction = match order.descending != take.is_last() {
        true => sea_orm::Order::Desc,
        false => sea_orm::Order::Asc,
    };
    let window = WindowStatement::partition_by((contact::Entity, contact::Column::CompanyId))
        .order_by_expr(place(order.by), direction.clone())
        .order_by((contact::Entity, contact::Column::Id), direction)
        .to_owned();
    Query::select()
        .column((contact::Entity, contact::Column::CompanyId))
        .expr_as(place(order.by), Alias::new("place"))
        .column((contact::Entity, contact::Column::Id))
        .expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, Alias::new("number"))
        .from(contact::Entity)
        .cond_where(people)
        .to_owned()
}

/// How many people each company has. Companies without people are left out.
///
/// # Errors
/// What the database says.
pub async fn counts(
    db: &impl ConnectionTrait,
    companies: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, u64>> {
    let counts: Vec<(i32, i64)> = contact::Entity::find()
        .select_only()
        .column(contact::Column::CompanyId)
        .column_as(contact::Column::Id.count(), "people")
        .filter(people_of(db, companies))
        .group_by(contact::Column::CompanyId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(|(id, count)| (id, count.cast_unsigned())).collect())
}

fn people_of(db: &impl ConnectionTrait, companies: impl Iterator<Item = u32>) -> Condition {
    let company_id = Expr::col((contact::Entity, contact::Column::CompanyId));
    let id = Expr::col((contact::Entity, contact::Column::Id));
    Condition::all()
        .add(dialect::in_ids(db.get_database_backend(), company_id.clone(), companies))
        .add(id.ne(company_id))
}
