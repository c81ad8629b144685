//! The interactions of a contact.

use super::{Amount, Flag, Relation};
use crate::{
    domain::criteria::{
        choice::Choice,
        field::{Column, Field, Kind, Numbered},
    },
    entity::kinds::CodeKind,
};

pub(super) static RELATION: Relation = Relation {
    name: "interactions",
    one: "an interaction",
    description: "The contact's interactions.",
    type_prefix: "Interaction",
    // They were there before others.
    measure_prefix: "",
    fields: FIELDS,
    amounts: &[
        Amount { name: "COST", field: "cost", description: "What they cost, in local currency." },
        Amount {
            name: "DURATION_MIN",
            field: "durationMin",
            description: "How long they took, in minutes.",
        },
    ],
    flags: &[
        Flag {
            name: "includeCanceled",
            text: "with canceled ones",
            description: "Whether canceled ones count.",
            column: "canceled",
        },
        Flag {
            name: "includePostponed",
            text: "with postponed ones",
            description: "Whether postponed ones count.",
            column: "postponed",
        },
    ],
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
    newest: &["date", "contact_id", "id"],
};

const TABLE: &str = "interaction";

const fn of(
    name: &'static str,
    kind: Kind,
    column: &'static str,
    codes: Option<CodeKind>,
    description: &'static str,
) -> Field {
    Field { name, kind, column: Column::Row(TABLE, column), codes, description }
}

/// The fields of an interaction, in the order in which they are shown.
pub static FIELDS: &[Field] = &[
    of("template", Kind::Code, "template", None, "The code of the template."),
    of(
        "group",
        Kind::Code,
        "interaction_group",
        Some(CodeKind::InteractionGroup),
        "The interaction group.",
    ),
    of("date", Kind::Date, "date", None, "The day."),
    of("description", Kind::ExactText, "description", None, "The description."),
    of("subject", Kind::ExactText, "subject", None, "The subject."),
    of(
        "informationFlow",
        Kind::Choice(Choice::InformationFlow),
        "information_flow",
        None,
        "Which way it went.",
    ),
    of("initiatedBy", Kind::Choice(Choice::InitiatedBy), "initiated_by", None, "Who began it."),
    of(
        "correspondenceType",
        Kind::Choice(Choice::CorrespondenceType),
        "correspondence_type",
        None,
        "How the contact was reached.",
    ),
    of("evaluation", Kind::Evaluation, "evaluation", None, "How it went."),
    of("cost", Kind::Decimal, "cost", None, "What it cost, in local currency."),
    of("durationMin", Kind::Integer, "duration_min", None, "How long, in minutes."),
    of("language", Kind::Code, "language", Some(CodeKind::Language), "The language."),
    of("salesperson", Kind::Code, "salesperson", Some(CodeKind::Salesperson), "Who of us it was."),
    Field {
        name: "campaign",
        kind: Kind::Code,
        column: Column::Number(TABLE, Numbered::Campaign),
        codes: None,
        description: "The number of the campaign.",
    },
    of(
        "campaignTarget",
        Kind::Flag,
        "campaign_target",
        None,
        "Whether the contact was a target of the campaign.",
    ),
    of(
        "campaignResponse",
        Kind::Flag,
        "campaign_response",
        None,
        "Whether it was a response to a campaign.",
    ),
    of("documentType", Kind::ExactText, "document_type", None, "The document's type."),
    of("documentNo", Kind::ExactText, "document_no", None, "The document's number."),
    of(
        "deliveryStatus",
        Kind::Choice(Choice::DeliveryStatus),
        "delivery_status",
        None,
        "How far its delivery is.",
    ),
    of("attemptFailed", Kind::Flag, "attempt_failed", None, "Whether it failed."),
    of("postponed", Kind::Flag, "postponed", None, "Whether it was postponed."),
    of("canceled", Kind::Flag, "canceled", None, "Whether it was canceled."),
    of("createdAt", Kind::Instant, "created_at", None, "When it was recorded."),
];
