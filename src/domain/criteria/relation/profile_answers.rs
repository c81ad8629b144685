//! How the contact answers questionnaires.

use super::Relation;
use crate::domain::criteria::field::{Column, Field, Kind};

pub(super) static RELATION: Relation = Relation {
    name: "profileAnswers",
    one: "an answer",
    description: "How the contact answers questionnaires.",
    type_prefix: "ProfileAnswer",
    measure_prefix: "ProfileAnswer",
    fields: FIELDS,
    amounts: &[],
    flags: &[],
    key: Some(["questionnaire", "answer"]),
    scopes: [
        "The contact's own.",
        "Those of the contact's company; not of its people.",
        "Both together.",
    ],
    table: TABLE,
    owners: &["contact_id"],
    sharers: None,
    company: "contact_id",
    when: "lastUpdated",
    order: &["updated_on", "questionnaire", "answer_no"],
    newest: &["questionnaire", "answer_no", "contact_id"],
};

const TABLE: &str = "contact_profile_answer";

const fn of(
    name: &'static str,
    kind: Kind,
    column: &'static str,
    description: &'static str,
) -> Field {
    Field { name, kind, column: Column::Row(TABLE, column), codes: None, description }
}

/// The fields of an answer, in the order in which they are shown.
pub static FIELDS: &[Field] = &[
    of("questionnaire", Kind::Code, "questionnaire", "The code of the questionnaire."),
    of("question", Kind::Integer, "question_no", "The number of the question."),
    of("answer", Kind::Integer, "answer_no", "The number of the answer."),
    of("lastUpdated", Kind::Date, "updated_on", "The day on which it was given, or found out."),
    of(
        "answeredPercent",
        Kind::Decimal,
        "answered_percent",
        "Of ratings: how many of the questions were answered, in per cent.",
    ),
];
