//! Creating a task with one contact.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject};

use super::Task;
use crate::{
    domain::{self, id, planned::Source, task::NewTask},
    entity::task,
    graphql::{
        error::Result,
        kinds::{Priority, TaskType},
        payload::payloads,
        planned::links,
        scalar::Date,
    },
};

/// What a task comes from. Exactly one field. The contact must be one who may be contacted.
#[derive(OneofObject)]
pub(in crate::graphql) enum TaskSource {
    /// A contact.
    #[graphql(name = "contactId")]
    Contact(ID),
    /// An interaction that is not canceled.
    #[graphql(name = "interactionId")]
    Interaction(ID),
    /// An opportunity.
    #[graphql(name = "opportunityId")]
    Opportunity(ID),
}

/// A task to create. What is left out comes from the interaction or opportunity it is created from, and
/// the salesperson otherwise from the contact.
#[derive(InputObject)]
pub(in crate::graphql) struct TaskCreateInput {
    /// What it comes from.
    from: TaskSource,
    /// What it is about; at most 250 characters. Needed unless the interaction or opportunity has a
    /// description.
    description: Option<String>,
    /// What kind of task it is.
    r#type: Option<TaskType>,
    /// How much it matters.
    #[graphql(default_with = "Some(Priority::Normal)")]
    priority: Option<Priority>,
    /// The day it is to be done; today unless given.
    date: Option<Date>,
    /// Who does it. Needed for a meeting if the contact has no salesperson.
    salesperson: MaybeUndefined<String>,
    /// The segment it is for; not one for another campaign.
    segment_id: MaybeUndefined<ID>,
    /// The campaign it is for.
    campaign_id: MaybeUndefined<ID>,
}

payloads! {
    /// What came of creating a task.
    TaskCreatePayload {
        /// The task; null if there are user errors.
        task: Task,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct TaskCreateMutation;

#[Object]
impl TaskCreateMutation {
    /// Creates a task with one contact. Many at once: `segmentCreateTasks`.
    async fn task_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A task to create.")] input: TaskCreateInput,
    ) -> Result<TaskCreatePayload> {
        let created = create(ctx.data()?, input).await;
        TaskCreatePayload::from_outcome(created.map(Task))
    }
}

async fn create(context: &domain::Context, input: TaskCreateInput) -> domain::Result<task::Model> {
    let source = match &input.from {
        TaskSource::Contact(id) => Source::Contact(id::contact_key(id, &["from", "contactId"])?),
        TaskSource::Interaction(id) => {
            let (contact, key) = id::interaction_key(id, &["from", "interactionId"])?;
            Source::Interaction(contact, key)
        }
        TaskSource::Opportunity(id) => {
            let (contact, key) = id::opportunity_key(id, &["from", "opportunityId"])?;
            Source::Opportunity(contact, key)
        }
    };
    let new = NewTask {
        source,
        description: input.description,
        r#type: input.r#type.map(Into::into),
        priority: input.priority.unwrap_or(Priority::Normal).into(),
        date: input.date.map(|it| it.0),
        links: links(input.salesperson, input.segment_id, input.campaign_id)?,
    };
    domain::task::create(context, &new).await
}
