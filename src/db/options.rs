//! How the databases are opened.

use std::time::Duration;

use sea_orm::{
    ConnectOptions,
    sqlx::{
        self, Connection,
        sqlite::{SqliteConnection, SqliteJournalMode},
    },
};

use super::Synchronous;

/// How long a request waits for a free connection, or a writer for the one before it.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that was used a moment ago is taken for alive.
const TEST_IF_IDLE_FOR: Duration = Duration::from_secs(1);
/// No statement of ours needs longer, even at ten million contacts.
const STATEMENT_TIMEOUT_MS: &str = "120000";
/// Pages in the write-ahead log of SQLite before they are copied to where they belong, 64 MiB: the
/// more, the fewer are copied twice.
const CHECKPOINT_PAGES: u32 = 16_384;
/// What a sort or a hash on PostgreSQL may hold: the keys of two million contacts.
const WORK_MEM: &str = "64MB";
/// Our tables lie in a schema of their own.
pub(super) const SCHEMA: &str = "urval";

/// An SQLite database, with so much room for pages for each connection.
pub(super) fn of_sqlite(
    url: &str,
    connections_max: u32,
    cache_kib: u32,
    synchronous: Synchronous,
) -> ConnectOptions {
    let mut options = of_any(url, connections_max);
    options
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous.into())
                .busy_timeout(ACQUIRE_TIMEOUT)
                // In KiB, if negative.
                .pragma("cache_size", format!("-{cache_kib}"))
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
                .pragma("temp_store", "memory")
        })
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_out_of_transaction(connection)))
        });
    options
}

/// A database on PostgreSQL.
pub(super) fn of_postgres(url: &str, connections_max: u32) -> ConnectOptions {
    let mut options = of_any(url, connections_max);
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([
            ("search_path", SCHEMA),
            ("statement_timeout", STATEMENT_TIMEOUT_MS),
            ("work_mem", WORK_MEM),
            // Citus changes shards one after another then, always in the same order, and leaves
            // tables alone that are not distributed. Without it, they mean nothing.
            ("citus.multi_shard_modify_mode", "sequential"),
            ("citus.enable_local_reference_table_foreign_keys", "off"),
        ])
    });
    options
}

fn of_any(url: &str, connections_max: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(TEST_IF_IDLE_FOR);
    options
}

/// Whether a connection that is given back is of further use. Where a disk is full or fails, SQLite
/// rolls back by itself. Then the driver's `ROLLBACK` fails, so that it believes in a transaction that
/// is over: the next would begin inside that one, be told that it is committed, and be lost.
async fn is_out_of_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // What was asked of it before, such as to roll back, is done by then.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}
