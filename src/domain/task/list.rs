//! Lists of tasks, and when the next is to be done.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, UnionType},
};

use super::attendees::NOBODY;
use crate::{
    domain::{
        Context, List, Page, Result, owned,
        planned::{Key, Owner},
        text,
    },
    entity::{
        kinds::{Priority, TaskStatus, TaskType},
        task::{self, Column},
        task_attendee::{self, Column as Attendee},
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
    fn rows(&self) -> Select<task::Entity> {
        let status = |all: &Vec<TaskStatus>| Column::Status.is_in(all.iter().copied());
        let r#type = |all: &Vec<TaskType>| Column::Type.is_in(all.iter().copied());
        let priority = |all: &Vec<Priority>| Column::Priority.is_in(all.iter().copied());
        // A code that none can be finds nothing.
        let salesperson = |it: &String| Column::Salesperson.eq(text::code(it).unwrap_or_default());
        let all = Condition::all()
            .add_option(self.status.as_ref().map(status))
            .add_option(self.r#type.as_ref().map(r#type))
            .add_option(self.priority.as_ref().map(priority))
            .add_option(self.salesperson.as_ref().map(salesperson))
            .add_option(self.from.map(|day| Column::Date.gte(day)))
            .add_option(self.to.map(|day| Column::Date.lte(day)));
        task::Entity::find().filter(all)
    }
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List<TaskFilter, Key>,
) -> Result<HashMap<Owner, Page<Key, task::Model>>> {
    owned::pages(context, owners, list, &list.filter.rows()).await
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
    owned::counts(context, owners, filter.rows()).await
}

/// The day of the first open task of each contact; nothing of those without one.
///
/// # Errors
/// What the database says.
pub async fn next_dates(context: &Context, owners: &[Owner]) -> Result<HashMap<Owner, NaiveDate>> {
    let open = task::Entity::find().filter(Column::ClosedDate.is_null());
    let first = open.select_only().expr_as(Column::Date.min(), "first");
    let read = |row: &QueryResult| row.try_get::<Option<NaiveDate>>("", "first");
    let dates = owned::aggregated(context, owners, &first, read).await?;
    Ok(dates.into_iter().filter_map(|(owner, date)| Some((owner, date?))).collect())
}

/// Those of `rows` that are somebody's, whose key is in `own` of the task itself, or in `attending` of those
/// who attend it. Each part has an index of its own.
pub(in crate::domain) fn with(
    mut rows: Select<task::Entity>,
    own: Column,
    attending: Attendee,
    key: Expr,
) -> Select<task::Entity> {
    let attended = task_attendee::Entity::find()
        .select_only()
        .column(Attendee::TaskId)
        .filter(attending.into_simple_expr().eq(key.clone()))
        .into_query();
    let attended = task::Entity::find()
        .filter(Column::ContactId.eq(NOBODY))
        .filter(Column::Id.in_subquery(attended));
    let mut theirs = task::Entity::find().filter(own.into_simple_expr().eq(key)).into_query();
    theirs.union(UnionType::All, attended.into_query());
    QueryTrait::query(&mut rows).from_clear().from_subquery(theirs, task::Entity);
    rows
}
