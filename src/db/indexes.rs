//! Indexes that are left out while tables are filled. Made afterwards, each from all its rows at
//! once, they take a fraction of the time.

use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait,
};

use super::{Database, connect::WRITER_CACHE_KIB};

/// Indexes that PostgreSQL makes at a time.
const INDEXES_AT_ONCE: usize = 2;
/// And what it may hold of each meanwhile: with less, an index of words is written in many pieces
/// that have to be put together again.
const INDEX_MEM: &str = "256MB";

/// The indexes of some tables, but for those that are keys.
const ON_SQLITE: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' \
                         AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each($1))";
const ON_POSTGRES: &str = "SELECT indexname::text AS name, indexdef AS sql FROM pg_indexes \
                           WHERE schemaname = current_schema() AND tablename IN \
                           (SELECT json_array_elements_text($1::json)) \
                           AND indexname NOT IN (SELECT conname FROM pg_constraint)";

/// Drops the indexes of `tables`, which are empty and are about to be filled; keys stay, and so do
/// the indexes in `needed`. [`Database::make_indexes`] brings them back.
///
/// # Errors
/// What the database says.
pub async fn leave_out_indexes(
    txn: &DatabaseTransaction,
    tables: &[&str],
    needed: &[&str],
) -> Result<(), DbErr> {
    let backend = ConnectionTrait::get_database_backend(txn);
    let sql = match backend {
        DbBackend::Postgres => ON_POSTGRES,
        _ => ON_SQLITE,
    };
    let tables = serde_json::Value::from(tables).to_string();
    let found = Statement::from_sql_and_values(backend, sql, [tables.into()]);
    for row in txn.query_all_raw(found).await? {
        let name: String = row.try_get("", "name")?;
        let sql: String = row.try_get("", "sql")?;
        if needed.contains(&name.as_str()) {
            continue;
        }
        let remember = "INSERT INTO left_out_index (name, sql) VALUES ($1, $2)";
        let values = [name.as_str().into(), sql.into()];
        txn.execute_raw(Statement::from_sql_and_values(backend, remember, values)).await?;
        txn.execute_unprepared(&format!("DROP INDEX \"{name}\"")).await?;
    }
    Ok(())
}

impl Database {
    /// Makes the indexes that were left out, one by one. They may have been so by a process that
    /// was killed; and if another makes them meanwhile, that is as well.
    ///
    /// # Errors
    /// What the database says, for instance that the disk is full.
    pub async fn make_indexes(&self) -> Result<(), DbErr> {
        let backend = self.backend();
        // The index of words takes as long as all others, so it comes first.
        let left_out = "SELECT name, sql FROM left_out_index \
                        ORDER BY name = 'contact_search_idx' DESC, name";
        let left_out = Statement::from_string(backend, left_out);
        let left_out = self.writer().query_all_raw(left_out).await?;
        if left_out.is_empty() {
            return Ok(());
        }
        // What is sorted need not fit into memory: so much at once, in KiB, the rest in files.
        self.on_sqlite("PRAGMA temp_store = file; PRAGMA cache_size = -16384").await?;
        let at_once = if backend == DbBackend::Postgres { INDEXES_AT_ONCE } else { 1 };
        let made = left_out.into_iter().map(async |row| {
            self.make_index(row.try_get("", "name")?, row.try_get("", "sql")?).await
        });
        stream::iter(made).buffer_unordered(at_once).try_collect::<()>().await?;
        let as_before =
            format!("PRAGMA temp_store = memory; PRAGMA cache_size = -{WRITER_CACHE_KIB}");
        self.on_sqlite(&as_before).await
    }

    async fn make_index(&self, name: String, sql: String) -> Result<(), DbErr> {
        let backend = self.backend();
        let txn = self.writer().begin().await?;
        if backend == DbBackend::Postgres {
            // It takes as long as it takes.
            let settings = format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '{INDEX_MEM}'"
            );
            txn.execute_unprepared(&settings).await?;
        }
        let forget = "DELETE FROM left_out_index WHERE name = $1";
        let forget = Statement::from_sql_and_values(backend, forget, [name.into()]);
        if txn.execute_raw(forget).await?.rows_affected() == 1 {
            txn.execute_unprepared(&sql).await?;
        }
        txn.commit().await
    }

    async fn on_sqlite(&self, sql: &str) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            self.writer().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
