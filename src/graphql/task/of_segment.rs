//! Tasks with every contact of a segment.

use async_graphql::{Context, ID, InputObject, Object};

use super::Task;
use crate::{
    domain::{
        self,
        id::Kind,
        task::{ForSegment, Made},
    },
    graphql::{
        error::{Result, outcome},
        kinds::{Priority, TaskType},
        planned::payload_of_segment,
        scalar::Date,
    },
};

/// What the tasks of a segment have in common. What is left out comes from each line.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentCreateTasksInput {
    /// Which segment; open or logged, and not canceled.
    segment_id: ID,
    /// What they are about; at most 250 characters. Needed if neither the segment nor its template has a
    /// description.
    description: Option<String>,
    /// What kind of tasks they are.
    r#type: Option<TaskType>,
    /// How much they matter.
    #[graphql(default_with = "Some(Priority::Normal)")]
    priority: Option<Priority>,
    /// The day they are to be done; today unless given.
    date: Option<Date>,
    /// Who does them. Needed for meetings if the segment has no salesperson.
    salesperson: Option<String>,
    /// Find out what would happen, and create nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

payload_of_segment! {
    /// What came of creating tasks for a segment, or would come of it.
    SegmentCreateTasksPayload {
        /// With how many contacts one was created. A meeting is one: so many attend it from now on.
        created,
        /// How many contacts have such a task from this segment already, open or closed, or attend such a
        /// meeting: of this type, on this day, and with this description if one is given.
        already_there,
        /// The meeting that all of them attend; null for other tasks, and where there is none.
        meeting: Option<Task>,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct TaskSegmentMutation;

#[Object]
impl TaskSegmentMutation {
    /// Creates a task with every contact of a segment who has no such task from it: with what holds for
    /// their line, all of them or none. Once more, and only what is missing is created. Contacts who may
    /// not be contacted are left out. A meeting is a single one, which all of them attend; who arranges it,
    /// and the campaign, are the segment's.
    async fn segment_create_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the tasks of a segment have in common.")]
        input: SegmentCreateTasksInput,
    ) -> Result<SegmentCreateTasksPayload> {
        let (made, user_errors) = outcome(create(ctx.data()?, input).await)?;
        let (planned, meeting) = made.map(|it| (it.planned, it.meeting)).unzip();
        Ok(SegmentCreateTasksPayload::new(planned, user_errors, meeting.flatten().map(Task)))
    }
}

async fn create(context: &domain::Context, input: SegmentCreateTasksInput) -> domain::Result<Made> {
    let of = ForSegment {
        segment_id: Kind::Segment.key(&input.segment_id, &["segmentId"])?,
        description: input.description,
        r#type: input.r#type.map(Into::into),
        priority: input.priority.unwrap_or(Priority::Normal).into(),
        date: input.date.map(|it| it.0),
        salesperson: input.salesperson,
        dry_run: input.dry_run.unwrap_or(false),
    };
    domain::task::create_for_segment(context, &of).await
}
