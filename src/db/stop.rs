//! Statements that nobody waits for any more.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::Database;

/// How to end the statement of a transaction from outside.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The process of PostgreSQL that serves it; there is none on SQLite.
    pub(super) pid: Option<i32>,
    /// When the transaction began: the process may have another one by now.
    pub(super) begun: Option<String>,
}

impl Stop {
    /// Ends the statement that the transaction is at, if there is one. On PostgreSQL: SQLite works in
    /// this process, and what it has begun it ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn now(self, db: &Database) -> Result<(), DbErr> {
        let (Some(pid), Some(begun)) = (self.pid, self.begun) else { return Ok(()) };
        let cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
                      WHERE pid = $1 AND xact_start = $2::timestamptz AND state = 'active'";
        let values = [pid.into(), begun.into()];
        let cancel = Statement::from_sql_and_values(DbBackend::Postgres, cancel, values);
        db.reader().query_all_raw(cancel).await.map(drop)
    }
}
