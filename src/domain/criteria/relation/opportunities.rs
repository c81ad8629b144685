//! What is to be sold to a contact, was, or was not.

use super::{Amount, Relation};
use crate::{
    domain::criteria::{
        choice::Choice,
        field::{Column, Field, Kind, Numbered},
    },
    entity::kinds::CodeKind,
};

pub(super) static RELATION: Relation = Relation {
    name: "opportunities",
    one: "an opportunity",
    description: "What is to be sold to the contact, was, or was not.",
    type_prefix: "Opportunity",
    measure_prefix: "Opportunity",
    fields: FIELDS,
    amounts: &[Amount {
        name: "ESTIMATED_VALUE",
        field: "estimatedValue",
        description: "What those may be worth whose value is known, in local currency.",
    }],
    flags: &[],
    key: None,
    scopes: [
        "The contact's own.",
        "Those of the contact's company, with all its people.",
        "Both together.",
    ],
    table: TABLE,
    owners: &["contact_id"],
    sharers: None,
    company: "company_id",
    when: "date",
    order: &["date", "id"],
    newest: &["date", "id"],
};

const TABLE: &str = "opportunity";

const fn of(
    name: &'static str,
    kind: Kind,
    column: &'static str,
    description: &'static str,
) -> Field {
    Field { name, kind, column: Column::Row(TABLE, column), codes: None, description }
}

const fn number(name: &'static str, of: Numbered, description: &'static str) -> Field {
    Field { name, kind: Kind::Code, column: Column::Number(TABLE, of), codes: None, description }
}

/// The fields of an opportunity, in the order in which they are shown.
static FIELDS: &[Field] = &[
    of("no", Kind::Code, "no", "The number, such as OP000001."),
    of("description", Kind::ExactText, "description", "What it is about."),
    of("status", Kind::Choice(Choice::OpportunityStatus), "status", "How far it is."),
    of("priority", Kind::Choice(Choice::Priority), "priority", "How much it matters."),
    of(
        "estimatedValue",
        Kind::Decimal,
        "estimated_value",
        "What it may be worth, in local currency; missing where that is not known.",
    ),
    Field {
        codes: Some(CodeKind::Salesperson),
        ..of("salesperson", Kind::Code, "salesperson", "Who is responsible.")
    },
    number("campaign", Numbered::Campaign, "The number of the campaign it is due to."),
    number("segment", Numbered::Segment, "The number of the segment it was created for."),
    of("date", Kind::Date, "date", "The day it was created."),
    of(
        "closedDate",
        Kind::Date,
        "closed_date",
        "The day it was won or lost; missing while it is open.",
    ),
    of("closeReason", Kind::ExactText, "close_reason", "Why it was won or lost."),
    of("createdAt", Kind::Instant, "created_at", "When it was recorded."),
];
