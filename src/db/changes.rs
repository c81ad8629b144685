//! What has changed since: a log of the transactions that changed what criteria ask about.
//!
//! A write transaction that changes one of those tables adds a row to `change`, which is committed
//! with the rest or not at all. So whoever sees its changes sees the row, and whoever sees no row
//! that was not there before sees the same data as before. On PostgreSQL a row has the number of
//! its transaction, and a version is a snapshot: which numbers were committed. On SQLite there is
//! one writer, rows are numbered as they are committed, and a version is the last number.

use std::{ops::BitOr, sync::atomic::Ordering};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, Value};

use super::{Database, stop::Stop, write::begin};

/// A table that criteria ask about.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Table {
    Contact,
    ContactCode,
    ContactAttribute,
    Interaction,
    Campaign,
    LoggedSegment,
}

impl Table {
    pub const ALL: [Self; 6] = [
        Self::Contact,
        Self::ContactCode,
        Self::ContactAttribute,
        Self::Interaction,
        Self::Campaign,
        Self::LoggedSegment,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::ContactCode => "contact_code",
            Self::ContactAttribute => "contact_attribute",
            Self::Interaction => "interaction",
            Self::Campaign => "campaign",
            Self::LoggedSegment => "logged_segment",
        }
    }
}

/// Some of the tables.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables(i32);

impl Tables {
    pub const ALL: Self = Self((1 << Table::ALL.len()) - 1);

    pub fn of(tables: &[Table]) -> Self {
        tables.iter().fold(Self::default(), |all, table| all | Self(1 << *table as i32))
    }

    /// Those that a statement made by sea-query names, and so reads.
    pub fn named_in(sql: &str) -> Self {
        let named = |table: &&Table| sql.contains(&format!("\"{}\"", table.name()));
        Table::ALL.iter().filter(named).fold(Self::default(), |all, it| all | Self::of(&[*it]))
    }

