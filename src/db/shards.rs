//! Tables distributed by contact over the nodes of a Citus cluster: `urval migrate --citus`.
//!
//! Whether they are is asked where it matters, in the same transaction, and not remembered: so servers
//! may run while it is done. Elsewhere all speak one SQL.

use migration::shards;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, Selector, SelectorTrait, Statement,
    TransactionTrait, sea_query::Expr,
};

use super::{Database, connect::MIGRATION_LOCK, dialect};

/// Keys in groups that lie in one shard each; in one group if contacts are not distributed.
const BY_SHARD: &str = "SELECT array_agg(id) AS ids FROM (SELECT id, CASE WHEN EXISTS \
    (SELECT FROM pg_dist_partition WHERE logicalrelid = 'contact'::regclass) \
    THEN get_shard_id_for_distribution_column('contact', id) END AS shard \
    FROM unnest($1) AS id) AS found GROUP BY shard ORDER BY shard";

impl Database {
    /// Distributes the tables about contacts, with all that is in them, all or none; those that are
    /// distributed already stay as they are. Whoever writes meanwhile waits.
    ///
    /// # Errors
    /// If the database is without Citus, and what it says, for instance that the user may not.
    pub async fn distribute(&self) -> Result<(), DbErr> {
        if !shards::has_citus(self.writer()).await? {
            let message = "Citus is an extension of PostgreSQL that this one is without";
            return Err(DbErr::Custom(message.to_owned()));
        }
        let txn = self.writer().begin().await?;
        txn.execute_unprepared(MIGRATION_LOCK).await?;
        // It takes as long as it takes.
        txn.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        shards::distribute_all(&txn).await?;
        txn.commit().await?;
        self.analyze().await
    }
}

/// Whether contacts are distributed.
pub(super) async fn is_distributed(db: &Database) -> Result<bool, DbErr> {
    shards::is_distributed(db.writer(), "contact").await
}

/// The rows of `locking` for the condition that `column` is one of `contacts`. It locks them, which
/// Citus does for those of one shard at a time; all lock shards in the same order.
///
/// # Errors
/// What the database says.
pub async fn shard_by_shard<S: SelectorTrait>(
    txn: &DatabaseTransaction,
    column: Expr,
    contacts: impl Iterator<Item = u32>,
    locking: impl Fn(Expr) -> Selector<S>,
) -> Result<Vec<S::Item>, DbErr> {
    let backend = ConnectionTrait::get_database_backend(txn);
    let contacts: Vec<u32> = contacts.collect();
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    if contacts.len() == 1 || !shards::has_citus(txn).await? {
        return locking(dialect::in_ids(backend, column, contacts.into_iter())).all(txn).await;
    }
    let array = dialect::array(contacts.into_iter());
    let shards = Statement::from_sql_and_values(backend, BY_SHARD, [array]);
    let mut found = Vec::new();
    for shard in txn.query_all_raw(shards).await? {
        let ids: Vec<i32> = shard.try_get("", "ids")?;
        let ids = ids.into_iter().map(i32::cast_unsigned);
        let of_shard = locking(dialect::in_ids(backend, column.clone(), ids));
        found.extend(of_shard.all(txn).await?);
    }
    Ok(found)
}
