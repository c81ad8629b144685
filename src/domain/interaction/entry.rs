//! The campaign entries of interactions that were not logged with a segment.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::{
    domain::{Context, Result},
    entity::{campaign, campaign_entry, segment},
};

/// What a campaign entry is called that no segment brought about.
const DESCRIPTION: &str = "Interactions";

/// The entry of the campaign for interactions that no segment brought about (INT-4), or for calls
/// to the contacts of `segment` (TEL-5); a new one if there is none.
pub(super) async fn entry_of_campaign(
    txn: &DatabaseTransaction,
    context: &Context,
    campaign: i64,
    segment: Option<&segment::Model>,
    date: NaiveDate,
    salesperson: Option<&str>,
) -> Result<i64> {
    use campaign_entry::Column;
    // Holds the campaign, so that of two interactions at once the second finds the entry of the
    // first.
    campaign::Entity::find_by_id(campaign).lock_exclusive().one(txn).await?;
    let of_segment = match segment {
        Some(segment) => Column::SegmentId.eq(segment.id),
        None => Column::SegmentId.is_null(),
    };
    let found = campaign_entry::Entity::find()
        .filter(Condition::all().add(Column::CampaignId.eq(campaign)).add(of_segment))
        .filter(Column::LoggedSegmentId.is_null())
        .filter(Column::Canceled.eq(false))
        .order_by_asc(Column::Id)
        // It is not canceled meanwhile.
        .lock_shared()
        .one(txn)
        .await?;
    if let Some(entry) = found {
        return Ok(entry.id);
    }
    let description = segment.and_then(|it| it.description.clone());
    let entry = campaign_entry::ActiveModel {
        campaign_id: Set(campaign),
        segment_id: Set(segment.map(|it| it.id)),
        description: Set(Some(description.unwrap_or_else(|| DESCRIPTION.to_owned()))),
        date: Set(date),
        salesperson: Set(salesperson.map(str::to_owned)),
        canceled: Set(false),
        canceled_itself: Set(false),
        actor: Set(context.actor()),
        ..Default::default()
    };
    Ok(campaign_entry::Entity::insert(entry).exec_with_returning(txn).await?.id)
}
