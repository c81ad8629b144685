//! Recording a telephone call, to a contact or from a line of a segment (TEL-1 to TEL-5).

use chrono::Timelike;
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::create::{
    InteractionValues, NewInteraction, announce, as_line, chosen_template, incomplete, reachable,
    record,
};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Rejections, Result,
        contact::address,
        segment::{
            defaults_of,
            step::{self, Locked},
        },
        setup, text,
    },
    entity::{
        contact, interaction, interaction_template,
        kinds::{DocumentType, SegmentStatus},
        segment_line,
    },
};

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Call {
    pub contact_id: i64,
    /// The segment in whose work it was made; the contact is in it.
    pub segment_id: Option<i64>,
    /// What was said of it: what is `None` comes from the line, the template for calls and the contact.
    /// `contact_via` is the number that was called.
    pub values: InteractionValues,
}

/// Records a call at once. The line stays, and is logged with its segment (TEL-3); nothing is to be
/// delivered, so there is no correspondence type.
///
/// # Errors
/// [`Reason::Required`] if the setup has no template for calls (TEL-1), and at `contactVia` if no number
/// is known (TEL-2); [`Reason::NotFound`] or [`Reason::NotAllowed`] at `segmentId`, [`Reason::NotFound`] or
/// [`Reason::PrivacyBlocked`] (D9) at `contactId`; and what is wrong with the rest.
pub async fn log_call(context: &Context, call: &Call) -> Result<interaction::Model> {
    let created = db::write(&context.db, &[Table::Interaction], async |txn| {
        let mut rejections = Rejections::default();
        let template = rejections.keep(template_of_calls(txn).await)?;
        // Segments are locked before contacts.
        let locked = match call.segment_id {
            Some(id) => rejections.keep(segment(context, txn, id).await)?,
            None => None,
        };
        let contact = rejections.keep(reachable(txn, call.contact_id, &["contactId"]).await)?;
        let (Some(template), Some(contact)) = (template, contact) else {
            return Err(incomplete(rejections));
        };
        if let Some(locked) = &locked
            && !locked.set.contains(contact.id.cast_unsigned())
        {
            let message =
                format!("The contact {} is not in the segment {}.", contact.no, locked.segment.no);
            rejections.add(Reason::NotFound, &["contactId"], message);
        }
        let values = filled(context, txn, call, locked.as_ref(), &contact).await?;
        if values.contact_via.is_none() {
            let message = "Say which number was called: the contact has none.";
            rejections.add(Reason::Required, &["contactVia"], message);
        }
        let Some(line) = rejections.keep(as_line(txn, &values).await)? else {
            return Err(incomplete(rejections));
        };
        rejections.into_result()?;
        let segment = locked.as_ref().map(|it| &it.segment);
        let new =
            NewInteraction { contact, template, line, segment, postponed: false, document: None };
        record(txn, context, new, |effective| effective.correspondence_type = None).await
    })
    .await?;
    announce(context, &created).await;
    Ok(created)
}

async fn template_of_calls(txn: &DatabaseTransaction) -> Result<interaction_template::Model> {
    match setup::template_of(txn, DocumentType::OutgoingCall).await? {
        Some(code) => chosen_template(txn, &code).await,
        None => {
            let message = "Choose a template for outgoing calls in the setup first.";
            Err(Error::reject(Reason::Required, &[], message))
        }
    }
}

async fn segment(context: &Context, txn: &DatabaseTransaction, id: i64) -> Result<Locked> {
    let locked = step::lock(context, txn, id).await?;
    if locked.segment.status == SegmentStatus::Canceled {
        let message = format!("The segment {} is canceled.", locked.segment.no);
        return Err(Error::reject(Reason::NotAllowed, &["segmentId"], message));
    }
    Ok(locked)
}

/// What was said of a call, with what follows from the line, the day, and the contact.
async fn filled(
    context: &Context,
    txn: &DatabaseTransaction,
    call: &Call,
    locked: Option<&Locked>,
    contact: &contact::Model,
) -> Result<InteractionValues> {
    let mut values = call.values.clone();
    let moment = context.moment();
    let now = moment.as_of.with_timezone(&moment.time_zone);
    if values.date.is_none() {
        values.time = values.time.or(now.time().with_nanosecond(0));
    }
    let date = *values.date.get_or_insert(now.date_naive());
    let mut via = values.contact_via.as_deref().and_then(text::tidy);
    if let Some(Locked { segment, .. }) = locked {
        let line = segment_line::Entity::find_by_id((contact.id, segment.id)).one(txn).await?;
        let line = line.as_ref();
        let holds = defaults_of(txn, segment).await?.of_line(line, contact);
        via = via.or_else(|| line?.contact_via.clone());
        let responsible = || line.and_then(|it| it.salesperson.clone());
        values.salesperson =
            values.salesperson.or_else(responsible).or_else(|| segment.salesperson.clone());
        values.campaign_id = values.campaign_id.or(holds.campaign_id);
    }
    if via.is_none() {
        let id = contact.id.cast_unsigned();
        let addresses = address::active_of_each(txn, [id].into_iter(), date).await?;
        let there = addresses.get(&contact.id);
        let there = there.and_then(|it| it.phone.clone().or_else(|| it.mobile.clone()));
        via = there.or_else(|| contact.phone.clone()).or_else(|| contact.mobile.clone());
    }
    values.contact_via = via;
    Ok(values)
}
