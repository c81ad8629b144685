//! All that is in one database, brought into another, whichever they are.
//!
//! Which tables there are, and with which columns, is asked of the databases: a table that a migration
//! makes is copied without being named here. Rows go through as lines of text, in the form of
//! PostgreSQL's COPY ([`text`]), some at a time, so memory does not grow with the data.

mod postgres;
mod source;
mod sqlite;
mod tables;
mod target;
mod text;

use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement, sqlx};
use tokio::sync::mpsc;

use self::{source::Source, tables::Table, target::Target};
use super::{Database, indexes::leave_out_indexes, shards, write::begin};

/// Bytes of lines that are written at once; so much again waits to be, and is being read.
const CHUNK_BYTES: usize = 256 * 1024;

/// Tables that are of one database only: its migrations, its indexes, its changes since.
const OF_ITS_OWN: [&str; 3] = ["seaql_migrations", "left_out_index", "change"];
/// Tables that a migration has put rows into, which give way to those that come.
const FILLED_BY_MIGRATIONS: [&str; 3] = ["counter", "number_series", "setup"];

/// Whole rows of a table, a line each.
#[derive(Default)]
struct Chunk {
    lines: Vec<u8>,
    rows: u64,
}

/// How far a copy is.
#[derive(Debug)]
pub struct Copying<'a> {
    pub table: &'a str,
    /// Rows that are there, of all tables so far.
    pub done: u64,
    pub total: u64,
}

/// What was copied.
#[derive(Debug)]
pub struct Copied {
    pub rows: u64,
    pub tables: usize,
    /// Whether all is as it was at one moment.
    pub is_of_one_moment: bool,
}

impl Database {
    /// Copies all that is in this database into `target`, which is up to date and empty: keys, counters,
    /// tokens and the audit log, too. Nothing is changed here, and all is read as it is at one moment;
    /// others may write meanwhile, but for a Citus cluster, whose nodes have no moment in common.
    ///
    /// On PostgreSQL all comes in one transaction. On SQLite the file is of no use to anybody until this
    /// returns, and has to be thrown away if it fails.
    ///
    /// # Errors
    /// If this database is of another release, `target` is not empty or distributed, a column is on one
    /// side only; and what the databases say.
    pub async fn copy_to(
        &self,
        target: &Self,
        tell: &mut (dyn FnMut(Copying<'_>) + Send),
    ) -> Result<Copied, DbErr> {
        tables::require_up_to_date(self.reader()).await?;
        let tables = tables::common(self.reader(), target.reader()).await?;
        let names: Vec<&str> = tables.iter().map(|it| it.name.as_str()).collect();
        if shards::is_distributed(target).await? {
            let message = "the target is distributed over nodes: copy first, and distribute then";
            return Err(DbErr::Custom(message.to_owned()));
        }
        prepare(target, &tables, &names).await?;
        let filled = self.fill(target, &tables, tell).await;
        // Also those of tables that have stayed empty.
        let made = target.make_indexes().await;
        let rows = filled?;
        made?;
        target.analyze().await?;
        let is_of_one_moment = !shards::is_distributed(self).await?;
        Ok(Copied { rows, tables: tables.len(), is_of_one_moment })
    }

    async fn fill(
        &self,
        target: &Self,
        tables: &[Table],
        tell: &mut (dyn FnMut(Copying<'_>) + Send),
    ) -> Result<u64, DbErr> {
        let mut source = Source::begin(self).await?;
        let mut target = Target::begin(target, tables).await?;
        let rows = all_rows(&mut source, &mut target, tables, tell).await?;
        let keys = source.last_keys().await?;
        source.end().await?;
        target.end(&keys).await?;
        Ok(rows)
    }
}

/// Leaves out the indexes of empty tables.
async fn prepare(target: &Database, tables: &[Table], names: &[&str]) -> Result<(), DbErr> {
    let txn = begin(target).await?;
    let occupied = Statement::from_string(target.backend(), tables::occupied(tables));
    if let Some(row) = txn.query_one_raw(occupied).await? {
        return Err(not_empty(&row.try_get::<String>("", "name")?));
    }
    leave_out_indexes(&txn, names, &[]).await?;
    txn.commit().await
}

fn not_empty(table: &str) -> DbErr {
    DbErr::Custom(format!("the target is not empty: there is something in its table {table}"))
}

async fn all_rows(
    source: &mut Source,
    target: &mut Target<'_>,
    tables: &[Table],
    tell: &mut (dyn FnMut(Copying<'_>) + Send),
) -> Result<u64, DbErr> {
    let mut total = 0;
    for table in tables {
        total += source.count(table).await?;
    }
    let mut done = 0;
    for table in tables {
        tell(Copying { table: &table.name, done, total });
        let mut written = |rows| {
            done += rows;
            tell(Copying { table: &table.name, done, total });
        };
        // While one chunk is written, the next is read.
        let (sender, receiver) = mpsc::channel(1);
        let copied = tokio::try_join!(
            source.read(table, sender),
            target.write(table, receiver, &mut written)
        );
        copied.map_err(|err| DbErr::Custom(format!("{}: {err}", table.name)))?;
    }
    Ok(done)
}

/// What the driver says, in the words of the ORM.
fn said(err: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(err.into()))
}
