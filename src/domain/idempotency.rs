//! Mutations that may be sent again: under a key, each is done once, and gets the same answer.
//!
//! Whoever is about to do something claims the key first, in a transaction of its own. What is then
//! committed says so in its own transaction, so it is known at any moment, whoever was killed, whether
//! something was done under the key. A claim that nobody has ended in time is taken over by the next
//! who asks. From then on nothing is committed under the claim from before, however late it is: when
//! something is taken over is a matter of clocks, but that it is done once is not.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use serde_json::json;
use tokio::time::sleep;

pub use crate::db::Claim;
use crate::{
    db::{self, Database, OnConflict},
    domain::{Context, Error, Result, hash::sha256},
    entity::idempotency_key::{Column, Entity, Model},
};

/// How long a key is known, and its answer kept: longer than whoever has to be asked is away.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How often what is kept no longer is removed.
const FORGET_EVERY: Duration = Duration::from_secs(10 * 60);
/// So many keys are removed in one transaction: no other writer waits long for it.
const FORGOTTEN_AT_ONCE: u64 = 1_000;
/// Larger answers are not kept.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// How often a key is looked at that others change at the same time.
const LOOKS_MAX: u32 = 3;

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was done under it, and nobody is about to: do it now, [under](Context::under) this
    /// claim, and end that with [`keep`] or [`give_up`].
    Free(Claim),
    /// It is being done.
    Running,
    /// It was done, and this is the answer.
    Answered(String),
    /// It was done, in whole or in part, and the answer is not there, or was for other scopes.
    Lost,
    /// Something else was done under the key.
    Taken,
}

/// Claims the key for what is asked in `request`, or says why not. A claim that has not ended after
/// `lease` is taken over. Keys of one viewer are none of another's.
///
/// # Errors
/// What the database says.
pub async fn claim(
    context: &Context,
    key: &str,
    request: &str,
    lease: TimeDelta,
) -> Result<Standing> {
    let mut number = [0; 8];
    getrandom::fill(&mut number).map_err(|err| Error::Corrupt(format!("no randomness: {err}")))?;
    let new = Model {
        id: sha256(json!([context.viewer.account(), key]).to_string()),
        fingerprint: sha256(request),
        scopes: context.viewer.scopes.to_string(),
        claim: i64::from_ne_bytes(number),
        claimed_at: context.clock.now(),
        committed: false,
        ended: false,
        answer: None,
    };
    for _ in 0..LOOKS_MAX {
        let standing = match Entity::find_by_id(&*new.id).one(context.db.reader()).await? {
            None => insert(&context.db, &new).await?,
            Some(there) => match standing(&there, &new, lease) {
                None => take_over(&context.db, &there, &new).await?,
                known => known,
            },
        };
        if let Some(standing) = standing {
            return Ok(standing);
        }
    }
    // Others were faster each time.
    Ok(Standing::Running)
}

/// What is known of a key that is there; nothing if it may be claimed.
fn standing(there: &Model, new: &Model, lease: TimeDelta) -> Option<Standing> {
    if is_over(there, new.claimed_at) {
        return None;
    }
    if there.fingerprint != new.fingerprint {
        return Some(Standing::Taken);
    }
    match &there.answer {
        Some(answer) if there.scopes == new.scopes => Some(Standing::Answered(answer.clone())),
        _ if there.ended => there.committed.then_some(Standing::Lost),
        // Where clocks differ it may have been claimed in the future.
        _ => ((new.claimed_at - there.claimed_at).abs() < lease).then_some(Standing::Running),
    }
}

fn is_over(there: &Model, now: DateTime<Utc>) -> bool {
    there.claimed_at <= now - KEPT_FOR
}

/// Claims a key that is not there; nothing if it is by now.
async fn insert(db: &Database, new: &Model) -> Result<Option<Standing>> {
    let written = db::write(db, &[], async |txn| -> Result<u64> {
        Ok(db::insert_rows::<Entity>(txn, &[new], OnConflict::Ignore).await?)
    });
    Ok((0 < written.await?).then(|| Standing::Free(claim_of(new))))
}

