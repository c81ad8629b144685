//! Logged segments: listed, canceled, reinstated, deleted.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::step::announce_header;
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Page, PageArgs, Reason, Result, id::Kind, interaction::mark_canceled,
    },
    entity::{campaign_entry, interaction, kinds::SegmentStatus, logged_segment, segment},
};

/// The logged segments with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn logged_by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, logged_segment::Model>> {
    let rows = logged_segment::Entity::find()
        .filter(logged_segment::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The logging of each of these segments; those that were not logged are left out.
///
/// # Errors
/// What the database says.
pub async fn logged_by_segments(
    context: &Context,
    segments: &[i64],
) -> Result<HashMap<i64, logged_segment::Model>> {
    let rows = logged_segment::Entity::find()
        .filter(logged_segment::Column::SegmentId.is_in(segments.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.segment_id, row)).collect())
}

/// A page of logged segments, the newest first; only those canceled, or not canceled, if it is
/// said.
///
/// # Errors
/// What the database says.
pub async fn list_logged(
    context: &Context,
    canceled: Option<bool>,
    args: PageArgs<i64>,
) -> Result<Page<i64, logged_segment::Model>> {
    use logged_segment::Column::Id;
    let mut query = logged_segment::Entity::find().filter(that_are(canceled));
    if let Some(after) = args.after {
        query = query.filter(Id.lt(after));
    }
    if let Some(before) = args.before {
        query = query.filter(Id.gt(before));
    }
    let query = match args.take.is_last() {
        true => query.order_by_asc(Id),
        false => query.order_by_desc(Id),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(Page::from_one_extra(items, &args))
}

/// How many logged segments [`list_logged`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count_logged(context: &Context, canceled: Option<bool>) -> Result<u64> {
    let query = logged_segment::Entity::find().filter(that_are(canceled));
    Ok(query.count(context.db.reader()).await?)
}

fn that_are(canceled: Option<bool>) -> Condition {
    Condition::all().add_option(canceled.map(|it| logged_segment::Column::Canceled.eq(it)))
}

/// Cancels a logged segment with its interactions and campaign entries (CAN-1). Nothing happens if
/// it is canceled already.
///
/// # Errors
/// [`Reason::NotFound`] at `loggedSegmentId`.
pub async fn cancel_logged(context: &Context, id: i64) -> Result<logged_segment::Model> {
    set_canceled(context, id, true).await
}

/// Takes back that a logged segment was canceled. What was canceled on its own stays so (D14).
/// Nothing happens if it is not canceled.
///
/// # Errors
/// [`Reason::NotFound`] at `loggedSegmentId`.
pub async fn reinstate_logged(context: &Context, id: i64) -> Result<logged_segment::Model> {
    set_canceled(context, id, false).await
}

async fn set_canceled(context: &Context, id: i64, canceled: bool) -> Result<logged_segment::Model> {
    let (logged, segment) =
        db::write(&context.db, &[Table::Interaction, Table::LoggedSegment], async |txn| {
            let (segment, logged) = locked(txn, id).await?;
            if logged.canceled == canceled {
                return Ok((logged, None));
            }
            mark_entries(txn, id, canceled).await?;
            mark_interactions(txn, context, id, canceled).await?;
            let mut row = logged.into_active_model();
            row.canceled = Set(canceled);
            let logged = row.update(txn).await?;
            let segment = match segment {
                Some(segment) => Some(mark_segment(txn, context, segment, canceled).await?),
                None => None,
            };
            Ok::<_, Error>((logged, segment))
        })
        .await?;
    if let Some(segment) = segment {
        announce_header(context, &segment).await;
    }
    Ok(logged)
}

async fn mark_entries(txn: &DatabaseTransaction, id: i64, canceled: bool) -> Result<()> {
    let value = match canceled {
        true => Expr::val(true),
        false => Expr::col(campaign_entry::Column::CanceledItself),
    };
    campaign_entry::Entity::update_many()
        .col_expr(campaign_entry::Column::Canceled, value)
        .filter(campaign_entry::Column::LoggedSegmentId.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

async fn mark_interactions(
    txn: &DatabaseTransaction,
    context: &Context,
    id: i64,
    canceled: bool,
) -> Result<()> {
    use interaction::Column;
    let mut of_log = Condition::all().add(Column::LoggedSegmentId.eq(id));
    if !canceled {
        let entries: Vec<i64> = campaign_entry::Entity::find()
            .filter(campaign_entry::Column::LoggedSegmentId.eq(id))
            .filter(campaign_entry::Column::Canceled.eq(true))
            .select_only()
            .column(campaign_entry::Column::Id)
            .into_tuple()
            .all(txn)
            .await?;
        let entry_is_alive = Condition::any()
            .add(Column::CampaignEntryId.is_null())
            .add(Column::CampaignEntryId.is_not_in(entries));
        of_log = of_log.add(entry_is_alive);
    }
    mark_canceled(txn, context, of_log, canceled).await
}

async fn mark_segment(
    txn: &DatabaseTransaction,
    context: &Context,
    segment: segment::Model,
    canceled: bool,
) -> Result<segment::Model> {
    let revision = segment.revision + 1;
    let mut row = segment.into_active_model();
    row.status = Set(if canceled { SegmentStatus::Canceled } else { SegmentStatus::Logged });
    row.revision = Set(revision);
    row.updated_at = Set(context.clock.now());
    Ok(row.update(txn).await?)
}

/// Deletes a canceled logged segment (CAN-4). Its interactions and campaign entries stay, each
/// canceled on its own from now on; its segment stays canceled (D15).
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is not canceled, at `loggedSegmentId`.
pub async fn delete_logged(context: &Context, id: i64) -> Result<i64> {
    db::write(&context.db, &[Table::Interaction, Table::LoggedSegment], async |txn| {
        let (_, logged) = locked(txn, id).await?;
        if !logged.canceled {
            let message = "Cancel the logged segment before you delete it.";
            return Err(Error::reject(Reason::NotAllowed, &["loggedSegmentId"], message));
        }
        campaign_entry::Entity::update_many()
            .col_expr(campaign_entry::Column::LoggedSegmentId, Expr::val(None::<i64>))
            .col_expr(campaign_entry::Column::CanceledItself, Expr::val(true))
            .filter(campaign_entry::Column::LoggedSegmentId.eq(id))
            .exec(txn)
            .await?;
        interaction::Entity::update_many()
            .col_expr(interaction::Column::LoggedSegmentId, Expr::val(None::<i64>))
            .col_expr(interaction::Column::CanceledItself, Expr::val(true))
            .col_expr(interaction::Column::UpdatedAt, Expr::val(context.clock.now()))
            .filter(interaction::Column::LoggedSegmentId.eq(id))
            .exec(txn)
            .await?;
        logged_segment::Entity::delete_by_id(id).exec(txn).await?;
        Ok(id)
    })
    .await
}

/// The logged segment and its segment, locked until the transaction ends, the segment first.
async fn locked(
    txn: &DatabaseTransaction,
    id: i64,
) -> Result<(Option<segment::Model>, logged_segment::Model)> {
    let missing = || {
        let message = format!("There is no logged segment {}.", Kind::LoggedSegment.id(id));
        Error::reject(Reason::NotFound, &["loggedSegmentId"], message)
    };
    let found = logged_segment::Entity::find_by_id(id).one(txn).await?.ok_or_else(missing)?;
    let segment = segment::Entity::find_by_id(found.segment_id).lock_exclusive().one(txn).await?;
    let found = logged_segment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    Ok((segment, found.ok_or_else(missing)?))
}
