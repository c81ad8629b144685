//! How a campaign goes.

use async_graphql::{ComplexObject, Context, Description, Object, SimpleObject};
use chrono::NaiveDate;

use crate::{
    domain::{
        amount,
        campaign::{Part, Reach, ReachKey},
        interaction::{Owner, Window},
    },
    graphql::{
        error::Result,
        interaction::{InteractionStatistics, statistics_of},
        interaction_template::InteractionTemplate,
        loaders::Loaders,
        scalar::{Date, Decimal, minutes},
    },
};

/// How a campaign goes. Canceled and postponed interactions do not count.
#[derive(Description)]
pub(in crate::graphql) struct CampaignStatistics {
    key: ReachKey,
    sums: InteractionStatistics,
}

/// What the interactions of a campaign add up to, in a batch with those of others.
pub(super) async fn statistics_of_campaign(
    ctx: &Context<'_>,
    campaign_id: i64,
    window: Window,
) -> Result<CampaignStatistics> {
    let sums = statistics_of(ctx, Owner::Campaign(campaign_id), window).await?;
    Ok(CampaignStatistics { key: ReachKey { campaign_id, window }, sums })
}

#[Object(use_type_description)]
impl CampaignStatistics {
    /// How many interactions there are.
    async fn count(&self) -> i64 {
        self.sums.count
    }

    /// What they cost together, in local currency.
    async fn cost(&self) -> &Decimal {
        &self.sums.cost
    }

    /// How long they took together, in minutes.
    async fn duration_min(&self) -> &Result<i32> {
        &self.sums.duration_min
    }

    /// The day of the last one that did not fail.
    async fn last_date(&self) -> Option<&Date> {
        self.sums.last_date.as_ref()
    }

    /// The day of the last one that we began, failed or not.
    async fn last_attempted(&self) -> Option<&Date> {
        self.sums.last_attempted.as_ref()
    }

    /// How many interactions reached a target.
    async fn campaign_targets(&self) -> i64 {
        self.sums.campaign_targets
    }

    /// How many interactions are responses.
    async fn campaign_responses(&self) -> i64 {
        self.sums.campaign_responses
    }

    /// How many contacts were contacted as targets; each counts once, and those who have been deleted
    /// do not.
    async fn targets_contacted(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.reach(ctx).await?.targets_contacted)
    }

    /// How many contacts responded, targets or not; each counts once, and those who have been deleted do
    /// not.
    async fn contacts_responded(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.reach(ctx).await?.responded)
    }

    /// The part of the targets contacted who responded, from 0 to 1; null if none was contacted.
    async fn response_rate(&self, ctx: &Context<'_>) -> Result<Option<f64>> {
        let Reach { targets_contacted, targets_responded, .. } = self.reach(ctx).await?;
        Ok((0 < targets_contacted).then(|| targets_responded as f64 / targets_contacted as f64))
    }

    /// The same by interaction template, in the order of the codes; those without a template first.
    async fn by_template(&self, ctx: &Context<'_>) -> Result<Vec<CampaignTemplateStatistics>> {
        let parts = ctx.data::<Loaders>()?.campaign.by_template.load_one(self.key).await?;
        Ok(parts.unwrap_or_default().into_iter().map(Into::into).collect())
    }

    /// The same by day, for the days with interactions, the first day first; at most the last 1,000.
    async fn by_day(&self, ctx: &Context<'_>) -> Result<Vec<CampaignDayStatistics>> {
        let parts = ctx.data::<Loaders>()?.campaign.by_day.load_one(self.key).await?;
        Ok(parts.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

impl CampaignStatistics {
    async fn reach(&self, ctx: &Context<'_>) -> Result<Reach> {
        Ok(ctx.data::<Loaders>()?.campaign.reach.load_one(self.key).await?.unwrap_or_default())
    }
}

/// What the interactions of a campaign with one template add up to.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(in crate::graphql) struct CampaignTemplateStatistics {
    /// How many interactions there are.
    count: i64,
    /// What they cost together, in local currency.
    cost: Decimal,
    /// How long they took together, in minutes.
    duration_min: Result<i32>,
    /// How many contacts were contacted as targets; each counts once.
    targets_contacted: i64,
    /// How many contacts responded; each counts once.
    contacts_responded: i64,
    #[graphql(skip)]
    template: Option<String>,
}

#[ComplexObject]
impl CampaignTemplateStatistics {
    /// The template; null for the interactions without one.
    async fn template(&self, ctx: &Context<'_>) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, self.template.as_deref()).await.transpose()
    }
}

impl From<Part<Option<String>>> for CampaignTemplateStatistics {
    fn from(part: Part<Option<String>>) -> Self {
        Self {
            count: part.count,
            cost: Decimal(amount::from_stored(part.cost)),
            duration_min: minutes(part.duration_min),
            targets_contacted: part.targets_contacted,
            contacts_responded: part.responded,
            template: part.key,
        }
    }
}

/// What the interactions of a campaign on one day add up to.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CampaignDayStatistics {
    /// The day.
    date: Date,
    /// How many interactions there are.
    count: i64,
    /// What they cost together, in local currency.
    cost: Decimal,
    /// How long they took together, in minutes.
    duration_min: Result<i32>,
    /// How many contacts were contacted as targets; each counts once.
    targets_contacted: i64,
    /// How many contacts responded; each counts once.
    contacts_responded: i64,
}

impl From<Part<NaiveDate>> for CampaignDayStatistics {
    fn from(part: Part<NaiveDate>) -> Self {
        Self {
            date: Date(part.key),
            count: part.count,
            cost: Decimal(amount::from_stored(part.cost)),
            duration_min: minutes(part.duration_min),
            targets_contacted: part.targets_contacted,
            contacts_responded: part.responded,
        }
    }
}
