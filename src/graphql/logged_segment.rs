//! Logging segments, and what came of it.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject, connection::Connection,
};
use chrono::{DateTime, Utc};

use super::{
    error::{Result, UserError, outcome},
    interaction::{
        InteractionConnection, InteractionFilter, InteractionOrder, LoggedSegmentDeliveries,
        interactions_of,
    },
    loaders::Loaders,
    page::{Cursor, Slice, connection},
    payload::payloads,
    scalar::Date,
    segment::{self, Segment},
};
use crate::{
    domain::{
        self,
        id::Kind,
        interaction::Owner,
        segment::{LogOutcome, LogRequest},
    },
    entity::logged_segment,
};

/// The logging of a segment: the interactions that its lines became.
#[derive(Description)]
pub(super) struct LoggedSegment(pub(super) logged_segment::Model);

#[Object(use_type_description)]
impl LoggedSegment {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::LoggedSegment.id(self.0.id))
    }

    /// The segment, with its criteria and lines as they were logged.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        segment::load(ctx, self.0.segment_id).await.transpose()
    }

    /// The description of the segment when it was logged.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// When it was logged.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Who logged it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// Whether it is canceled. Its interactions and campaign entries are, too.
    async fn canceled(&self) -> bool {
        self.0.canceled
    }

    /// How many interactions were logged; exact.
    async fn interactions_count(&self) -> i32 {
        self.0.interactions_count
    }

    /// How far the delivery of its interactions is; exact.
    async fn deliveries(&self, ctx: &Context<'_>) -> Result<LoggedSegmentDeliveries> {
        let found = ctx.data::<Loaders>()?.deliveries.load_one(self.0.id).await?;
        Ok(found.unwrap_or_default().into())
    }

    /// Its interactions.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::LoggedSegment(self.0.id), filter, order_by, slice).await
    }
}

impl LoggedSegment {
    /// The logged segment with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.logged_segment.load_one(id).await?.map(Self))
    }

    /// The logging of a segment, in a batch with others.
    pub(super) async fn of_segment(ctx: &Context<'_>, segment_id: i64) -> Result<Option<Self>> {
        let loader = &ctx.data::<Loaders>()?.logged_segment_of_segment;
        Ok(loader.load_one(segment_id).await?.map(Self))
    }
}

/// How many logged segments there are, besides a page of them.
#[derive(Description)]
pub(super) struct LoggedTotal(Option<bool>);

#[Object(use_type_description)]
impl LoggedTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(domain::segment::count_logged(ctx.data()?, self.0).await?)
    }
}

#[derive(Default)]
pub(super) struct LoggedSegmentQuery;

#[Object]
impl LoggedSegmentQuery {
    /// The logged segment with this id; null if there is none.
    async fn logged_segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<LoggedSegment>> {
        match Kind::LoggedSegment.key(&id, &["id"]) {
            Ok(key) => LoggedSegment::load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The logged segments, the newest first.
    async fn logged_segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are canceled, or only those that are not.")]
        canceled: Option<bool>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, LoggedSegment, LoggedTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let page = domain::segment::list_logged(ctx.data()?, canceled, args).await?;
        Ok(connection(page, LoggedTotal(canceled), LoggedSegment))
    }
}

/// What to do with lines that are to be reached by e-mail, and whose contact has no address.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
#[graphql(remote = "domain::segment::Unreachable")]
pub(super) enum Unreachable {
    /// Log nothing, and say who they are.
    #[default]
    Fail,
    /// Log the others.
    Skip,
    /// Log them without a correspondence type.
    LogWithoutDelivery,
}

/// How to log a segment.
#[derive(InputObject)]
pub(super) struct SegmentLogInput {
    /// Which segment; it must be open.
    segment_id: ID,
    /// Its description, if it has none or another is wanted; at most 250 characters.
    description: Option<String>,
    /// The date of its interactions, if another is wanted. Lines with a date of their own keep it.
    date: Option<Date>,
    /// Who is responsible, if another is wanted. Lines with a salesperson of their own keep it.
    salesperson: Option<String>,
    /// What to do with lines that are to be reached by e-mail, and whose contact has no address.
    #[graphql(default_with = "Some(Unreachable::default())")]
    unreachable: Option<Unreachable>,
    /// Whether what is written to contacts is to be delivered: then whatever has a text or an attachment,
    /// and a correspondence type, is `IN_PROGRESS` until `interactionSetDelivery` says what became of it.
    #[graphql(default_with = "Some(true)")]
    deliver: Option<bool>,
    /// Whether to make a follow-up segment of the contacts that were logged, without those who are
    /// excluded from segments.
    #[graphql(default_with = "Some(false)")]
    follow_up: Option<bool>,
    /// The id of the operation, such as `operation:4711`, for those who watch `operationProgress`
    /// meanwhile: choose a random number. Chosen for you unless it is given.
    operation_id: Option<ID>,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
    /// Find out what would happen, and write nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

/// What came of logging a segment, or would come of it.
#[derive(SimpleObject)]
pub(super) struct SegmentLogPayload {
    /// The segment as it is now; null if there are user errors.
    segment: Option<Segment>,
    /// Its logging; null after a dry run.
    logged_segment: Option<LoggedSegment>,
    /// The id under which `operationProgress` told of it; null if there are user errors.
    operation_id: Option<ID>,
    /// How many lines became interactions.
    interactions_count: Option<u64>,
    /// How many lines were left out because their contact may not be contacted.
    skipped_privacy_blocked: Option<u64>,
    /// How many lines were left out because their contact has no e-mail address.
    skipped_unreachable: Option<u64>,
    /// The follow-up segment, if one was asked for.
    follow_up_segment: Option<Segment>,
    /// How many contacts did not get into it because they are excluded from segments; null after a dry
    /// run, which makes none.
    follow_up_skipped_excluded: Option<u64>,
    /// How many contacts did not get into it because they may not be contacted; null after a dry run.
    follow_up_skipped_privacy_blocked: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// Which logged segment to cancel.
#[derive(InputObject)]
pub(super) struct LoggedSegmentCancelInput {
    /// Which logged segment.
    logged_segment_id: ID,
}

/// Which logged segment to reinstate.
#[derive(InputObject)]
pub(super) struct LoggedSegmentReinstateInput {
    /// Which logged segment.
    logged_segment_id: ID,
}

/// Which logged segment to delete.
#[derive(InputObject)]
pub(super) struct LoggedSegmentDeleteInput {
    /// Which logged segment; it must be canceled.
    logged_segment_id: ID,
}

payloads! {
    /// What came of canceling a logged segment.
    LoggedSegmentCancelPayload {
        /// The logged segment; null if there are user errors.
        logged_segment: LoggedSegment,
    }

    /// What came of reinstating a logged segment.
    LoggedSegmentReinstatePayload {
        /// The logged segment; null if there are user errors.
        logged_segment: LoggedSegment,
    }

    /// What came of deleting a logged segment.
    LoggedSegmentDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_logged_segment_id: ID,
    }
}

#[derive(Default)]
pub(super) struct LoggedSegmentMutation;

#[Object]
impl LoggedSegmentMutation {
    /// Logs a segment: one interaction for each line, with the values that hold for it, and an
    /// entry for each campaign; all of it or nothing. The segment is frozen, with its criteria.
    /// Contacts who may not be contacted are left out.
    async fn segment_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to log a segment.")] input: SegmentLogInput,
    ) -> Result<SegmentLogPayload> {
        let (logged, user_errors) = outcome(log(ctx.data()?, input).await)?;
        Ok(payload(logged, user_errors))
    }

