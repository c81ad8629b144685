//! Recording one interaction by hand.

use chrono::{NaiveDate, NaiveTime};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, QuerySelect};

use super::entry::entry_of_campaign;
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Event, Reason, Rejections, Result, campaign, check, code,
        id::Kind,
        message,
        numbers::{self, Counter},
        segment::{
            Said,
            effective::{Defaults, Effective},
        },
        template, text,
    },
    entity::{
        contact, interaction, interaction_template,
        kinds::{CodeKind, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
        segment, segment_line,
    },
};

/// What was said of an interaction. What is `None` comes from its template and its contact.
#[derive(Clone, Debug, Default)]
pub struct InteractionValues {
    pub date: Option<NaiveDate>,
    pub time: Option<NaiveTime>,
    pub description: Option<String>,
    pub subject: Option<String>,
    pub interaction_group: Option<String>,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub correspondence_type: Option<CorrespondenceType>,
    pub language: Option<String>,
    pub salesperson: Option<String>,
    pub evaluation: Option<Evaluation>,
    /// In ten-thousandths of the local currency.
    pub cost: Option<i64>,
    pub duration_min: Option<i32>,
    pub campaign_id: Option<i64>,
    pub campaign_target: Option<bool>,
    pub campaign_response: Option<bool>,
    pub contact_via: Option<String>,
    pub attempt_failed: Option<bool>,
}

/// Records an interaction, or keeps it for later if it is `postponed` (INT-5).
///
/// # Errors
/// What INT-1 and INT-3 ask for: a contact who may be contacted, a template, a salesperson, a date
/// and a description; and what is wrong with the rest.
pub async fn create(
    context: &Context,
    contact_id: i64,
    template: &str,
    values: &InteractionValues,
    postponed: bool,
) -> Result<interaction::Model> {
    let created = db::write(&context.db, &[Table::Interaction], async |txn| {
        let mut rejections = Rejections::default();
        let contact = rejections.keep(reachable(txn, contact_id, &["contactId"]).await)?;
        let template = rejections.keep(chosen_template(txn, template).await)?;
        let line = rejections.keep(as_line(txn, values).await)?;
        let (Some(contact), Some(template), Some(line)) = (contact, template, line) else {
            return Err(incomplete(rejections));
        };
        let new =
            NewInteraction { contact, template, line, segment: None, postponed, document: None };
        record(txn, context, new, |_| {}).await
    })
    .await?;
    announce(context, &created).await;
    Ok(created)
}

/// Why something is missing.
pub(super) fn incomplete(rejections: Rejections) -> Error {
    match rejections.into_result() {
        Err(err) => err,
        Ok(()) => Error::Corrupt("something is missing, and nothing was wrong".to_owned()),
    }
}

/// An interaction that is about to be recorded.
pub(super) struct NewInteraction<'a> {
    pub(super) contact: contact::Model,
    pub(super) template: interaction_template::Model,
    /// What was said of it.
    pub(super) line: segment_line::Model,
    /// The segment in whose work it came about.
    pub(super) segment: Option<&'a segment::Model>,
    pub(super) postponed: bool,
    /// The type and the number of the document that it is, if it is one.
    pub(super) document: Option<(String, Option<String>)>,
}

