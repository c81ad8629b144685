//! PostgreSQL, read and filled by COPY.

use bytes::Bytes;
use futures_util::TryStreamExt;
use sea_orm::{
    DbErr,
    sqlx::{self, AssertSqlSafe, PgConnection, Postgres, Transaction},
};
use tokio::sync::mpsc::{Receiver, Sender};

use super::super::changes::{LOG_ON_POSTGRES, Tables};
use super::{
    CHUNK_BYTES, Chunk, Database, Table, not_empty, said, tables,
    target::{NEXT_CHANGE, make_room, set_next_change},
};

/// It takes as long as it takes, and values look alike whatever the server is set to.
const SETTINGS: &str = "SET LOCAL statement_timeout = 0; \
    SET LOCAL idle_in_transaction_session_timeout = 0; \
    SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'";
/// How long tables are waited for that somebody else uses.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '10s'";

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), DbErr> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(said)
}

/// All of it, as it is at one moment.
pub(super) async fn snapshot(db: &Database) -> Result<Transaction<'static, Postgres>, DbErr> {
    let pool = db.reader().get_postgres_connection_pool();
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let mut txn = pool.begin_with(begin).await.map_err(said)?;
    run(&mut txn, SETTINGS.to_owned()).await?;
    Ok(txn)
}

pub(super) async fn count(connection: &mut PgConnection, table: &Table) -> Result<i64, DbErr> {
    let count = format!("SELECT COUNT(*) FROM {}", table.quoted());
    sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(connection).await.map_err(said)
}

/// Sends all rows of a table.
pub(super) async fn read(
    connection: &mut PgConnection,
    table: &Table,
    to: Sender<Chunk>,
) -> Result<(), DbErr> {
    let copy = format!("COPY ({}) TO STDOUT", table.rows());
    let mut parts = connection.copy_out_raw(&copy).await.map_err(said)?;
    let mut chunk = Chunk::default();
    while let Some(part) = parts.try_next().await.map_err(said)? {
        // A part is a row, and a line.
        chunk.lines.extend(Bytes::as_ref(&part));
        chunk.rows += 1;
        if CHUNK_BYTES <= chunk.lines.len() && to.send(std::mem::take(&mut chunk)).await.is_err() {
            // Whoever writes has failed, and says why.
            return Ok(());
        }
    }
    to.send(chunk).await.unwrap_or_default();
    Ok(())
}

/// The tables whose keys are made by a sequence.
const SEQUENCES: &str = "SELECT t.relname::text, s.sequence \
    FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND 0 < c.attnum \
    AND NOT c.attisdropped, \
    LATERAL (SELECT pg_get_serial_sequence(quote_ident(t.relname), c.attname) AS sequence) AS s \
    WHERE t.relnamespace = to_regnamespace(current_schema()) AND t.relkind IN ('r', 'p') \
    AND s.sequence IS NOT NULL";

async fn sequences(connection: &mut PgConnection) -> Result<Vec<(String, String)>, DbErr> {
    sqlx::query_as(SEQUENCES).fetch_all(connection).await.map_err(said)
}

pub(super) async fn last_keys(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, DbErr> {
    let mut keys = Vec::new();
    for (table, sequence) in sequences(connection).await? {
        // One that was only set has not been called, and gives that value next.
        let last = format!("SELECT last_value - (NOT is_called)::integer FROM {sequence}");
        let last = sqlx::query_scalar(AssertSqlSafe(last)).fetch_one(&mut *connection).await;
        keys.push((table, last.map_err(said)?));
    }
    Ok(keys)
}

/// Empty tables that are filled in one transaction. Whoever wants to use them waits for it.
pub(super) struct Target {
    txn: Transaction<'static, Postgres>,
    next_change: i64,
}

impl Target {
    pub(super) async fn begin(db: &Database, tables: &[Table]) -> Result<Self, DbErr> {
        let pool = db.writer().get_postgres_connection_pool();
        let mut txn = pool.begin().await.map_err(said)?;
        let names: Vec<String> = tables.iter().map(Table::quoted).collect();
        let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "));
        run(&mut txn, format!("{SETTINGS}; {LOCK_TIMEOUT}; {lock}")).await?;
        // Nobody has put anything in meanwhile.
        let occupied = sqlx::query_scalar(AssertSqlSafe(tables::occupied(tables)));
        let occupied: Option<String> = occupied.fetch_optional(&mut *txn).await.map_err(said)?;
        if let Some(table) = occupied {
            return Err(not_empty(&table));
        }
        let next_change = sqlx::query_scalar(NEXT_CHANGE).fetch_one(&mut *txn).await;
        run(&mut txn, make_room()).await?;
        Ok(Self { txn, next_change: next_change.map_err(said)? })
    }

    pub(super) async fn write(
        &mut self,
        table: &Table,
        mut from: Receiver<Chunk>,
        written: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DbErr> {
        let copy = format!("COPY {} ({}) FROM STDIN", table.quoted(), table.columns());
        let mut copy = self.txn.copy_in_raw(&copy).await.map_err(said)?;
        while let Some(chunk) = from.recv().await {
            copy.send(chunk.lines).await.map_err(said)?;
            written(chunk.rows);
        }
        copy.finish().await.map(drop).map_err(said)
    }

    pub(super) async fn end(mut self, keys: &[&(String, i64)], all: Tables) -> Result<(), DbErr> {
        for (table, sequence) in sequences(&mut self.txn).await? {
            let last = keys.iter().find(|(name, _)| *name == table);
            if let Some((_, last)) = last {
                // Unlike `setval`, this is undone with the transaction.
                let next = last + 1;
                let set = format!("ALTER SEQUENCE {sequence} RESTART WITH {next}");
                run(&mut self.txn, set).await?;
            }
        }
        run(&mut self.txn, set_next_change(self.next_change)).await?;
        let log = sqlx::query(LOG_ON_POSTGRES).bind(all.bits());
        log.execute(&mut *self.txn).await.map_err(said)?;
        self.txn.commit().await.map_err(said)
    }
}
