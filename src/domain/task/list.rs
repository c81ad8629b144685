//! Lists of tasks, and when the next is to be done.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter, QuerySelect,
    sea_query::ExprTrait,
};

use crate::{
    domain::{
        Context, Page, Result,
        planned::{self, Key, List, Owner},
        text,
    },
    entity::{
        kinds::{Priority, TaskStatus, TaskType},
        task::{self, Column},
    },
};

/// Which tasks to list: those for which all holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskFilter {
    pub status: Option<Vec<TaskStatus>>,
    pub r#type: Option<Vec<TaskType>>,
    pub priority: Option<Vec<Priority>>,
    pub salesperson: Option<String>,
    /// To be done on this day or later.
    pub from: Option<NaiveDate>,
    /// To be done on this day or earlier.
    pub to: Option<NaiveDate>,
}

impl TaskFilter {
    fn condition(&self) -> Condition {
        let status = |all: &Vec<TaskStatus>| Column::Status.is_in(all.iter().copied());
        let r#type = |all: &Vec<TaskType>| Column::Type.is_in(all.iter().copied());
        let priority = |all: &Vec<Priority>| Column::Priority.is_in(all.iter().copied());
        // A code that none can be finds nothing.
        let salesperson = |it: &String| Column::Salesperson.eq(text::code(it).unwrap_or_default());
        Condition::all()
            .add_option(self.status.as_ref().map(status))
            .add_option(self.r#type.as_ref().map(r#type))
            .add_option(self.priority.as_ref().map(priority))
            .add_option(self.salesperson.as_ref().map(salesperson))
            .add_option(self.from.map(|day| Column::Date.gte(day)))
            .add_option(self.to.map(|day| Column::Date.lte(day)))
    }
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List<TaskFilter>,
) -> Result<HashMap<Owner, Page<Key, task::Model>>> {
    let filter = list.filter.condition();
    planned::pages::<task::Entity, _>(context, owners, list, &filter).await
}

/// How many tasks the lists have in all, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn counts(
    context: &Context,
    owners: &[Owner],
    filter: &TaskFilter,
) -> Result<HashMap<Owner, u64>> {
    planned::counts::<task::Entity>(context, owners, &filter.condition()).await
}

#[derive(FromQueryResult)]
struct Next {
    owner: i64,
    date: NaiveDate,
}

/// The day of the first open task of each contact; nothing of those without one.
///
/// # Errors
/// What the database says.
pub async fn next_dates(context: &Context, owners: &[Owner]) -> Result<HashMap<Owner, NaiveDate>> {
    let mut dates = HashMap::new();
    for (column, owners) in planned::by_column::<task::Entity>(owners) {
        let Some(column) = column else { continue };
        let rows = task::Entity::find()
            .filter(column.is_in(planned::keys_of(&owners)))
            .filter(Column::ClosedDate.is_null())
            .select_only()
            .expr_as(column.into_simple_expr().cast_as("bigint"), "owner")
            .column_as(Column::Date.min(), "date")
            .group_by(column)
            .into_model::<Next>()
            .all(context.db.reader())
            .await?;
        for row in rows {
            if let Some(owner) = planned::owner_of(&owners, row.owner) {
                dates.insert(owner, row.date);
            }
        }
    }
    Ok(dates)
}
