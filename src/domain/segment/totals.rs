//! What a segment costs and how long it takes: sums over its lines.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use super::lines::template_of;
use crate::{
    db::{self, dialect},
    domain::{Context, Error, Result},
    entity::{segment, segment_line},
};

/// The sum of what the lines cost, in ten-thousandths of the local currency.
///
/// # Errors
/// What the database says.
pub async fn cost(context: &Context, segment: &segment::Model) -> Result<i64> {
    let template = template_of(context.db.reader(), segment).await?;
    let each = segment.unit_cost.or(template.map(|it| it.unit_cost)).unwrap_or(0);
    total(context, segment, segment_line::Column::UnitCost, each).await
}

/// The sum of the minutes of the lines.
///
/// # Errors
/// What the database says.
pub async fn duration_min(context: &Context, segment: &segment::Model) -> Result<i64> {
    let template = template_of(context.db.reader(), segment).await?;
    let each = segment.unit_duration_min.or(template.map(|it| it.unit_duration_min)).unwrap_or(0);
    total(context, segment, segment_line::Column::UnitDurationMin, each.into()).await
}

/// The values of the lines that have their own, and `each` for all others.
async fn total(
    context: &Context,
    segment: &segment::Model,
    column: segment_line::Column,
    each: i64,
) -> Result<i64> {
    let db = context.db.reader();
    let set = context.members.load(db, segment).await?;
    let own = segment_line::Entity::find()
        .select_only()
        .column_as(segment_line::Column::ContactId, "id")
        .filter(segment_line::Column::SegmentId.eq(segment.id))
        .filter(column.is_not_null());
    let own = db::keys(db, own.into_query()).await?;
    let inside = &own & &*set;
    let outside = &own - &*set;
    // Values of contacts that have left are kept for their return. Few of them are usual.
    let sum = if outside.is_empty() {
        sum(db, segment.id, column, None).await?
    } else if inside.len() < outside.len() {
        sum(db, segment.id, column, Some(&inside)).await?
    } else {
        sum(db, segment.id, column, None).await?
            - sum(db, segment.id, column, Some(&outside)).await?
    };
    let others = i128::from(set.len() - inside.len()) * i128::from(each);
    i64::try_from(i128::from(sum) + others)
        .map_err(|_| Error::Corrupt(format!("segment {} costs too much", segment.id)))
}

async fn sum(
    db: &impl ConnectionTrait,
    segment_id: i64,
    column: segment_line::Column,
    contacts: Option<&RoaringBitmap>,
) -> Result<i64> {
    let mut lines = segment_line::Entity::find()
        .select_only()
        // PostgreSQL adds integers to numerics.
        .expr_as(column.sum().cast_as("bigint"), "sum")
        .filter(segment_line::Column::SegmentId.eq(segment_id));
    if let Some(contacts) = contacts {
        let contact = Expr::col((segment_line::Entity, segment_line::Column::ContactId));
        let among = dialect::in_ids(db.get_database_backend(), contact, contacts.iter());
        lines = lines.filter(among);
    }
    let sum: Option<Option<i64>> = lines.into_tuple().one(db).await?;
    Ok(sum.flatten().unwrap_or(0))
}
