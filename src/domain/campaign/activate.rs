//! Activating campaigns, and taking it back.

use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::{change::locked, targets};
use crate::{
    db::{self, Table},
    domain::{Context, Error, Reason, Result},
    entity::campaign,
};

/// Whether a campaign is activated on a day: by hand, and the day is one of its own (CMP-3). A date
/// that it does not have is no bound.
pub fn is_activated(campaign: &campaign::Model, day: NaiveDate) -> bool {
    campaign.activated_at.is_some()
        && campaign.starting_date.is_none_or(|start| start <= day)
        && campaign.ending_date.is_none_or(|end| day <= end)
}

/// Activates a campaign (CMP-1). One that is activated already stays as it is.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it has no target, at `campaignId`;
/// [`Reason::Conflict`].
pub async fn activate(
    context: &Context,
    id: i64,
    expected_revision: Option<i32>,
) -> Result<campaign::Model> {
    set_activated(context, id, expected_revision, true).await
}

/// Takes back that a campaign was activated (CMP-2). Its targets stay what they are. Nothing happens
/// if it is not activated.
///
/// # Errors
/// [`Reason::NotFound`] at `campaignId`, [`Reason::Conflict`].
pub async fn deactivate(
    context: &Context,
    id: i64,
    expected_revision: Option<i32>,
) -> Result<campaign::Model> {
    set_activated(context, id, expected_revision, false).await
}

async fn set_activated(
    context: &Context,
    id: i64,
    expected_revision: Option<i32>,
    activated: bool,
) -> Result<campaign::Model> {
    db::write(&context.db, &[Table::Campaign], async |txn| {
        let found = locked(txn, id, expected_revision).await?;
        if found.activated_at.is_some() == activated {
            return Ok(found);
        }
        if activated && !targets::has_any(context, txn, id).await? {
            let message = format!(
                "The campaign {} has no targets: mark lines of a segment as campaign targets.",
                found.no
            );
            return Err(Error::reject(Reason::NotAllowed, &["campaignId"], message));
        }
        let now = context.clock.now();
        let revision = found.revision + 1;
        let mut row = found.into_active_model();
        row.activated_at = Set(activated.then_some(now));
        row.activated_by = Set(context.actor().filter(|_| activated));
        row.updated_at = Set(now);
        row.revision = Set(revision);
        Ok(row.update(txn).await?)
    })
    .await
}
