//! Finding campaigns.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};

use super::Campaign;
use crate::{
    domain::{
        self,
        campaign::{CampaignFilter as Filter, CampaignSort},
        id::Kind,
    },
    graphql::{
        error::Result,
        page::{Cursor, Slice, connection},
        scalar::Date,
    },
};

/// Which campaigns to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(in crate::graphql) struct CampaignFilter {
    /// With this text in the number or the description, whatever the case.
    text: Option<String>,
    /// With this status code.
    status: Option<String>,
    /// Of this salesperson.
    salesperson: Option<String>,
    /// Begun by this day, and not ended before it. A missing date is no bound.
    active_on: Option<Date>,
    /// Only those that are activated today, or only those that are not.
    activated: Option<bool>,
}

impl From<CampaignFilter> for Filter {
    fn from(filter: CampaignFilter) -> Self {
        Self {
            text: filter.text,
            status: filter.status,
            salesperson: filter.salesperson,
            active_on: filter.active_on.map(|it| it.0),
            activated: filter.activated,
        }
    }
}

/// The order of campaigns. Those that are equal come in the order of creation, or the other way round
/// with it.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum CampaignOrder {
    /// By number, the lowest first.
    #[default]
    NoAsc,
    /// By number, the highest first.
    NoDesc,
    /// By description from A to Z, whatever the case; those without one first.
    DescriptionAsc,
    /// By description from Z to A, whatever the case; those without one last.
    DescriptionDesc,
    /// By the first day, the earliest first; those without one first.
    StartingDateAsc,
    /// By the first day, the latest first; those without one last.
    StartingDateDesc,
    /// By the last day, the earliest first; those without one first.
    EndingDateAsc,
    /// By the last day, the latest first; those without one last.
    EndingDateDesc,
    /// By last change, the one that changed last first.
    UpdatedDesc,
    /// By last change, the one that has not changed for the longest time first.
    UpdatedAsc,
}

impl From<CampaignOrder> for domain::Order<CampaignSort> {
    fn from(order: CampaignOrder) -> Self {
        let (by, descending) = match order {
            CampaignOrder::NoAsc => (CampaignSort::No, false),
            CampaignOrder::NoDesc => (CampaignSort::No, true),
            CampaignOrder::DescriptionAsc => (CampaignSort::Description, false),
            CampaignOrder::DescriptionDesc => (CampaignSort::Description, true),
            CampaignOrder::StartingDateAsc => (CampaignSort::StartingDate, false),
            CampaignOrder::StartingDateDesc => (CampaignSort::StartingDate, true),
            CampaignOrder::EndingDateAsc => (CampaignSort::EndingDate, false),
            CampaignOrder::EndingDateDesc => (CampaignSort::EndingDate, true),
            CampaignOrder::UpdatedDesc => (CampaignSort::Updated, true),
            CampaignOrder::UpdatedAsc => (CampaignSort::Updated, false),
        };
        Self { by, descending }
    }
}

/// How many campaigns there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct CampaignTotal(Filter);

#[Object(use_type_description)]
impl CampaignTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(domain::campaign::count(ctx.data()?, &self.0).await?)
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// The campaign with this id; null if there is none.
    async fn campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Campaign>> {
        match Kind::Campaign.key(&id, &["id"]) {
            Ok(key) => Campaign::load(ctx, Some(key)).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The campaign with this number; null if there is none.
    async fn campaign_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Campaign>> {
        by_no(ctx, &no).await.transpose()
    }

    /// The campaigns.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<CampaignFilter>,
        #[graphql(desc = "By number unless it is said.")] order_by: Option<CampaignOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Campaign, CampaignTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let filter = Filter::from(filter.unwrap_or_default());
        let order = order_by.unwrap_or_default().into();
        let page = domain::campaign::list(ctx.data()?, &filter, order, &args).await?;
        Ok(connection(page, CampaignTotal(filter), Campaign))
    }
}

async fn by_no(ctx: &Context<'_>, no: &str) -> Result<Option<Campaign>> {
    Ok(domain::campaign::by_no(ctx.data()?, no).await?.map(Campaign))
}
