//! How a campaign goes: whom it reached, who answered, and what it cost, by template and by day.
//! Canceled and postponed interactions do not count.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoSimpleExpr,
    QueryFilter, QuerySelect, QueryTrait, TryGetable,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, Query},
};

use crate::{
    domain::{Context, Result, interaction::Window},
    entity::interaction::{self, Column},
};

/// Which campaign, and which days of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReachKey {
    pub campaign_id: i64,
    pub window: Window,
}

/// How many contacts a campaign reached, each counted once. Contacts that have been deleted are
/// nobody.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Reach {
    /// Who were contacted as targets.
    pub targets_contacted: i64,
    /// Who responded, as targets or not.
    pub responded: i64,
    /// Targets who were contacted, and responded.
    pub targets_responded: i64,
}

#[derive(FromQueryResult)]
struct ReachRow {
    owner: i64,
    #[sea_orm(nested)]
    reach: Reach,
}

/// The interactions of a campaign with one template, or on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<K> {
    /// The code of the template, if they have one; or the day.
    pub key: K,
    pub count: i64,
    /// In ten-thousandths of the local currency.
    pub cost: i64,
    pub duration_min: i64,
    /// How many contacts were contacted as targets.
    pub targets_contacted: i64,
    /// How many contacts responded.
    pub responded: i64,
}

/// How many contacts each campaign reached, with one statement for each window.
///
/// # Errors
/// What the database says.
pub async fn reach(context: &Context, keys: &[ReachKey]) -> Result<HashMap<ReachKey, Reach>> {
    let mut found: HashMap<ReachKey, Reach> =
        keys.iter().map(|key| (*key, Reach::default())).collect();
    for (window, campaigns) in by_window(keys) {
        let (target, response) = (Column::CampaignTarget, Column::CampaignResponse);
        let mut each = counted(&campaigns, window)
            .filter(Column::ContactId.gt(0))
            .select_only()
            .expr_as(Column::CampaignId.into_simple_expr(), "owner")
            .expr_as(Expr::from(Func::max(flag(target))), "target")
            .expr_as(Expr::from(Func::max(flag(response))), "response")
            .into_query();
        each.group_by_columns([Column::CampaignId, Column::ContactId]);
        let of_each = |name| Expr::col(("each", name));
        let sum = |expr: Expr| Expr::from(Func::sum(expr)).cast_as("bigint");
        let both = of_each("target").mul(of_each("response"));
        let all = Query::select()
            .column(("each", "owner"))
            .expr_as(sum(of_each("target")), "targets_contacted")
            .expr_as(sum(of_each("response")), "responded")
            .expr_as(sum(both), "targets_responded")
            .from_subquery(each, "each")
            .group_by_col(("each", "owner"))
            .to_owned();
        for row in context.db.reader().query_all(&all).await? {
            let row = ReachRow::from_query_result(&row, "")?;
            found.insert(ReachKey { campaign_id: row.owner, window }, row.reach);
        }
    }
    Ok(found)
}

/// What the interactions of each campaign add up to by template, those without one first, with one
/// statement for each window.
///
/// # Errors
/// What the database says.
pub async fn by_template(
    context: &Context,
    keys: &[ReachKey],
) -> Result<HashMap<ReachKey, Vec<Part<Option<String>>>>> {
    parts(context, keys, Column::Template).await
}

/// Days that are told of one campaign: nearly three years.
const DAYS_MAX: usize = 1_000;

/// What the interactions of each campaign add up to by day, the first day first, at most
/// the last 1,000, with one statement for each window.
///
/// # Errors
/// What the database says.
pub async fn by_day(
    context: &Context,
    keys: &[ReachKey],
) -> Result<HashMap<ReachKey, Vec<Part<NaiveDate>>>> {
    let mut found = parts(context, keys, Column::Date).await?;
    for days in found.values_mut() {
        days.drain(..days.len().saturating_sub(DAYS_MAX));
    }
    Ok(found)
}

async fn parts<K: TryGetable + Ord + Send>(
    context: &Context,
    keys: &[ReachKey],
    column: Column,
) -> Result<HashMap<ReachKey, Vec<Part<K>>>> {
    let mut found: HashMap<ReachKey, Vec<Part<K>>> = HashMap::new();
    for (window, campaigns) in by_window(keys) {
        let sum = |column: Column| column.sum().cast_as("bigint");
        let contacts_if = |column: Column| {
            let counts = column.eq(true).and(Column::ContactId.gt(0));
            let contact = CaseStatement::new().case(counts, Column::ContactId.into_simple_expr());
            Expr::from(Func::count_distinct(contact))
        };
        let rows: Vec<(i64, K, i64, i64, i64, i64, i64)> = counted(&campaigns, window)
            .select_only()
            .columns([Column::CampaignId, column])
            .expr_as(Column::Id.count(), "count")
            .expr_as(sum(Column::Cost), "cost")
            .expr_as(sum(Column::DurationMin), "duration_min")
            .expr_as(contacts_if(Column::CampaignTarget), "targets_contacted")
            .expr_as(contacts_if(Column::CampaignResponse), "responded")
            .group_by(Column::CampaignId)
            .group_by(column)
            .into_tuple()
            .all(context.db.reader())
            .await?;
        for (campaign_id, key, count, cost, duration_min, targets_contacted, responded) in rows {
            let part = Part { key, count, cost, duration_min, targets_contacted, responded };
            found.entry(ReachKey { campaign_id, window }).or_default().push(part);
        }
    }
    // Databases do not agree where missing values come.
    found.values_mut().for_each(|parts| parts.sort_by(|one, other| one.key.cmp(&other.key)));
    Ok(found)
}

fn by_window(keys: &[ReachKey]) -> HashMap<Window, Vec<i64>> {
    let mut windows: HashMap<Window, Vec<i64>> = HashMap::new();
    for key in keys {
        windows.entry(key.window).or_default().push(key.campaign_id);
    }
    windows
}

/// The interactions that count.
fn counted(campaigns: &[i64], window: Window) -> sea_orm::Select<interaction::Entity> {
    let all = Condition::all()
        .add(Column::CampaignId.is_in(campaigns.iter().copied()))
        .add(Column::Canceled.eq(false))
        .add(Column::Postponed.eq(false))
        .add_option(window.from.map(|from| Column::Date.gte(from)))
        .add_option(window.to.map(|to| Column::Date.lte(to)));
    interaction::Entity::find().filter(all)
}

/// 1 if it is set, else 0.
fn flag(column: Column) -> Expr {
    CaseStatement::new().case(column.eq(true), Expr::val(1)).finally(Expr::val(0)).into()
}
