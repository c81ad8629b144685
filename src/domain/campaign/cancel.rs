//! Canceling campaign entries, taking it back, and deleting those that are canceled (CAN-2, CAN-6, D14).

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QuerySelect,
};

use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result,
        id::Kind,
        interaction::{DELETING, delete_where, mark_canceled},
    },
    entity::{campaign_entry, interaction, logged_segment, segment},
};

/// Cancels a campaign entry on its own, with its interactions. If it is canceled with its logged
/// segment already, it stays so when that is reinstated.
///
/// # Errors
/// [`Reason::NotFound`] at `campaignEntryId`.
pub async fn cancel_entry(context: &Context, id: i64) -> Result<campaign_entry::Model> {
    set_canceled(context, id, true).await
}

/// Takes back that a campaign entry was canceled on its own. Interactions that were canceled on
/// their own stay so.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if its logged segment is canceled, at
/// `campaignEntryId`.
pub async fn reinstate_entry(context: &Context, id: i64) -> Result<campaign_entry::Model> {
    set_canceled(context, id, false).await
}

async fn set_canceled(context: &Context, id: i64, canceled: bool) -> Result<campaign_entry::Model> {
    db::write(&context.db, &[Table::Interaction], async |txn| {
        let (entry, logged) = locked(txn, id).await?;
        if !canceled && logged.is_some_and(|logged| logged.canceled) {
            let message = "Its logged segment is canceled: reinstate that first.";
            return Err(Error::reject(Reason::NotAllowed, &["campaignEntryId"], message));
        }
        if entry.canceled != canceled {
            mark_interactions(txn, context, &entry, canceled).await?;
        }
        let mut row = entry.into_active_model();
        row.canceled = Set(canceled);
        row.canceled_itself = Set(canceled);
        Ok(row.update(txn).await?)
    })
    .await
}

async fn mark_interactions(
    txn: &DatabaseTransaction,
    context: &Context,
    entry: &campaign_entry::Model,
    canceled: bool,
) -> Result<()> {
    let of_entry = Condition::all().add(interaction::Column::CampaignEntryId.eq(entry.id));
    mark_canceled(txn, context, of_entry, canceled).await
}

/// Deletes a canceled campaign entry with its interactions and their comments (CAN-6); returns how many
/// interactions went. The log that they came from stays, and says how many were logged.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is not canceled, at `campaignEntryId`.
pub async fn delete_entry(context: &Context, id: i64) -> Result<u64> {
    db::write(&context.db, &DELETING, async |txn| {
        let (entry, _) = locked(txn, id).await?;
        if !entry.canceled {
            let message = "Cancel the campaign entry before you delete it.";
            return Err(Error::reject(Reason::NotAllowed, &["campaignEntryId"], message));
        }
        let gone = delete_where(txn, context, interaction::Column::CampaignEntryId.eq(id)).await?;
        campaign_entry::Entity::delete_by_id(id).exec(txn).await?;
        Ok(gone)
    })
    .await
}

/// The entry and its logged segment, locked until the transaction ends, after the segment: whoever
/// cancels a logged segment takes them in the same order.
async fn locked(
    txn: &DatabaseTransaction,
    id: i64,
) -> Result<(campaign_entry::Model, Option<logged_segment::Model>)> {
    let missing = || {
        let message = format!("There is no campaign entry {}.", Kind::CampaignEntry.id(id));
        Error::reject(Reason::NotFound, &["campaignEntryId"], message)
    };
    let found = campaign_entry::Entity::find_by_id(id).one(txn).await?.ok_or_else(missing)?;
    let logged = match (found.segment_id, found.logged_segment_id) {
        (Some(segment), Some(logged)) => {
            segment::Entity::find_by_id(segment).lock_exclusive().one(txn).await?;
            logged_segment::Entity::find_by_id(logged).lock_exclusive().one(txn).await?
        }
        _ => None,
    };
    let found = campaign_entry::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    Ok((found.ok_or_else(missing)?, logged))
}