/// Records an interaction with what holds for it, after `adjust`.
pub(super) async fn record(
    txn: &DatabaseTransaction,
    context: &Context,
    new: NewInteraction<'_>,
    adjust: impl FnOnce(&mut Effective),
) -> Result<interaction::Model> {
    let NewInteraction { contact, template, line, segment, postponed, document } = new;
    let said = Said::by_template(txn, &template.code).await?;
    let defaults = Defaults::of_template(&template, said, context.today());
    let mut effective = defaults.of_line(Some(&line), &contact);
    adjust(&mut effective);
    require_complete(&effective, document.is_some())?;
    let entry = match effective.campaign_id {
        Some(campaign) if !postponed => {
            let (date, salesperson) = (effective.date, effective.salesperson.as_deref());
            Some(entry_of_campaign(txn, context, campaign, segment, date, salesperson).await?)
        }
        _ => None,
    };
    let id = numbers::take_keys(txn, Counter::Interaction, 1).await?;
    let messages = [effective.body_message_id, effective.attachments_message_id];
    message::freeze(txn, &messages.into_iter().flatten().collect::<Vec<_>>()).await?;
    let mut row = new_row(context, id, &contact, &template, effective, entry);
    row.segment_id = Set(segment.map(|it| it.id));
    row.postponed = Set(postponed);
    if let Some((document_type, document_no)) = document {
        row.document_type = Set(Some(document_type));
        row.document_no = Set(document_no);
    }
    Ok(interaction::Entity::insert(row).exec_with_returning(txn).await?)
}

/// Tells of an interaction that has taken place.
pub(super) async fn announce(context: &Context, interaction: &interaction::Model) {
    if !interaction.postponed {
        let (contact_id, id) = (interaction.contact_id, interaction.id);
        let event = Event::InteractionLogged { contact_id, id };
        context.events.publish(&context.db, event).await;
    }
}

/// The contact, who stays until the transaction ends, if they may be contacted.
///
/// # Errors
/// [`Reason::NotFound`] or [`Reason::PrivacyBlocked`] at `path`.
pub(in crate::domain) async fn reachable(
    txn: &DatabaseTransaction,
    id: i64,
    path: &[&str],
) -> Result<contact::Model> {
    let found = match i32::try_from(id) {
        Ok(key) => contact::Entity::find_by_id(key).lock_shared().one(txn).await?,
        Err(_) => None,
    };
    let found = found.ok_or_else(|| {
        let message = format!("There is no contact {}.", Kind::Contact.id(id));
        Error::reject(Reason::NotFound, path, message)
    })?;
    require_reachable(&found, path)?;
    Ok(found)
}

/// Says of a contact who may not be contacted that they may not (D9).
///
/// # Errors
/// [`Reason::PrivacyBlocked`] at `path`.
pub(in crate::domain) fn require_reachable(contact: &contact::Model, path: &[&str]) -> Result<()> {
    if contact.privacy_blocked || contact.minor && !contact.parental_consent {
        let message = format!("The contact {} may not be contacted.", contact.no);
        return Err(Error::reject(Reason::PrivacyBlocked, path, message));
    }
    Ok(())
}

/// The template with this code.
///
/// # Errors
/// [`Reason::Required`] or [`Reason::NotFound`] at `template`.
pub(super) async fn chosen_template(
    txn: &DatabaseTransaction,
    template: &str,
) -> Result<interaction_template::Model> {
    match text::code(template) {
        Some(code) => template::require(txn, &code, &["template"]).await,
        None => Err(Error::reject(Reason::Required, &["template"], "Choose a template.")),
    }
}

