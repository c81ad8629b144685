//! What interactions add up to. Canceled and postponed ones do not count.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, DbBackend, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QuerySelect,
    sea_query::{CaseStatement, Expr, ExprTrait, Func},
};

use super::Owner;
use crate::{
    db::dialect,
    domain::{
        Context, Result,
        owned::{Owned, Owner as _},
    },
    entity::{interaction, kinds::InitiatedBy},
};

/// The days that count, both included.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Whose interactions to add up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    Owner(Owner),
    /// Those of an interaction template, by its code.
    Template(String),
    /// Those of an interaction group, by its code.
    Group(String),
}

impl From<Owner> for Of {
    fn from(owner: Owner) -> Self {
        Self::Owner(owner)
    }
}

/// What to add up, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatisticsKey {
    pub of: Of,
    pub window: Window,
}

impl Of {
    /// What tells whose an interaction is; nothing does for everybody's.
    fn column(&self) -> Option<interaction::Column> {
        match self {
            Self::Owner(owner) => interaction::Entity::column(*owner),
            Self::Template(_) => Some(interaction::Column::Template),
            Self::Group(_) => Some(interaction::Column::InteractionGroup),
        }
    }

    /// What the column says then, as text.
    fn key(&self) -> String {
        match self {
            Self::Owner(owner) => owner.key().to_string(),
            Self::Template(code) | Self::Group(code) => code.clone(),
        }
    }
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
    let mut groups: HashMap<_, Vec<&StatisticsKey>> = HashMap::new();
    for key in keys {
        let column = key.of.column().map(|column| std::mem::discriminant(&column));
        groups.entry((column, key.window)).or_default().push(key);
    }
    for ((_, window), keys) in groups {
        let by_owner: HashMap<String, &StatisticsKey> =
            keys.iter().map(|key| (key.of.key(), *key)).collect();
        for row in of_group(context, &keys, window).await? {
            if let Some(key) = by_owner.get(&row.owner) {
                all.insert((*key).clone(), row.statistics);
            }
        }
    }
    for key in keys {
        all.entry(key.clone()).or_default();
    }
    Ok(all)
}

#[derive(FromQueryResult)]
struct Row {
    owner: String,
    #[sea_orm(nested)]
    statistics: Statistics,
}

async fn of_group(context: &Context, keys: &[&StatisticsKey], window: Window) -> Result<Vec<Row>> {
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
    query = match keys[0].of.column() {
        Some(column) => query
            .filter(is_one_of(context.db.reader().get_database_backend(), column, keys))
            .expr_as(column.into_simple_expr().cast_as("text"), "owner")
            .group_by(column),
        // Everybody is one group, and it is there even if it is empty.
        None => query.expr_as(Expr::val(keys[0].of.key()).cast_as("text"), "owner"),
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

/// The interaction is of one of these, which are all of one kind.
fn is_one_of(backend: DbBackend, column: interaction::Column, keys: &[&StatisticsKey]) -> Expr {
    let owner = |key: &&StatisticsKey| match &key.of {
        Of::Owner(owner) => Some(owner.key()),
        Of::Template(_) | Of::Group(_) => None,
    };
    match keys.iter().map(owner).collect::<Option<Vec<i64>>>() {
        Some(owners) => column.is_in(owners),
        None => {
            let codes: Vec<String> = keys.iter().map(|key| key.of.key()).collect();
            dialect::in_texts(backend, column.into_simple_expr(), &codes)
        }
    }
}
