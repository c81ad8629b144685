//! Deleting interactions that do not count: those that are canceled, and those that were postponed and
//! are not to be finished.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, sea_query::ExprTrait};

use super::{DELETING, delete_where, locked, named, not_allowed};
use crate::{
    db,
    domain::{Context, Error, Result},
    entity::interaction,
};

/// Deletes interactions with their comments (CAN-5, CAN-7, INT-6). What they were written with stays,
/// for others may have it. Returns their keys in the order of the ids.
///
/// # Errors
/// At `ids`: [`NotFound`](crate::domain::Reason::NotFound), or
/// [`NotAllowed`](crate::domain::Reason::NotAllowed) for those that are neither canceled nor postponed.
pub async fn delete(context: &Context, ids: &[String]) -> Result<Vec<(i32, i64)>> {
    let mut keys = named(ids)?;
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(*key));
    db::write(&context.db, &DELETING, async |txn| {
        let rows = locked(txn, &keys).await?;
        not_allowed(rows.iter().filter(|row| !row.canceled && !row.postponed), |count| {
            format!("{count} of the interactions count: cancel them first.")
        })?;
        let contacts: BTreeSet<i32> = rows.iter().map(|row| row.contact_id).collect();
        // Ids are unique, so the contacts only say where they lie.
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let which = interaction::Column::ContactId.is_in(contacts);
        delete_where(txn, context, which.and(interaction::Column::Id.is_in(ids))).await?;
        Ok::<_, Error>(keys.clone())
    })
    .await
}
