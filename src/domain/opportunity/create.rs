//! Creating an opportunity for one contact, on its own or from an interaction.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result, campaign, check,
        numbers::{self, Counter},
        planned::{Links, Source, description, links},
    },
    entity::{
        kinds::{OpportunityStatus, Priority, SeriesKind},
        opportunity,
    },
};

/// What was said of an opportunity. What is missing comes from its source.
#[derive(Clone, Debug)]
pub struct NewOpportunity {
    /// A contact or an interaction.
    pub source: Source,
    pub description: Option<String>,
    pub priority: Priority,
    /// In ten-thousandths of the local currency.
    pub estimated_value: Option<i64>,
    pub links: Links,
}

/// Creates an opportunity that is not started. From an interaction come its description, segment,
/// campaign and salesperson, unless they are given (IAC-2, TEL-4).
///
/// # Errors
/// [`Reason::NotFound`], [`Reason::PrivacyBlocked`] (CON-5), [`Reason::NotAllowed`] for a canceled
/// interaction, or [`Reason::Taken`] for one that has an opportunity, at its source;
/// [`Reason::Required`] at `description`; [`Reason::NotAllowed`] at `campaignId` for a campaign that is
/// not activated today (OPP-3); and what is wrong with the rest.
pub async fn create(context: &Context, new: &NewOpportunity) -> Result<opportunity::Model> {
    db::write(&context.db, &[Table::Opportunity], async |txn| {
        let sourced = new.source.found(txn).await?;
        let interaction = sourced.interaction.as_ref();
        if let Some(interaction) = interaction {
            require_first(txn, interaction.contact_id, interaction.id).await?;
        }
        let or = interaction.and_then(|it| it.description.as_deref());
        let description = description(new.description.as_deref(), or)?;
        let value =
            new.estimated_value.map(|it| check::value(it, &["estimatedValue"])).transpose()?;
        let links = links(txn, &new.links, (None, None)).await?;
        if let Some(Some(campaign)) = links.campaign_id {
            require_activated(txn, campaign, context.today()).await?;
        }
        let salesperson = links.salesperson.unwrap_or_else(|| {
            let of_interaction = interaction.and_then(|it| it.salesperson.clone());
            of_interaction.or_else(|| sourced.contact.salesperson.clone())
        });
        let no = opportunity::Column::No;
        let number =
            numbers::take_free_number::<opportunity::Entity>(txn, SeriesKind::Opportunity, no)
                .await?;
        let now = context.clock.now();
        let row = opportunity::ActiveModel {
            contact_id: Set(sourced.contact.id),
            id: Set(numbers::take_keys(txn, Counter::Opportunity, 1).await?),
            no: Set(number),
            description: Set(description),
            company_id: Set(sourced.contact.company_id),
            segment_id: Set(links.segment_id.unwrap_or(interaction.and_then(|it| it.segment_id))),
            campaign_id: Set(links
                .campaign_id
                .unwrap_or(interaction.and_then(|it| it.campaign_id))),
            interaction_id: Set(interaction.map(|it| it.id)),
            salesperson: Set(salesperson),
            status: Set(OpportunityStatus::NotStarted),
            priority: Set(new.priority),
            date: Set(context.today()),
            closed_date: Set(None),
            actor: Set(context.actor()),
            created_at: Set(now),
            updated_at: Set(now),
            revision: Set(1),
            estimated_value: Set(value),
            close_reason: Set(None),
        };
        Ok(opportunity::Entity::insert(row).exec_with_returning(txn).await?)
    })
    .await
}

/// An interaction leads to one opportunity (IAC-2). The interaction is locked.
async fn require_first(txn: &DatabaseTransaction, contact_id: i32, id: i64) -> Result<()> {
    let found = opportunity::Entity::find()
        .filter(opportunity::Column::ContactId.eq(contact_id))
        .filter(opportunity::Column::InteractionId.eq(id))
        .one(txn)
        .await?;
    match found {
        None => Ok(()),
        Some(found) => {
            let message = format!("The interaction has the opportunity {}.", found.no);
            Err(Error::reject(Reason::Taken, &["from", "interactionId"], message))
        }
    }
}

/// The campaign of an opportunity is activated, and the day it was created is one of its own (OPP-3).
pub(super) async fn require_activated(
    txn: &DatabaseTransaction,
    id: i64,
    day: NaiveDate,
) -> Result<()> {
    let found = campaign::require(txn, id, &["campaignId"]).await?;
    if campaign::is_activated(&found, day) {
        return Ok(());
    }
    let message = format!("The campaign {} is not activated on {day}.", found.no);
    Err(Error::reject(Reason::NotAllowed, &["campaignId"], message))
}