/// Claims a key that is there; nothing if it is not any more, or somebody else has claimed it.
async fn take_over(db: &Database, there: &Model, new: &Model) -> Result<Option<Standing>> {
    let mut update = Entity::update_many()
        .filter(held_by(&claim_of(there)))
        .col_expr(Column::Fingerprint, Expr::value(&*new.fingerprint))
        .col_expr(Column::Scopes, Expr::value(&*new.scopes))
        .col_expr(Column::Claim, Expr::value(new.claim))
        .col_expr(Column::ClaimedAt, Expr::value(new.claimed_at))
        .col_expr(Column::Answer, Expr::value(None::<String>));
    update = match is_over(there, new.claimed_at) {
        true => update
            .col_expr(Column::Committed, Expr::value(false))
            .col_expr(Column::Ended, Expr::value(false)),
        // What was committed is not done again.
        false => update.col_expr(Column::Ended, Expr::col(Column::Committed)),
    };
    let taken = db::write(db, &[], async |txn| -> Result<Option<Model>> {
        Ok(update.clone().exec_with_returning(txn).await?.pop())
    });
    Ok(taken.await?.map(|row| match row.committed {
        true => Standing::Lost,
        false => Standing::Free(claim_of(&row)),
    }))
}

/// Keeps the answer for those who ask again; nothing if it is too large, or if another request has
/// the key by now.
///
/// # Errors
/// What the database says.
pub async fn keep(context: &Context, claim: &Claim, answer: &str) -> Result<()> {
    if ANSWER_BYTES_MAX < answer.len() {
        return give_up(context, claim).await;
    }
    let update = Entity::update_many()
        .filter(held_by(claim))
        .col_expr(Column::Answer, Expr::value(answer))
        .col_expr(Column::Ended, Expr::value(true));
    db::write(&context.db, &[], async |txn| -> Result<()> {
        update.clone().exec(txn).await?;
        Ok(())
    })
    .await
}

/// Ends a claim without an answer: if nothing was committed under it, the key is free again.
///
/// # Errors
/// What the database says.
pub async fn give_up(context: &Context, claim: &Claim) -> Result<()> {
    let mine = held_by(claim);
    db::write(&context.db, &[], async |txn| -> Result<()> {
        let free = Entity::delete_many().filter(mine.clone());
        free.filter(Column::Committed.eq(false)).exec(txn).await?;
        let lost = Entity::update_many().filter(mine.clone());
        lost.col_expr(Column::Ended, Expr::value(true)).exec(txn).await?;
        Ok(())
    })
    .await
}

/// Removes what is kept no longer.
///
/// # Errors
/// What the database says.
pub async fn forget(context: &Context) -> Result<()> {
    let old = Column::ClaimedAt.lte(context.clock.now() - KEPT_FOR);
    let some = Entity::find().select_only().column(Column::Id).filter(old);
    let some = some.order_by_asc(Column::ClaimedAt).limit(FORGOTTEN_AT_ONCE).into_query();
    let delete = Entity::delete_many().filter(Column::Id.in_subquery(some));
    let forget_some = async || {
        db::write(&context.db, &[], async |txn| -> Result<u64> {
            Ok(delete.clone().exec(txn).await?.rows_affected)
        })
        .await
    };
    while FORGOTTEN_AT_ONCE <= forget_some().await? {}
    Ok(())
}

/// Removes what is kept no longer, now and then, until the task is dropped.
pub async fn forget_always(context: Context) {
    loop {
        if let Err(err) = forget(&context).await {
            tracing::warn!(error = %err, "answers that were kept long enough could not be removed");
        }
        sleep(FORGET_EVERY).await;
    }
}

fn claim_of(row: &Model) -> Claim {
    Claim { id: row.id.clone(), number: row.claim }
}

/// The row of the key, as long as nobody else has claimed it.
fn held_by(claim: &Claim) -> Condition {
    Condition::all().add(Column::Id.eq(&*claim.id)).add(Column::Claim.eq(claim.number))
}
