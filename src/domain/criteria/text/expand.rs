//! Texts among criteria in JSON.

use serde_json::Value;

use super::{
    check::{Diagnostic, DiagnosticCode, attributes, read_within_limits, said},
    numbered::Numbered,
    spanned::Spanned,
};
use crate::domain::{
    Context, Error, Position, Reason, Rejection, Result,
    criteria::{Criteria, NODES_MAX},
};

/// The same criteria as JSON, but with each `text` among them read.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `path` if there are more texts than criteria may have conditions; the
/// first thing that is wrong with a text, at its path below `path`.
pub async fn expanded(context: &Context, criteria: &Value, path: &[&str]) -> Result<Value> {
    let mut criteria = criteria.clone();
    let mut texts = Vec::new();
    find_texts(&criteria, &mut Vec::new(), &mut texts);
    if texts.is_empty() {
        return Ok(criteria);
    }
    if NODES_MAX < texts.len() {
        let message = format!("Criteria have at most {NODES_MAX} conditions.");
        return Err(Error::reject(Reason::LimitExceeded, path, message));
    }
    let refused = |index: usize, diagnostics: &[Diagnostic]| {
        let (place, text) = &texts[index];
        let place = place.iter().map(String::as_str).chain(["text"]);
        let path: Vec<&str> = path.iter().copied().chain(place).collect();
        rejected(diagnostics, text, &path)
    };
    let db = context.db.reader();
    let attributes = attributes(db).await?;
    let mut read: Vec<Spanned> = Vec::with_capacity(texts.len());
    for (index, (_, text)) in texts.iter().enumerate() {
        let json = read_within_limits(text, &attributes);
        read.push(json.map_err(|diagnostic| refused(index, &[diagnostic]))?);
    }
    let numbered = Numbered::among(db, &mut read).await?;
    for (index, mut json) in read.into_iter().enumerate() {
        let missing = numbered.put_into(&mut json);
        if !missing.is_empty() {
            return Err(refused(index, &missing));
        }
        let found = match Criteria::parse(&json.to_value(), &[]) {
            Ok(criteria) => criteria.to_json(),
            Err(err) => return Err(refused(index, &said(err, &json)?)),
        };
        let pointer: String = texts[index].0.iter().map(|step| format!("/{step}")).collect();
        if let Some(slot) = criteria.pointer_mut(&pointer) {
            *slot = found;
        }
    }
    Ok(criteria)
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
        let position = Some(Position { line, column });
        Rejection { position, ..Rejection::new(reason, path, message) }
    };
    Error::Rejected(diagnostics.iter().map(rejection).collect())
}

/// The same error with what lies in a text of `criteria`, which stand at `path` as they came in, at the
/// text: nothing lies below it there.
#[must_use]
pub fn in_input(err: Error, criteria: &Value, path: &[&str]) -> Error {
    let Error::Rejected(mut rejections) = err else { return err };
    for rejection in &mut rejections {
        let (above, below) = rejection.path.split_at(path.len().min(rejection.path.len()));
        if above == path {
            rejection.path = [above, place_in(criteria, below).as_slice()].concat();
        }
    }
    Error::Rejected(rejections)
}

/// Where in `criteria`, as they came in, something is that lies at `path` in [what they became](expanded):
/// what lies in a text is at the text.
pub fn place_in(criteria: &Value, path: &[String]) -> Vec<String> {
    let mut here = criteria;
    for (depth, step) in path.iter().enumerate() {
        if here["text"].is_string() {
            return path[..depth].iter().cloned().chain(["text".to_owned()]).collect();
        }
        here = match here {
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            // A single item stands for a list of one.
            item if step == "0" => Some(item),
            item => item.get(step),
        }
        .unwrap_or(&Value::Null);
    }
    path.to_vec()
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
