//! The database as it is at one moment, and sets of contacts that are known without asking it.
//!
//! Whatever a statement named once, it names again as long as nothing changes that it reads. So
//! sets are kept by the statement that names them, and each snapshot begins with what has changed
//! since the one before ([`db::changes_since`]). Nothing is ever guessed: on doubt, all is asked
//! again.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use quick_cache::{Weighter, sync::Cache};
use roaring::RoaringBitmap;
use sea_orm::{ConnectionTrait, DatabaseTransaction, sea_query::SelectStatement};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
};

use crate::{
    db::{self, Database, Stop, Table, Tables, Version},
    domain::{Context, Result},
    metrics::{CacheState, Lookups},
};

/// What the sets that are kept may weigh together. A set of a million contacts weighs up to 130 KB.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// How many sets are expected.
const CACHE_ITEMS: usize = 1024;

/// So many snapshots may be open at once, or as many as there are processors, if those are more.
const PLACES_MIN: usize = 4;

/// When a table was changed last, in snapshots of this server; a place for each table.
type Changed = [u64; Table::ALL.len()];

/// Sets that statements named, for all snapshots of a server.
#[derive(Clone, Debug)]
pub struct KnownSets(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sets: Cache<String, Known, Weight>,
    lookups: Lookups,
    followed: Mutex<Followed>,
    /// One for each snapshot that may be open: whoever evaluates criteria holds a connection, and
    /// megabytes of keys for a moment.
    places: Arc<Semaphore>,
}

/// How far the changes of the database have been followed.
#[derive(Debug, Default)]
struct Followed {
    /// Counts snapshots.
    number: u64,
    version: Option<Version>,
    changed: Changed,
}

impl Followed {
    /// One more snapshot, before which `tables` changed.
    fn by(&mut self, version: Version, tables: Tables) -> Follows {
        self.number += 1;
        self.version = Some(version);
        for table in Table::ALL.into_iter().filter(|table| tables.contains(*table)) {
            self.changed[table as usize] = self.number;
        }
        Follows { number: self.number, changed: self.changed }
    }
}

#[derive(Clone, Debug)]
struct Known {
    set: Arc<RoaringBitmap>,
    /// What the statement reads.
    tables: Tables,
    /// The snapshot it was asked in.
    number: u64,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<String, Known> for Weight {
    fn weight(&self, statement: &String, known: &Known) -> u64 {
        (statement.len() + known.set.serialized_size()) as u64 + 128
    }
}

impl Default for KnownSets {
    fn default() -> Self {
        let sets = Cache::with_weighter(CACHE_ITEMS, CACHE_BYTES, Weight);
        let processors = available_parallelism().map_or(1, NonZero::get);
        let places = Arc::new(Semaphore::new(processors.max(PLACES_MIN)));
        let (lookups, followed) = (Lookups::default(), Mutex::default());
        Self(Arc::new(Shared { sets, lookups, followed, places }))
    }
}

impl KnownSets {
    /// How full the cache is, and of what use.
    pub fn state(&self) -> CacheState {
        self.0.lookups.with(self.0.sets.weight())
    }
}

/// The database at one moment. What is read through it belongs together, though others write
/// meanwhile.
///
/// Whoever drops it before it is closed has lost interest: what it asks for then is stopped.
#[derive(Debug)]
pub struct Snapshot {
    // Dropped first: the connection is held until what it is at has ended.
    stop: StopOnDrop,
    txn: DatabaseTransaction,
    known: KnownSets,
    follows: Option<Follows>,
    _place: OwnedSemaphorePermit,
}

/// The place of a snapshot after all those before it.
#[derive(Debug)]
struct Follows {
    number: u64,
    changed: Changed,
}

/// Stops the statement of a transaction, unless it is closed before.
#[derive(Debug)]
struct StopOnDrop {
    db: Database,
    stop: Option<Stop>,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let (Some(stop), Ok(runtime)) = (self.stop.take(), Handle::try_current()) else { return };
        let db = self.db.clone();
        runtime.spawn(async move {
            if let Err(err) = stop.now(&db).await {
                tracing::warn!(%err, "a statement that nobody waits for could not be stopped");
            }
        });
    }
}

impl Snapshot {
    /// Waits for a place, then opens. Nobody may open a second one meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open(context: &Context) -> Result<Self> {
        let known = context.known_sets.clone();
        let place = Arc::clone(&known.0.places).acquire_owned().await;
        let _place = place.expect("places are never closed");
        let txn = db::snapshot(&context.db).await?;
        // The moment is that of the first statement. One snapshot at a time gets there, so their
        // numbers are in the order of what they see.
        let mut followed = known.0.followed.lock().await;
        let since = db::changes_since(&context.db, &txn, followed.version.as_ref()).await?;
        // One that sees less than another before it, for its replica is behind that, stands apart.
        let follows = since.tables.map(|tables| followed.by(since.version, tables));
        drop(followed);
        let stop = StopOnDrop { db: context.db.clone(), stop: Some(since.stop) };
        Ok(Self { stop, txn, known, follows, _place })
    }

    /// For whatever else is to be read at this moment.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// The contacts whose keys are in the column `id` of `query`, if they are known.
    pub fn known(&self, query: &SelectStatement) -> Option<Arc<RoaringBitmap>> {
        self.look_up(&self.txn.get_database_backend().build(query).to_string())
    }

    /// The contacts whose keys are in the column `id` of `query`: known, or asked for and known
    /// from now on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn contacts(&self, query: &SelectStatement) -> Result<Arc<RoaringBitmap>> {
        let statement = self.txn.get_database_backend().build(query);
        let text = statement.to_string();
        if let Some(set) = self.look_up(&text) {
            return Ok(set);
        }
        let set = Arc::new(db::keys(&self.txn, query.clone()).await?);
        let tables = Tables::named_in(&statement.sql);
        if let (Some(Follows { number, .. }), Some(tables)) = (&self.follows, tables) {
            let number = *number;
            self.known.0.sets.insert(text, Known { set: Arc::clone(&set), tables, number });
        }
        Ok(set)
    }

    fn look_up(&self, statement: &str) -> Option<Arc<RoaringBitmap>> {
        self.known.0.lookups.counted(self.still_holding(statement))
    }

    fn still_holding(&self, statement: &str) -> Option<Arc<RoaringBitmap>> {
        let Follows { number, changed } = self.follows.as_ref()?;
        let known = self.known.0.sets.get(statement)?;
        let unchanged =
            |table: Table| !known.tables.contains(table) || changed[table as usize] <= known.number;
        // One that was asked in a later snapshot may know what this one does not see yet.
        (known.number <= *number && Table::ALL.into_iter().all(unchanged)).then_some(known.set)
    }

    /// # Errors
    /// What the database says.
    pub async fn close(mut self) -> Result<()> {
        self.stop.stop = None;
        Ok(self.txn.rollback().await?)
    }
}
