//! Replicas of PostgreSQL for those who only read, and read all that is committed.
//!
//! A replica is always behind, by a moment or by hours. So whoever is to read from one first asks the
//! server that writes how far it is, and then the replica whether it is there. What was committed
//! before the question is so seen, whoever committed it and through whichever server of ours.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

use super::{Database, connect::pool_of_postgres, shards};

/// How long a replica may be behind while a request waits for it.
const BEHIND_MAX: Duration = Duration::from_millis(25);
/// How often it is asked meanwhile.
const ASKED_EVERY: Duration = Duration::from_millis(2);
/// How long it may take to answer at all.
const ANSWER_MAX: Duration = Duration::from_millis(500);
/// How long a replica that did not come is left alone.
const REST: Duration = Duration::from_secs(2);

/// How far the server is that writes. What is committed without waiting for the disk is seen before
/// it is sent to anybody.
const POSITION: &str = "SELECT pg_postmaster_start_time()::text AS epoch, \
    (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() \
    ELSE pg_current_wal_flush_lsn() END)::text AS position";
/// Whether a replica is there.
const IS_THERE: &str = "SELECT $1::pg_lsn <= pg_last_wal_replay_lsn() AS is_there \
    WHERE pg_is_in_recovery()";
/// What a server has in common with its replicas.
const SYSTEM: &str = "SELECT system_identifier::text AS system FROM pg_control_system()";

/// The replicas of a database; none unless some are named.
#[derive(Debug, Default)]
pub(super) struct Replicas {
    all: Vec<Arc<Replica>>,
    /// Whose turn it is.
    next: AtomicUsize,
}

#[derive(Debug)]
struct Replica {
    pool: DatabaseConnection,
    /// What it is a replica of.
    system: String,
    rests: AtomicBool,
}

/// How far a server is.
struct Position {
    epoch: Arc<str>,
    position: String,
}

impl Database {
    /// The same with the replicas at `urls`: each the URL of one server, for it is asked how far it
    /// is, and has to be the same one afterwards. They are used as soon as they answer.
    ///
    /// # Errors
    /// If the database can't have any: SQLite, and Citus, whose coordinator does not know how far the
    /// other nodes are.
    pub async fn with_replicas(self, urls: &[String]) -> Result<Self, DbErr> {
        if urls.is_empty() {
            return Ok(self);
        }
        if self.backend() != DbBackend::Postgres || shards::is_distributed(&self).await? {
            let message = "SQLite and Citus are not read through replicas";
            return Err(DbErr::Custom(message.to_owned()));
        }
        let system = system(self.writer()).await?;
        let mut all = Vec::new();
        for url in urls {
            let (pool, system) = (pool_of_postgres(url, true).await?, system.clone());
            let replica = Arc::new(Replica { pool, system, rests: AtomicBool::default() });
            replica.used_if(timeout(ANSWER_MAX, replica.verify()).await);
            all.push(replica);
        }
        Ok(self.and(Replicas { all, next: AtomicUsize::default() }))
    }

    /// The database for a request that only reads: through a replica that shows all that is
    /// committed by now, if there is one; otherwise as it is.
    pub async fn for_reading(&self) -> Self {
        let Some(replica) = self.replicas().next() else { return self.clone() };
        // A server that does not say how far it is will say why when it is asked for more.
        let Ok(Position { epoch, position }) = position(self).await else { return self.clone() };
        match replica.used_if(timeout(ANSWER_MAX, replica.reaches(position)).await) {
            true => self.read_through(replica.pool.clone(), epoch),
            false => self.clone(),
        }
    }
}

impl Replicas {
    /// The next one that does not rest.
    fn next(&self) -> Option<&Arc<Replica>> {
        let (before, after) = self.all.split_at(match self.all.len() {
            0 => 0,
            count => self.next.fetch_add(1, Ordering::Relaxed) % count,
        });
        after.iter().chain(before).find(|it| !it.rests.load(Ordering::Relaxed))
    }

    /// The same, with each statement reported.
    pub(super) fn observed(
        &self,
        observe: impl Fn(&Statement) + Clone + Send + Sync + 'static,
    ) -> Self {
        let observed = |replica: &Arc<Replica>| {
            let (mut pool, observe) = (replica.pool.clone(), observe.clone());
            pool.set_metric_callback(move |it| observe(it.statement));
            Arc::new(Replica { pool, system: replica.system.clone(), rests: AtomicBool::default() })
        };
        Self { all: self.all.iter().map(observed).collect(), next: AtomicUsize::default() }
    }

    pub(super) fn pools(&self) -> impl Iterator<Item = &DatabaseConnection> {
        self.all.iter().map(|replica| &replica.pool)
    }

    pub(super) async fn close(&self) -> Result<(), DbErr> {
        for replica in &self.all {
            replica.pool.close_by_ref().await?;
        }
        Ok(())
    }
}

impl Replica {
    /// Waits a moment until it is at `position`; says whether it is.
    async fn reaches(&self, position: String) -> Result<bool, DbErr> {
        let patience = Instant::now() + BEHIND_MAX;
        let ask = Statement::from_sql_and_values(DbBackend::Postgres, IS_THERE, [position.into()]);
        loop {
            if one(&self.pool, ask.clone()).await?.try_get("", "is_there")? {
                return Ok(true);
            }
            if patience < Instant::now() {
                return Ok(false);
            }
            sleep(ASKED_EVERY).await;
        }
    }

    /// Whether it is to be used, which is so if it answers yes. Otherwise it is left alone for a
    /// while, and then until it answers.
    fn used_if(self: &Arc<Self>, answer: Result<Result<bool, DbErr>, Elapsed>) -> bool {
        let why_not = match answer {
            Ok(Ok(true)) => return true,
            Ok(Ok(false)) => "it is behind".to_owned(),
            Ok(Err(err)) => err.to_string(),
            Err(_) => "it does not answer".to_owned(),
        };
        if !self.rests.swap(true, Ordering::Relaxed) {
            tracing::warn!(why_not, "a replica is not used for a while");
            tokio::spawn(wake(Arc::downgrade(self)));
        }
        false
    }

    /// Whether it is one that may be used, however far it is.
    async fn verify(&self) -> Result<bool, DbErr> {
        if system(&self.pool).await? != self.system {
            return Err(DbErr::Custom("it is a replica of another server".to_owned()));
        }
        let start = Statement::from_sql_and_values(DbBackend::Postgres, IS_THERE, ["0/0".into()]);
        one(&self.pool, start).await?.try_get("", "is_there")
    }
}

/// Lets it be used again, once it answers.
async fn wake(replica: Weak<Replica>) {
    loop {
        sleep(REST).await;
        let Some(replica) = replica.upgrade() else { return };
        if replica.verify().await.is_ok_and(|is_there| is_there) {
            return replica.rests.store(false, Ordering::Relaxed);
        }
    }
}

async fn position(db: &Database) -> Result<Position, DbErr> {
    let ask = Statement::from_string(DbBackend::Postgres, POSITION);
    let row = one(db.writer(), ask).await?;
    let epoch: String = row.try_get("", "epoch")?;
    Ok(Position { epoch: epoch.into(), position: row.try_get("", "position")? })
}

async fn system(db: &DatabaseConnection) -> Result<String, DbErr> {
    let ask = Statement::from_string(DbBackend::Postgres, SYSTEM);
    one(db, ask).await?.try_get("", "system")
}

async fn one(db: &DatabaseConnection, ask: Statement) -> Result<QueryResult, DbErr> {
    let row = db.query_one_raw(ask).await?;
    row.ok_or_else(|| DbErr::Custom("it is no replica".to_owned()))
}
