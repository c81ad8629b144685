//! Deleting purchases: what came in by mistake.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    db::{self, Table},
    domain::{Context, Error, Event, Reason, Rejections, Result, id},
    entity::purchase::{self, Column},
};

/// How many purchases may be named at once.
pub const NAMED_MAX: usize = 500;

/// Deletes the purchases with these global ids, all or none; returns how many there were.
///
/// # Errors
/// [`Reason::Required`] or [`Reason::LimitExceeded`] at `ids`; [`Reason::Invalid`] or
/// [`Reason::NotFound`] at each that is none.
pub async fn delete(context: &Context, ids: &[String]) -> Result<u64> {
    if ids.is_empty() {
        return Err(Error::reject(Reason::Required, &["ids"], "Name at least one purchase."));
    }
    if NAMED_MAX < ids.len() {
        let message = format!("At most {NAMED_MAX} purchases can be named at once.");
        return Err(Error::reject(Reason::LimitExceeded, &["ids"], message));
    }
    let mut rejections = Rejections::default();
    let mut keys = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        keys.extend(rejections.keep(id::purchase_key(id, &["ids", &index.to_string()]))?);
    }
    rejections.into_result()?;
    let deleted =
        db::write(&context.db, &[Table::Purchase], async |txn| write(txn, &keys).await).await?;
    context.events.publish(&context.db, Event::ContactsImported).await;
    Ok(deleted)
}

async fn write(txn: &DatabaseTransaction, keys: &[(i32, i64)]) -> Result<u64> {
    let is = |(contact_id, id): &(i32, i64)| {
        Condition::all().add(Column::ContactId.eq(*contact_id)).add(Column::Id.eq(*id))
    };
    let named = keys.iter().fold(Condition::any(), |any, key| any.add(is(key)));
    let found: HashSet<(i32, i64)> = purchase::Entity::find()
        .select_only()
        .columns([Column::ContactId, Column::Id])
        .filter(named.clone())
        .into_tuple()
        .all(txn)
        .await?
        .into_iter()
        .collect();
    let mut rejections = Rejections::default();
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| !found.contains(key)) {
        let message = format!("There is no purchase {}.", id::purchase_id(key.0, key.1));
        rejections.add(Reason::NotFound, &["ids", &index.to_string()], message);
    }
    rejections.into_result()?;
    Ok(purchase::Entity::delete_many().filter(named).exec(txn).await?.rows_affected)
}
