//! Lists of segments.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{Context, Page, PageArgs, Result, text},
    entity::{kinds::SegmentStatus, segment},
};

/// Which segments to list.
#[derive(Clone, Debug)]
pub struct SegmentFilter {
    pub status: Vec<SegmentStatus>,
    /// In the number or the description, whatever the case.
    pub text: Option<String>,
    pub campaign_id: Option<i64>,
    pub salesperson: Option<String>,
}

/// Where a segment stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentKey(pub i64);

/// A page of segments: the newest first, unless `oldest_first`.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    filter: &SegmentFilter,
    oldest_first: bool,
    args: &PageArgs<SegmentKey>,
) -> Result<Page<SegmentKey, segment::Model>> {
    let rising = oldest_first != args.take.is_last();
    let mut found = filtered(context, filter);
    let (low, high) = match oldest_first {
        true => (&args.after, &args.before),
        false => (&args.before, &args.after),
    };
    if let Some(low) = low {
        found = found.filter(segment::Column::Id.gt(low.0));
    }
    if let Some(high) = high {
        found = found.filter(segment::Column::Id.lt(high.0));
    }
    let order = if rising { sea_orm::Order::Asc } else { sea_orm::Order::Desc };
    let found = found.order_by(segment::Column::Id, order).limit(args.take.count() + 1);
    let rows = found.all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (SegmentKey(row.id), row)).collect();
    Ok(Page::from_one_extra(items, args))
}

/// How many segments there are in the whole list.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &SegmentFilter) -> Result<u64> {
    Ok(filtered(context, filter).count(context.db.reader()).await?)
}

fn filtered(context: &Context, filter: &SegmentFilter) -> Select<segment::Entity> {
    let backend = context.db.reader().get_database_backend();
    let mut condition =
        Condition::all().add(segment::Column::Status.is_in(filter.status.iter().copied()));
    if let Some(text) = filter.text.as_deref().and_then(text::tidy) {
        let column = |column| Expr::col((segment::Entity, column));
        let no = dialect::contains(backend, column(segment::Column::No), &text.to_uppercase());
        let description = column(segment::Column::DescriptionFold);
        let description = dialect::contains(backend, description, &text::fold(&text));
        condition = condition.add(no.or(description));
    }
    if let Some(campaign) = filter.campaign_id {
        condition = condition.add(segment::Column::CampaignId.eq(campaign));
    }
    if let Some(salesperson) = filter.salesperson.as_deref().and_then(text::code) {
        condition = condition.add(segment::Column::Salesperson.eq(salesperson));
    }
    segment::Entity::find().filter(condition)
}
