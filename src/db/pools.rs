//! How many connections there are, and how many of them have nothing to do.

use sea_orm::{
    DatabaseConnection, DbBackend,
    sqlx::{self, Pool},
};

use super::Database;

/// The connections of one pool, at a moment.
#[derive(Clone, Debug)]
pub struct PoolState {
    /// `reader` and `writer` on SQLite; `primary`, and `replica1` and so on, on PostgreSQL.
    pub name: String,
    pub max: u32,
    pub size: u32,
    pub idle: usize,
}

impl PoolState {
    fn of(name: impl Into<String>, connection: &DatabaseConnection) -> Self {
        match connection.get_database_backend() {
            DbBackend::Postgres => Self::told(name, connection.get_postgres_connection_pool()),
            _ => Self::told(name, connection.get_sqlite_connection_pool()),
        }
    }

    fn told<DB: sqlx::Database>(name: impl Into<String>, pool: &Pool<DB>) -> Self {
        let max = pool.options().get_max_connections();
        Self { name: name.into(), max, size: pool.size(), idle: pool.num_idle() }
    }
}

impl Database {
    /// Its pools. Readers and writers of PostgreSQL share one.
    pub fn pools(&self) -> Vec<PoolState> {
        let mut pools = match self.backend() {
            DbBackend::Postgres => vec![PoolState::of("primary", self.writer())],
            _ => {
                vec![PoolState::of("reader", self.reader()), PoolState::of("writer", self.writer())]
            }
        };
        let replicas = (1..).zip(self.replicas().pools());
        pools.extend(replicas.map(|(no, pool)| PoolState::of(format!("replica{no}"), pool)));
        pools
    }
}
