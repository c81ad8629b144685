//! Finding segments.

use async_graphql::{Context, Enum, ID, InputObject, Object, connection::Connection};

use super::{
    super::{
        error::Result,
        kinds::SegmentStatus,
        page::{Cursor, Slice, connection},
    },
    Segment, load,
};
use crate::{
    domain::{
        self,
        id::Kind,
        segment::{self, SegmentFilter, SegmentSort},
    },
    entity::kinds,
};

/// Which segments to list. What is left out does not restrict.
#[derive(InputObject)]
#[graphql(name = "SegmentFilter")]
pub(in crate::graphql) struct SegmentFilterInput {
    /// Those with one of these statuses; the open ones unless it is said.
    status: Option<Vec<SegmentStatus>>,
    /// Those with this text in the number or the description, whatever the case.
    text: Option<String>,
    /// Those of this campaign: that name it, or name none and have a template that does.
    campaign_id: Option<ID>,
    /// Those of the salesperson with this code.
    salesperson: Option<String>,
}

/// What a list of segments is ordered by. Those that are equal come in the order of creation, or
/// the other way round with it.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum SegmentOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By number, the lowest first.
    NoAsc,
    /// By number, the highest first.
    NoDesc,
    /// By description from A to Z, whatever the case; those without one first.
    DescriptionAsc,
    /// By description from Z to A, whatever the case; those without one last.
    DescriptionDesc,
    /// By the date of their interactions, the earliest first.
    DateAsc,
    /// By the date of their interactions, the latest first.
    DateDesc,
    /// By last change, the one that changed last first.
    UpdatedDesc,
    /// By last change, the one that has not changed for the longest time first.
    UpdatedAsc,
    /// By the number of contacts, the largest first.
    ContactsDesc,
    /// By the number of contacts, the smallest first.
    ContactsAsc,
}

impl From<SegmentOrder> for domain::Order<SegmentSort> {
    fn from(order: SegmentOrder) -> Self {
        let (by, descending) = match order {
            SegmentOrder::Newest => (SegmentSort::Created, true),
            SegmentOrder::Oldest => (SegmentSort::Created, false),
            SegmentOrder::NoAsc => (SegmentSort::No, false),
            SegmentOrder::NoDesc => (SegmentSort::No, true),
            SegmentOrder::DescriptionAsc => (SegmentSort::Description, false),
            SegmentOrder::DescriptionDesc => (SegmentSort::Description, true),
            SegmentOrder::DateAsc => (SegmentSort::Date, false),
            SegmentOrder::DateDesc => (SegmentSort::Date, true),
            SegmentOrder::UpdatedDesc => (SegmentSort::Updated, true),
            SegmentOrder::UpdatedAsc => (SegmentSort::Updated, false),
            SegmentOrder::ContactsDesc => (SegmentSort::Contacts, true),
            SegmentOrder::ContactsAsc => (SegmentSort::Contacts, false),
        };
        Self { by, descending }
    }
}

fn filter(input: Option<SegmentFilterInput>) -> domain::Result<SegmentFilter> {
    let open = vec![kinds::SegmentStatus::Open];
    let Some(input) = input else {
        return Ok(SegmentFilter {
            status: open,
            text: None,
            campaign_id: None,
            salesperson: None,
        });
    };
    let campaign = input.campaign_id.map(|id| Kind::Campaign.key(&id, &["filter", "campaignId"]));
    let status = input.status.map(|status| status.into_iter().map(Into::into).collect());
    Ok(SegmentFilter {
        status: status.unwrap_or(open),
        text: input.text,
        campaign_id: campaign.transpose()?,
        salesperson: input.salesperson,
    })
}

/// A page of segments.
pub(in crate::graphql) type SegmentConnection = Connection<Cursor, Segment, SegmentTotal>;

/// How many segments the whole list has.
pub(in crate::graphql) struct SegmentTotal(SegmentFilter);

#[Object]
impl SegmentTotal {
    /// How many segments the whole list has; exact.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(segment::count(ctx.data::<domain::Context>()?, &self.0).await?)
    }
}

#[derive(Default)]
pub(in crate::graphql) struct FindSegment;

#[Object]
impl FindSegment {
    /// The segment with this id; null if there is none.
    async fn segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Segment>> {
        match Kind::Segment.key(&id, &["id"]) {
            Ok(key) => load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The segment with this number, whatever the case; null if there is none.
    async fn segment_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Segment>> {
        let context = ctx.data_unchecked::<domain::Context>();
        let found = segment::by_no(context, &no).await;
        found.map(|row| row.map(Segment::from)).map_err(Into::into).transpose()
    }

    /// Segments: the open ones, unless the filter says otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn segments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segments.", name = "filter")] input: Option<SegmentFilterInput>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<SegmentOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<SegmentConnection> {
        let slice = Slice { first, after, last, before };
        segments(ctx, filter(input)?, order_by, slice).await
    }
}

async fn segments(
    ctx: &Context<'_>,
    filter: SegmentFilter,
    order_by: Option<SegmentOrder>,
    slice: Slice,
) -> Result<SegmentConnection> {
    let context = ctx.data::<domain::Context>()?;
    let (order, args) = (order_by.unwrap_or_default().into(), slice.args()?);
    let page = segment::list(context, &filter, order, &args).await?;
    Ok(connection(page, SegmentTotal(filter), Segment::from))
}

/// A page of the segments of a campaign, with any of the statuses unless it is said.
pub(in crate::graphql) async fn segments_of_campaign(
    ctx: &Context<'_>,
    campaign_id: i64,
    status: Option<Vec<SegmentStatus>>,
    order_by: Option<SegmentOrder>,
    slice: Slice,
) -> Result<SegmentConnection> {
    let status = match status {
        Some(status) => status.into_iter().map(Into::into).collect(),
        None => {
            use kinds::SegmentStatus::{Canceled, Logged, Open};
            vec![Open, Logged, Canceled]
        }
    };
    let campaign_id = Some(campaign_id);
    let filter = SegmentFilter { status, text: None, campaign_id, salesperson: None };
    segments(ctx, filter, order_by, slice).await
}
