use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32},
};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement,
    TransactionTrait,
    sqlx::{
        Connection,
        postgres::{PgConnectOptions, PgConnection},
    },
};
use tokio::time::timeout;

use super::{
    Synchronous,
    audit::Signature,
    backup::{file_of, make_private},
    idempotency::Claim,
    options::{ACQUIRE_TIMEOUT, SCHEMA, of_postgres, of_sqlite},
    replicas::Replicas,
};

/// All connections of PostgreSQL.
const CONNECTIONS_MAX: u32 = 16;
/// Connections of SQLite that read. They work in this process: more than processors are of use only
/// while some wait for the disk.
const READERS_MAX: u32 = 8;
/// Pages that a connection of SQLite keeps, in KiB: one that reads, of which there are several.
const READER_CACHE_KIB: u32 = 4 * 1024;
/// The one that writes: bulk work touches pages of every index, and what does not fit is written
/// again and again.
pub(super) const WRITER_CACHE_KIB: u32 = 32 * 1024;
/// One at a time changes the schema. The number is ours alone; it only has to be the same in every
/// server.
pub(super) const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(8741205513)";

/// The database, for readers and for the writer.
///
/// SQLite has one writer at a time, so writers queue for one connection, first come, first served,
/// and readers never wait for them. On PostgreSQL both are the same pool, but for those who
/// [may read a replica](Database::for_reading).
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    changes_logged: Arc<AtomicU32>,
    unites_slices: Arc<AtomicBool>,
    replicas: Arc<Replicas>,
    epoch: Option<Arc<str>>,
    signature: Option<Arc<Signature>>,
    claim: Option<Arc<Claim>>,
}

impl Database {
    fn of(reader: DatabaseConnection, writer: DatabaseConnection) -> Self {
        let (changes_logged, unites_slices) = (Arc::default(), Arc::default());
        Self {
            reader,
            writer,
            changes_logged,
            unites_slices,
            replicas: Arc::default(),
            epoch: None,
            signature: None,
            claim: None,
        }
    }

    /// For statements that only read.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(super) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// How many changes of this process have been logged.
    pub(super) fn changes_logged(&self) -> &AtomicU32 {
        &self.changes_logged
    }

    /// Whether slices of lists are united, for they can't be joined.
    pub(super) fn unites_slices(&self) -> &AtomicBool {
        &self.unites_slices
    }

    pub(super) fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    /// The same with `replicas`.
    pub(super) fn and(self, replicas: Replicas) -> Self {
        Self { replicas: Arc::new(replicas), ..self }
    }

    /// The same, read through `reader`, a replica of a server that was started at `epoch`.
    pub(super) fn read_through(&self, reader: DatabaseConnection, epoch: Arc<str>) -> Self {
        Self { reader, epoch: Some(epoch), ..self.clone() }
    }

    /// The same, with each write signed like this: so it gets into the audit log.
    pub fn signed(&self, signature: Signature) -> Self {
        Self { signature: Some(Arc::new(signature)), ..self.clone() }
    }

    /// The same, with each write under this claim: it is committed only as long as that holds.
    pub fn claimed(&self, claim: Claim) -> Self {
        Self { claim: Some(Arc::new(claim)), ..self.clone() }
    }

    /// The same, for writes that are no changes on anybody's account.
    pub fn unsigned(&self) -> Self {
        Self { signature: None, claim: None, ..self.clone() }
    }

    pub(super) fn signature(&self) -> Option<&Signature> {
        self.signature.as_deref()
    }

    pub(super) fn claim(&self) -> Option<&Claim> {
        self.claim.as_deref()
    }

    /// Whether what is read comes from a replica.
    pub fn is_read_through_replica(&self) -> bool {
        self.epoch.is_some()
    }

    /// When the server was started that writes, if `reader` is another.
    pub(super) fn epoch(&self) -> Option<&str> {
        self.epoch.as_deref()
    }

