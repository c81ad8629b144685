//! Tasks.

mod change;
mod create;
mod list;
mod of_segment;

use async_graphql::{Context, Description, ID, Object, connection::Connection};
use chrono::{DateTime, Utc};

pub(super) use change::TaskChangeMutation;
pub(super) use create::TaskCreateMutation;
pub(super) use list::{TaskConnection, TaskFilter, TaskOrder, TaskQuery, next_task_date, tasks_of};
pub(super) use of_segment::TaskSegmentMutation;

use super::{
    campaign::Campaign,
    code::Code,
    contact::{self, Contact, ContactTotal, contacts},
    error::Result,
    interaction::Interaction,
    kinds::{Priority, TaskStatus, TaskType},
    loaders::Loaders,
    opportunity::Opportunity,
    page::{Cursor, Slice},
    scalar::Date,
    segment::{self, Segment},
};
use crate::{
    domain::{self, Page},
    entity::{kinds::CodeKind, task, task_attendee},
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

    /// The number, such as `TD000001`, from the number series.
    async fn no(&self) -> &str {
        &self.0.no
    }

    /// What it is about.
    async fn description(&self) -> &str {
        &self.0.description
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

    /// The company that the contact belonged to when it was created.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.company_id?).await.transpose()
    }

    /// The segment it was created for; null if there was none, or it has been deleted.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        segment::load(ctx, self.0.segment_id?).await.transpose()
    }

    /// The campaign it is for.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.0.campaign_id).await.transpose()
    }

    /// Who does it.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// The interaction it came from.
    async fn interaction(&self, ctx: &Context<'_>) -> Option<Result<Interaction>> {
        let key = (self.0.contact_id, self.0.interaction_id?);
        Interaction::load(ctx, key).await.transpose()
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

    /// How much it matters.
    async fn priority(&self) -> Priority {
        self.0.priority.into()
    }

    /// The day it is to be done.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The day it was closed; null while it is open.
    async fn closed_date(&self) -> Option<Date> {
        self.0.closed_date.map(Date)
    }

    /// Who created it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Grows with every change.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

impl Task {
    /// The task with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.planned.task.load_one(key).await?.map(Self))
    }
}
