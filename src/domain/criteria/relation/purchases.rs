//! What was sold to a contact, and bought from it (CRI-4, as D11 changes it).

use super::{Amount, Relation};
use crate::domain::criteria::{
    choice::Choice,
    field::{Column, Field, Kind},
};

pub(super) static RELATION: Relation = Relation {
    name: "purchases",
    one: "a purchase",
    description: "What was sold to the contact, and bought from it.",
    type_prefix: "Purchase",
    measure_prefix: "Purchase",
    fields: FIELDS,
    amounts: &[
        Amount {
            name: "AMOUNT",
            field: "amount",
            description: "What they amount to, in local currency.",
        },
        Amount { name: "QUANTITY", field: "quantity", description: "How many pieces." },
    ],
    flags: &[],
    key: None,
    scopes: [
        "The contact's own: of a company, all of its entries; of a person, those on whose documents \
         the person is.",
        "Those of the contact's company.",
        "Both together.",
    ],
    table: TABLE,
    owners: &["contact_id", "document_contact_id"],
    sharers: None,
    company: "contact_id",
    when: "postingDate",
    order: &["posting_date", "id"],
    newest: &["posting_date", "contact_id", "id"],
};

const TABLE: &str = "purchase";

const fn of(
    name: &'static str,
    kind: Kind,
    column: &'static str,
    description: &'static str,
) -> Field {
    Field { name, kind, column: Column::Row(TABLE, column), codes: None, description }
}

pub static FIELDS: &[Field] = &[
    of("side", Kind::Choice(Choice::PurchaseSide), "side", "Whether we sold or bought."),
    of("sourceNo", Kind::Code, "source_no", "The number of the customer or the vendor."),
    of("item", Kind::Code, "item", "The number of the item."),
    of("variant", Kind::Code, "variant", "The variant of the item."),
    of("postingDate", Kind::Date, "posting_date", "The day it was posted."),
    of("postingGroup", Kind::Code, "posting_group", "The inventory posting group."),
    of("quantity", Kind::Decimal, "quantity", "How many pieces."),
    of("amount", Kind::Decimal, "amount", "What it amounts to, in local currency."),
    of("documentType", Kind::ExactText, "document_type", "The document's type."),
    of("documentNo", Kind::ExactText, "document_no", "The document's number."),
    of("createdAt", Kind::Instant, "created_at", "When it was recorded."),
];
