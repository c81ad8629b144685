//! Texts of criteria, read and looked at: what they mean, what is wrong with them, and where.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use super::{
    CHARS_MAX,
    lex::Span,
    lint,
    read::{Trouble, read},
    spanned::Spanned,
};
use crate::{
    db::dialect,
    domain::{
        Context, Error, Moment, Reason, Rejection, Result,
        contact::attribute,
        criteria::{Criteria, Kind, attribute_key, require},
        id::{self, Kind as Id},
        text,
    },
    entity::{contact, logged_segment, segment},
};

/// How bad it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The text can't be used.
    Error,
    /// It can, but may not be meant so.
    Warning,
}

/// What kind of trouble there is with a text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DiagnosticCode {
    /// It can't be read.
    Syntax,
    /// It can be read, but not asked.
    Invalid,
    /// It names something that is not there.
    NotFound,
    /// It asks about what may not be seen.
    Forbidden,
    /// It goes beyond a limit.
    LimitExceeded,
    /// Two conditions can't both hold.
    Contradiction,
    /// It never holds.
    AlwaysFalse,
    /// It always holds.
    AlwaysTrue,
    /// It has been said already.
    Duplicate,
    /// There is no such code.
    UnknownCode,
}

/// Something about a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: DiagnosticCode,
    /// A full sentence for people.
    pub message: String,
    pub span: Span,
    /// What could stand there.
    pub expected: Vec<String>,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    pub(super) fn new(
        severity: Severity,
        code: DiagnosticCode,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        let message = message.into();
        Self { severity, code, message, span, expected: Vec::new(), suggestion: None }
    }

    /// The line and the column in it at which it begins, both from 1.
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = text.chars().take(self.span.start);
        before.fold((1, 1), |(line, column), char| match char {
            '\n' => (line + 1, 1),
            _ => (line, column + 1),
        })
    }
}

impl From<Trouble> for Diagnostic {
    fn from(trouble: Trouble) -> Self {
        let Trouble { message, span, expected, suggestion } = trouble;
        Self {
            severity: Severity::Error,
            code: DiagnosticCode::Syntax,
            message,
            span,
            expected,
            suggestion,
        }
    }
}

/// What came of looking at a text.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it means, if it means something.
    pub criteria: Option<Criteria>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text that names contacts and segments by their ids, and the types of custom attributes.
///
/// # Errors
/// Everything that is wrong with it.
pub fn from_text(text: &str) -> std::result::Result<Criteria, Vec<Diagnostic>> {
    let json = read_within_limits(text, &[]).map_err(|it| vec![it])?;
    Criteria::parse(&json.to_value(), &[]).map_err(|err| said(err, &json).unwrap_or_default())
}

/// Reads a text as far as it goes, and says all that is to be said about it.
///
/// # Errors
/// What the database says.
pub async fn check(context: &Context, text: &str, moment: Moment) -> Result<Checked> {
    let db = context.db.reader();
    let mut json = match read_within_limits(text, &attributes(db).await?) {
        Ok(json) => json,
        Err(diagnostic) => {
            return Ok(Checked { criteria: None, diagnostics: vec![diagnostic] });
        }
    };
    let mut diagnostics = look_up(db, &mut json).await?;
    if !diagnostics.is_empty() {
        return Ok(Checked { criteria: None, diagnostics });
    }
    let criteria = match Criteria::parse(&json.to_value(), &[]) {
        Ok(criteria) => criteria,
        Err(err) => return Ok(Checked { criteria: None, diagnostics: said(err, &json)? }),
    };
    if let Err(err) = require(&context.viewer, db, &criteria).await {
        return Ok(Checked { criteria: None, diagnostics: said(err, &json)? });
    }
    diagnostics.extend(lint::lint(context, &criteria, moment, &json).await?);
    Ok(Checked { criteria: Some(criteria), diagnostics })
}

