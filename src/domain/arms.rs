//! A page of each of many lists, with one statement: the arms of a union, each of which walks an
//! index and stops at its limit.

use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Select,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};

use crate::domain::{Page, PageArgs, Result};

/// SQLite joins at most 500 arms; fewer keep the time to plan them short.
const ARMS_MAX: usize = 100;
/// The name of the column that says which list a row is of.
const ARM: &str = "arm";

/// The pages of the lists, in their order. Each list comes ordered in the direction of `args`, which
/// is `descending` or not, and without a limit; `key` is what it is ordered by.
///
/// # Errors
/// What the database says.
pub(super) async fn pages<E, K: Ord>(
    db: &impl ConnectionTrait,
    lists: impl IntoIterator<Item = Select<E>>,
    args: &PageArgs<K>,
    descending: bool,
    key: impl Fn(&E::Model) -> K,
) -> Result<Vec<Page<K, E::Model>>>
where
    E: EntityTrait,
{
    let mut lists: Vec<SelectStatement> =
        lists.into_iter().map(|list| list.limit(args.take.count() + 1).into_query()).collect();
    let mut pages = Vec::with_capacity(lists.len());
    while !lists.is_empty() {
        let rest = lists.split_off(lists.len().min(ARMS_MAX));
        let count = lists.len();
        let mut rows: Vec<Vec<(K, E::Model)>> = (0..count).map(|_| Vec::new()).collect();
        for row in db.query_all(&union(lists)).await? {
            let arm: i32 = row.try_get("", ARM)?;
            let model = E::Model::from_query_result(&row, "")?;
            let list = usize::try_from(arm).ok().and_then(|arm| rows.get_mut(arm));
            list.expect("the statement numbers its own arms").push((key(&model), model));
        }
        for mut rows in rows {
            // A union promises no order, whatever its arms do.
            rows.sort_by(|(one, _), (other, _)| match descending {
                true => other.cmp(one),
                false => one.cmp(other),
            });
            pages.push(Page::from_one_extra(rows, args));
        }
        lists = rest;
    }
    Ok(pages)
}

fn union(lists: Vec<SelectStatement>) -> SelectStatement {
    let mut arms = lists.into_iter().enumerate().map(|(arm, list)| {
        let arm = i32::try_from(arm).expect("there are few arms");
        Query::select()
            .column(Asterisk)
            .expr_as(Expr::val(arm), ARM)
            .from_subquery(list, "list")
            .to_owned()
    });
    let mut union = arms.next().expect("the caller has at least one list");
    for arm in arms {
        union.union(UnionType::All, arm);
    }
    union
}
