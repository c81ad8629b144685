//! Messages between servers that share a database.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, RuntimeErr, Statement, sqlx::postgres::PgListener,
};

use super::Database;

/// Where our messages go.
const CHANNEL: &str = "urval";

/// What other servers, and this one, have to say.
pub struct Notifications(PgListener);

impl Notifications {
    /// The next message; `None` if the connection was lost and made anew meanwhile, so that
    /// messages may be missing.
    ///
    /// # Errors
    /// If the connection was lost and can't be made again.
    pub async fn next(&mut self) -> Result<Option<String>, DbErr> {
        let message = self.0.try_recv().await.map_err(sqlx)?;
        Ok(message.map(|message| message.payload().to_owned()))
    }
}

/// Listens, if the database carries messages: SQLite serves one server, so there is nobody else.
///
/// # Errors
/// If no connection can be had.
pub async fn listen(db: &Database) -> Result<Option<Notifications>, DbErr> {
    if db.backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let pool = db.reader().get_postgres_connection_pool();
    let mut listener = PgListener::connect_with(pool).await.map_err(sqlx)?;
    listener.listen(CHANNEL).await.map_err(sqlx)?;
    Ok(Some(Notifications(listener)))
}

/// Sends `message`, at most 8,000 bytes, to all servers that listen, this one included. Returns
/// whether the database carries messages at all.
///
/// # Errors
/// What the database says.
pub async fn notify(db: &Database, message: &str) -> Result<bool, DbErr> {
    if db.backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), message.into()],
    );
    db.reader().execute_raw(statement).await?;
    Ok(true)
}

fn sqlx(err: sea_orm::sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(err.into()))
}
