//! Lists of interactions, and what they add up to.

use async_graphql::{
    Context, Description, Enum, InputObject, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};

use super::Interaction;
use crate::{
    domain::{
        List, amount,
        interaction::{Filter, Of, Owner, Postponed, StatisticsKey, Window},
    },
    graphql::{
        error::Result,
        kinds::{DeliveryStatus, Evaluation},
        loaders::Loaders,
        page::{Cursor, Slice, connection},
        scalar::{Date, Decimal, minutes},
    },
};

/// A page of interactions.
pub(in crate::graphql) type InteractionConnection =
    Connection<Cursor, Interaction, InteractionTotal, EmptyFields>;

/// Which interactions to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(in crate::graphql) struct InteractionFilter {
    /// On this day or later.
    from: Option<Date>,
    /// On this day or earlier.
    to: Option<Date>,
    /// With one of these templates.
    templates: Option<Vec<String>>,
    /// In one of these interaction groups.
    groups: Option<Vec<String>>,
    /// With one of these evaluations.
    evaluations: Option<Vec<Evaluation>>,
    /// Whose delivery has one of these statuses.
    delivery_statuses: Option<Vec<DeliveryStatus>>,
    /// Whether to list canceled ones, too.
    #[graphql(default_with = "Some(false)")]
    include_canceled: Option<bool>,
    /// Whether to list postponed ones, too.
    #[graphql(default_with = "Some(false)")]
    include_postponed: Option<bool>,
    /// Whether to list nothing but postponed ones: those that are still to be finished.
    #[graphql(default_with = "Some(false)")]
    only_postponed: Option<bool>,
}

impl From<InteractionFilter> for Filter {
    fn from(filter: InteractionFilter) -> Self {
        Self {
            from: filter.from.map(|it| it.0),
            to: filter.to.map(|it| it.0),
            templates: filter.templates,
            groups: filter.groups,
            evaluations: filter.evaluations.map(|all| all.into_iter().map(Into::into).collect()),
            delivery_statuses: filter
                .delivery_statuses
                .map(|all| all.into_iter().map(Into::into).collect()),
            include_canceled: filter.include_canceled.unwrap_or(false),
            postponed: match (filter.only_postponed, filter.include_postponed) {
                (Some(true), _) => Postponed::Only,
                (_, Some(true)) => Postponed::Included,
                _ => Postponed::LeftOut,
            },
        }
    }
}

/// The order of interactions. Those of one day come in the order of their contacts and numbers.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum InteractionOrder {
    /// The newest first.
    #[default]
    DateDesc,
    /// The oldest first.
    DateAsc,
}

/// How many interactions there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct InteractionTotal {
    owner: Owner,
    filter: Filter,
}

#[Object(use_type_description)]
impl InteractionTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let key = (self.owner, self.filter.clone());
        Ok(ctx.data::<Loaders>()?.interaction_counts.load_one(key).await?.unwrap_or(0))
    }
}

/// A page of the interactions of `owner`, in a batch with those of other owners.
pub(in crate::graphql) async fn interactions_of(
    ctx: &Context<'_>,
    owner: Owner,
    filter: Option<InteractionFilter>,
    order_by: Option<InteractionOrder>,
    slice: Slice,
) -> Result<InteractionConnection> {
    let filter = Filter::from(filter.unwrap_or_default());
    let list = List {
        filter: filter.clone(),
        latest_first: order_by.unwrap_or_default() == InteractionOrder::DateDesc,
        args: slice.args()?,
    };
    let page = ctx.data::<Loaders>()?.interaction_pages.load_one((owner, list)).await?;
    Ok(connection(page.unwrap_or_default(), InteractionTotal { owner, filter }, Interaction))
}

/// What interactions add up to. Canceled and postponed ones do not count.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InteractionStatistics {
    /// How many there are.
    pub(in crate::graphql) count: i64,
    /// What they cost together, in local currency.
    pub(in crate::graphql) cost: Decimal,
    /// How long they took together, in minutes.
    pub(in crate::graphql) duration_min: Result<i32>,
    /// The day of the last one that did not fail.
    pub(in crate::graphql) last_date: Option<Date>,
    /// The day of the last one that we began, failed or not.
    pub(in crate::graphql) last_attempted: Option<Date>,
    /// How many reached a target of their campaign.
    pub(in crate::graphql) campaign_targets: i64,
    /// How many are responses to their campaign.
    pub(in crate::graphql) campaign_responses: i64,
}

/// What the interactions of somebody add up to, in a batch with those of others.
pub(in crate::graphql) async fn statistics_of(
    ctx: &Context<'_>,
    of: impl Into<Of>,
    window: Window,
) -> Result<InteractionStatistics> {
    let key = StatisticsKey { of: of.into(), window };
    let sums = ctx.data::<Loaders>()?.interaction_statistics.load_one(key).await?;
    let sums = sums.unwrap_or_default();
    Ok(InteractionStatistics {
        count: sums.count,
        cost: Decimal(amount::from_stored(sums.cost)),
        duration_min: minutes(sums.duration_min),
        last_date: sums.last_date.map(Date),
        last_attempted: sums.last_attempted.map(Date),
        campaign_targets: sums.targets,
        campaign_responses: sums.responses,
    })
}
