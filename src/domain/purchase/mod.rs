//! Purchases: what was sold to companies, and bought from them, as the system that posted it says.
//! An entry belongs to the company that is the customer or the vendor; the person whom its document
//! names is known beside.

mod delete;
mod list;
mod statistics;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

pub use delete::{NAMED_MAX, delete};
pub use list::{Filter, Key, Owner, pages};
pub use statistics::{Statistics, statistics};

use crate::{
    domain::{Context, Result},
    entity::purchase,
};

/// The purchases with these keys, which are contact and id; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_keys(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), purchase::Model>> {
    let mut found = HashMap::new();
    for keys in keys.chunks(NAMED_MAX) {
        // Ids are unique, so one beside a wrong contact finds nothing, or what other keys name.
        let rows = purchase::Entity::find()
            .filter(purchase::Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
            .filter(purchase::Column::Id.is_in(keys.iter().map(|(_, id)| *id)))
            .all(context.db.reader())
            .await?;
        found.extend(rows.into_iter().map(|row| ((row.contact_id, row.id), row)));
    }
    Ok(found)
}