/// The same criteria as JSON, but with each `text` among them read.
///
/// # Errors
/// The first thing that is wrong with a text, at its path below `path`.
pub async fn expanded(context: &Context, criteria: &Value, path: &[&str]) -> Result<Value> {
    let mut criteria = criteria.clone();
    let mut texts = Vec::new();
    find_texts(&criteria, &mut Vec::new(), &mut texts);
    if texts.is_empty() {
        return Ok(criteria);
    }
    let db = context.db.reader();
    let attributes = attributes(db).await?;
    for (place, text) in texts {
        let found = match read_within_limits(&text, &attributes) {
            Ok(mut json) => match look_up(db, &mut json).await? {
                missing if missing.is_empty() => match Criteria::parse(&json.to_value(), &[]) {
                    Ok(criteria) => Ok(criteria.to_json()),
                    Err(err) => Err(said(err, &json)?),
                },
                missing => Err(missing),
            },
            Err(diagnostic) => Err(vec![diagnostic]),
        };
        match found {
            Ok(found) => {
                let pointer: String = place.iter().map(|step| format!("/{step}")).collect();
                if let Some(slot) = criteria.pointer_mut(&pointer) {
                    *slot = found;
                }
            }
            Err(diagnostics) => {
                let place = place.iter().map(String::as_str).chain(["text"]);
                let path: Vec<&str> = path.iter().copied().chain(place).collect();
                return Err(rejected(&diagnostics, &text, &path));
            }
        }
    }
    Ok(criteria)
}

