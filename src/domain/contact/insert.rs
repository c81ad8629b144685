//! The only way in for contacts.

use std::borrow::Borrow;

use sea_orm::{DatabaseTransaction, DbErr};

use crate::{
    db::{self, OnConflict},
    entity::contact::{Entity, Model},
};

/// Inserts contacts that are new, with the words by which they are found.
///
/// # Errors
/// A key that is taken; what the database says.
pub async fn insert_new(
    txn: &DatabaseTransaction,
    rows: &[impl Borrow<Model>],
) -> Result<(), DbErr> {
    db::insert_rows::<Entity>(txn, rows, OnConflict::Fail).await?;
    let ids: Vec<i32> = rows.iter().map(|row| row.borrow().id).collect();
    db::index_words(txn, &ids).await
}
