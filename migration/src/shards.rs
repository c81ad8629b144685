//! Tables about contacts, distributed by contact over the nodes of a Citus cluster.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// They lie together: what belongs to a contact is on the node where the contact is.
pub const TABLES: [&str; 15] = [
    "contact",
    "contact_address",
    "contact_address_period",
    "contact_code",
    "contact_attribute",
    "contact_profile_answer",
    "contact_duplicate",
    "contact_duplicate_key",
    "interaction",
    "interaction_comment",
    "purchase",
    "segment_line",
    "opportunity",
    "task",
    "task_attendee",
];

/// Into how many pieces each table is cut. A query that all of them answer costs more with each;
/// fewer could not be spread over as many nodes.
const SHARDS: u32 = 8;

/// Distributes all of [`TABLES`], with what is in them; those that are distributed stay as they are.
/// The database has to be one with Citus, and this one transaction.
///
/// # Errors
/// What the database says, for instance that the user may not.
pub async fn distribute_all(txn: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut moved = Vec::new();
    if !is_distributed(txn, "contact").await? {
        let how = format!("'contact', 'id', shard_count => {SHARDS}");
        call(txn, "create_distributed_table", &how).await?;
        moved.push("contact");
    }
    for table in TABLES {
        if distribute(txn, table).await? {
            moved.push(table);
        }
    }
    for table in moved {
        // The rows from before, which nobody sees any more.
        call(txn, "truncate_local_data_after_distributing_table", &format!("'{table}'")).await?;
    }
    Ok(())
}

/// Distributes `table`, with what is in it, by its column `contact_id`: for a migration that makes
/// one. Does nothing where contacts are not distributed, or the table is already; says whether it
/// did.
///
/// # Errors
/// What the database says.
pub async fn distribute(db: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    if !is_distributed(db, "contact").await? || is_distributed(db, table).await? {
        return Ok(false);
    }
    let how = format!("'{table}', 'contact_id', colocate_with => 'contact'");
    call(db, "create_distributed_table", &how).await?;
    Ok(true)
}

/// Whether the database is one with Citus.
///
/// # Errors
/// What the database says.
pub async fn has_citus(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(db.get_database_backend() == DbBackend::Postgres
        && is_there(db, "SELECT 1 WHERE to_regclass('pg_dist_partition') IS NOT NULL").await?)
}

/// Whether `table` is distributed.
///
/// # Errors
/// What the database says.
pub async fn is_distributed(db: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    let sql = format!("SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass");
    Ok(has_citus(db).await? && is_there(db, &sql).await?)
}

async fn is_there(db: &impl ConnectionTrait, sql: &str) -> Result<bool, DbErr> {
    let found = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(found.is_some())
}

async fn call(db: &impl ConnectionTrait, function: &str, arguments: &str) -> Result<(), DbErr> {
    db.execute_unprepared(&format!("SELECT {function}({arguments})")).await.map(drop)
}