    pub fn contains(self, table: Table) -> bool {
        self.0 & 1 << table as i32 != 0
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Tables {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A moment in the life of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// When the server of the database was started: numbers of transactions mean something only
    /// until it is, for it may be another one, or the same with an older state.
    epoch: String,
    /// Transactions below are finished.
    finished_below: i64,
    /// Transactions from here on had not begun.
    begins_at: i64,
    /// Those between that were under way.
    under_way: Vec<i64>,
}

impl Version {
    /// `snapshot` as PostgreSQL writes it: `xmin:xmax:xip,xip…`.
    fn parse(epoch: String, snapshot: &str) -> Option<Self> {
        let mut parts = snapshot.splitn(3, ':');
        let finished_below = parts.next()?.parse().ok()?;
        let begins_at = parts.next()?.parse().ok()?;
        let under_way = parts.next()?.split(',').filter(|it| !it.is_empty());
        let under_way = under_way.map(|it| it.parse().ok()).collect::<Option<_>>()?;
        Some(Self { epoch, finished_below, begins_at, under_way })
    }

    fn sees(&self, change: i64) -> bool {
        change < self.begins_at && !self.under_way.contains(&change)
    }
}

/// What [`changes_since`] tells.
#[derive(Debug)]
pub struct Since {
    /// What the transaction sees.
    pub version: Version,
    /// What changed until then.
    pub tables: Tables,
    /// How to end the transaction from outside.
    pub stop: Stop,
}

/// The version that `txn` sees, and the tables that changed since `before`; all of them if that
/// can't be told. Has to be the first statement of a [`super::snapshot`].
///
/// # Errors
/// What the database says.
pub async fn changes_since(
    txn: &DatabaseTransaction,
    before: Option<&Version>,
) -> Result<Since, DbErr> {
    let backend = ConnectionTrait::get_database_backend(txn);
    let sql = match backend {
        DbBackend::Postgres => ON_POSTGRES,
        _ => ON_SQLITE,
    };
    let from = before.map_or(i64::MAX, |version| version.finished_below);
    let rows = Statement::from_sql_and_values(backend, sql, [from.into()]);
    let rows = txn.query_all_raw(rows).await?;
    let first = rows.first().ok_or_else(|| DbErr::Custom("there is no version".to_owned()))?;
    let (epoch, snapshot): (String, String) =
        (first.try_get("", "epoch")?, first.try_get("", "snapshot")?);
    let now = Version::parse(epoch, &snapshot)
        .ok_or_else(|| DbErr::Type(format!("{snapshot:?} is no snapshot")))?;
    let forgotten_below: i64 = first.try_get("", "forgotten_below")?;
    let stop = Stop { pid: first.try_get("", "pid")?, begun: first.try_get("", "begun")? };
    let Some(before) = before
        .filter(|before| before.epoch == now.epoch && forgotten_below <= before.finished_below)
    else {
        return Ok(Since { version: now, tables: Tables::ALL, stop });
    };
    let mut changed = Tables::default();
    for row in rows {
        let id: Option<i64> = row.try_get("", "id")?;
        let tables: Option<i32> = row.try_get("", "tables")?;
        if let (Some(id), Some(tables)) = (id, tables)
            && !before.sees(id)
        {
            changed = changed | Tables(tables);
        }
    }
    Ok(Since { version: now, tables: changed, stop })
}

/// Citus has no one snapshot of all its nodes: what is seen here tells nothing about them, so all is
/// forgotten at once.
const ON_POSTGRES: &str = "SELECT now.*, change.id, change.tables FROM \
    (SELECT pg_postmaster_start_time()::text AS epoch, pg_current_snapshot()::text AS snapshot, \
    CASE WHEN to_regclass('pg_dist_partition') IS NOT NULL THEN 9223372036854775807 \
    ELSE (SELECT next FROM counter WHERE name = 'CHANGE') END AS forgotten_below, \
    pg_backend_pid() AS pid, now()::text AS begun) AS now \
    LEFT JOIN change ON $1 <= change.id";
/// The numbers are given to what is committed, so nothing is under way.
const ON_SQLITE: &str = "SELECT now.*, change.id, change.tables FROM \
    (SELECT '' AS epoch, (last + 1) || ':' || (last + 1) || ':' AS snapshot, \
    (SELECT next FROM counter WHERE name = 'CHANGE') AS forgotten_below, \
    NULL AS pid, NULL AS begun FROM (SELECT COALESCE(MAX(id), 0) AS last FROM change)) AS now \
    LEFT JOIN change ON ?1 <= change.id";

/// Logs that the transaction changes `tables`.
pub(super) async fn log(txn: &DatabaseTransaction, tables: Tables) -> Result<(), DbErr> {
    if tables.is_empty() {
        return Ok(());
    }
    let backend = ConnectionTrait::get_database_backend(txn);
    let sql = match backend {
        DbBackend::Postgres => {
            "INSERT INTO change (id, tables) VALUES (pg_current_xact_id()::text::bigint, $1)"
        }
        _ => "INSERT INTO change (tables) VALUES (?)",
    };
    let values: [Value; 1] = [tables.0.into()];
    txn.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
}

/// So many changes are remembered at least.
const REMEMBERED: i64 = 2_000;

/// Every thousandth time, forgets changes long past: after a transaction that changed `tables`.
///
/// # Errors
/// What the database says; then it is tried again a thousand changes later.
pub(super) async fn forget(db: &Database, tables: Tables) -> Result<(), DbErr> {
    if tables.is_empty() || db.changes_logged().fetch_add(1, Ordering::Relaxed) % 1_000 != 999 {
        return Ok(());
    }
    let txn = begin(db).await?;
    let backend = ConnectionTrait::get_database_backend(&txn);
    // Whoever saw less than what is forgotten now can't tell what changed since.
    let raise = "UPDATE counter SET next = \
                 (SELECT id FROM change ORDER BY id DESC LIMIT 1 OFFSET $1) \
                 WHERE name = 'CHANGE' AND $1 < (SELECT COUNT(*) FROM change)";
    txn.execute_raw(Statement::from_sql_and_values(backend, raise, [REMEMBERED.into()])).await?;
    let delete = "DELETE FROM change WHERE id < (SELECT next FROM counter WHERE name = 'CHANGE')";
    txn.execute_unprepared(delete).await?;
    txn.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_sees_what_was_committed() {
        let version = Version::parse(String::new(), "10:15:11,13").unwrap();
        let seen: Vec<i64> = (8..18).filter(|it| version.sees(*it)).collect();
        assert_eq!(seen, [8, 9, 10, 12, 14]);
        assert_eq!(version.finished_below, 10);
        assert!(Version::parse(String::new(), "7:7:").unwrap().under_way.is_empty());
        assert_eq!(Version::parse(String::new(), "7:7"), None);
    }

    #[test]
    fn a_statement_reads_the_tables_that_it_names() {
        let sql = r#"SELECT "id" FROM "contact" WHERE EXISTS (SELECT 1 FROM "contact_code")"#;
        assert_eq!(Tables::named_in(sql), Tables::of(&[Table::Contact, Table::ContactCode]));
        assert_eq!(Tables::of(&Table::ALL), Tables::ALL);
        assert!(!Tables::named_in(sql).contains(Table::Interaction));
    }
}
