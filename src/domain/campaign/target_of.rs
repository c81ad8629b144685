//! Which campaigns contacts are targets of.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect};

use super::{by_ids, targets};
use crate::{
    db::dialect,
    domain::{Context, Result, membership},
    entity::{campaign, interaction, kinds::SegmentStatus, segment, segment_line},
};

/// The campaigns that each of the contacts is a target of, in the order of their keys: as
/// [`targets::targets`] has them, for many contacts at once.
///
/// # Errors
/// What the database says.
pub async fn of_contacts(
    context: &Context,
    contacts: &[i32],
) -> Result<HashMap<i32, Vec<campaign::Model>>> {
    let mut found = by_lines(context, contacts).await?;
    for (contact, campaign) in by_interactions(context, contacts).await? {
        found.entry(contact).or_default().insert(campaign);
    }
    let all: BTreeSet<i64> = found.values().flatten().copied().collect();
    let campaigns = by_ids(context, &all.into_iter().collect::<Vec<_>>()).await?;
    let of_contact = |ids: BTreeSet<i64>| -> Vec<campaign::Model> {
        ids.iter().filter_map(|id| campaigns.get(id).cloned()).collect()
    };
    Ok(found.into_iter().map(|(contact, ids)| (contact, of_contact(ids))).collect())
}

async fn by_lines(context: &Context, contacts: &[i32]) -> Result<HashMap<i32, BTreeSet<i64>>> {
    let db = context.db.reader();
    let keys: Vec<u32> = contacts.iter().map(|id| id.cast_unsigned()).collect();
    let segments_of = membership::segments_of_each(context, &keys).await?;
    let all: BTreeSet<i64> = segments_of.iter().flatten().copied().collect();
    let open = segment::Entity::find()
        .filter(segment::Column::Status.eq(SegmentStatus::Open))
        .filter(segment::Column::Id.is_in(all))
        .all(db)
        .await?;
    let mut found: HashMap<i32, BTreeSet<i64>> = HashMap::new();
    if open.is_empty() {
        return Ok(found);
    }
    let defaults = targets::defaults(db, &open).await?;
    let contact = segment_line::Column::ContactId.into_simple_expr();
    let lines = segment_line::Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), contact, keys.into_iter()))
        .filter(segment_line::Column::SegmentId.is_in(defaults.keys().copied()))
        .all(db)
        .await?;
    let lines: HashMap<(i32, i64), segment_line::Model> =
        lines.into_iter().map(|it| ((it.contact_id, it.segment_id), it)).collect();
    for (contact, segments) in contacts.iter().zip(segments_of) {
        let campaigns = segments.iter().filter_map(|segment| {
            defaults.get(segment)?.target_of(lines.get(&(*contact, *segment)))
        });
        found.entry(*contact).or_default().extend(campaigns);
    }
    Ok(found)
}

async fn by_interactions(context: &Context, contacts: &[i32]) -> Result<Vec<(i32, i64)>> {
    use interaction::Column;
    let db = context.db.reader();
    let keys = contacts.iter().map(|id| id.cast_unsigned());
    let contact = Column::ContactId.into_simple_expr();
    Ok(interaction::Entity::find()
        .select_only()
        .columns([Column::ContactId, Column::CampaignId])
        .distinct()
        .filter(dialect::in_ids(db.get_database_backend(), contact, keys))
        .filter(Column::CampaignId.is_not_null())
        .filter(targets::is_target())
        .into_tuple()
        .all(db)
        .await?)
}
