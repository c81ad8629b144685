//! The database that is copied.

use sea_orm::{
    DatabaseTransaction, DbBackend, DbErr,
    sqlx::{Postgres, Transaction},
};
use tokio::sync::mpsc::Sender;

use super::super::write::snapshot;
use super::{Chunk, Database, Table, postgres, said, sqlite};

/// All of it, as it is at one moment.
pub(super) enum Source {
    Sqlite(DatabaseTransaction),
    /// Of the driver itself, for the ORM has no COPY.
    Postgres(Transaction<'static, Postgres>),
}

impl Source {
    pub(super) async fn begin(db: &Database) -> Result<Self, DbErr> {
        match db.backend() {
            DbBackend::Postgres => Ok(Self::Postgres(postgres::snapshot(db).await?)),
            _ => Ok(Self::Sqlite(snapshot(db).await?)),
        }
    }

    /// How many rows a table has.
    pub(super) async fn count(&mut self, table: &Table) -> Result<u64, DbErr> {
        let count = match self {
            Self::Sqlite(txn) => sqlite::count(txn, table).await?,
            Self::Postgres(txn) => postgres::count(txn, table).await?,
        };
        Ok(count.cast_unsigned())
    }

    /// Sends all rows of a table.
    pub(super) async fn read(&mut self, table: &Table, to: Sender<Chunk>) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(txn) => sqlite::read(txn, table, to).await,
            Self::Postgres(txn) => postgres::read(txn, table, to).await,
        }
    }

    /// The last keys that the database made by itself, by their tables: what is gone keeps its own.
    pub(super) async fn last_keys(&mut self) -> Result<Vec<(String, i64)>, DbErr> {
        match self {
            Self::Sqlite(txn) => sqlite::last_keys(txn).await,
            Self::Postgres(txn) => postgres::last_keys(txn).await,
        }
    }

    pub(super) async fn end(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(txn) => txn.rollback().await,
            Self::Postgres(txn) => txn.rollback().await.map_err(said),
        }
    }
}