    /// Calls `observe` after each statement of this handle and its clones, for instance to count
    /// them.
    pub fn observe(&mut self, observe: impl Fn(&Statement) + Clone + Send + Sync + 'static) {
        let (for_reader, for_writer) = (observe.clone(), observe.clone());
        self.reader.set_metric_callback(move |it| for_reader(it.statement));
        self.writer.set_metric_callback(move |it| for_writer(it.statement));
        self.replicas = Arc::new(self.replicas.observed(observe));
    }

    /// Brings the schema up to date, and makes indexes that were left out. Several servers may do
    /// so at once.
    ///
    /// # Errors
    /// What the database says, for instance that the user may not create tables.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        match self.backend() {
            DbBackend::Postgres => {
                let lock = self.writer.begin().await?;
                lock.execute_unprepared(MIGRATION_LOCK).await?;
                let schema = format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}");
                self.writer.execute_unprepared(&schema).await?;
                Migrator::up(&self.writer, None).await?;
                lock.commit().await?;
            }
            _ => Migrator::up(&self.writer, None).await?,
        }
        self.make_indexes().await
    }

    /// Counts what is in the tables, by which the database chooses its plans: after bulk work, when
    /// all was empty before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn analyze(&self) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            // A sample of each index suffices.
            self.writer.execute_unprepared("PRAGMA analysis_limit = 1000").await?;
        }
        self.writer.execute_unprepared("ANALYZE").await.map(drop)
    }

    /// Waits for what is under way and closes all connections.
    ///
    /// # Errors
    /// What the database says on closing.
    pub async fn close(self) -> Result<(), DbErr> {
        self.replicas.close().await?;
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// Opens the database at `url`: `sqlite://FILE`, created if it is not there, or `postgres://…`.
///
/// # Errors
/// If `url` is not understood or the database cannot be reached.
pub async fn connect(url: &str) -> Result<Database, DbErr> {
    connect_with(url, Synchronous::default()).await
}

/// The same; `synchronous` is for SQLite.
///
/// # Errors
/// As [`connect`].
pub async fn connect_with(url: &str, synchronous: Synchronous) -> Result<Database, DbErr> {
    if url.starts_with("sqlite:") {
        if let Some(file) = file_of(url).filter(|_| url.starts_with("sqlite://")) {
            // SQLite will say what is wrong with a file that can't be made.
            make_private(&file).unwrap_or_default();
        }
        let options = |connections, cache_kib| of_sqlite(url, connections, cache_kib, synchronous);
        // An empty file must become a WAL database before readers open it.
        let writer = open(options(1, WRITER_CACHE_KIB)).await?;
        let reader = open(options(READERS_MAX, READER_CACHE_KIB)).await?;
        Ok(Database::of(reader, writer))
    } else {
        reach(url).await?;
        let pool = pool_of_postgres(url, false).await?;
        Ok(Database::of(pool.clone(), pool))
    }
}

/// One that is `lazy` connects when it is needed.
pub(super) async fn pool_of_postgres(url: &str, lazy: bool) -> Result<DatabaseConnection, DbErr> {
    let mut options = of_postgres(url, CONNECTIONS_MAX);
    options.connect_lazy(lazy);
    open(options).await
}

/// Tries PostgreSQL once: a pool tries until its time is up, and then says only that it was.
async fn reach(url: &str) -> Result<(), DbErr> {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return Ok(()) };
    let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
    let name = options.get_database().unwrap_or(user);
    let why = match timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => {
            // That it could be opened is all we wanted to know.
            connection.close().await.unwrap_or_default();
            return Ok(());
        }
        Ok(Err(err)) => err.to_string(),
        Err(_) => format!("no answer within {} seconds", ACQUIRE_TIMEOUT.as_secs()),
    };
    let message = format!("{name} at {host}:{port} can't be reached by the user {user}: {why}");
    Err(DbErr::Custom(message))
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that connects")]
    sea_orm::Database::connect(options).await
}
