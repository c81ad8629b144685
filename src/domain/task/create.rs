//! Creating a task with one contact: on its own, from an interaction or for an opportunity.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result,
        numbers::{self, Counter},
        planned::{Links, Source, description, links},
    },
    entity::{
        kinds::{Priority, SeriesKind, TaskStatus, TaskType},
        task,
    },
};

/// What was said of a task. What is missing comes from its source.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub source: Source,
    pub description: Option<String>,
    pub r#type: Option<TaskType>,
    pub priority: Priority,
    /// When it is to be done; today unless it is said.
    pub date: Option<NaiveDate>,
    pub links: Links,
}

/// Creates a task that is not started. From an interaction or an opportunity come its description,
/// segment, campaign and salesperson, unless they are given (IAC-2).
///
/// # Errors
/// [`Reason::NotFound`], [`Reason::PrivacyBlocked`] (CON-5) or [`Reason::NotAllowed`] for a canceled
/// interaction, at its source; [`Reason::Required`] at `description`, and at `salesperson` for a meeting
/// that nobody arranges (TSK-1); and what is wrong with the rest.
pub async fn create(context: &Context, new: &NewTask) -> Result<task::Model> {
    db::write(&context.db, &[Table::Task], async |txn| {
        let sourced = new.source.found(txn).await?;
        let (interaction, opportunity) =
            (sourced.interaction.as_ref(), sourced.opportunity.as_ref());
        let of_opportunity = opportunity.map(|it| it.description.as_str());
        let or = interaction.and_then(|it| it.description.as_deref()).or(of_opportunity);
        let description = description(new.description.as_deref(), or)?;
        let links = links(txn, &new.links, (None, None)).await?;
        let salesperson = links.salesperson.unwrap_or_else(|| {
            let of_interaction = interaction.and_then(|it| it.salesperson.clone());
            let of_opportunity = opportunity.and_then(|it| it.salesperson.clone());
            of_interaction.or(of_opportunity).or_else(|| sourced.contact.salesperson.clone())
        });
        require_organizer(new.r#type, salesperson.as_deref())?;
        let segment =
            interaction.map_or(opportunity.and_then(|it| it.segment_id), |it| it.segment_id);
        let campaign =
            interaction.map_or(opportunity.and_then(|it| it.campaign_id), |it| it.campaign_id);
        let no = task::Column::No;
        let number = numbers::take_free_number::<task::Entity>(txn, SeriesKind::Task, no).await?;
        let now = context.clock.now();
        let row = task::ActiveModel {
            contact_id: Set(sourced.contact.id),
            id: Set(numbers::take_keys(txn, Counter::Task, 1).await?),
            no: Set(number),
            description: Set(description),
            company_id: Set(sourced.contact.company_id),
            segment_id: Set(links.segment_id.unwrap_or(segment)),
            campaign_id: Set(links.campaign_id.unwrap_or(campaign)),
            interaction_id: Set(interaction.map(|it| it.id)),
            salesperson: Set(salesperson),
            status: Set(TaskStatus::NotStarted),
            priority: Set(new.priority),
            date: Set(new.date.unwrap_or_else(|| context.today())),
            closed_date: Set(None),
            actor: Set(context.actor()),
            created_at: Set(now),
            updated_at: Set(now),
            revision: Set(1),
            r#type: Set(new.r#type),
            opportunity_id: Set(opportunity.map(|it| it.id)),
        };
        Ok(task::Entity::insert(row).exec_with_returning(txn).await?)
    })
    .await
}

/// Somebody has to arrange a meeting (TSK-1).
pub(super) fn require_organizer(r#type: Option<TaskType>, salesperson: Option<&str>) -> Result<()> {
    if r#type == Some(TaskType::Meeting) && salesperson.is_none() {
        let message = "Name the salesperson who arranges the meeting.";
        return Err(Error::reject(Reason::Required, &["salesperson"], message));
    }
    Ok(())
}
