//! Which lines have values of their own, and what.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, Query},
};

use crate::{
    db::{self, dialect},
    domain::{Context, Result},
    entity::{segment, segment_line},
};

/// The contacts whose lines have a value of their own in one of these columns.
pub(super) async fn overriding(
    db: &impl ConnectionTrait,
    segment_id: i64,
    columns: &[segment_line::Column],
) -> Result<RoaringBitmap> {
    let one_of = columns.iter().fold(Condition::any(), |any, column| any.add(column.is_not_null()));
    let own = segment_line::Entity::find()
        .select_only()
        .column_as(segment_line::Column::ContactId, "id")
        .filter(segment_line::Column::SegmentId.eq(segment_id))
        .filter(one_of);
    Ok(db::keys(db, own.into_query()).await?)
}

/// What lines may have of their own.
pub const OVERRIDES: &[segment_line::Column] = {
    use segment_line::Column as Line;
    &[
        Line::Description,
        Line::Date,
        Line::Time,
        Line::Salesperson,
        Line::CorrespondenceType,
        Line::Language,
        Line::Subject,
        Line::BodyMessageId,
        Line::AttachmentsMessageId,
        Line::InteractionGroup,
        Line::InformationFlow,
        Line::InitiatedBy,
        Line::CampaignId,
        Line::CampaignTarget,
        Line::CampaignResponse,
        Line::UnitCost,
        Line::UnitDurationMin,
        Line::Evaluation,
        Line::AttemptFailed,
        Line::ContactVia,
    ]
};

/// How many lines of a segment have a value of their own, for each of [`OVERRIDES`].
///
/// # Errors
/// What the database says.
pub async fn overridden(context: &Context, segment: &segment::Model) -> Result<Vec<u64>> {
    let db = context.db.reader();
    let set = context.members.load(db, segment).await?;
    let own = overriding(db, segment.id, OVERRIDES).await?;
    let inside = &own & &*set;
    let mut counts = Query::select();
    counts.from(segment_line::Entity).and_where(segment_line::Column::SegmentId.eq(segment.id));
    if inside != own {
        // Contacts who have left keep their values for their return.
        let contact = Expr::col(segment_line::Column::ContactId);
        counts.and_where(dialect::in_ids(db.get_database_backend(), contact, inside.iter()));
    }
    for column in OVERRIDES {
        counts.expr_as(column.count(), column.as_str());
    }
    let Some(row) = db.query_one(&counts).await? else { return Ok(Vec::new()) };
    let count = |column: &segment_line::Column| row.try_get::<i64>("", column.as_str());
    let counts = OVERRIDES.iter().map(count).map(|it| it.map(i64::cast_unsigned));
    Ok(counts.collect::<Result<_, _>>()?)
}
