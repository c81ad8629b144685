//! Recording a document that went out, with the template that the setup has for its type (DOC-1).

use chrono::NaiveDate;
use sea_orm::{ActiveEnum, DatabaseTransaction};

use super::create::{
    InteractionValues, NewInteraction, announce, as_line, chosen_template, incomplete, reachable,
    record,
};
use crate::{
    db::{self, Table},
    domain::{Context, Error, Reason, Rejections, Result, check, contact::link, setup, text},
    entity::{interaction, kinds::DocumentType},
};

/// Whom a document is for.
#[derive(Clone, Debug)]
pub enum Recipient {
    Contact(i64),
    /// Whoever is this customer or vendor.
    Link {
        link_type: String,
        link_no: String,
    },
}

/// A document that went out.
#[derive(Clone, Debug)]
pub struct Document {
    pub recipient: Recipient,
    pub document_type: DocumentType,
    pub document_no: String,
    /// Today, if it is not said.
    pub date: Option<NaiveDate>,
    /// That of the template, if it is not said.
    pub description: Option<String>,
}

/// Records a document. Nothing is recorded if the setup has no template for its type, or if the customer
/// or vendor is no contact.
///
/// # Errors
/// [`NotFound`](crate::domain::Reason::NotFound) or
/// [`PrivacyBlocked`](crate::domain::Reason::PrivacyBlocked) (D9) at the contact, and what is wrong with
/// the rest; [`Invalid`](crate::domain::Reason::Invalid) at `to.link` if several contacts are that customer
/// or vendor. Nobody has to be responsible.
pub async fn log_document(
    context: &Context,
    document: &Document,
) -> Result<Option<interaction::Model>> {
    let recorded: Result<_> = db::write(&context.db, &[Table::Interaction], async |txn| {
        let Some(template) = setup::template_of(txn, document.document_type).await? else {
            return Ok(None);
        };
        let Some((contact_id, path)) = recipient(txn, &document.recipient).await? else {
            return Ok(None);
        };
        let mut rejections = Rejections::default();
        let contact = rejections.keep(reachable(txn, contact_id, path).await)?;
        let template = rejections.keep(chosen_template(txn, &template).await)?;
        let no = check::text(Some(document.document_no.as_str()), &["documentNo"]);
        let no = rejections.keep(no)?.flatten();
        let values = InteractionValues {
            date: document.date,
            description: document.description.clone(),
            ..InteractionValues::default()
        };
        let line = rejections.keep(as_line(txn, &values).await)?;
        let (Some(contact), Some(template), Some(line)) = (contact, template, line) else {
            return Err(incomplete(rejections));
        };
        rejections.into_result()?;
        let kind = text::caption(&document.document_type.to_value());
        let new = NewInteraction {
            contact,
            template,
            line,
            segment: None,
            postponed: false,
            document: Some((kind, no)),
        };
        // What was written is the document.
        let recorded = record(txn, context, new, |effective| {
            effective.body_message_id = None;
            effective.attachments_message_id = None;
        });
        recorded.await.map(Some)
    })
    .await;
    let recorded = recorded?;
    if let Some(interaction) = &recorded {
        announce(context, interaction).await;
    }
    Ok(recorded)
}

/// The contact, and where it was named.
async fn recipient(
    txn: &DatabaseTransaction,
    recipient: &Recipient,
) -> Result<Option<(i64, &'static [&'static str])>> {
    match recipient {
        Recipient::Contact(id) => Ok(Some((*id, &["to", "contactId"]))),
        Recipient::Link { link_type, link_no } => {
            let path: &[_] = &["to", "link"];
            let mut linked = link::linked(txn, std::iter::once(link_no.as_str())).await?;
            let key = (link::link_type(link_type), text::code(link_no).unwrap_or_default());
            match linked.remove(&key).unwrap_or_default()[..] {
                [] => Ok(None),
                [contact] => Ok(Some((contact.into(), path))),
                _ => {
                    let message = format!("Several contacts are the {} {}.", key.0, key.1);
                    Err(Error::reject(Reason::Invalid, path, message))
                }
            }
        }
    }
}
