//! Finds what rows refer to, a statement for all rows of a chunk.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockType},
};

use super::check::Check;
use crate::{
    db::{self, dialect},
    domain::{Result, text},
    entity::{campaign, contact, contact_identifier, interaction_template, kinds::IdentifierKind},
};

/// Contacts by number or external id.
pub(super) type Identifiers = HashMap<(IdentifierKind, String), i32>;

/// The contacts that these numbers or external ids mean.
pub(super) async fn contacts(
    txn: &DatabaseTransaction,
    kind: IdentifierKind,
    mut values: Vec<String>,
) -> Result<Identifiers> {
    values.sort_unstable();
    values.dedup();
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let column = Expr::col(contact_identifier::Column::Value);
    let rows = contact_identifier::Entity::find()
        .filter(contact_identifier::Column::Kind.eq(kind))
        .filter(dialect::in_texts(txn.get_database_backend(), column, &values))
        .all(txn)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.kind, row.value), row.contact_id)).collect())
}

/// Those of the numbers or external ids that are of contacts which were merged into others, and the
/// numbers of these. What a file says of such a contact does not overwrite what the other has. To be
/// called once the contacts are locked.
pub(super) async fn merged(
    txn: &DatabaseTransaction,
    kind: IdentifierKind,
    values: Vec<String>,
) -> Result<HashMap<String, String>> {
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let column = Expr::col(contact_identifier::Column::Value);
    let merged = contact_identifier::Entity::find()
        .filter(contact_identifier::Column::Kind.eq(kind))
        .filter(contact_identifier::Column::Merged.eq(true))
        .filter(dialect::in_texts(txn.get_database_backend(), column, &values))
        .all(txn)
        .await?;
    if merged.is_empty() {
        return Ok(HashMap::new());
    }
    let contacts = contacts_by_ids(txn, merged.iter().map(|it| it.contact_id)).await?;
    let survivor = |it: contact_identifier::Model| {
        let contact = contacts.get(&it.contact_id)?;
        // It may have taken it over.
        let is_own = match kind {
            IdentifierKind::No => it.value == contact.no,
            IdentifierKind::ExternalId => Some(&it.value) == contact.external_id.as_ref(),
        };
        (!is_own).then(|| (it.value, contact.no.clone()))
    };
    Ok(merged.into_iter().filter_map(survivor).collect())
}

/// Notes that a row is about a contact which was merged into another.
pub(super) fn note_merged(
    check: &mut Check,
    caption: Option<String>,
    merged: &HashMap<String, String>,
    value: &str,
) {
    if let Some(survivor) = merged.get(value) {
        check.add(caption, format!("{value} was merged into {survivor}."));
    }
}

/// The contacts with these numbers, by number, locked until the transaction ends: they are about to
/// change, so those that have been erased are none.
pub(super) async fn locked_contacts(
    txn: &DatabaseTransaction,
    numbers: Vec<String>,
) -> Result<HashMap<String, i32>> {
    let found = contacts(txn, IdentifierKind::No, numbers).await?;
    let (id, ids) = (Expr::col(contact::Column::Id), found.values().map(|id| id.cast_unsigned()));
    let living = db::shard_by_shard(txn, id, ids, |these| {
        contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .filter(these)
            .filter(contact::Column::ErasedAt.is_null())
            .order_by_asc(contact::Column::Id)
            .lock_exclusive()
            .into_tuple::<i32>()
    });
    let living: HashSet<i32> = living.await?.into_iter().collect();
    let found = found.into_iter().filter(|(_, id)| living.contains(id));
    Ok(found.map(|((_, no), id)| (no, id)).collect())
}

/// The contact with the number that a row names, or a note that there is none.
pub(super) fn contact(
    check: &mut Check,
    caption: impl FnOnce() -> Option<String>,
    text: &str,
    known: &HashMap<String, i32>,
) -> Option<i32> {
    let no = text::code(text).unwrap_or_default();
    let contact_id = known.get(&no).copied();
    if contact_id.is_none() {
        check.add(caption(), format!("There is no contact {no:?}."));
    }
    contact_id
}

/// The contacts with these keys. They stay as they are until the transaction ends.
pub(super) async fn contacts_by_ids(
    txn: &DatabaseTransaction,
    ids: impl Iterator<Item = i32>,
) -> Result<HashMap<i32, contact::Model>> {
    let (id, ids) = (Expr::col(contact::Column::Id), ids.map(i32::cast_unsigned));
    let rows = db::shard_by_shard(txn, id, ids, |these| {
        contact::Entity::find().filter(these).lock_shared().into_model::<contact::Model>()
    });
    Ok(rows.await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Those of the interaction templates that there are. They can't be deleted before the transaction
/// ends, nor, if they are locked to be updated, be logged with.
pub(super) async fn templates(
    txn: &DatabaseTransaction,
    mut codes: Vec<String>,
    lock: LockType,
) -> Result<HashSet<String>> {
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        return Ok(HashSet::new());
    }
    let column = Expr::col(interaction_template::Column::Code);
    let templates = interaction_template::Entity::find()
        .filter(dialect::in_texts(txn.get_database_backend(), column, &codes))
        .lock(lock)
        .all(txn)
        .await?;
    Ok(templates.into_iter().map(|row| row.code).collect())
}

/// The code of an interaction template, if it is one of those there are; nothing if none is written.
pub(super) fn template(known: &HashSet<String>, text: &str) -> Result<Option<String>, String> {
    match text::code(text) {
        Some(code) if !known.contains(&code) => {
            Err(format!("There is no interaction template {text:?}."))
        }
        code => Ok(code),
    }
}

/// The keys of campaigns by number.
pub(super) async fn campaigns(
    txn: &DatabaseTransaction,
    mut numbers: Vec<String>,
) -> Result<HashMap<String, i64>> {
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let column = Expr::col(campaign::Column::No);
    let rows: Vec<(String, i64)> = campaign::Entity::find()
        .select_only()
        .column(campaign::Column::No)
        .column(campaign::Column::Id)
        .filter(dialect::in_texts(txn.get_database_backend(), column, &numbers))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The key of the campaign with this number; nothing if none is written.
pub(super) fn campaign(known: &HashMap<String, i64>, text: &str) -> Result<Option<i64>, String> {
    let Some(no) = text::code(text) else { return Ok(None) };
    known.get(&no).copied().map(Some).ok_or_else(|| format!("There is no campaign {no}."))
}
