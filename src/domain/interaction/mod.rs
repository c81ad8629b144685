//! Interactions: what happened between us and one contact.

mod call;
mod comments;
mod create;
mod delete;
mod delivery;
mod document;
mod entry;
mod list;
mod mark;
mod resend;
mod statistics;
mod update;

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

pub use call::{Call, log_call};
pub use comments::{COMMENTS_MAX, add_comment, comments_of, delete_comment, update_comment};
pub use create::{InteractionValues, create};
pub(in crate::domain) use create::{reachable, require_reachable};
pub use delete::delete;
pub use delivery::{
    DELIVERY_ERROR_CHARS_MAX, Deliveries, REPORTED_MAX, Report, ReportOutcome, Reported,
    delivered_to, deliveries, set_delivery,
};
pub use document::{Document, Recipient, log_document};
pub use list::{Filter, Key, Owner, Postponed, counts, pages};
pub(in crate::domain) use mark::{DELETING, delete_where, mark_canceled};
pub use mark::{cancel, evaluate, reinstate};
pub use resend::{Resend, Resent, resend};
pub use statistics::{Of, Statistics, StatisticsKey, Window, statistics};
pub use update::{InteractionChange, update};

use crate::{
    db::{self, dialect},
    domain::{CONCERNED_MAX, Context, Error, Reason, Rejection, Rejections, Result, id},
    entity::interaction,
};

/// How many interactions a mutation may name.
pub const NAMED_MAX: usize = 500;

/// The interactions with these keys, which are contact and id; those that are not there are left
/// out.
///
/// # Errors
/// What the database says.
pub async fn by_keys(
    context: &Context,
    keys: &[(i32, i64)],
) -> Result<HashMap<(i32, i64), interaction::Model>> {
    let mut found = HashMap::new();
    for keys in keys.chunks(NAMED_MAX) {
        let rows = with_keys(keys).all(context.db.reader()).await?;
        found.extend(rows.into_iter().map(|row| ((row.contact_id, row.id), row)));
    }
    Ok(found)
}

/// The interactions with these keys. Ids are unique, so one beside a wrong contact finds nothing,
/// or what other keys name.
fn with_keys(keys: &[(i32, i64)]) -> sea_orm::Select<interaction::Entity> {
    interaction::Entity::find()
        .filter(interaction::Column::ContactId.is_in(keys.iter().map(|(contact, _)| *contact)))
        .filter(interaction::Column::Id.is_in(keys.iter().map(|(_, id)| *id)))
}

/// The keys in the global ids that a client sent at `ids`.
fn named(ids: &[String]) -> Result<Vec<(i32, i64)>> {
    named_up_to(ids, NAMED_MAX)
}

/// The same, at most so many.
fn named_up_to(ids: &[String], most: usize) -> Result<Vec<(i32, i64)>> {
    if ids.is_empty() {
        return Err(Error::reject(Reason::Required, &["ids"], "Name at least one interaction."));
    }
    if most < ids.len() {
        let message = format!("At most {most} interactions can be named at once.");
        return Err(Error::reject(Reason::LimitExceeded, &["ids"], message));
    }
    let mut rejections = Rejections::default();
    let mut keys = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let key = id::interaction_key(id, &["ids", &index.to_string()]);
        keys.extend(rejections.keep(key)?);
    }
    rejections.into_result()?;
    Ok(keys)
}

/// That something can't be done with some interactions, if there are any.
fn not_allowed<'a>(
    rows: impl Iterator<Item = &'a interaction::Model>,
    message: impl Fn(usize) -> String,
) -> Result<()> {
    let concerned: Vec<String> =
        rows.map(|row| id::interaction_id(row.contact_id, row.id)).collect();
    if concerned.is_empty() {
        return Ok(());
    }
    let mut rejection = Rejection::new(Reason::NotAllowed, &["ids"], message(concerned.len()));
    rejection.concerned = concerned.into_iter().take(CONCERNED_MAX).collect();
    Err(rejection.into())
}

/// The named interactions, locked until the transaction ends, in the order of their keys.
///
/// # Errors
/// [`Reason::NotFound`] at `ids` for each that is not there.
async fn locked(
    txn: &sea_orm::DatabaseTransaction,
    keys: &[(i32, i64)],
) -> Result<Vec<interaction::Model>> {
    use sea_orm::QueryOrder;
    let contact = Expr::col(interaction::Column::ContactId);
    let (backend, ids) = (txn.get_database_backend(), keys.iter().map(|(_, id)| *id));
    let is_named = dialect::in_numbers(
        backend,
        Expr::col(interaction::Column::Id),
        &ids.collect::<Vec<i64>>(),
    );
    let contacts: BTreeSet<u32> = keys.iter().map(|(contact, _)| contact.cast_unsigned()).collect();
    let rows = db::shard_by_shard(txn, contact, contacts.into_iter(), |these| {
        interaction::Entity::find()
            .filter(these)
            .filter(is_named.clone())
            .order_by_asc(interaction::Column::ContactId)
            .order_by_asc(interaction::Column::Id)
            .lock_exclusive()
            .into_model::<interaction::Model>()
    });
    let rows = rows.await?;
    let found: HashSet<(i32, i64)> = rows.iter().map(|row| (row.contact_id, row.id)).collect();
    let mut rejections = Rejections::default();
    for (index, (contact_id, id)) in keys.iter().enumerate() {
        if !found.contains(&(*contact_id, *id)) {
            let path = ["ids", &index.to_string()];
            let message =
                format!("There is no interaction {}.", id::interaction_id(*contact_id, *id));
            rejections.add(Reason::NotFound, &path, message);
        }
    }
    rejections.into_result()?;
    Ok(rows)
}

fn missing(key: (i32, i64), path: &[&str]) -> Error {
    let message = format!("There is no interaction {}.", id::interaction_id(key.0, key.1));
    Error::reject(Reason::NotFound, path, message)
}

/// The interaction with this key, locked until the transaction ends.
pub(in crate::domain) async fn locked_one(
    txn: &sea_orm::DatabaseTransaction,
    key: (i32, i64),
    path: &[&str],
) -> Result<interaction::Model> {
    let found = interaction::Entity::find_by_id(key).lock_exclusive().one(txn).await?;
    found.ok_or_else(|| missing(key, path))
}
