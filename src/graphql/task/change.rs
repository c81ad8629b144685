//! Changing, closing, reopening and deleting tasks.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::Task;
use crate::{
    domain::{self, id, planned::Which, task::TaskChange},
    entity::{kinds, task},
    graphql::{
        error::Result,
        kinds::{Priority, TaskStatus, TaskType},
        payload::payloads,
        planned::{links, with},
        scalar::Date,
    },
};

/// What to change in an open task. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct TaskUpdateInput {
    /// Which task; it must be open.
    task_id: ID,
    /// What it is about; 1 to 250 characters.
    description: Option<String>,
    /// What kind of task it is.
    r#type: MaybeUndefined<TaskType>,
    /// How much it matters.
    priority: Option<Priority>,
    /// The day it is to be done.
    date: Option<Date>,
    /// How far it is: any but `COMPLETED`, for which there is `taskClose`.
    status: Option<TaskStatus>,
    /// Who does it. A meeting needs somebody.
    salesperson: MaybeUndefined<String>,
    /// The segment it is for; not one for another campaign.
    segment_id: MaybeUndefined<ID>,
    /// The campaign it is for.
    campaign_id: MaybeUndefined<ID>,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which task has been done.
#[derive(InputObject)]
pub(in crate::graphql) struct TaskCloseInput {
    /// Which task; it must be open.
    task_id: ID,
    /// On which day; today unless given.
    date: Option<Date>,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which task to open again.
#[derive(InputObject)]
pub(in crate::graphql) struct TaskReopenInput {
    /// Which task.
    task_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which task to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct TaskDeleteInput {
    /// Which task.
    task_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

payloads! {
    /// What came of changing a task.
    TaskUpdatePayload {
        /// The task; null if there are user errors.
        task: Task,
    }

    /// What came of closing a task.
    TaskClosePayload {
        /// The task; null if there are user errors.
        task: Task,
    }

    /// What came of opening a task again.
    TaskReopenPayload {
        /// The task; null if there are user errors.
        task: Task,
    }

    /// What came of deleting a task.
    TaskDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_task_id: ID,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct TaskChangeMutation;

#[Object]
impl TaskChangeMutation {
    /// Changes an open task.
    async fn task_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in an open task.")] input: TaskUpdateInput,
    ) -> Result<TaskUpdatePayload> {
        TaskUpdatePayload::from_outcome(update(ctx.data()?, input).await.map(Task))
    }

    /// Closes a task: it has been done.
    async fn task_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task has been done.")] input: TaskCloseInput,
    ) -> Result<TaskClosePayload> {
        let context = ctx.data()?;
        let closed = with(key(&input.task_id), input.expected_revision, async |which| {
            domain::task::close(context, which, input.date.map(|it| it.0)).await
        });
        TaskClosePayload::from_outcome(closed.await.map(Task))
    }

    /// Opens a closed task again: it is in progress. Nothing happens if it is open.
    async fn task_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task to open again.")] input: TaskReopenInput,
    ) -> Result<TaskReopenPayload> {
        let context = ctx.data()?;
        let reopened = with(key(&input.task_id), input.expected_revision, async |which| {
            domain::task::reopen(context, which).await
        });
        TaskReopenPayload::from_outcome(reopened.await.map(Task))
    }

    /// Deletes a task, open or closed.
    async fn task_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task to delete.")] input: TaskDeleteInput,
    ) -> Result<TaskDeletePayload> {
        let context = ctx.data()?;
        let deleted = with(key(&input.task_id), input.expected_revision, async |which| {
            domain::task::delete(context, which).await
        });
        let deleted = deleted.await.map(|(contact, key)| ID(id::task_id(contact, key)));
        TaskDeletePayload::from_outcome(deleted)
    }
}

fn key(id: &ID) -> domain::Result<(i32, i64)> {
    id::task_key(id, &["taskId"])
}

async fn update(context: &domain::Context, input: TaskUpdateInput) -> domain::Result<task::Model> {
    let which = Which { key: key(&input.task_id)?, expected_revision: input.expected_revision };
    let change = TaskChange {
        description: input.description,
        r#type: input.r#type.map_value(kinds::TaskType::from).into(),
        priority: input.priority.map(Into::into),
        date: input.date.map(|it| it.0),
        status: input.status.map(Into::into),
        links: links(input.salesperson, input.segment_id, input.campaign_id)?,
    };
    domain::task::update(context, which, &change).await
}
