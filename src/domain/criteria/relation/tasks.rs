//! What is to be done with a contact, or was.

use super::{Relation, Sharers};
use crate::{
    domain::criteria::{
        choice::Choice,
        field::{Column, Field, Kind, Numbered},
    },
    entity::kinds::CodeKind,
};

pub(super) static RELATION: Relation = Relation {
    name: "tasks",
    one: "a task",
    description: "What is to be done with the contact, or was, and the meetings that it attends.",
    type_prefix: "Task",
    measure_prefix: "Task",
    fields: FIELDS,
    amounts: &[],
    flags: &[],
    key: None,
    scopes: [
        "The contact's own.",
        "Those of the contact's company, with all its people; each once, whoever attends it.",
        "Both together.",
    ],
    table: TABLE,
    owners: &["contact_id"],
    sharers: Some(Sharers {
        table: "task_attendee",
        row: "task_id",
        owner: "contact_id",
        company: "company_id",
    }),
    company: "company_id",
    when: "date",
    order: &["date", "id"],
    newest: &["date", "id"],
};

const TABLE: &str = "task";

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

/// The fields of a task, in the order in which they are shown.
static FIELDS: &[Field] = &[
    of("no", Kind::Code, "no", "The number, such as TD000001."),
    of("description", Kind::ExactText, "description", "What it is about."),
    of("type", Kind::Choice(Choice::TaskType), "type", "What kind of task it is."),
    of("status", Kind::Choice(Choice::TaskStatus), "status", "How far it is."),
    of("priority", Kind::Choice(Choice::Priority), "priority", "How much it matters."),
    Field {
        codes: Some(CodeKind::Salesperson),
        ..of("salesperson", Kind::Code, "salesperson", "Who does it.")
    },
    number("campaign", Numbered::Campaign, "The number of the campaign it is for."),
    number("segment", Numbered::Segment, "The number of the segment it was created for."),
    of("date", Kind::Date, "date", "The day it is to be done."),
    of("closedDate", Kind::Date, "closed_date", "The day it was closed; missing while it is open."),
    of("createdAt", Kind::Instant, "created_at", "When it was recorded."),
];
