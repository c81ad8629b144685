//! What people call fields: by their names in the API, or by their captions in Business Central. Case,
//! spaces and signs don't matter.

use serde_json::{Map, Value, json};

use super::{
    CLASSIFICATIONS, CONTACT_FIELDS, Field, INTERACTION_FIELDS, Kind, PROFILE_ANSWER_FIELDS,
    PURCHASE_FIELDS, attribute_key, field::Classification,
};
use crate::{
    domain::contact_columns::{self, ATTRIBUTE_PREFIX, plain},
    entity::kinds::AttributeType,
};

/// The captions of interaction log entries, value entries, profile answers, opportunities and tasks that
/// differ from the names of our fields.
const CAPTIONS: &[(&str, &str)] = &[
    ("interactiontemplatecode", "template"),
    ("interactiongroupcode", "group"),
    ("costlcy", "cost"),
    ("interactionlanguagecode", "language"),
    ("salespersoncode", "salesperson"),
    ("campaignno", "campaign"),
    ("itemno", "item"),
    ("variantcode", "variant"),
    ("inventorypostinggroup", "postingGroup"),
    ("salesamountactual", "amount"),
    ("purchaseamountactual", "amount"),
    ("profilequestionnairecode", "questionnaire"),
    ("lineno", "answer"),
    ("lastdateupdated", "lastUpdated"),
    ("questionsanswered", "answeredPercent"),
    ("segmentno", "segment"),
    ("creationdate", "date"),
    ("dateclosed", "closedDate"),
    ("estimatedvaluelcy", "estimatedValue"),
    ("todono", "no"),
];

/// The field of contacts that goes by `caption`.
pub fn contact_field(caption: &str) -> Option<&'static Field> {
    let plain_caption = plain(caption);
    let name = match plain_caption.as_str() {
        "countryregion" => Some("country"),
        _ => contact_columns::field(caption, &[]).and_then(contact_columns::api_name),
    };
    CONTACT_FIELDS.iter().find(|field| match name {
        Some(name) => field.name == name,
        None => plain(field.name) == plain_caption,
    })
}

/// The field of interactions that goes by `caption`.
pub fn interaction_field(caption: &str) -> Option<&'static Field> {
    field_of(INTERACTION_FIELDS, caption)
}

/// The field of purchases that goes by `caption`.
pub fn purchase_field(caption: &str) -> Option<&'static Field> {
    field_of(PURCHASE_FIELDS, caption)
}

/// The field of profile answers that goes by `caption`.
pub fn profile_answer_field(caption: &str) -> Option<&'static Field> {
    field_of(PROFILE_ANSWER_FIELDS, caption)
}

/// That of a relation's fields that goes by `caption`.
pub fn field_of(fields: &'static [Field], caption: &str) -> Option<&'static Field> {
    let caption = plain(caption);
    let known = CAPTIONS.iter().find(|(known, _)| *known == caption);
    let name = known.map_or(caption.clone(), |(_, name)| plain(name));
    fields.iter().find(|field| plain(field.name) == name)
}

/// The classification that goes by `caption`: `Mailing Group Code`, `mailing_group`, `mailingGroups`.
pub fn classification_of(caption: &str) -> Option<&'static Classification> {
    let caption = plain(caption);
    let caption = caption.strip_suffix("code").unwrap_or(&caption);
    let is_meant = |name: &str| {
        let singular = match name.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => name.strip_suffix('s').unwrap_or(name).to_owned(),
        };
        name == caption || singular == caption
    };
    CLASSIFICATIONS.iter().find(|it| is_meant(&plain(it.name)))
}

/// The criteria, as JSON, for a filter expression on what goes by `caption` among contacts; nothing
/// if nothing does. `attributes` are the custom ones.
pub fn filter_on_contact(
    caption: &str,
    expression: &str,
    attributes: &[(String, AttributeType)],
) -> Option<Value> {
    let matches = json!({ "matches": expression });
    if plain(caption) == "companyno" {
        return Some(json!({ "company": { "no": matches } }));
    }
    if let Some(field) = contact_field(caption) {
        return Some(one(field.name, matches));
    }
    if let Some(classification) = classification_of(caption) {
        return Some(one(classification.name, matches));
    }
    let name = caption.strip_prefix(ATTRIBUTE_PREFIX).unwrap_or(caption);
    let (name, r#type) = attributes.iter().find(|(known, _)| known == name)?;
    let key = attribute_key(Kind::of_attribute(*r#type));
    Some(json!({ "custom": { "name": name, key: matches } }))
}

/// An object with one field.
pub fn one(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}
