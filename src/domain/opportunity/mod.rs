//! Opportunities: chances to sell something to one contact.

mod change;
mod create;
mod list;
mod of_segment;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

pub use change::{OpportunityChange, close, delete, reopen, update};
pub use create::{NewOpportunity, create};
pub use list::{OpportunityFilter, Totals, counts, of_interactions, pages, totals};
pub use of_segment::{ForSegment, create_for_segment};

use crate::{
    domain::{Context, Error, Reason, Result, id, text},
    entity::opportunity,
};

/// The opportunities with these keys, which are contact and id; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_keys(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), opportunity::Model>> {
    let rows = opportunity::Entity::find()
        .filter(opportunity::Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
        .filter(opportunity::Column::Id.is_in(keys.iter().map(|(_, id)| *id)))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| ((row.contact_id, row.id), row)).collect())
}

/// The opportunity with this number, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<opportunity::Model>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let found = opportunity::Entity::find().filter(opportunity::Column::No.eq(no));
    Ok(found.one(context.db.reader()).await?)
}

/// The opportunity with this key, locked until the transaction ends.
pub(super) async fn locked(
    txn: &DatabaseTransaction,
    key: (i32, i64),
    path: &[&str],
) -> Result<opportunity::Model> {
    let found = opportunity::Entity::find_by_id(key).lock_exclusive().one(txn).await?;
    found.ok_or_else(|| {
        let message = format!("There is no opportunity {}.", id::opportunity_id(key.0, key.1));
        Error::reject(Reason::NotFound, path, message)
    })
}
