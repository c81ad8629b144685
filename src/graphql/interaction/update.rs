//! Changing an interaction.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::Interaction;
use crate::{
    domain::{self, interaction::InteractionChange},
    entity::interaction,
    graphql::{
        error::Result,
        interaction_template::{campaign_key, stored},
        kept::kept,
        kinds::{CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
        payload::payloads,
        scalar::{Date, Decimal, Time},
    },
};

/// What to change in an interaction. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionUpdateInput {
    /// Which interaction.
    id: ID,
    /// The day it took place.
    date: MaybeUndefined<Date>,
    /// The time of day, in the time zone of the business.
    time: MaybeUndefined<Time>,
    /// What it was about; 1 to 250 characters.
    description: MaybeUndefined<String>,
    /// The subject of its letter or e-mail; at most 250 characters.
    subject: MaybeUndefined<String>,
    /// The interaction group it belongs to.
    interaction_group: MaybeUndefined<String>,
    /// Which way it went.
    information_flow: MaybeUndefined<InformationFlow>,
    /// Who began it.
    initiated_by: MaybeUndefined<InitiatedBy>,
    /// How the contact was reached.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// In which language.
    language: MaybeUndefined<String>,
    /// Who was responsible.
    salesperson: MaybeUndefined<String>,
    /// How it went.
    evaluation: MaybeUndefined<Evaluation>,
    /// What it cost, in local currency: 0 to 1,000,000.
    cost: MaybeUndefined<Decimal>,
    /// How long it took, in minutes: from 0 to a year.
    duration_min: MaybeUndefined<i32>,
    /// The campaign it was for. That of an interaction from a segment can't change.
    campaign_id: MaybeUndefined<ID>,
    /// Whether it reached a target of its campaign.
    campaign_target: MaybeUndefined<bool>,
    /// Whether it is a response to its campaign.
    campaign_response: MaybeUndefined<bool>,
    /// By whom or what the contact was reached, such as a phone number.
    contact_via: MaybeUndefined<String>,
    /// Whether the contact was not reached.
    attempt_failed: MaybeUndefined<bool>,
    /// False finishes an interaction that was postponed: then it is of today, unless a date is given. What has
    /// taken place can't be postponed.
    postponed: MaybeUndefined<bool>,
}

payloads! {
    /// What came of changing an interaction.
    InteractionUpdatePayload {
        /// The interaction; null if there are user errors.
        interaction: Interaction,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct InteractionUpdateMutation;

#[Object]
impl InteractionUpdateMutation {
    /// Changes an interaction, or finishes one that was postponed.
    async fn interaction_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in an interaction.")] input: InteractionUpdateInput,
    ) -> Result<InteractionUpdatePayload> {
        let updated = update(ctx.data()?, input).await;
        InteractionUpdatePayload::from_outcome(updated.map(Interaction))
    }
}

async fn update(
    context: &domain::Context,
    input: InteractionUpdateInput,
) -> domain::Result<interaction::Model> {
    let key = domain::id::interaction_key(&input.id, &["id"])?;
    let campaign: Option<Option<ID>> = input.campaign_id.into();
    let change = InteractionChange {
        date: kept(input.date, "date")?.map(|it| it.0),
        time: input.time.map_value(|it| it.0).into(),
        description: kept(input.description, "description")?,
        subject: input.subject.into(),
        interaction_group: input.interaction_group.into(),
        information_flow: input.information_flow.map_value(Into::into).into(),
        initiated_by: input.initiated_by.map_value(Into::into).into(),
        correspondence_type: input.correspondence_type.map_value(Into::into).into(),
        language: input.language.into(),
        salesperson: kept(input.salesperson, "salesperson")?,
        evaluation: input.evaluation.map_value(Into::into).into(),
        cost: kept(input.cost, "cost")?.map(|cost| stored(cost, "cost")).transpose()?,
        duration_min: kept(input.duration_min, "durationMin")?,
        campaign_id: campaign.map(|id| id.as_ref().map(campaign_key).transpose()).transpose()?,
        campaign_target: kept(input.campaign_target, "campaignTarget")?,
        campaign_response: kept(input.campaign_response, "campaignResponse")?,
        contact_via: input.contact_via.into(),
        attempt_failed: kept(input.attempt_failed, "attemptFailed")?,
        postponed: kept(input.postponed, "postponed")?,
    };
    domain::interaction::update(context, key, change).await
}
