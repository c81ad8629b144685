//! Recording an interaction by hand.

use async_graphql::{Context, ID, InputObject, Object};

use super::Interaction;
use crate::{
    domain::{self, id::Kind, interaction::InteractionValues},
    entity::interaction,
    graphql::{
        error::Result,
        interaction_template::{campaign_key, stored},
        kinds::{CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
        payload::payloads,
        scalar::{Date, Decimal, Time},
    },
};

/// An interaction to record. What is left out comes from the template, and the salesperson and the
/// correspondence type from the contact.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionCreateInput {
    /// With whom.
    contact_id: ID,
    /// What kind of interaction: the code of a template.
    template: String,
    /// The day it took place; today unless given.
    date: Option<Date>,
    /// The time of day, in the time zone of the business.
    time: Option<Time>,
    /// What it was about; at most 250 characters. Needed if the template has none.
    description: Option<String>,
    /// The subject of its letter or e-mail; the description unless given.
    subject: Option<String>,
    /// The interaction group it belongs to.
    interaction_group: Option<String>,
    /// Which way it went.
    information_flow: Option<InformationFlow>,
    /// Who began it.
    initiated_by: Option<InitiatedBy>,
    /// How the contact was reached.
    correspondence_type: Option<CorrespondenceType>,
    /// In which language.
    language: Option<String>,
    /// Who was responsible. Needed if the contact has no salesperson.
    salesperson: Option<String>,
    /// How it went.
    evaluation: Option<Evaluation>,
    /// What it cost, in local currency: 0 to 1,000,000.
    cost: Option<Decimal>,
    /// How long it took, in minutes: from 0 to a year.
    duration_min: Option<i32>,
    /// The campaign it was for.
    campaign_id: Option<ID>,
    /// Whether it reached a target of its campaign.
    campaign_target: Option<bool>,
    /// Whether it is a response to its campaign.
    campaign_response: Option<bool>,
    /// By whom or what the contact was reached, such as a phone number.
    contact_via: Option<String>,
    /// Whether the contact was not reached.
    #[graphql(default_with = "Some(false)")]
    attempt_failed: Option<bool>,
    /// Keep it for later. It counts nowhere until `interactionUpdate` finishes it.
    #[graphql(default_with = "Some(false)")]
    postponed: Option<bool>,
}

payloads! {
    /// What came of recording an interaction.
    InteractionCreatePayload {
        /// The interaction; null if there are user errors.
        interaction: Interaction,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct InteractionCreateMutation;

#[Object]
impl InteractionCreateMutation {
    /// Records an interaction with a contact who may be contacted.
    async fn interaction_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An interaction to record.")] input: InteractionCreateInput,
    ) -> Result<InteractionCreatePayload> {
        let created = create(ctx.data()?, input).await;
        InteractionCreatePayload::from_outcome(created.map(Interaction))
    }
}

async fn create(
    context: &domain::Context,
    input: InteractionCreateInput,
) -> domain::Result<interaction::Model> {
    let contact = Kind::Contact.key(&input.contact_id, &["contactId"])?;
    let values = InteractionValues {
        date: input.date.map(|it| it.0),
        time: input.time.map(|it| it.0),
        description: input.description,
        subject: input.subject,
        interaction_group: input.interaction_group,
        information_flow: input.information_flow.map(Into::into),
        initiated_by: input.initiated_by.map(Into::into),
        correspondence_type: input.correspondence_type.map(Into::into),
        language: input.language,
        salesperson: input.salesperson,
        evaluation: input.evaluation.map(Into::into),
        cost: input.cost.map(|cost| stored(cost, "cost")).transpose()?,
        duration_min: input.duration_min,
        campaign_id: input.campaign_id.as_ref().map(campaign_key).transpose()?,
        campaign_target: input.campaign_target,
        campaign_response: input.campaign_response,
        contact_via: input.contact_via,
        attempt_failed: input.attempt_failed,
    };
    let postponed = input.postponed.unwrap_or(false);
    domain::interaction::create(context, contact, &input.template, &values, postponed).await
}