    /// Cancels a logged segment with its interactions and campaign entries: they stay, and no
    /// longer count.
    async fn logged_segment_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which logged segment to cancel.")] input: LoggedSegmentCancelInput,
    ) -> Result<LoggedSegmentCancelPayload> {
        let canceled = match key(&input.logged_segment_id) {
            Ok(id) => domain::segment::cancel_logged(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        LoggedSegmentCancelPayload::from_outcome(canceled.map(LoggedSegment))
    }

    /// Takes back that a logged segment was canceled. Interactions that were canceled on their own
    /// stay so.
    async fn logged_segment_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which logged segment to reinstate.")] input: LoggedSegmentReinstateInput,
    ) -> Result<LoggedSegmentReinstatePayload> {
        let reinstated = match key(&input.logged_segment_id) {
            Ok(id) => domain::segment::reinstate_logged(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        LoggedSegmentReinstatePayload::from_outcome(reinstated.map(LoggedSegment))
    }

    /// Deletes a canceled logged segment. Its interactions and campaign entries stay, canceled; its
    /// segment is not opened again.
    async fn logged_segment_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which logged segment to delete.")] input: LoggedSegmentDeleteInput,
    ) -> Result<LoggedSegmentDeletePayload> {
        let deleted = match key(&input.logged_segment_id) {
            Ok(id) => domain::segment::delete_logged(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        let deleted = deleted.map(|id| ID(Kind::LoggedSegment.id(id)));
        LoggedSegmentDeletePayload::from_outcome(deleted)
    }
}

fn key(id: &ID) -> domain::Result<i64> {
    Kind::LoggedSegment.key(id, &["loggedSegmentId"])
}

async fn log(context: &domain::Context, input: SegmentLogInput) -> domain::Result<LogOutcome> {
    let operation = input.operation_id.as_ref();
    let operation = operation.map(|id| Kind::Operation.key(id, &["operationId"]));
    let request = LogRequest {
        segment_id: Kind::Segment.key(&input.segment_id, &["segmentId"])?,
        expected_revision: input.expected_revision,
        description: input.description,
        date: input.date.map(|it| it.0),
        salesperson: input.salesperson,
        unreachable: input.unreachable.unwrap_or_default().into(),
        deliver: input.deliver.unwrap_or(true),
        follow_up: input.follow_up.unwrap_or(false),
        dry_run: input.dry_run.unwrap_or(false),
        operation: operation.transpose()?,
    };
    domain::segment::log(context, &request).await
}

fn payload(logged: Option<LogOutcome>, user_errors: Vec<UserError>) -> SegmentLogPayload {
    let follow_up = logged.as_ref().and_then(|it| it.follow_up.clone());
    SegmentLogPayload {
        operation_id: logged.as_ref().map(|it| ID(Kind::Operation.id(it.operation))),
        interactions_count: logged.as_ref().map(|it| it.interactions),
        skipped_privacy_blocked: logged.as_ref().map(|it| it.skipped_privacy_blocked),
        skipped_unreachable: logged.as_ref().map(|it| it.skipped_unreachable),
        logged_segment: logged.as_ref().and_then(|it| it.logged_segment.clone()).map(LoggedSegment),
        segment: logged.map(|it| Segment::from(it.segment)),
        follow_up_skipped_excluded: follow_up.as_ref().map(|it| it.skipped_excluded),
        follow_up_skipped_privacy_blocked: follow_up.as_ref().map(|it| it.skipped_privacy_blocked),
        follow_up_segment: follow_up.map(|it| Segment::from(it.segment)),
        user_errors,
    }
}
