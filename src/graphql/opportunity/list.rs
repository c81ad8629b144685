//! Finding opportunities, and what they add up to.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};

use super::Opportunity;
use crate::{
    domain::{self, List, amount, id, opportunity::OpportunityFilter as Filter, planned::Owner},
    graphql::{
        error::Result,
        kinds::{OpportunityStatus, Priority},
        loaders::Loaders,
        page::{Cursor, Slice, connection},
        scalar::{Date, Decimal},
    },
};

/// A page of opportunities.
pub(in crate::graphql) type OpportunityConnection =
    Connection<Cursor, Opportunity, OpportunityTotal, EmptyFields>;

/// Which opportunities to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(in crate::graphql) struct OpportunityFilter {
    /// With one of these statuses.
    status: Option<Vec<OpportunityStatus>>,
    /// With one of these priorities.
    priority: Option<Vec<Priority>>,
    /// Of this salesperson.
    salesperson: Option<String>,
    /// Created on this day or later.
    from: Option<Date>,
    /// Created on this day or earlier.
    to: Option<Date>,
}

impl From<OpportunityFilter> for Filter {
    fn from(filter: OpportunityFilter) -> Self {
        Self {
            status: filter.status.map(|all| all.into_iter().map(Into::into).collect()),
            priority: filter.priority.map(|all| all.into_iter().map(Into::into).collect()),
            salesperson: filter.salesperson,
            from: filter.from.map(|it| it.0),
            to: filter.to.map(|it| it.0),
        }
    }
}

/// The order of opportunities. Those of one day come in the order of their creation, or the other way
/// round with it.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum OpportunityOrder {
    /// Those created last first.
    #[default]
    DateDesc,
    /// Those created first first.
    DateAsc,
}

/// How many opportunities there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct OpportunityTotal {
    owner: Owner,
    filter: Filter,
}

#[Object(use_type_description)]
impl OpportunityTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let key = (self.owner, self.filter.clone());
        let loader = &ctx.data::<Loaders>()?.planned.opportunity_counts;
        Ok(loader.load_one(key).await?.unwrap_or(0))
    }
}

/// A page of the opportunities of `owner`, in a batch with those of other owners.
pub(in crate::graphql) async fn opportunities_of(
    ctx: &Context<'_>,
    owner: Owner,
    filter: Option<OpportunityFilter>,
    order_by: Option<OpportunityOrder>,
    slice: Slice,
) -> Result<OpportunityConnection> {
    let filter = Filter::from(filter.unwrap_or_default());
    let list = List {
        filter: filter.clone(),
        latest_first: order_by.unwrap_or_default() == OpportunityOrder::DateDesc,
        args: slice.args()?,
    };
    let page = ctx.data::<Loaders>()?.planned.opportunity_pages.load_one((owner, list)).await?;
    Ok(connection(page.unwrap_or_default(), OpportunityTotal { owner, filter }, Opportunity))
}

/// What opportunities add up to.
#[derive(SimpleObject)]
pub(in crate::graphql) struct OpportunityStatistics {
    /// How many there are.
    count: i64,
    /// How many are neither won nor lost.
    open: i64,
    /// How many were won.
    won: i64,
    /// How many were lost.
    lost: i64,
    /// What all of them may be worth, in local currency, as far as that is known.
    estimated_value: Decimal,
    /// What the open ones may be worth.
    open_value: Decimal,
    /// What those were worth that were won.
    won_value: Decimal,
}

/// What the opportunities of somebody add up to, in a batch with those of others.
pub(in crate::graphql) async fn opportunity_statistics(
    ctx: &Context<'_>,
    owner: Owner,
) -> Result<OpportunityStatistics> {
    let totals = ctx.data::<Loaders>()?.planned.opportunity_totals.load_one(owner).await?;
    let totals = totals.unwrap_or_default();
    Ok(OpportunityStatistics {
        count: totals.count,
        open: totals.open,
        won: totals.won,
        lost: totals.lost,
        estimated_value: Decimal(amount::from_stored(totals.estimated_value)),
        open_value: Decimal(amount::from_stored(totals.open_value)),
        won_value: Decimal(amount::from_stored(totals.won_value)),
    })
}

#[derive(Default)]
pub(in crate::graphql) struct OpportunityQuery;

#[Object]
impl OpportunityQuery {
    /// The opportunity with this id; null if there is none.
    async fn opportunity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Opportunity>> {
        match id::opportunity_key(&id, &["id"]) {
            Ok(key) => Opportunity::load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The opportunity with this number; null if there is none.
    async fn opportunity_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Opportunity>> {
        let context = ctx.data_unchecked::<domain::Context>();
        let found = domain::opportunity::by_no(context, &no).await;
        found.map(|row| row.map(Opportunity)).map_err(Into::into).transpose()
    }

    /// The opportunities with everybody.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<OpportunityFilter>,
        #[graphql(desc = "Those created last first unless it is said.")] order_by: Option<
            OpportunityOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<OpportunityConnection> {
        let slice = Slice { first, after, last, before };
        opportunities_of(ctx, Owner::Everybody, filter, order_by, slice).await
    }
}
