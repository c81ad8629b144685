//! Campaigns: the marketing efforts that segments serve.

mod activate;
mod cancel;
mod change;
mod entries;
mod list;
mod statistics;
mod target_of;
mod targets;

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

pub use activate::{activate, deactivate, is_activated};
pub use cancel::{cancel_entry, delete_entry, reinstate_entry};
pub use change::{CampaignChange, create, delete, update};
pub use entries::{entries_by_ids, entry_counts, entry_pages};
pub use list::{CampaignFilter, CampaignKey, CampaignSort, count, list};
pub use statistics::{Part, Reach, ReachKey, by_day, by_template, reach};
pub use target_of::of_contacts;
pub use targets::{TargetsBy, of_campaign, targets};

use crate::{
    domain::{Context, Error, Reason, Result, id::Kind, text},
    entity::campaign,
};

/// The campaigns with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(context: &Context, ids: &[i64]) -> Result<HashMap<i64, campaign::Model>> {
    let rows = campaign::Entity::find()
        .filter(campaign::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The campaign with this number, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<campaign::Model>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let found = campaign::Entity::find().filter(campaign::Column::No.eq(no));
    Ok(found.one(context.db.reader()).await?)
}

/// The campaign with this key, which has to be there and stays until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub async fn require(txn: &DatabaseTransaction, id: i64, path: &[&str]) -> Result<campaign::Model> {
    let found = campaign::Entity::find_by_id(id).lock_shared().one(txn).await?;
    found.ok_or_else(|| missing(id, path))
}

/// As [`require`], and nobody else holds it: for whoever takes an entry of it.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub async fn hold(txn: &DatabaseTransaction, id: i64, path: &[&str]) -> Result<()> {
    let found = campaign::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    found.map(|_| ()).ok_or_else(|| missing(id, path))
}

fn missing(id: i64, path: &[&str]) -> Error {
    let message = format!("There is no campaign {}.", Kind::Campaign.id(id));
    Error::reject(Reason::NotFound, path, message)
}
