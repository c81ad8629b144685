//! Creating, changing and deleting campaigns.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::{
    super::{error::Result, interaction_template::campaign_key, payload::payloads, scalar::Date},
    Campaign,
};
use crate::{
    domain::{self, campaign::CampaignChange, id::Kind},
    entity::campaign,
};

/// A new campaign.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignCreateInput {
    /// The number, at most 20 characters; without it, the next of the number series.
    no: Option<String>,
    /// What it is about; at most 250 characters.
    description: Option<String>,
    /// The first day.
    starting_date: Option<Date>,
    /// The last day; not before the first.
    ending_date: Option<Date>,
    /// Who is responsible. If it is left out, the salesperson whose e-mail address is the name of who
    /// creates it, if there is one.
    salesperson: MaybeUndefined<String>,
    /// How far it is.
    status: Option<String>,
}

/// What to change in a campaign. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignUpdateInput {
    /// Which campaign.
    campaign_id: ID,
    /// What it is about; at most 250 characters.
    description: MaybeUndefined<String>,
    /// The first day.
    starting_date: MaybeUndefined<Date>,
    /// The last day; not before the first.
    ending_date: MaybeUndefined<Date>,
    /// Who is responsible.
    salesperson: MaybeUndefined<String>,
    /// How far it is.
    status: MaybeUndefined<String>,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

/// Which campaign to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignDeleteInput {
    /// Which campaign.
    campaign_id: ID,
    /// Fail with `CONFLICT` if it is at another revision.
    expected_revision: Option<i32>,
}

payloads! {
    /// What came of creating a campaign.
    CampaignCreatePayload {
        /// The campaign; null if there are user errors.
        campaign: Campaign,
    }

    /// What came of changing a campaign.
    CampaignUpdatePayload {
        /// The campaign; null if there are user errors.
        campaign: Campaign,
    }

    /// What came of deleting a campaign.
    CampaignDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_campaign_id: ID,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CampaignMutation;

#[Object]
impl CampaignMutation {
    /// Creates a campaign.
    async fn campaign_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new campaign.")] input: CampaignCreateInput,
    ) -> Result<CampaignCreatePayload> {
        let change = CampaignChange {
            description: Some(input.description),
            starting_date: Some(input.starting_date.map(|it| it.0)),
            ending_date: Some(input.ending_date.map(|it| it.0)),
            salesperson: input.salesperson.into(),
            status: Some(input.status),
        };
        let created = domain::campaign::create(ctx.data()?, input.no.as_deref(), change).await;
        CampaignCreatePayload::from_outcome(created.map(Campaign))
    }

    /// Changes a campaign.
    async fn campaign_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in a campaign.")] input: CampaignUpdateInput,
    ) -> Result<CampaignUpdatePayload> {
        let updated = update(ctx.data()?, input).await;
        CampaignUpdatePayload::from_outcome(updated.map(Campaign))
    }

    /// Deletes a campaign with its entries, unless segments, lines, templates, interactions,
    /// opportunities or tasks have it.
    async fn campaign_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign to delete.")] input: CampaignDeleteInput,
    ) -> Result<CampaignDeletePayload> {
        let deleted = delete(ctx.data()?, input).await;
        CampaignDeletePayload::from_outcome(deleted.map(|id| ID(Kind::Campaign.id(id))))
    }
}

async fn update(
    context: &domain::Context,
    input: CampaignUpdateInput,
) -> domain::Result<campaign::Model> {
    let id = campaign_key(&input.campaign_id)?;
    let change = CampaignChange {
        description: input.description.into(),
        starting_date: input.starting_date.map_value(|it| it.0).into(),
        ending_date: input.ending_date.map_value(|it| it.0).into(),
        salesperson: input.salesperson.into(),
        status: input.status.into(),
    };
    domain::campaign::update(context, id, input.expected_revision, change).await
}

async fn delete(context: &domain::Context, input: CampaignDeleteInput) -> domain::Result<i64> {
    let id = campaign_key(&input.campaign_id)?;
    domain::campaign::delete(context, id, input.expected_revision).await
}
