//! Canceling campaign entries, and taking it back.

use async_graphql::{Context, ID, InputObject, Object};

use super::CampaignEntry;
use crate::{
    domain::{self, id::Kind},
    graphql::{error::Result, payload::payloads},
};

/// Which campaign entry to cancel.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignEntryCancelInput {
    /// Which campaign entry.
    campaign_entry_id: ID,
}

/// Which campaign entry to reinstate.
#[derive(InputObject)]
pub(in crate::graphql) struct CampaignEntryReinstateInput {
    /// Which campaign entry; its logged segment must not be canceled.
    campaign_entry_id: ID,
}

payloads! {
    /// What came of canceling a campaign entry.
    CampaignEntryCancelPayload {
        /// The campaign entry; null if there are user errors.
        campaign_entry: CampaignEntry,
    }

    /// What came of reinstating a campaign entry.
    CampaignEntryReinstatePayload {
        /// The campaign entry; null if there are user errors.
        campaign_entry: CampaignEntry,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CampaignEntryMutation;

#[Object]
impl CampaignEntryMutation {
    /// Cancels a campaign entry with its interactions: they stay, and no longer count. It stays
    /// canceled when its logged segment is reinstated.
    async fn campaign_entry_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign entry to cancel.")] input: CampaignEntryCancelInput,
    ) -> Result<CampaignEntryCancelPayload> {
        let canceled = match key(&input.campaign_entry_id) {
            Ok(id) => domain::campaign::cancel_entry(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        CampaignEntryCancelPayload::from_outcome(canceled.map(CampaignEntry))
    }

    /// Takes back that a campaign entry was canceled. Interactions that were canceled on their own
    /// stay so.
    async fn campaign_entry_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign entry to reinstate.")] input: CampaignEntryReinstateInput,
    ) -> Result<CampaignEntryReinstatePayload> {
        let reinstated = match key(&input.campaign_entry_id) {
            Ok(id) => domain::campaign::reinstate_entry(ctx.data()?, id).await,
            Err(err) => Err(err),
        };
        CampaignEntryReinstatePayload::from_outcome(reinstated.map(CampaignEntry))
    }
}

fn key(id: &ID) -> domain::Result<i64> {
    Kind::CampaignEntry.key(id, &["campaignEntryId"])
}
