//! The database that is filled.

use sea_orm::{DbBackend, DbErr};
use tokio::sync::mpsc::Receiver;

use super::super::changes::Tables;
use super::{Chunk, Database, FILLED_BY_MIGRATIONS, OF_ITS_OWN, Table, postgres, sqlite};

/// What is done first: what migrations have put in makes room.
pub(super) fn make_room() -> String {
    FILLED_BY_MIGRATIONS.map(|table| format!("DELETE FROM {table}")).join("; ")
}

/// What is asked before: from where on the log of changes goes, which is not copied.
pub(super) const NEXT_CHANGE: &str = "SELECT next AS it FROM counter WHERE name = 'CHANGE'";

/// And set again afterwards.
pub(super) fn set_next_change(next: i64) -> String {
    format!("UPDATE counter SET next = {next} WHERE name = 'CHANGE'")
}

/// All of it. Whatever a server has remembered of the empty database is forgotten at the end.
pub(super) enum Target<'a> {
    Sqlite(sqlite::Target<'a>),
    Postgres(postgres::Target),
}

impl<'a> Target<'a> {
    pub(super) async fn begin(db: &'a Database, tables: &[Table]) -> Result<Self, DbErr> {
        match db.backend() {
            DbBackend::Postgres => Ok(Self::Postgres(postgres::Target::begin(db, tables).await?)),
            _ => Ok(Self::Sqlite(sqlite::Target::begin(db).await?)),
        }
    }

    /// Writes all rows of a table. `written` is told how many more there are.
    pub(super) async fn write(
        &mut self,
        table: &Table,
        from: Receiver<Chunk>,
        written: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(target) => target.write(table, from, written).await,
            Self::Postgres(target) => target.write(table, from, written).await,
        }
    }

    /// Goes on with new keys after these; and now it is whole.
    pub(super) async fn end(self, last_keys: &[(String, i64)]) -> Result<(), DbErr> {
        let keys = last_keys.iter().filter(|(table, _)| !OF_ITS_OWN.contains(&table.as_str()));
        let keys: Vec<&(String, i64)> = keys.collect();
        match self {
            Self::Sqlite(target) => target.end(&keys, Tables::ALL).await,
            Self::Postgres(target) => target.end(&keys, Tables::ALL).await,
        }
    }
}