fn read_within_limits(
    text: &str,
    attributes: &[(String, &'static str)],
) -> std::result::Result<Spanned, Diagnostic> {
    if CHARS_MAX < text.chars().count() {
        let message = format!("A text of criteria has at most {CHARS_MAX} characters.");
        let code = DiagnosticCode::LimitExceeded;
        return Err(Diagnostic::new(Severity::Error, code, message, Span::default()));
    }
    read(text, attributes).map_err(Diagnostic::from)
}

async fn attributes(db: &impl ConnectionTrait) -> Result<Vec<(String, &'static str)>> {
    let all = attribute::attributes(db).await?.into_iter();
    Ok(all.map(|it| (it.name, attribute_key(Kind::of_attribute(it.r#type)))).collect())
}

/// A rejection as it concerns the text.
fn said(err: Error, json: &Spanned) -> Result<Vec<Diagnostic>> {
    let Error::Rejected(rejections) = err else { return Err(err) };
    let said = |rejection: Rejection| {
        let code = match rejection.reason {
            Reason::NotFound => DiagnosticCode::NotFound,
            Reason::Forbidden => DiagnosticCode::Forbidden,
            Reason::LimitExceeded => DiagnosticCode::LimitExceeded,
            _ => DiagnosticCode::Invalid,
        };
        let span = json.at(&rejection.path);
        Diagnostic::new(Severity::Error, code, rejection.message, span)
    };
    Ok(rejections.into_iter().map(said).collect())
}

fn rejected(diagnostics: &[Diagnostic], text: &str, path: &[&str]) -> Error {
    let rejection = |diagnostic: &Diagnostic| {
        let (line, column) = diagnostic.place(text);
        let reason = match diagnostic.code {
            DiagnosticCode::NotFound => Reason::NotFound,
            DiagnosticCode::LimitExceeded => Reason::LimitExceeded,
            _ => Reason::Invalid,
        };
        let message = format!("{} (at line {line}, column {column})", diagnostic.message);
        Rejection::new(reason, path, message)
    };
    Error::Rejected(diagnostics.iter().map(rejection).collect())
}

/// What stands before the number of a segment whose log is meant.
const LOG_OF: &str = "log of ";

/// Puts ids where the numbers of contacts and segments stand, and says which there are none of.
async fn look_up(db: &impl ConnectionTrait, json: &mut Spanned) -> Result<Vec<Diagnostic>> {
    let (mut contacts, mut segments) = (Vec::new(), Vec::new());
    json.each_value("", &mut |key, value, _| {
        if let Some((of_contacts, no)) = number(key, value) {
            let numbers = if of_contacts { &mut contacts } else { &mut segments };
            numbers.push(text::upper(no));
        }
    });
    if contacts.is_empty() && segments.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let mut found: HashMap<(bool, String), i64> = HashMap::new();
    if !contacts.is_empty() {
        use contact::Column::{Id, No};
        let among = dialect::in_texts(backend, No.into_expr(), &contacts);
        let rows = contact::Entity::find().filter(among).select_only().columns([No, Id]);
        let rows: Vec<(String, i32)> = rows.into_tuple().all(db).await?;
        found.extend(rows.into_iter().map(|(no, id)| ((true, no), i64::from(id))));
    }
    let mut logs: HashMap<i64, i64> = HashMap::new();
    if !segments.is_empty() {
        use segment::Column::{Id, No};
        let among = dialect::in_texts(backend, No.into_expr(), &segments);
        let rows = segment::Entity::find().filter(among).select_only().columns([No, Id]);
        let rows: Vec<(String, i64)> = rows.into_tuple().all(db).await?;
        let of_segments = logged_segment::Column::SegmentId.is_in(rows.iter().map(|(_, id)| *id));
        let of_segments = logged_segment::Entity::find().filter(of_segments).select_only();
        use logged_segment::Column::{Id as LogId, SegmentId};
        logs = of_segments
            .columns([SegmentId, LogId])
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        found.extend(rows.into_iter().map(|(no, id)| ((false, no), id)));
    }
    let mut missing = Vec::new();
    json.each_value("", &mut |key, value, span| {
        let Some((of_contacts, no)) = number(key, value) else { return };
        let is_log = value.as_str().is_some_and(|text| text.starts_with(LOG_OF));
        let id = found.get(&(of_contacts, text::upper(no))).copied();
        let id = match (of_contacts, is_log) {
            (true, _) => id.map(|id| Id::Contact.id(id)),
            (_, true) => id.and_then(|id| logs.get(&id)).map(|id| Id::LoggedSegment.id(*id)),
            _ => id.map(|id| Id::Segment.id(id)),
        };
        let what = match (of_contacts, is_log) {
            (true, _) => "contact",
            (_, true) => "log of a segment",
            _ => "segment",
        };
        match id {
            Some(id) => *value = Value::String(id),
            None => missing.push(Diagnostic::new(
                Severity::Error,
                DiagnosticCode::NotFound,
                format!("There is no {what} {no}."),
                span,
            )),
        }
    });
    Ok(missing)
}

/// The number that a value is, if it is one, and whether it is that of a contact.
fn number<'a>(key: &str, value: &'a Value) -> Option<(bool, &'a str)> {
    let of_contacts = match key {
        "ids" => true,
        "current" | "ever" | "logged" | "segment" => false,
        _ => return None,
    };
    let text = value.as_str()?;
    let text = text.strip_prefix(LOG_OF).unwrap_or(text);
    id::parse(text).is_none().then_some((of_contacts, text))
}

/// The texts in criteria, where criteria can have them, and where they stand.
fn find_texts(criteria: &Value, place: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
    let Some(fields) = criteria.as_object() else { return };
    for (key, value) in fields {
        let mut below = |steps: &[&str], value: &Value| {
            let depth = place.len();
            place.extend(steps.iter().map(|&step| step.to_owned()));
            find_texts(value, place, found);
            place.truncate(depth);
        };
        match (key.as_str(), value) {
            ("text", Value::String(text)) => found.push((place.clone(), text.clone())),
            ("all" | "any", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    below(&[key, &index.to_string()], item);
                }
            }
            ("all" | "any" | "not" | "company", value) => below(&[key], value),
            ("people", value) => below(&["people", "where"], &value["where"]),
            ("sample", value) => below(&["sample", "of"], &value["of"]),
            _ => {}
        }
    }
}
