//! Contacts by key, by number, by words, and the people of companies.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, Query},
};

use super::search_words;
use crate::{
    db::{self, dialect},
    domain::{Context, Error, Reason, Result, id::Kind, text},
    entity::{contact, contact_identifier, kinds::IdentifierKind},
};

/// The contacts with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Arc<contact::Model>>> {
    let id = Expr::col((contact::Entity, contact::Column::Id));
    let rows = contact::Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
}

/// The contact with this number, or that had it before it was renumbered or merged.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<Arc<contact::Model>>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let db = context.db.reader();
    let found = contact_identifier::Entity::find_by_id((IdentifierKind::No, no)).one(db).await?;
    let Some(identifier) = found else { return Ok(None) };
    let row = contact::Entity::find_by_id(identifier.contact_id).one(db).await?;
    Ok(row.map(Arc::new))
}

/// The contacts who have all words of `search`, each as the beginning of one of their own.
/// Nobody, if it has no word.
///
/// # Errors
/// What the database says.
pub async fn searched(db: &impl ConnectionTrait, search: &str) -> Result<RoaringBitmap> {
    let words = search_words(search);
    if words.is_empty() {
        return Ok(RoaringBitmap::new());
    }
    let query = Query::select()
        .column(contact::Column::Id)
        .from(contact::Entity)
        .and_where(dialect::has_words(db.get_database_backend(), &words))
        .to_owned();
    Ok(db::keys(db, query).await?)
}

/// Locks a contact until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub(in crate::domain) async fn locked(
    txn: &DatabaseTransaction,
    id: i32,
    path: &[&str],
) -> Result<contact::Model> {
    let row = contact::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    row.ok_or_else(|| missing(id, path))
}

/// Locks a contact that may be changed: one that has been erased stays as it is.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it has been erased, at `path`.
pub(in crate::domain) async fn changeable(
    txn: &DatabaseTransaction,
    id: i32,
    path: &[&str],
) -> Result<contact::Model> {
    let row = locked(txn, id, path).await?;
    match row.erased_at {
        None => Ok(row),
        Some(_) => Err(Error::reject(Reason::NotAllowed, path, ERASED)),
    }
}

/// Checks that something may be written about a contact, and keeps it from being erased until the
/// transaction ends. Of one that is not there nobody is told, so that is fine.
///
/// # Errors
/// [`Reason::NotAllowed`] at `path` if it has been erased.
pub(in crate::domain) async fn require_not_erased(
    txn: &DatabaseTransaction,
    id: i32,
    path: &[&str],
) -> Result<()> {
    let found = contact::Entity::find_by_id(id).lock_shared().one(txn).await?;
    match found.and_then(|row| row.erased_at) {
        None => Ok(()),
        Some(_) => Err(Error::reject(Reason::NotAllowed, path, ERASED)),
    }
}

/// The keys of the contacts that have been erased; all of them are left out of segments.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn erased(db: &impl ConnectionTrait) -> Result<RoaringBitmap> {
    use contact::Column::{ErasedAt, ExcludeFromSegment, Id};
    let erased = contact::Entity::find()
        .select_only()
        .column(Id)
        .filter(ExcludeFromSegment.into_expr())
        .filter(ErasedAt.is_not_null());
    Ok(db::keys(db, erased.into_query()).await?)
}

/// What to say of a contact that was erased.
pub(in crate::domain) const ERASED: &str = "The contact has been erased, and stays so.";

/// Keeps a company from changing until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::Invalid`] if it is a person, at `companyId`.
pub(super) async fn company(txn: &DatabaseTransaction, id: i32) -> Result<contact::Model> {
    let row = contact::Entity::find_by_id(id).lock_shared().one(txn).await?;
    let row = row.ok_or_else(|| missing(id, &["companyId"]))?;
    if row.company_id == Some(row.id) {
        return Ok(row);
    }
    let message = format!("The contact {} is no company.", row.no);
    Err(Error::reject(Reason::Invalid, &["companyId"], message))
}

pub(super) fn missing(id: i32, path: &[&str]) -> Error {
    let message = format!("There is no contact {}.", Kind::Contact.id(id.into()));
    Error::reject(Reason::NotFound, path, message)
}
