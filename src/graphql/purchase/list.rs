//! Lists of purchases, and what they add up to.

use async_graphql::{
    Context, Description, Enum, InputObject, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};

use super::Purchase;
use crate::{
    domain::{
        List, amount,
        purchase::{Filter, Owner},
    },
    graphql::{
        error::Result,
        kinds::PurchaseSide,
        loaders::Loaders,
        page::{Cursor, Slice, connection},
        scalar::{Date, Decimal},
    },
};

/// A page of purchases.
pub(in crate::graphql) type PurchaseConnection =
    Connection<Cursor, Purchase, PurchaseTotal, EmptyFields>;

/// Which purchases to list: those for which all holds that is given.
#[derive(Clone, Default, InputObject)]
pub(in crate::graphql) struct PurchaseFilter {
    /// What we sold, or what we bought; both if left out.
    side: Option<PurchaseSide>,
    /// Posted on this day or later.
    from: Option<Date>,
    /// Posted on this day or earlier.
    to: Option<Date>,
    /// Of one of these items.
    items: Option<Vec<String>>,
    /// In one of these inventory posting groups.
    posting_groups: Option<Vec<String>>,
}

impl From<PurchaseFilter> for Filter {
    fn from(filter: PurchaseFilter) -> Self {
        Self {
            side: filter.side.map(Into::into),
            from: filter.from.map(|it| it.0),
            to: filter.to.map(|it| it.0),
            items: filter.items,
            posting_groups: filter.posting_groups,
        }
    }
}

/// The order of purchases. Those of one day come in the order of their companies and keys.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum PurchaseOrder {
    /// The newest first.
    #[default]
    PostingDateDesc,
    /// The oldest first.
    PostingDateAsc,
}

/// How many purchases there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct PurchaseTotal {
    owner: Owner,
    filter: Filter,
}

#[Object(use_type_description)]
impl PurchaseTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let key = (self.owner, self.filter.clone());
        let sums = ctx.data::<Loaders>()?.purchase_statistics.load_one(key).await?;
        Ok(sums.unwrap_or_default().count.cast_unsigned())
    }
}

/// A page of the purchases of `owner`, in a batch with those of other owners.
pub(in crate::graphql) async fn purchases_of(
    ctx: &Context<'_>,
    owner: Owner,
    filter: Option<PurchaseFilter>,
    order_by: Option<PurchaseOrder>,
    slice: Slice,
) -> Result<PurchaseConnection> {
    let filter = Filter::from(filter.unwrap_or_default());
    let list = List {
        filter: filter.clone(),
        latest_first: order_by.unwrap_or_default() == PurchaseOrder::PostingDateDesc,
        args: slice.args()?,
    };
    let page = ctx.data::<Loaders>()?.purchase_pages.load_one((owner, list)).await?;
    Ok(connection(page.unwrap_or_default(), PurchaseTotal { owner, filter }, Purchase))
}

/// What purchases add up to.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PurchaseStatistics {
    /// How many there are.
    count: i64,
    /// What they amount to together, in local currency.
    amount: Decimal,
    /// How many pieces they are together.
    quantity: Decimal,
    /// The day of the last one.
    last_date: Option<Date>,
}

/// What the purchases of somebody add up to, in a batch with those of others.
pub(in crate::graphql) async fn statistics_of(
    ctx: &Context<'_>,
    owner: Owner,
    filter: Option<PurchaseFilter>,
) -> Result<PurchaseStatistics> {
    let key = (owner, Filter::from(filter.unwrap_or_default()));
    let sums = ctx.data::<Loaders>()?.purchase_statistics.load_one(key).await?;
    let sums = sums.unwrap_or_default();
    Ok(PurchaseStatistics {
        count: sums.count,
        amount: Decimal(amount::from_stored(sums.amount)),
        quantity: Decimal(amount::from_stored(sums.quantity)),
        last_date: sums.last_date.map(Date),
    })
}
