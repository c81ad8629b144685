use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::{
    Database, Table, audit,
    changes::{self, Tables},
    idempotency,
    passing::is_worth_another_try,
};

/// How often work is begun again after a deadlock or a failed serialisation.
const ATTEMPTS_MAX: u32 = 4;

/// Runs `work` in one write transaction: commits on `Ok`, rolls back on `Err`. After a deadlock
/// `work` runs again, so it must do nothing but use the transaction.
///
/// `changes` are the tables it may change, of those that criteria ask about: what is remembered of
/// them is forgotten with the commit.
///
/// On SQLite it begins `IMMEDIATE`, so that a read followed by a write can't fail with
/// `SQLITE_BUSY` halfway through.
///
/// # Errors
/// What `work` says, and what the database says of beginning and committing.
pub async fn write<T, E>(
    db: &Database,
    changes: &[Table],
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E> + Clone,
) -> Result<T, E>
where
    E: From<DbErr> + AsDbErr,
{
    let tables = Tables::of(changes);
    let mut attempt = 1;
    let outcome = loop {
        match once(db, tables, work.clone()).await {
            Err(err)
                if attempt < ATTEMPTS_MAX && err.as_db_err().is_some_and(is_worth_another_try) =>
            {
                attempt += 1;
            }
            outcome => break outcome?,
        }
    };
    if let Err(err) = changes::forget(db, tables).await {
        // What was committed stays so, and it is tried again.
        tracing::warn!(%err, "changes long past could not be forgotten");
    }
    Ok(outcome)
}

/// Runs `work` in a write transaction that is rolled back whatever comes of it.
///
/// # Errors
/// What `work` says, and what the database says of beginning and rolling back.
pub async fn rehearse<T, E: From<DbErr>>(
    db: &Database,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    let txn = begin(db).await?;
    let outcome = work(&txn).await;
    let undone = txn.rollback().await;
    // Why the work failed says more than that its transaction is over already.
    let value = outcome?;
    undone?;
    Ok(value)
}

/// [`write()`], or [`rehearse`] if it is only to be tried: then it leaves no trace, such as in the audit
/// log.
///
/// # Errors
/// As those.
pub async fn write_or_try<T, E>(
    db: &Database,
    dry_run: bool,
    changes: &[Table],
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E> + Clone,
) -> Result<T, E>
where
    E: From<DbErr> + AsDbErr,
{
    match dry_run {
        true => rehearse(db, work).await,
        false => write(db, changes, work).await,
    }
}

/// A transaction that only reads, and sees the database as it is at its first statement.
///
/// # Errors
/// What the database says.
pub async fn snapshot(db: &Database) -> Result<DatabaseTransaction, DbErr> {
    let mut options = TransactionOptions::default();
    // On SQLite every transaction sees one moment.
    if db.backend() == DbBackend::Postgres {
        options.isolation_level = Some(IsolationLevel::RepeatableRead);
        options.access_mode = Some(AccessMode::ReadOnly);
    }
    whole(db.reader().clone(), options).await
}

/// Errors that may carry one of the database's.
pub trait AsDbErr {
    fn as_db_err(&self) -> Option<&DbErr>;
}

async fn once<T, E: From<DbErr>>(
    db: &Database,
    tables: Tables,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
) -> Result<T, E> {
    let txn = begin(db).await?;
    let value = work(&txn).await?;
    changes::log(&txn, tables).await?;
    if let Some(signature) = db.signature() {
        audit::log(&txn, signature).await?;
    }
    if let Some(claim) = db.claim() {
        idempotency::confirm(&txn, claim).await?;
    }
    txn.commit().await?;
    Ok(value)
}

pub(super) async fn begin(db: &Database) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    whole(db.writer().clone(), options).await
}

/// Begins a transaction in a task of its own, to the end even if nobody waits for it any more. One
/// that was given up while PostgreSQL begins it would stay open, on a connection that goes to others.
async fn whole(
    pool: DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    let begun = tokio::spawn(async move { pool.begin_with_options(options).await });
    begun.await.map_err(|err| DbErr::Custom(err.to_string()))?
}
