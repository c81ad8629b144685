//! What interactions add up to. Canceled and postponed ones do not count.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QuerySelect,
    sea_query::{CaseStatement, Expr, ExprTrait, Func},
};

use super::Owner;
use crate::{
    domain::{Context, Result},
    entity::{interaction, kinds::InitiatedBy},
};

/// The days that count, both included.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// What to add up, and when.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatisticsKey {
    pub owner: Owner,
    pub window: Window,
}

/// What interactions add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Statistics {
    pub count: i64,
    /// In ten-thousandths of the local currency.
    pub cost: i64,
    pub duration_min: i64,
    /// Of the last one that did not fail.
    pub last_date: Option<NaiveDate>,
    /// Of the last one that we began, failed or not.
    pub last_attempted: Option<NaiveDate>,
    /// How many reached a target of their campaign.
    pub targets: i64,
    /// How many are responses to their campaign.
    pub responses: i64,
}

/// The statistics for each key; one statement for each window and kind of owner.
///
/// # Errors
/// What the database says.
pub async fn statistics(
    context: &Context,
    keys: &[StatisticsKey],
) -> Result<HashMap<StatisticsKey, Statistics>> {
    let mut all = HashMap::new();
    let mut groups: HashMap<_, Vec<StatisticsKey>> = HashMap::new();
    for key in keys {
        groups.entry((std::mem::discriminant(&key.owner), key.window)).or_default().push(*key);
    }
    for ((_, window), keys) in groups {
        let by_owner: HashMap<i64, StatisticsKey> =
            keys.iter().map(|key| (key.owner.key(), *key)).collect();
        for row in of_group(context, keys[0].owner.column(), &by_owner, window).await? {
            if let Some(key) = by_owner.get(&row.owner) {
                all.insert(*key, row.statistics);
            }
        }
    }
    for key in keys {
        all.entry(*key).or_default();
    }
    Ok(all)
}

#[derive(FromQueryResult)]
struct Row {
    owner: i64,
    #[sea_orm(nested)]
    statistics: Statistics,
}

async fn of_group(
    context: &Context,
    owner: Option<interaction::Column>,
    owners: &HashMap<i64, StatisticsKey>,
    window: Window,
) -> Result<Vec<Row>> {
    use interaction::Column;
    let mut query = interaction::Entity::find()
        .filter(Column::Canceled.eq(false))
        .filter(Column::Postponed.eq(false));
    if let Some(from) = window.from {
        query = query.filter(Column::Date.gte(from));
    }
    if let Some(to) = window.to {
        query = query.filter(Column::Date.lte(to));
    }
    // PostgreSQL adds up to a NUMERIC.
    let sum =
        |column: Column| Expr::from(Func::coalesce([column.sum(), Expr::val(0)])).cast_as("bigint");
    let date_if = |condition: Expr| {
        let date = CaseStatement::new().case(condition, Column::Date.into_simple_expr());
        Expr::from(Func::max(date))
    };
    let count_if = |column: Column| {
        Expr::from(Func::count(CaseStatement::new().case(column.eq(true), Expr::val(1))))
    };
    let mut query = query.select_only();
    query = match owner {
        Some(owner) => query
            .filter(owner.is_in(owners.keys().copied()))
            .expr_as(owner.into_simple_expr().cast_as("bigint"), "owner")
            .group_by(owner),
        // Everybody is one group, and it is there even if it is empty.
        None => query.expr_as(Expr::val(0_i64).cast_as("bigint"), "owner"),
    };
    Ok(query
        .expr_as(Column::Id.count(), "count")
        .expr_as(sum(Column::Cost), "cost")
        .expr_as(sum(Column::DurationMin), "duration_min")
        .expr_as(date_if(Column::AttemptFailed.eq(false)), "last_date")
        .expr_as(date_if(Column::InitiatedBy.eq(InitiatedBy::Us)), "last_attempted")
        .expr_as(count_if(Column::CampaignTarget), "targets")
        .expr_as(count_if(Column::CampaignResponse), "responses")
        .into_model::<Row>()
        .all(context.db.reader())
        .await?)
}