/// The values as a line has them, checked: so the order in which values win is the same for
/// segments and for single interactions.
pub(super) async fn as_line(
    txn: &DatabaseTransaction,
    values: &InteractionValues,
) -> Result<segment_line::Model> {
    let mut rejections = Rejections::default();
    let description = check::text(values.description.as_deref(), &["description"]);
    let subject = check::text(values.subject.as_deref(), &["subject"]);
    let contact_via = check::text(values.contact_via.as_deref(), &["contactVia"]);
    let cost = values.cost.map(|cost| check::cost(cost, &["cost"])).transpose();
    let minutes = values.duration_min.map(|it| check::minutes(it, &["durationMin"])).transpose();
    let code = |code: &Option<String>| code.as_deref().and_then(text::code);
    let line = segment_line::Model {
        contact_id: 0,
        segment_id: 0,
        description: rejections.keep(description)?.flatten(),
        date: values.date,
        time: values.time,
        salesperson: code(&values.salesperson),
        correspondence_type: values.correspondence_type,
        language: code(&values.language),
        subject: rejections.keep(subject)?.flatten(),
        interaction_group: code(&values.interaction_group),
        information_flow: values.information_flow,
        initiated_by: values.initiated_by,
        campaign_id: values.campaign_id,
        campaign_target: values.campaign_target,
        campaign_response: values.campaign_response,
        unit_cost: rejections.keep(cost)?.flatten(),
        unit_duration_min: rejections.keep(minutes)?.flatten(),
        evaluation: values.evaluation,
        attempt_failed: values.attempt_failed,
        contact_via: rejections.keep(contact_via)?.flatten(),
        body_message_id: None,
        attachments_message_id: None,
    };
    let codes = [
        (CodeKind::Salesperson, &line.salesperson, "salesperson"),
        (CodeKind::Language, &line.language, "language"),
        (CodeKind::InteractionGroup, &line.interaction_group, "interactionGroup"),
    ];
    let codes: Vec<_> = codes
        .iter()
        .filter_map(|(kind, code, name)| Some((*kind, code.as_deref()?, vec![*name])))
        .collect();
    rejections.keep(code::require(txn, &codes).await)?;
    if let Some(campaign) = line.campaign_id {
        rejections.keep(campaign::hold(txn, campaign, &["campaignId"]).await)?;
    }
    rejections.into_result()?;
    Ok(line)
}

/// INT-3. A date there always is, and for a document nobody has to be responsible (DOC-1).
fn require_complete(effective: &Effective, is_document: bool) -> Result<()> {
    let mut rejections = Rejections::default();
    if effective.salesperson.is_none() && !is_document {
        let message = "Name a salesperson: the contact has none.";
        rejections.add(Reason::Required, &["salesperson"], message);
    }
    if effective.description.is_none() {
        let message = "Describe the interaction: the template has no description.";
        rejections.add(Reason::Required, &["description"], message);
    }
    rejections.into_result()
}

fn new_row(
    context: &Context,
    id: i64,
    contact: &contact::Model,
    template: &interaction_template::Model,
    effective: Effective,
    campaign_entry_id: Option<i64>,
) -> interaction::ActiveModel {
    let now = context.clock.now();
    interaction::ActiveModel {
        contact_id: Set(contact.id),
        id: Set(id),
        company_id: Set(contact.company_id),
        date: Set(effective.date),
        time: Set(effective.time),
        template: Set(Some(template.code.clone())),
        interaction_group: Set(effective.interaction_group),
        // A subject that was not given is the description (INT-4).
        subject: Set(effective.subject.or_else(|| effective.description.clone())),
        description: Set(effective.description),
        information_flow: Set(effective.information_flow),
        initiated_by: Set(effective.initiated_by),
        correspondence_type: Set(effective.correspondence_type),
        language: Set(effective.language),
        salesperson: Set(effective.salesperson),
        evaluation: Set(effective.evaluation),
        cost: Set(effective.unit_cost),
        duration_min: Set(effective.unit_duration_min),
        campaign_id: Set(effective.campaign_id),
        campaign_entry_id: Set(campaign_entry_id),
        body_message_id: Set(effective.body_message_id),
        attachments_message_id: Set(effective.attachments_message_id),
        campaign_target: Set(effective.campaign_target),
        campaign_response: Set(effective.campaign_response),
        contact_via: Set(effective.contact_via),
        attempt_failed: Set(effective.attempt_failed),
        postponed: Set(false),
        canceled: Set(false),
        canceled_itself: Set(false),
        actor: Set(context.actor()),
        created_at: Set(now),
        updated_at: Set(now),
        segment_id: Set(None),
        logged_segment_id: Set(None),
        document_type: Set(None),
        document_no: Set(None),
        delivery_status: Set(None),
        delivery_error: Set(None),
    }
}
