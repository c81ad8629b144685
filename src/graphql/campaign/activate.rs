//! Activating campaigns, and taking it back.

use async_graphql::{Context, ID, InputObject, Object};

use super::Campaign;
use crate::{
    domain,
    entity::campaign,
    graphql::{error::Result, interaction_template::campaign_key, payload::payloads},
};

/// Which campaign to activate.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignActivateInput {
    /// Which campaign; it must have a target.
    campaign_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which campaign to deactivate.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignDeactivateInput {
    /// Which campaign.
    campaign_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

payloads! {
    /// What came of activating a campaign.
    CampaignActivatePayload {
        /// The campaign; null if there are user errors.
        campaign: Campaign,
    }

    /// What came of deactivating a campaign.
    CampaignDeactivatePayload {
        /// The campaign; null if there are user errors.
        campaign: Campaign,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ActivationMutation;

#[Object]
impl ActivationMutation {
    /// Activates a campaign that has a target. It is `activated` on its days, from `startingDate` to
    /// `endingDate`. One that was activated already stays as it is.
    async fn campaign_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign to activate.")] input: CampaignActivateInput,
    ) -> Result<CampaignActivatePayload> {
        let activated = activate(ctx.data()?, &input).await;
        CampaignActivatePayload::from_outcome(activated.map(Campaign))
    }

    /// Takes back that a campaign was activated. Its targets stay what they are. Nothing happens if it
    /// was not activated.
    async fn campaign_deactivate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign to deactivate.")] input: CampaignDeactivateInput,
    ) -> Result<CampaignDeactivatePayload> {
        let deactivated = deactivate(ctx.data()?, &input).await;
        CampaignDeactivatePayload::from_outcome(deactivated.map(Campaign))
    }
}

async fn activate(
    context: &domain::Context,
    input: &CampaignActivateInput,
) -> domain::Result<campaign::Model> {
    let id = campaign_key(&input.campaign_id)?;
    domain::campaign::activate(context, id, input.expected_revision).await
}

async fn deactivate(
    context: &domain::Context,
    input: &CampaignDeactivateInput,
) -> domain::Result<campaign::Model> {
    let id = campaign_key(&input.campaign_id)?;
    domain::campaign::deactivate(context, id, input.expected_revision).await
}
