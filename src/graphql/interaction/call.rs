//! Recording a telephone call.

use async_graphql::{Context, ID, InputObject, Object};

use super::Interaction;
use crate::{
    domain::{
        self,
        id::Kind,
        interaction::{Call, InteractionValues},
    },
    entity::interaction,
    graphql::{
        error::Result,
        interaction_template::{campaign_key, stored},
        kinds::Evaluation,
        payload::payloads,
        scalar::{Date, Decimal, Time},
    },
};

/// A call that was made. What is left out comes from the line of the segment, then from the template for
/// outgoing calls, then from the contact.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactLogCallInput {
    /// Who was called.
    contact_id: ID,
    /// The segment that the call belongs to, open or logged. The contact is in it.
    segment_id: Option<ID>,
    /// The number that was called; without it, that of the line, of the address that holds on the day, or of
    /// the contact.
    contact_via: Option<String>,
    /// The day; today unless given.
    date: Option<Date>,
    /// The time of day, in the time zone of the business; now unless a day is given.
    time: Option<Time>,
    /// What it was about; at most 250 characters. Needed if the template has none.
    description: Option<String>,
    /// Who called. Needed if neither segment nor contact has a salesperson.
    salesperson: Option<String>,
    /// How it went.
    evaluation: Option<Evaluation>,
    /// What it cost, in local currency: 0 to 1,000,000.
    cost: Option<Decimal>,
    /// How long it took, in minutes: from 0 to a year.
    duration_min: Option<i32>,
    /// The campaign it was for; without it, that of the segment.
    campaign_id: Option<ID>,
    /// Whether nobody was reached.
    #[graphql(default_with = "Some(false)")]
    attempt_failed: Option<bool>,
}

payloads! {
    /// What came of recording a call.
    ContactLogCallPayload {
        /// The interaction; null if there are user errors.
        interaction: Interaction,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CallMutation;

#[Object]
impl CallMutation {
    /// Records a call with the template that the setup has for outgoing calls. The segment stays as it is: its
    /// line is logged with it, too. What may come of the call is an opportunity: `opportunityCreate`.
    async fn contact_log_call(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A call that was made.")] input: ContactLogCallInput,
    ) -> Result<ContactLogCallPayload> {
        let logged = log(ctx.data()?, input).await;
        ContactLogCallPayload::from_outcome(logged.map(Interaction))
    }
}

async fn log(
    context: &domain::Context,
    input: ContactLogCallInput,
) -> domain::Result<interaction::Model> {
    let segment = input.segment_id.as_ref();
    let call = Call {
        contact_id: Kind::Contact.key(&input.contact_id, &["contactId"])?,
        segment_id: segment.map(|id| Kind::Segment.key(id, &["segmentId"])).transpose()?,
        values: InteractionValues {
            date: input.date.map(|it| it.0),
            time: input.time.map(|it| it.0),
            description: input.description,
            salesperson: input.salesperson,
            evaluation: input.evaluation.map(Into::into),
            cost: input.cost.map(|cost| stored(cost, "cost")).transpose()?,
            duration_min: input.duration_min,
            campaign_id: input.campaign_id.as_ref().map(campaign_key).transpose()?,
            contact_via: input.contact_via,
            attempt_failed: input.attempt_failed,
            ..InteractionValues::default()
        },
    };
    domain::interaction::log_call(context, &call).await
}
