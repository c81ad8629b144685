//! Codes that there are none of.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use super::super::{
    check::{Diagnostic, DiagnosticCode, Severity},
    nearest,
    relations::RELATIONS,
    spanned::Spanned,
};
use crate::{
    domain::{
        Context, Result,
        criteria::{CLASSIFICATIONS, CONTACT_FIELDS, Field, json::ME},
    },
    entity::{code, kinds::CodeKind},
};

/// How many unknown codes are told.
const UNKNOWN_MAX: usize = 20;

pub(super) async fn unknown_codes(
    context: &Context,
    criteria: &Value,
    json: &Spanned,
) -> Result<Vec<Diagnostic>> {
    let mut named = Vec::new();
    collect(criteria, CONTACT_FIELDS, &mut Vec::new(), &mut named);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let kinds: HashSet<CodeKind> = named.iter().map(|(kind, ..)| *kind).collect();
    let found = code::Entity::find().filter(code::Column::Kind.is_in(kinds)).select_only();
    let found = found.columns([code::Column::Kind, code::Column::Code]).into_tuple();
    let known: Vec<(CodeKind, String)> = found.all(context.db.reader()).await?;
    let is_known: HashSet<(CodeKind, &str)> =
        known.iter().map(|(kind, code)| (*kind, code.as_str())).collect();
    let unknown = named.into_iter().filter(|(kind, code, _)| !is_known.contains(&(*kind, *code)));
    let told = unknown.take(UNKNOWN_MAX).map(|(kind, code, path)| {
        let of_kind = known.iter().filter(|(it, _)| *it == kind).map(|(_, code)| code.as_str());
        let suggestion = nearest(code, of_kind);
        let message = match &suggestion {
            Some(near) => format!("There is no code {code}; there is {near}."),
            None => format!("There is no code {code}."),
        };
        let code = DiagnosticCode::UnknownCode;
        let diagnostic = Diagnostic::new(Severity::Warning, code, message, json.at(&path));
        Diagnostic { suggestion, ..diagnostic }
    });
    Ok(told.collect())
}

/// The codes that are named, and where. Patterns and ranges name none.
fn collect<'a>(
    value: &'a Value,
    fields: &'static [Field],
    path: &mut Vec<String>,
    named: &mut Vec<(CodeKind, &'a str, Vec<String>)>,
) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                path.push(key.clone());
                let relation = RELATIONS.iter().find(|it| it.name == key);
                let field = fields.iter().find(|it| it.name == key).and_then(|it| it.codes);
                let is_contact = std::ptr::eq(fields, CONTACT_FIELDS);
                let classification = CLASSIFICATIONS.iter().find(|it| is_contact && it.name == key);
                match field.or(classification.map(|it| it.kind)) {
                    Some(kind) => codes_of(kind, value, path, named),
                    None => collect(value, relation.map_or(fields, |it| it.fields), path, named),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                collect(item, fields, path, named);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The codes that a test names.
fn codes_of<'a>(
    kind: CodeKind,
    test: &'a Value,
    path: &mut Vec<String>,
    named: &mut Vec<(CodeKind, &'a str, Vec<String>)>,
) {
    const NAMING: [&str; 7] = ["eq", "ne", "in", "notIn", "hasAny", "hasAll", "hasNone"];
    let Some(fields) = test.as_object() else { return };
    for (key, value) in fields {
        path.push(key.clone());
        let is_naming = NAMING.contains(&key.as_str());
        match value {
            // Whoever asks is no code.
            Value::String(code) if code == ME => {}
            Value::String(code) if is_naming => named.push((kind, code, path.clone())),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    match item {
                        Value::String(code) if code == ME => {}
                        Value::String(code) if is_naming => named.push((kind, code, path.clone())),
                        item => codes_of(kind, item, path, named),
                    }
                    path.pop();
                }
            }
            value => codes_of(kind, value, path, named),
        }
        path.pop();
    }
}
