//! Whether what rows refer to is there. Each rule is one statement over a whole table.

use sea_orm::{
    ConnectionTrait, DbBackend,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{FINDINGS_MAX, Run};
use crate::{db::dialect, domain::Result};

/// The values of a column that must be in another table.
#[derive(Copy, Clone)]
struct Reference {
    table: &'static str,
    /// The column that tells rows apart for people.
    key: &'static str,
    column: &'static str,
    to: &'static str,
    to_column: &'static str,
    /// Columns that must agree besides: there, and here.
    also: Option<(&'static str, &'static str)>,
    /// What the column `kind` says there.
    kind: Option<&'static str>,
    /// Whether 0 stands for nobody.
    zero: bool,
}

const fn row(
    (table, key): (&'static str, &'static str),
    column: &'static str,
    (to, to_column): (&'static str, &'static str),
) -> Reference {
    Reference { table, key, column, to, to_column, also: None, kind: None, zero: false }
}

const fn code(
    table: (&'static str, &'static str),
    column: &'static str,
    kind: &'static str,
) -> Reference {
    Reference { kind: Some(kind), ..row(table, column, ("code", "code")) }
}

impl Reference {
    const fn also(self, there: &'static str, here: &'static str) -> Self {
        Self { also: Some((there, here)), ..self }
    }

    const fn or_zero(self) -> Self {
        Self { zero: true, ..self }
    }
}

type Table = (&'static str, &'static str);
const CONTACT: Table = ("contact", "id");
const CONTACT_CODE: Table = ("contact_code", "contact_id");
const ATTRIBUTE: Table = ("contact_attribute", "contact_id");
const ADDRESS: Table = ("contact_address", "contact_id");
const PAIR: Table = ("contact_duplicate", "contact_id");
const DUPLICATE_KEY: Table = ("contact_duplicate_key", "contact_id");
const PERIOD: Table = ("contact_address_period", "contact_id");
const PROFILE_ANSWER_OF: Table = ("contact_profile_answer", "contact_id");
const QUESTIONNAIRE: Table = ("profile_questionnaire", "code");
const QUESTION: Table = ("profile_question", "no");
const ANSWER: Table = ("profile_answer", "no");
const RATING: Table = ("profile_rating", "answer_no");
const IDENTIFIER: Table = ("contact_identifier", "value");
const CAMPAIGN: Table = ("campaign", "id");
const ENTRY: Table = ("campaign_entry", "id");
const TEMPLATE: Table = ("interaction_template", "code");
const TEMPLATE_LANGUAGE: Table = ("interaction_template_language", "id");
const SEGMENT_TEXT: Table = ("segment_text", "id");
const MESSAGE: Table = ("message", "id");
const MESSAGE_ATTACHMENT: Table = ("message_attachment", "message_id");
const ATTACHMENT: Table = ("attachment", "id");
const INTERACTION: Table = ("interaction", "id");
const COMMENT: Table = ("interaction_comment", "interaction_id");
const PURCHASE: Table = ("purchase", "id");
const OPPORTUNITY: Table = ("opportunity", "id");
const TASK: Table = ("task", "id");
const ATTENDEE: Table = ("task_attendee", "contact_id");
const SEGMENT: Table = ("segment", "id");
const SETUP: Table = ("setup", "id");
const LINE: Table = ("segment_line", "contact_id");
const LOGGED: Table = ("logged_segment", "id");
const CRITERION: Table = ("criterion", "id");
const CRITERION_SET: Table = ("criterion_set", "criterion_id");

const REFERENCES: &[Reference] = &[
    row(CONTACT, "company_id", CONTACT),
    code(CONTACT, "country", "COUNTRY"),
    code(CONTACT, "territory", "TERRITORY"),
    code(CONTACT, "currency", "CURRENCY"),
    code(CONTACT, "language", "LANGUAGE"),
    code(CONTACT, "salesperson", "SALESPERSON"),
    code(CONTACT, "salutation", "SALUTATION"),
    code(CONTACT, "organizational_level", "ORGANIZATIONAL_LEVEL"),
    Reference { kind: Some("NO"), ..row(CONTACT, "no", ("contact_identifier", "value")) }
        .also("contact_id", "id"),
    Reference {
        kind: Some("EXTERNAL_ID"),
        ..row(CONTACT, "external_id", ("contact_identifier", "value"))
    }
    .also("contact_id", "id"),
    row(IDENTIFIER, "contact_id", CONTACT),
    row(CONTACT_CODE, "contact_id", CONTACT),
    row(CONTACT_CODE, "code", ("code", "code")).also("kind", "kind"),
    row(ATTRIBUTE, "contact_id", CONTACT),
    row(ATTRIBUTE, "name", ("attribute", "name")),
    row(ADDRESS, "contact_id", CONTACT),
    code(ADDRESS, "country", "COUNTRY"),
    row(PAIR, "contact_id", CONTACT),
    row(PAIR, "other_id", CONTACT),
    row(DUPLICATE_KEY, "contact_id", CONTACT),
    row(PERIOD, "contact_id", CONTACT),
    row(PERIOD, "code", ("contact_address", "code")).also("contact_id", "contact_id"),
    code(QUESTIONNAIRE, "business_relation", "BUSINESS_RELATION"),
    row(QUESTION, "questionnaire", QUESTIONNAIRE),
    row(ANSWER, "question_no", QUESTION).also("questionnaire", "questionnaire"),
    row(RATING, "question_no", QUESTION).also("questionnaire", "questionnaire"),
    row(RATING, "answer_no", ANSWER).also("questionnaire", "answer_questionnaire"),
    row(PROFILE_ANSWER_OF, "contact_id", CONTACT),
    row(PROFILE_ANSWER_OF, "question_no", QUESTION).also("questionnaire", "questionnaire"),
    row(PROFILE_ANSWER_OF, "answer_no", ANSWER).also("questionnaire", "questionnaire"),
    code(CAMPAIGN, "salesperson", "SALESPERSON"),
    code(CAMPAIGN, "status", "CAMPAIGN_STATUS"),
    row(ENTRY, "campaign_id", CAMPAIGN),
    row(ENTRY, "logged_segment_id", LOGGED),
    code(ENTRY, "salesperson", "SALESPERSON"),
    row(TEMPLATE, "campaign_id", CAMPAIGN),
    code(TEMPLATE, "interaction_group", "INTERACTION_GROUP"),
    code(TEMPLATE, "language", "LANGUAGE"),
    row(TEMPLATE_LANGUAGE, "template", TEMPLATE),
    code(TEMPLATE_LANGUAGE, "language", "LANGUAGE"),
    row(TEMPLATE_LANGUAGE, "message_id", MESSAGE),
    row(SEGMENT_TEXT, "segment_id", SEGMENT),
    code(SEGMENT_TEXT, "language", "LANGUAGE"),
    row(SEGMENT_TEXT, "message_id", MESSAGE),
    row(MESSAGE, "segment_id", SEGMENT),
    row(MESSAGE_ATTACHMENT, "message_id", MESSAGE),
    row(MESSAGE_ATTACHMENT, "attachment_id", ATTACHMENT),
    row(ATTACHMENT, "sha256", ("attachment_content", "sha256")),
    row(INTERACTION, "contact_id", CONTACT).or_zero(),
    row(INTERACTION, "company_id", CONTACT),
    row(INTERACTION, "template", TEMPLATE),
    row(INTERACTION, "campaign_id", CAMPAIGN),
    row(INTERACTION, "campaign_entry_id", ENTRY),
    row(INTERACTION, "logged_segment_id", LOGGED),
    row(INTERACTION, "body_message_id", MESSAGE),
    row(INTERACTION, "attachments_message_id", MESSAGE),
    code(INTERACTION, "interaction_group", "INTERACTION_GROUP"),
    code(INTERACTION, "language", "LANGUAGE"),
    code(INTERACTION, "salesperson", "SALESPERSON"),
    row(COMMENT, "interaction_id", INTERACTION).also("contact_id", "contact_id"),
    row(PURCHASE, "contact_id", CONTACT),
    row(PURCHASE, "document_contact_id", CONTACT),
    row(OPPORTUNITY, "contact_id", CONTACT).or_zero(),
    row(OPPORTUNITY, "company_id", CONTACT),
    row(OPPORTUNITY, "campaign_id", CAMPAIGN),
    row(OPPORTUNITY, "interaction_id", INTERACTION).also("contact_id", "contact_id"),
    code(OPPORTUNITY, "salesperson", "SALESPERSON"),
    row(TASK, "contact_id", CONTACT).or_zero(),
    row(TASK, "company_id", CONTACT),
    row(TASK, "campaign_id", CAMPAIGN),
    row(TASK, "interaction_id", INTERACTION).also("contact_id", "contact_id"),
    row(TASK, "opportunity_id", OPPORTUNITY).also("contact_id", "contact_id"),
    code(TASK, "salesperson", "SALESPERSON"),
    row(ATTENDEE, "contact_id", CONTACT),
    row(ATTENDEE, "task_id", TASK),
    row(ATTENDEE, "company_id", CONTACT),
    row(SEGMENT, "campaign_id", CAMPAIGN),
    row(SEGMENT, "interaction_template", TEMPLATE),
    code(SEGMENT, "interaction_group", "INTERACTION_GROUP"),
    code(SEGMENT, "language", "LANGUAGE"),
    code(SEGMENT, "salesperson", "SALESPERSON"),
    row(LINE, "contact_id", CONTACT),
    row(LINE, "segment_id", SEGMENT),
    row(LINE, "campaign_id", CAMPAIGN),
    row(LINE, "body_message_id", MESSAGE),
    row(LINE, "attachments_message_id", MESSAGE),
    code(LINE, "interaction_group", "INTERACTION_GROUP"),
    code(LINE, "language", "LANGUAGE"),
    code(LINE, "salesperson", "SALESPERSON"),
    code(SETUP, "salesperson", "SALESPERSON"),
    code(SETUP, "territory", "TERRITORY"),
    code(SETUP, "country", "COUNTRY"),
    code(SETUP, "language", "LANGUAGE"),
    code(SETUP, "company_salutation", "SALUTATION"),
    code(SETUP, "person_salutation", "SALUTATION"),
    code(SETUP, "customer_relation", "BUSINESS_RELATION"),
    code(SETUP, "vendor_relation", "BUSINESS_RELATION"),
    code(SETUP, "bank_account_relation", "BUSINESS_RELATION"),
    code(SETUP, "employee_relation", "BUSINESS_RELATION"),
    row(("document_template", "document_type"), "template", TEMPLATE),
    row(LOGGED, "segment_id", SEGMENT),
    // Under 0 lie the keys of contacts that have been deleted.
    row(("segment_set", "piece"), "segment_id", SEGMENT).or_zero(),
    row(CRITERION, "segment_id", SEGMENT),
    row(CRITERION, "id", CRITERION_SET),
    row(CRITERION_SET, "criterion_id", CRITERION),
];

pub(super) async fn check(run: &mut Run<'_>) -> Result<()> {
    let backend = run.txn.get_database_backend();
    run.begin("References", REFERENCES.len() as u64 + 1);
    for (done, reference) in (1..).zip(REFERENCES) {
        let (table, column) = (reference.table, reference.column);
        report(run, dangling(backend, reference), |key, value| {
            format!("{table} {key}: its {column} is {value}, which is not there.")
        })
        .await?;
        run.at(done);
    }
    report(run, company_names(backend), |key, value| {
        format!("contact {key}: its company {value} is no company, or has another name.")
    })
    .await
}

/// Rows whose value is not where it has to be, as texts `key` and `value`.
fn dangling(backend: DbBackend, reference: &Reference) -> SelectStatement {
    let here = |column| Expr::col(("here", column));
    let there = |column| Expr::col(("there", column));
    let mut all = Query::select();
    all.column(reference.to_column).from(reference.to);
    let mut found = Query::select();
    found.expr(Expr::val(1)).and_where(there(reference.to_column).eq(here(reference.column)));
    if let Some((theirs, ours)) = reference.also {
        all.column(theirs);
        found.and_where(there(theirs).eq(here(ours)));
    }
    if let Some(kind) = reference.kind {
        all.and_where(Expr::col("kind").eq(kind));
    }
    found.from_subquery(dialect::found_first(backend, all), "there");
    let mut select = shown(reference.table, reference.key, reference.column);
    select.and_where(here(reference.column).is_not_null());
    if reference.zero {
        select.and_where(here(reference.column).ne(0));
    }
    select.and_where(Expr::exists(found).not());
    select
}

/// People whose company is none, or who know it by another name.
fn company_names(backend: DbBackend) -> SelectStatement {
    let here = |column| Expr::col(("here", column));
    let there = |column| Expr::col(("there", column));
    let mut companies = Query::select();
    companies.columns(["id", "name"]).from("contact").and_where(Expr::col("type").eq("COMPANY"));
    let mut found = Query::select();
    found
        .expr(Expr::val(1))
        .from_subquery(dialect::found_first(backend, companies), "there")
        .and_where(there("id").eq(here("company_id")))
        .and_where(there("name").eq(here("company_name")));
    let mut select = shown("contact", "id", "company_id");
    select
        .and_where(here("type").eq("PERSON"))
        .and_where(here("company_id").is_not_null())
        .and_where(Expr::exists(found).not());
    select
}

pub(super) fn shown(
    table: &'static str,
    key: &'static str,
    column: &'static str,
) -> SelectStatement {
    let text = |column| Expr::col(("here", column)).cast_as("text");
    let mut select = Query::select();
    select
        .expr_as(text(key), "key")
        .expr_as(text(column), "value")
        .from_as(table, "here")
        .limit(FINDINGS_MAX + 1);
    select
}

pub(super) async fn report(
    run: &mut Run<'_>,
    select: SelectStatement,
    sentence: impl Fn(&str, &str) -> String,
) -> Result<()> {
    let rows = run.txn.query_all(&select).await?;
    for (done, row) in (0..).zip(rows) {
        if done == FINDINGS_MAX {
            run.found("… and more of the kind.");
            break;
        }
        let key: String = row.try_get("", "key")?;
        let value: String = row.try_get("", "value")?;
        run.found(&sentence(&key, &value));
    }
    Ok(())
}
