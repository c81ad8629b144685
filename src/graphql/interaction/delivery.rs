//! How far deliveries are, and what is sent again.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};

use crate::{
    domain::{
        self,
        id::Kind,
        interaction::{Deliveries, Report, ReportOutcome, Reported, Resend, Resent},
    },
    graphql::{
        error::{Result, UserError, outcome},
        kinds::{CorrespondenceType, DeliveryStatus},
        logged_segment::LoggedSegment,
    },
};

/// How many interactions of a logged segment are how far. Canceled ones do not count.
#[derive(SimpleObject)]
pub(in crate::graphql) struct LoggedSegmentDeliveries {
    /// On their way.
    in_progress: u64,
    /// Handed over.
    delivered: u64,
    /// Could not be delivered.
    failed: u64,
}

impl From<Deliveries> for LoggedSegmentDeliveries {
    fn from(it: Deliveries) -> Self {
        Self { in_progress: it.in_progress, delivered: it.delivered, failed: it.failed }
    }
}

/// What a report of deliveries is about.
#[derive(OneofObject)]
enum InteractionDeliveryOf {
    /// These interactions: 1 to 10,000, none of them postponed.
    Ids(Vec<ID>),
    /// Those of a logged segment.
    LoggedSegment(LoggedSegmentDeliveryInput),
}

/// Interactions of a logged segment, without canceled ones.
#[derive(InputObject)]
struct LoggedSegmentDeliveryInput {
    /// Which logged segment.
    id: ID,
    /// Only those that have one of these statuses now.
    #[graphql(default_with = "Some(vec![DeliveryStatus::InProgress])")]
    statuses: Option<Vec<DeliveryStatus>>,
}

/// How far the delivery of interactions is.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionSetDeliveryInput {
    /// Of which.
    of: InteractionDeliveryOf,
    /// How far it is.
    status: DeliveryStatus,
    /// With `ERROR`: why, such as what the mail server said; at most 1,000 characters. It is gone when the
    /// status changes.
    error: Option<String>,
}

/// What came of setting how far deliveries are.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InteractionSetDeliveryPayload {
    /// How many interactions it is about; null if there are user errors.
    interactions_count: Option<u64>,
    /// How many of them said something else before; null if there are user errors.
    changed_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What of a logged segment to send again.
#[derive(InputObject)]
pub(in crate::graphql) struct LoggedSegmentResendInput {
    /// Which logged segment.
    logged_segment_id: ID,
    /// Only what has one of these statuses.
    #[graphql(default_with = "Some(vec![DeliveryStatus::Error])")]
    statuses: Option<Vec<DeliveryStatus>>,
    /// In this way, such as by letter; as each was sent before, unless it is given.
    correspondence_type: Option<CorrespondenceType>,
    /// Find out what would happen, and write nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

/// What came of sending again, or would come of it.
#[derive(SimpleObject)]
pub(in crate::graphql) struct LoggedSegmentResendPayload {
    /// The logged segment; null if there are user errors.
    logged_segment: Option<LoggedSegment>,
    /// How many interactions are on their way again.
    interactions_count: Option<u64>,
    /// How many stay as they are because their contact may not be contacted.
    skipped_privacy_blocked: Option<u64>,
    /// How many stay as they are because no way to their contact is known: no e-mail address, or no
    /// correspondence type.
    skipped_unreachable: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct DeliveryMutation;

#[Object]
impl DeliveryMutation {
    /// Says how far the delivery of interactions is: for whoever sends what `GET /export/mail` writes. All or
    /// none; said once more, it changes nothing.
    async fn interaction_set_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far the delivery of which interactions is.")]
        input: InteractionSetDeliveryInput,
    ) -> Result<InteractionSetDeliveryPayload> {
        let (done, user_errors) = outcome(set(ctx.data()?, input).await)?;
        Ok(InteractionSetDeliveryPayload {
            interactions_count: done.map(|it| it.interactions),
            changed_count: done.map(|it| it.changed),
            user_errors,
        })
    }

    /// Puts what could not be delivered on its way again, with the texts that it was written with, to the
    /// addresses that contacts have now: `GET /export/mail/{no}.ndjson?delivery=IN_PROGRESS` has it then.
    async fn logged_segment_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of a logged segment to send again.")]
        input: LoggedSegmentResendInput,
    ) -> Result<LoggedSegmentResendPayload> {
        let (done, user_errors) = outcome(resend(ctx.data()?, input).await)?;
        Ok(LoggedSegmentResendPayload {
            interactions_count: done.as_ref().map(|it| it.interactions),
            skipped_privacy_blocked: done.as_ref().map(|it| it.skipped_privacy_blocked),
            skipped_unreachable: done.as_ref().map(|it| it.skipped_unreachable),
            logged_segment: done.map(|it| LoggedSegment(it.logged_segment)),
            user_errors,
        })
    }
}

async fn set(
    context: &domain::Context,
    input: InteractionSetDeliveryInput,
) -> domain::Result<ReportOutcome> {
    let of = match input.of {
        InteractionDeliveryOf::Ids(ids) => Reported::Ids(ids.into_iter().map(|id| id.0).collect()),
        InteractionDeliveryOf::LoggedSegment(it) => Reported::LoggedSegment {
            id: Kind::LoggedSegment.key(&it.id, &["of", "loggedSegment", "id"])?,
            statuses: statuses(it.statuses),
        },
    };
    let report = Report { of, status: input.status.into(), error: input.error };
    domain::interaction::set_delivery(context, &report).await
}

async fn resend(
    context: &domain::Context,
    input: LoggedSegmentResendInput,
) -> domain::Result<Resent> {
    let request = Resend {
        logged_segment_id: Kind::LoggedSegment
            .key(&input.logged_segment_id, &["loggedSegmentId"])?,
        statuses: statuses(input.statuses),
        correspondence_type: input.correspondence_type.map(Into::into),
        dry_run: input.dry_run.unwrap_or(false),
    };
    domain::interaction::resend(context, &request).await
}

fn statuses(given: Option<Vec<DeliveryStatus>>) -> Vec<crate::entity::kinds::DeliveryStatus> {
    given.unwrap_or_default().into_iter().map(Into::into).collect()
}
