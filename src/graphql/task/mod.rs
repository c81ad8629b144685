//! Tasks.

mod change;
mod create;
mod list;
mod of_segment;

use async_graphql::{Context, Description, ID, Object, connection::Connection};

pub(super) use change::TaskChangeMutation;
pub(super) use create::TaskCreateMutation;
pub(super) use list::{TaskConnection, TaskFilter, TaskOrder, TaskQuery, next_task_date, tasks_of};
pub(super) use of_segment::TaskSegmentMutation;

use super::{
    contact::{self, Contact, ContactTotal, contacts},
    error::Result,
    kinds::{TaskStatus, TaskType},
    loaders::Loaders,
    opportunity::Opportunity,
    page::{Cursor, Slice},
    planned::{Planned, planned_of},
    scalar::Date,
};
use crate::{
    domain::{self, Page},
    entity::{task, task_attendee},
};

/// Something to be done with one contact, or a meeting with many.
#[derive(Description)]
pub(super) struct Task(pub(super) task::Model);

#[Object(use_type_description)]
impl Task {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(domain::id::task_id(self.0.contact_id, self.0.id))
    }

    #[graphql(flatten)]
    async fn planned(&self) -> Planned<'_> {
        planned_of!(self.0)
    }

    /// What kind of task it is; null for any other.
    async fn r#type(&self) -> Option<TaskType> {
        self.0.r#type.map(Into::into)
    }

    /// With whom; null if the contact has been deleted, and of a meeting with the `attendees`.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.contact_id).await.transpose()
    }

    /// Those who attend a meeting that was created for all contacts of a segment, in the order in which
    /// they were created. Of any other task, nobody.
    async fn attendees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Contact, ContactTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let meeting = self.0.id;
        let page = ctx.data::<Loaders>()?.planned.attendees.load_one((meeting, args)).await?;
        let page = page.unwrap_or_default();
        let with_id =
            |(key, row): (i32, task_attendee::Model)| (key, row.contact_id.cast_unsigned());
        let page = Page {
            items: page.items.into_iter().map(with_id).collect(),
            has_previous: page.has_previous,
            has_next: page.has_next,
        };
        contacts(ctx, page, ContactTotal::AttendeesOf(meeting)).await
    }

    /// The opportunity it is for.
    async fn opportunity(&self, ctx: &Context<'_>) -> Option<Result<Opportunity>> {
        let key = (self.0.contact_id, self.0.opportunity_id?);
        Opportunity::load(ctx, key).await.transpose()
    }

    /// How far it is.
    async fn status(&self) -> TaskStatus {
        self.0.status.into()
    }

    /// The day it is to be done.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The day it was closed; null while it is open.
    async fn closed_date(&self) -> Option<Date> {
        self.0.closed_date.map(Date)
    }
}

impl Task {
    /// The task with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.planned.task.load_one(key).await?.map(Self))
    }
}
