//! Campaign entries: what was done for a campaign.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{Context, Page, PageArgs, Result, arms},
    entity::campaign_entry,
};

/// The entries with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn entries_by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, campaign_entry::Model>> {
    let rows = campaign_entry::Entity::find()
        .filter(campaign_entry::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// How many entries each campaign has; those without are left out.
///
/// # Errors
/// What the database says.
pub async fn entry_counts(context: &Context, campaigns: &[i64]) -> Result<HashMap<i64, u64>> {
    use campaign_entry::Column::{CampaignId, Id};
    let counts: Vec<(i64, i64)> = campaign_entry::Entity::find()
        .select_only()
        .column(CampaignId)
        .column_as(Id.count(), "count")
        .filter(CampaignId.is_in(campaigns.iter().copied()))
        .group_by(CampaignId)
        .into_tuple()
        .all(context.db.reader())
        .await?;
    Ok(counts.into_iter().map(|(campaign, count)| (campaign, count.cast_unsigned())).collect())
}

/// A page of the entries of each campaign, newest first, with one statement.
///
/// # Errors
/// What the database says.
pub async fn entry_pages(
    context: &Context,
    campaigns: &[i64],
    args: &PageArgs<i64>,
) -> Result<HashMap<i64, Page<i64, campaign_entry::Model>>> {
    use campaign_entry::Column::{CampaignId, Id};
    let list_of = |campaign: Expr| {
        let of_campaign = CampaignId.into_simple_expr().eq(campaign);
        let mut query = campaign_entry::Entity::find().filter(of_campaign);
        if let Some(after) = args.after {
            query = query.filter(Id.lt(after));
        }
        if let Some(before) = args.before {
            query = query.filter(Id.gt(before));
        }
        match args.take.is_last() {
            true => query.order_by_asc(Id),
            false => query.order_by_desc(Id),
        }
    };
    let descending = !args.take.is_last();
    let pages =
        arms::pages(&context.db, campaigns, list_of, args, descending, |row| row.id).await?;
    Ok(campaigns.iter().copied().zip(pages).collect())
}
