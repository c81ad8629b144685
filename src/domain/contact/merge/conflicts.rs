//! What both contacts have, and the survivor can have once.

use std::{collections::HashMap, hash::Hash};

use sea_orm::{ActiveEnum, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::fields::MergeField;
use crate::{
    domain::{Result, amount, profile},
    entity::{
        contact::Model, contact_address, contact_address_period, contact_attribute, contact_code,
        segment, segment_line,
    },
};

/// What kind of thing both have.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// A value of their own, and not the same.
    Field,
    Attribute,
    Code,
    Address,
    AddressPeriod,
    ProfileAnswer,
    Line,
}

/// Something that both have, of which one is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub kind: ConflictKind,
    /// Which one: a field, the name of an attribute, a code, a day, a question, or the number of a
    /// segment.
    pub key: String,
    /// What the survivor has, as people read it.
    pub survivor: Option<String>,
    pub duplicate: Option<String>,
    /// Whether the duplicate's is left.
    pub is_taken: bool,
}

/// All of them, kind by kind, each in the order of the keys; of fields, in their own.
///
/// # Errors
/// What the database says.
pub(super) async fn between(
    txn: &DatabaseTransaction,
    survivor: &Model,
    duplicate: &Model,
    take: &[MergeField],
) -> Result<Vec<Conflict>> {
    let mut fields = Vec::new();
    for field in MergeField::ALL.iter().filter(|it| it.differs(survivor, duplicate)) {
        fields.push(Conflict {
            kind: ConflictKind::Field,
            key: field.name().to_owned(),
            survivor: Some(field.shown(survivor)),
            duplicate: Some(field.shown(duplicate)),
            is_taken: take.contains(field),
        });
    }
    let mut conflicts = Vec::new();
    macro_rules! shared {
        ($table:ident, $kind:ident, $key:expr, $name:expr, $shown:expr) => {
            let column = $table::Column::ContactId;
            let ids = (survivor.id, duplicate.id);
            let found = shared::<$table::Entity, _>(txn, column, ids, $key).await?;
            let (name, shown) = ($name, $shown);
            let conflict = |(one, other): ($table::Model, $table::Model)| Conflict {
                kind: ConflictKind::$kind,
                key: name(&one),
                survivor: shown(&one),
                duplicate: shown(&other),
                is_taken: false,
            };
            conflicts.extend(found.into_iter().map(conflict));
        };
    }
    shared!(
        contact_attribute,
        Attribute,
        |row: &contact_attribute::Model| row.name.clone(),
        |row: &contact_attribute::Model| row.name.clone(),
        value
    );
    shared!(
        contact_code,
        Code,
        |row: &contact_code::Model| (row.kind, row.code.clone()),
        |row: &contact_code::Model| format!("{} {}", row.kind.to_value(), row.code),
        |row: &contact_code::Model| list([&row.link_type, &row.link_no, &row.search_word])
    );
    shared!(
        contact_address,
        Address,
        |row: &contact_address::Model| row.code.clone(),
        |row: &contact_address::Model| row.code.clone(),
        |row: &contact_address::Model| list([&row.address, &row.post_code, &row.city])
    );
    shared!(
        contact_address_period,
        AddressPeriod,
        |row: &contact_address_period::Model| row.starting_date,
        |row: &contact_address_period::Model| row.starting_date.to_string(),
        |row: &contact_address_period::Model| Some(row.code.clone())
    );
    for it in profile::disagreements(txn, survivor.id, duplicate.id).await? {
        conflicts.push(Conflict {
            kind: ConflictKind::ProfileAnswer,
            key: format!("{} {}", it.question.questionnaire, it.question.no),
            survivor: Some(it.one),
            duplicate: Some(it.other),
            is_taken: false,
        });
    }
    let lines = (survivor.id, duplicate.id);
    let segment_id = |row: &segment_line::Model| row.segment_id;
    let lines =
        shared::<segment_line::Entity, _>(txn, segment_line::Column::ContactId, lines, segment_id);
    for (line, _) in lines.await? {
        let segment = segment::Entity::find_by_id(line.segment_id).one(txn).await?;
        conflicts.push(Conflict {
            kind: ConflictKind::Line,
            key: segment.map_or_else(|| line.segment_id.to_string(), |it| it.no),
            survivor: None,
            duplicate: None,
            is_taken: false,
        });
    }
    conflicts.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    Ok(fields.into_iter().chain(conflicts).collect())
}

/// The rows of both contacts that have the same key, the survivor's first; in no particular order but
/// that of the survivor's.
async fn shared<E, K>(
    txn: &DatabaseTransaction,
    contact: E::Column,
    (survivor, duplicate): (i32, i32),
    key: impl Fn(&E::Model) -> K,
) -> Result<Vec<(E::Model, E::Model)>>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    K: Eq + Hash,
{
    let theirs = E::find().filter(contact.eq(duplicate)).all(txn).await?;
    if theirs.is_empty() {
        return Ok(Vec::new());
    }
    let mut theirs: HashMap<K, E::Model> = theirs.into_iter().map(|row| (key(&row), row)).collect();
    let own = E::find().filter(contact.eq(survivor)).all(txn).await?;
    let pair = |row: E::Model| {
        let other = theirs.remove(&key(&row))?;
        Some((row, other))
    };
    Ok(own.into_iter().filter_map(pair).collect())
}

fn value(row: &contact_attribute::Model) -> Option<String> {
    let number = row.number.map(|it| amount::from_stored(it).to_string());
    let flag = row.flag.map(|it| it.to_string());
    row.text.clone().or(number).or(row.date.map(|it| it.to_string())).or(flag)
}

fn list(parts: [&Option<String>; 3]) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    Some(parts.join(", ")).filter(|it| !it.is_empty())
}
