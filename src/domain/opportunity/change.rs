//! Changing, closing, reopening and deleting opportunities.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, sea_query::Expr,
};

use super::{create::require_activated, locked};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result, check, contact, expect_revision,
        planned::{Links, Which, description, links, revised},
    },
    entity::{
        kinds::{OpportunityStatus, Priority},
        opportunity, task,
    },
};

/// What to set in an opportunity. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct OpportunityChange {
    pub description: Option<String>,
    pub priority: Option<Priority>,
    /// In ten-thousandths of the local currency.
    pub estimated_value: Option<Option<i64>>,
    /// Whether somebody works on it.
    pub in_progress: Option<bool>,
    pub links: Links,
}

/// Changes an open opportunity.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is closed, at `opportunityId`;
/// [`Reason::Conflict`]; [`Reason::NotAllowed`] at `description` if the contact has been erased, and at
/// `campaignId` for another campaign that is not
/// activated or does not go on when it was created (OPP-3); and what is wrong with the rest.
pub async fn update(
    context: &Context,
    which: Which,
    change: &OpportunityChange,
) -> Result<opportunity::Model> {
    db::write(&context.db, &[Table::Opportunity], async |txn| {
        if change.description.is_some() {
            contact::require_not_erased(txn, which.key.0, &["description"]).await?;
        }
        let found = existing(txn, which).await?;
        require_open(&found)?;
        let before = (found.segment_id, found.campaign_id);
        let links = links(txn, &change.links, before).await?;
        if let Some(Some(campaign)) = links.campaign_id.filter(|it| *it != found.campaign_id) {
            require_activated(txn, campaign, found.date).await?;
        }
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        if let Some(given) = &change.description {
            row.description = Set(description(Some(given), None)?);
        }
        if let Some(value) = change.estimated_value {
            let value = value.map(|it| check::value(it, &["estimatedValue"])).transpose()?;
            row.estimated_value = Set(value);
        }
        if let Some(in_progress) = change.in_progress {
            row.status = Set(match in_progress {
                true => OpportunityStatus::InProgress,
                false => OpportunityStatus::NotStarted,
            });
        }
        macro_rules! set {
            ($($field:ident = $value:expr,)*) => {$(
                if let Some(value) = $value {
                    row.$field = Set(value);
                }
            )*};
        }
        set! {
            priority = change.priority,
            salesperson = links.salesperson,
            segment_id = links.segment_id,
            campaign_id = links.campaign_id,
        }
        save(txn, context, row, revision).await
    })
    .await
}

/// Closes an opportunity, won or lost, on a day: today unless it is given.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is closed already, at `opportunityId`;
/// [`Reason::Conflict`]; at `reason` [`Reason::LimitExceeded`], and [`Reason::NotAllowed`] if the contact
/// has been erased; [`Reason::Invalid`] at `date` for a day
/// before it was created.
pub async fn close(
    context: &Context,
    which: Which,
    won: bool,
    reason: Option<&str>,
    date: Option<NaiveDate>,
) -> Result<opportunity::Model> {
    let reason = check::text(reason, &["reason"])?;
    db::write(&context.db, &[Table::Opportunity], async |txn| {
        if reason.is_some() {
            contact::require_not_erased(txn, which.key.0, &["reason"]).await?;
        }
        let found = existing(txn, which).await?;
        require_open(&found)?;
        let date = date.unwrap_or_else(|| context.today());
        if date < found.date {
            let message = format!("It was created on {}.", found.date);
            return Err(Error::reject(Reason::Invalid, &["date"], message));
        }
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        row.status = Set(if won { OpportunityStatus::Won } else { OpportunityStatus::Lost });
        row.closed_date = Set(Some(date));
        row.close_reason = Set(reason.clone());
        save(txn, context, row, revision).await
    })
    .await
}

/// Opens a closed opportunity again: it is in progress. Nothing happens if it is open.
///
/// # Errors
/// [`Reason::NotFound`] at `opportunityId`; [`Reason::Conflict`].
pub async fn reopen(context: &Context, which: Which) -> Result<opportunity::Model> {
    db::write(&context.db, &[Table::Opportunity], async |txn| {
        let found = existing(txn, which).await?;
        if require_open(&found).is_ok() {
            return Ok(found);
        }
        let (revision, mut row) = (found.revision + 1, found.into_active_model());
        row.status = Set(OpportunityStatus::InProgress);
        row.closed_date = Set(None);
        row.close_reason = Set(None);
        save(txn, context, row, revision).await
    })
    .await
}

/// Deletes an opportunity. Its tasks stay, without it.
///
/// # Errors
/// [`Reason::NotFound`] at `opportunityId`; [`Reason::Conflict`].
pub async fn delete(context: &Context, which: Which) -> Result<(i32, i64)> {
    db::write(&context.db, &[Table::Opportunity, Table::Task], async |txn| {
        let found = existing(txn, which).await?;
        revised::<task::Entity>(context.clock.now())
            .col_expr(task::Column::OpportunityId, Expr::val(None::<i64>))
            .filter(task::Column::ContactId.eq(found.contact_id))
            .filter(task::Column::OpportunityId.eq(found.id))
            .exec(txn)
            .await?;
        opportunity::Entity::delete_by_id(which.key).exec(txn).await?;
        Ok(which.key)
    })
    .await
}

async fn existing(txn: &DatabaseTransaction, which: Which) -> Result<opportunity::Model> {
    let found = locked(txn, which.key, &["opportunityId"]).await?;
    expect_revision(which.expected_revision, found.revision)?;
    Ok(found)
}

fn require_open(found: &opportunity::Model) -> Result<()> {
    if found.closed_date.is_none() {
        return Ok(());
    }
    let message = format!("The opportunity {} is closed: reopen it first.", found.no);
    Err(Error::reject(Reason::NotAllowed, &["opportunityId"], message))
}

async fn save(
    txn: &DatabaseTransaction,
    context: &Context,
    mut row: opportunity::ActiveModel,
    revision: i32,
) -> Result<opportunity::Model> {
    row.revision = Set(revision);
    row.updated_at = Set(context.clock.now());
    Ok(row.update(txn).await?)
}
