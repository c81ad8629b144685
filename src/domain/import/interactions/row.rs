//! One row, as the interaction it says.

use sea_orm::{ActiveEnum, Iterable};

use super::{
    Interactions, Known,
    fields::{Field, kind_of},
};
use crate::{
    domain::{
        contact::ERASED,
        contact_columns::plain,
        import::{Row, check::Check, find, value},
        text,
    },
    entity::{
        interaction,
        kinds::{DocumentType, IdentifierKind},
    },
};

impl Interactions {
    /// The interaction that a row says, and what is wrong with it.
    pub(super) fn interaction(&self, row: &Row, known: &Known) -> (interaction::Model, Check) {
        let mut check = Check::new(row.line);
        let mut it = self.blank();
        let contact = |text: &str| {
            let no = text::code(text)?;
            known.contacts.get(&(IdentifierKind::No, no)).copied()
        };
        let mut date = None;
        for (field, text) in self.columns.fields(row) {
            let caption = || self.columns.caption(field);
            let code =
                kind_of(field).and_then(|kind| check.code(caption, text, kind, &known.codes));
            match field {
                Field::ContactNo => match contact(text) {
                    Some(id) if known.erased.contains(&id) => check.add(caption(), ERASED),
                    Some(id) => it.contact_id = id,
                    None => check.add(caption(), format!("There is no contact {text:?}.")),
                },
                Field::CompanyNo => it.company_id = contact(text),
                Field::Date => date = check.keep(caption, value::date(text)),
                Field::Time => it.time = check.keep(caption, value::time(text)),
                Field::Description => it.description = check.keep(caption, value::words(text)),
                Field::Subject => it.subject = check.keep(caption, value::words(text)),
                Field::InformationFlow => {
                    it.information_flow = check.keep(caption, value::information_flow(text));
                }
                Field::InitiatedBy => {
                    it.initiated_by = check.keep(caption, value::initiated_by(text));
                }
                Field::Cost => it.cost = check.keep(caption, value::cost(text)),
                Field::Duration => it.duration_min = check.keep(caption, value::minutes(text)),
                Field::Group => it.interaction_group = code,
                Field::Template => {
                    it.template = check.keep(caption, find::template(&known.templates, text));
                }
                Field::Language => it.language = code,
                Field::Campaign => {
                    let id = find::campaign(&known.campaigns, text);
                    it.campaign_id = check.keep(caption, id);
                }
                Field::CampaignTarget => {
                    it.campaign_target = check.keep(caption, value::flag(text))
                }
                Field::CampaignResponse => {
                    it.campaign_response = check.keep(caption, value::flag(text));
                }
                Field::Evaluation => it.evaluation = check.keep(caption, value::evaluation(text)),
                Field::AttemptFailed => it.attempt_failed = check.keep(caption, value::flag(text)),
                Field::Salesperson => it.salesperson = code,
                Field::CorrespondenceType => {
                    it.correspondence_type = check.keep(caption, value::correspondence_type(text));
                }
                Field::DocumentType => {
                    let words = check.keep(caption, value::words(text));
                    it.document_type = words.as_deref().and_then(document_type);
                }
                Field::DocumentNo => it.document_no = check.keep(caption, value::words(text)),
                Field::ContactVia => it.contact_via = check.keep(caption, value::words(text)),
                Field::Canceled => it.canceled = check.keep(caption, value::flag(text)),
                Field::Postponed => it.postponed = check.keep(caption, value::flag(text)),
            }
        }
        it.canceled_itself = it.canceled;
        match date {
            Some(date) => it.date = date,
            None if check.is_fine() => {
                check.add(self.columns.caption(Field::Date), "There has to be a date.");
            }
            None => {}
        }
        if it.company_id.is_none() {
            it.company_id = known.companies.get(&it.contact_id).copied().flatten();
        }
        (it, check)
    }

    fn blank(&self) -> interaction::Model {
        interaction::Model {
            contact_id: 0,
            id: 0,
            company_id: None,
            date: self.now.date_naive(),
            time: None,
            template: None,
            interaction_group: None,
            description: None,
            subject: None,
            information_flow: None,
            initiated_by: None,
            correspondence_type: None,
            language: None,
            salesperson: None,
            evaluation: None,
            cost: 0,
            duration_min: 0,
            campaign_id: None,
            campaign_entry_id: None,
            campaign_target: false,
            campaign_response: false,
            segment_id: None,
            logged_segment_id: None,
            document_type: None,
            document_no: None,
            contact_via: None,
            delivery_status: None,
            attempt_failed: false,
            postponed: false,
            canceled: false,
            canceled_itself: false,
            actor: self.actor.clone(),
            created_at: self.now,
            updated_at: self.now,
            body_message_id: None,
            attachments_message_id: None,
            delivery_error: None,
        }
    }
}

/// What a document is, as those are called that are recorded here; as it is written, if that is none of
/// Business Central's captions.
pub(super) fn document_type(text: &str) -> Option<String> {
    let text = text::tidy(text)?;
    let wanted = plain(&text);
    let name = |it: &DocumentType| text::caption(&it.to_value());
    let short = CAPTIONS.iter().find(|(caption, _)| plain(caption) == wanted);
    let found = short.map(|(_, it)| *it);
    let found = found.or_else(|| DocumentType::iter().find(|it| plain(&name(it)) == wanted));
    Some(found.as_ref().map_or(text, name))
}

/// Business Central's captions, where they are shortened.
const CAPTIONS: &[(&str, DocumentType)] = &[
    ("Sales Qte.", DocumentType::SalesQuote),
    ("Sales Blnkt. Ord", DocumentType::SalesBlanketOrder),
    ("Sales Ord. Cnfrmn.", DocumentType::SalesOrder),
    ("Sales Inv.", DocumentType::SalesInvoice),
    ("Sales Shpt. Note", DocumentType::SalesShipment),
    ("Sales Cr. Memo", DocumentType::SalesCreditMemo),
    ("Sales Stmnt.", DocumentType::SalesStatement),
    ("Sales Rmdr.", DocumentType::SalesReminder),
    ("Serv. Ord. Create", DocumentType::ServiceOrderCreated),
    ("Serv. Ord. Post", DocumentType::ServiceOrderPosted),
    ("Purch.Qte.", DocumentType::PurchaseQuote),
    ("Purch. Blnkt. Ord.", DocumentType::PurchaseBlanketOrder),
    ("Purch. Ord.", DocumentType::PurchaseOrder),
    ("Purch. Inv.", DocumentType::PurchaseInvoice),
    ("Purch. Rcpt.", DocumentType::PurchaseReceipt),
    ("Purch. Cr. Memo", DocumentType::PurchaseCreditMemo),
    ("Purch. Return Shipment", DocumentType::PurchaseReturnShipment),
    ("Purch. Return Ord. Cnfrmn.", DocumentType::PurchaseReturnOrder),
];
