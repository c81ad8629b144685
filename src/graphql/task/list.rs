//! Finding tasks.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object,
    connection::{Connection, EmptyFields},
};

use super::Task;
use crate::{
    domain::{self, List, id, planned::Owner, task::TaskFilter as Filter},
    graphql::{
        error::Result,
        kinds::{Priority, TaskStatus, TaskType},
        loaders::Loaders,
        page::{Cursor, Slice, connection},
        scalar::Date,
    },
};

/// A page of tasks.
pub(in crate::graphql) type TaskConnection = Connection<Cursor, Task, TaskTotal, EmptyFields>;

/// Which tasks to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(in crate::graphql) struct TaskFilter {
    /// With one of these statuses.
    status: Option<Vec<TaskStatus>>,
    /// Of one of these types.
    r#type: Option<Vec<TaskType>>,
    /// With one of these priorities.
    priority: Option<Vec<Priority>>,
    /// Of this salesperson.
    salesperson: Option<String>,
    /// To be done on this day or later.
    from: Option<Date>,
    /// To be done on this day or earlier.
    to: Option<Date>,
}

impl From<TaskFilter> for Filter {
    fn from(filter: TaskFilter) -> Self {
        Self {
            status: filter.status.map(|all| all.into_iter().map(Into::into).collect()),
            r#type: filter.r#type.map(|all| all.into_iter().map(Into::into).collect()),
            priority: filter.priority.map(|all| all.into_iter().map(Into::into).collect()),
            salesperson: filter.salesperson,
            from: filter.from.map(|it| it.0),
            to: filter.to.map(|it| it.0),
        }
    }
}

/// The order of tasks. Those of one day come in the order of their creation, or the other way round with
/// it.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum TaskOrder {
    /// Those to be done first first.
    #[default]
    DateAsc,
    /// Those to be done last first.
    DateDesc,
}

/// How many tasks there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct TaskTotal {
    owner: Owner,
    filter: Filter,
}

#[Object(use_type_description)]
impl TaskTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let key = (self.owner, self.filter.clone());
        Ok(ctx.data::<Loaders>()?.planned.task_counts.load_one(key).await?.unwrap_or(0))
    }
}

/// A page of the tasks of `owner`, in a batch with those of other owners.
pub(in crate::graphql) async fn tasks_of(
    ctx: &Context<'_>,
    owner: Owner,
    filter: Option<TaskFilter>,
    order_by: Option<TaskOrder>,
    slice: Slice,
) -> Result<TaskConnection> {
    let filter = Filter::from(filter.unwrap_or_default());
    let list = List {
        filter: filter.clone(),
        latest_first: order_by == Some(TaskOrder::DateDesc),
        args: slice.args()?,
    };
    let page = ctx.data::<Loaders>()?.planned.task_pages.load_one((owner, list)).await?;
    Ok(connection(page.unwrap_or_default(), TaskTotal { owner, filter }, Task))
}

/// The day of the first open task of somebody, in a batch with those of others.
pub(in crate::graphql) async fn next_task_date(
    ctx: &Context<'_>,
    owner: Owner,
) -> Result<Option<Date>> {
    Ok(ctx.data::<Loaders>()?.planned.next_task.load_one(owner).await?.map(Date))
}

#[derive(Default)]
pub(in crate::graphql) struct TaskQuery;

#[Object]
impl TaskQuery {
    /// The task with this id; null if there is none.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Task>> {
        match id::task_key(&id, &["id"]) {
            Ok(key) => Task::load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The task with this number; null if there is none.
    async fn task_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Task>> {
        let context = ctx.data_unchecked::<domain::Context>();
        let found = domain::task::by_no(context, &no).await;
        found.map(|row| row.map(Task)).map_err(Into::into).transpose()
    }

    /// The tasks with everybody.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TaskFilter>,
        #[graphql(desc = "Those to be done first first unless it is said.")] order_by: Option<
            TaskOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<TaskConnection> {
        let slice = Slice { first, after, last, before };
        tasks_of(ctx, Owner::Everybody, filter, order_by, slice).await
    }
}
