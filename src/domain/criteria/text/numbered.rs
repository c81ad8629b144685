//! Contacts and segments that texts name by their numbers.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use super::{
    check::{Diagnostic, DiagnosticCode, Severity},
    spanned::Spanned,
};
use crate::{
    db::dialect,
    domain::{
        Result,
        id::{self, Kind as Id},
        text,
    },
    entity::{contact, logged_segment, segment},
};

/// What stands before the number of a segment whose log is meant.
const LOG_OF: &str = "log of ";

/// The keys of those that some texts name.
#[derive(Default)]
pub(super) struct Numbered {
    contacts: HashMap<String, i64>,
    segments: HashMap<String, i64>,
    /// Those of logs, by their segments.
    logs: HashMap<i64, i64>,
}

impl Numbered {
    /// Looks all of them up, with at most one statement for each kind.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn among(db: &impl ConnectionTrait, texts: &mut [Spanned]) -> Result<Self> {
        let (mut contacts, mut segments) = (Vec::new(), Vec::new());
        for json in texts {
            json.each_value("", &mut |key, value, _| {
                if let Some((of_contacts, no)) = number(key, value) {
                    let numbers = if of_contacts { &mut contacts } else { &mut segments };
                    numbers.push(text::upper(no));
                }
            });
        }
        let backend = db.get_database_backend();
        let mut found = Self::default();
        if !contacts.is_empty() {
            use contact::Column::{Id, No};
            let among = dialect::in_texts(backend, No.into_expr(), &contacts);
            let rows = contact::Entity::find().filter(among).select_only().columns([No, Id]);
            let rows: Vec<(String, i32)> = rows.into_tuple().all(db).await?;
            found.contacts = rows.into_iter().map(|(no, id)| (no, i64::from(id))).collect();
        }
        if !segments.is_empty() {
            use segment::Column::{Id, No};
            let among = dialect::in_texts(backend, No.into_expr(), &segments);
            let rows = segment::Entity::find().filter(among).select_only().columns([No, Id]);
            let rows: Vec<(String, i64)> = rows.into_tuple().all(db).await?;
            use logged_segment::Column::{Id as LogId, SegmentId};
            let of_segments = SegmentId.is_in(rows.iter().map(|(_, id)| *id));
            let logs = logged_segment::Entity::find().filter(of_segments).select_only();
            let logs = logs.columns([SegmentId, LogId]).into_tuple();
            let logs: Vec<(i64, i64)> = logs.all(db).await?;
            found.logs = logs.into_iter().collect();
            found.segments = rows.into_iter().collect();
        }
        Ok(found)
    }

    /// Puts ids where numbers stand, and says which there are none of.
    pub(super) fn put_into(&self, json: &mut Spanned) -> Vec<Diagnostic> {
        let mut missing = Vec::new();
        json.each_value("", &mut |key, value, span| {
            let Some((of_contacts, no)) = number(key, value) else { return };
            let is_log = value.as_str().is_some_and(|text| text.starts_with(LOG_OF));
            let segment = || self.segments.get(&text::upper(no)).copied();
            let (what, id) = match (of_contacts, is_log) {
                (true, _) => {
                    let id = self.contacts.get(&text::upper(no));
                    ("contact", id.map(|id| Id::Contact.id(*id)))
                }
                (_, true) => {
                    let id = segment().and_then(|id| self.logs.get(&id));
                    ("log of a segment", id.map(|id| Id::LoggedSegment.id(*id)))
                }
                _ => ("segment", segment().map(|id| Id::Segment.id(id))),
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
        missing
    }
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
