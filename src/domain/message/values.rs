//! What the fields of a text hold for one contact.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use minijinja::{Value, value::Serde};
use sea_orm::ActiveEnum;
use serde_json::{Map, Value as Json, json};

use super::fields::DESCRIBED;
use crate::{
    domain::{Context, Result, code, contact_columns::TEXTS, segment::effective::Effective},
    entity::{code as entry, contact, kinds::CodeKind, segment},
};

/// Whom and what a text is merged for.
#[derive(Copy, Clone, Debug)]
pub struct About<'a> {
    pub contact: &'a contact::Model,
    /// The company of a person; a company itself.
    pub company: Option<&'a contact::Model>,
    pub segment: Option<&'a segment::Model>,
    /// What holds for the line of the contact.
    pub line: &'a Effective,
}

/// What codes mean.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<(CodeKind, String), Arc<entry::Model>>);

impl Names {
    /// Of all codes that contacts and their lines have, with one statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of<'a>(
        context: &Context,
        abouts: impl Iterator<Item = About<'a>>,
    ) -> Result<Self> {
        let mut keys = HashSet::new();
        for about in abouts {
            for contact in [Some(about.contact), about.company].into_iter().flatten() {
                // The slots are those of a row that may be changed.
                let mut row = contact.clone();
                keys.extend(
                    TEXTS
                        .iter()
                        .filter_map(|text| Some((text.kind?, (text.slot)(&mut row).clone()?))),
                );
            }
            let salesperson = about.line.salesperson.clone();
            keys.extend(salesperson.map(|code| (CodeKind::Salesperson, code)));
        }
        let keys: Vec<_> = keys.into_iter().collect();
        Ok(Self(code::by_keys(context, &keys).await?))
    }

    fn get(&self, kind: CodeKind, code: &str) -> Option<&entry::Model> {
        self.0.get(&(kind, code.to_owned())).map(Arc::as_ref)
    }
}

impl About<'_> {
    /// The values of all fields; what is missing is left out.
    pub fn values(&self, names: &Names) -> Value {
        let mut all = Map::new();
        all.insert("contact".to_owned(), of_contact(self.contact, names));
        if let Some(company) = self.company {
            all.insert("company".to_owned(), of_contact(company, names));
        }
        if let Some(code) = &self.line.salesperson {
            let entry = names.get(CodeKind::Salesperson, code);
            let salesperson = json!({
                "code": code,
                "name": entry.and_then(|it| it.description.as_ref()),
                "email": entry.and_then(|it| it.email.as_ref()),
            });
            all.insert("salesperson".to_owned(), salesperson);
        }
        if let Some(segment) = self.segment {
            let segment = json!({
                "no": segment.no,
                "description": segment.description,
                "date": segment.date,
            });
            all.insert("segment".to_owned(), segment);
        }
        let line = json!({
            "description": self.line.description,
            "date": self.line.date,
            "time": self.line.time.map(|time| time.format("%H:%M").to_string()),
            "language": self.line.language,
            "correspondenceType": self.line.correspondence_type.map(|it| it.to_value()),
            "contactVia": self.line.contact_via,
        });
        all.insert("line".to_owned(), line);
        for of in all.values_mut().filter_map(Json::as_object_mut) {
            // To have no value is not to have the value null.
            of.retain(|_, value| !value.is_null());
        }
        Value::from(Serde(all))
    }
}

fn of_contact(contact: &contact::Model, names: &Names) -> Json {
    let mut row = contact.clone();
    let mut values = Map::new();
    values.insert("no".to_owned(), row.no.as_str().into());
    values.insert("type".to_owned(), row.r#type.to_value().into());
    values.insert("name".to_owned(), row.name.as_str().into());
    for text in TEXTS {
        let Some(value) = (text.slot)(&mut row).take() else { continue };
        if let Some(kind) = text.kind {
            let described = names.get(kind, &value).and_then(|it| it.description.clone());
            let name = format!("{}{DESCRIBED}", text.name);
            values.insert(name, described.into());
        }
        values.insert(text.name.to_owned(), value.into());
    }
    Json::Object(values)
}
