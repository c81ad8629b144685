//! What has changed since: a log of the transactions that changed what criteria ask about.
//!
//! A write transaction that changes one of those tables adds a row to `change`, which is committed
//! with the rest or not at all. So whoever sees its changes sees the row, and whoever sees no row
//! that was not there before sees the same data as before. On PostgreSQL a row has the number of
//! its transaction. Numbers are given at the beginning, so a version is the number below which all
//! are finished, and the rows from there on that are seen. On SQLite there is one writer, rows are
//! numbered as they are committed, and a version is the last number.
//!
//! Versions of a server and its replicas compare, for all have the numbers of the one that writes.

use std::{collections::BTreeSet, ops::BitOr, sync::atomic::Ordering};

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
    ContactProfileAnswer,
    ProfileAnswer,
    ProfileQuestionnaire,
    Purchase,
    Opportunity,
    Task,
    TaskAttendee,
}

impl Table {
    pub const ALL: [Self; 13] = [
        Self::Contact,
        Self::ContactCode,
        Self::ContactAttribute,
        Self::Interaction,
        Self::Campaign,
        Self::LoggedSegment,
        Self::ContactProfileAnswer,
        Self::ProfileAnswer,
        Self::ProfileQuestionnaire,
        Self::Purchase,
        Self::Opportunity,
        Self::Task,
        Self::TaskAttendee,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::ContactCode => "contact_code",
            Self::ContactAttribute => "contact_attribute",
            Self::Interaction => "interaction",
            Self::Campaign => "campaign",
            Self::LoggedSegment => "logged_segment",
            Self::ContactProfileAnswer => "contact_profile_answer",
            Self::ProfileAnswer => "profile_answer",
            Self::ProfileQuestionnaire => "profile_questionnaire",
            Self::Purchase => "purchase",
            Self::Opportunity => "opportunity",
            Self::Task => "task",
            Self::TaskAttendee => "task_attendee",
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

    /// Those that a statement made by sea-query names, and so reads; `None` if it reads another table
    /// that changes: segments do with each step, so they are not followed.
    pub fn named_in(sql: &str) -> Option<Self> {
        let is_named = |table: &str| sql.contains(&format!("\"{table}\""));
        let named = Table::ALL.iter().filter(|table| is_named(table.name()));
        let named = named.fold(Self::default(), |all, it| all | Self::of(&[*it]));
        (!is_named("segment")).then_some(named)
    }

    pub fn contains(self, table: Table) -> bool {
        self.0 & 1 << table as i32 != 0
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// As the log has them.
    pub(super) fn bits(self) -> i32 {
        self.0
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
    /// When the server that writes was started: numbers of transactions mean something only until
    /// it is, for it may be another one, or the same with an older state.
    epoch: String,
    /// Transactions below are finished.
    finished_below: i64,
    /// The changes that are seen from there on.
    seen: BTreeSet<i64>,
}

impl Version {
    fn sees(&self, change: i64) -> bool {
        change < self.finished_below || self.seen.contains(&change)
    }

    /// The tables of those `changes` that are not seen here.
    fn missed(&self, changes: &[(i64, Tables)]) -> Tables {
        let missed = changes.iter().filter(|(id, _)| !self.sees(*id));
        missed.fold(Tables::default(), |all, (_, tables)| all | *tables)
    }

    /// Whether nothing is missing here that was seen there.
    fn sees_all_of(&self, other: &Self) -> bool {
        other.finished_below <= self.finished_below && other.seen.iter().all(|it| self.sees(*it))
    }
}

/// What [`changes_since`] tells.
#[derive(Debug)]
pub struct Since {
    /// What the transaction sees.
    pub version: Version,
    /// What changed until then; `None` if what was seen before is not all seen here.
    pub tables: Option<Tables>,
    /// How to end the transaction from outside.
    pub stop: Stop,
}

/// The version that `txn` sees, and the tables that changed since `before`; all of them if that
/// can't be told. Has to be the first statement of a [`super::snapshot`] of `db`.
///
/// # Errors
/// What the database says.
pub async fn changes_since(
    db: &Database,
    txn: &DatabaseTransaction,
    before: Option<&Version>,
) -> Result<Since, DbErr> {
    let backend = db.backend();
    let sql = match backend {
        DbBackend::Postgres => ON_POSTGRES,
        _ => ON_SQLITE,
    };
    let from = before.map_or(i64::MAX, |version| version.finished_below);
    let rows = Statement::from_sql_and_values(backend, sql, [from.into()]);
    let rows = txn.query_all_raw(rows).await?;
    let first = rows.first().ok_or_else(|| DbErr::Custom("there is no version".to_owned()))?;
    let epoch = match db.epoch() {
        Some(epoch) => epoch.to_owned(),
        None => first.try_get("", "epoch")?,
    };
    let finished_below: i64 = first.try_get("", "finished_below")?;
    let forgotten_below: i64 = first.try_get("", "forgotten_below")?;
    let stop = Stop { pid: first.try_get("", "pid")?, begun: first.try_get("", "begun")? };
    let mut changes: Vec<(i64, Tables)> = Vec::new();
    for row in rows {
        let id: Option<i64> = row.try_get("", "id")?;
        let tables: Option<i32> = row.try_get("", "tables")?;
        changes.extend(id.zip(tables.map(Tables)));
    }
    let seen = changes.iter().map(|(id, _)| *id).filter(|id| finished_below <= *id).collect();
    let version = Version { epoch, finished_below, seen };
    let tables = match before {
        Some(before)
            if before.epoch == version.epoch && forgotten_below <= before.finished_below =>
        {
            version.sees_all_of(before).then(|| before.missed(&changes))
        }
        _ => Some(Tables::ALL),
    };
    Ok(Since { version, tables, stop })
}

/// Citus has no one snapshot of all its nodes: what is seen here tells nothing about them, so all is
/// forgotten at once.
const ON_POSTGRES: &str = "SELECT now.*, change.id, change.tables FROM \
    (SELECT pg_postmaster_start_time()::text AS epoch, \
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS finished_below, \
    CASE WHEN to_regclass('pg_dist_partition') IS NOT NULL THEN 9223372036854775807 \
    ELSE (SELECT next FROM counter WHERE name = 'CHANGE') END AS forgotten_below, \
    pg_backend_pid() AS pid, now()::text AS begun) AS now \
    LEFT JOIN change ON LEAST($1, finished_below) <= change.id";
/// The numbers are given to what is committed, so nothing is under way.
const ON_SQLITE: &str = "SELECT now.*, change.id, change.tables FROM \
    (SELECT '' AS epoch, (SELECT COALESCE(MAX(id), 0) + 1 FROM change) AS finished_below, \
    (SELECT next FROM counter WHERE name = 'CHANGE') AS forgotten_below, \
    NULL AS pid, NULL AS begun) AS now \
    LEFT JOIN change ON ?1 <= change.id";

pub(super) const LOG_ON_POSTGRES: &str =
    "INSERT INTO change (id, tables) VALUES (pg_current_xact_id()::text::bigint, $1)";

/// Logs that the transaction changes `tables`.
pub(super) async fn log(txn: &DatabaseTransaction, tables: Tables) -> Result<(), DbErr> {
    if tables.is_empty() {
        return Ok(());
    }
    let backend = ConnectionTrait::get_database_backend(txn);
    let sql = match backend {
        DbBackend::Postgres => LOG_ON_POSTGRES,
        _ => "INSERT INTO change (tables) VALUES (?)",
    };
    let values: [Value; 1] = [tables.bits().into()];
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

    fn version(finished_below: i64, seen: &[i64]) -> Version {
        Version { epoch: String::new(), finished_below, seen: seen.iter().copied().collect() }
    }

    #[test]
    fn a_version_sees_what_was_committed() {
        let it = version(10, &[11, 14]);
        let seen: Vec<i64> = (8..18).filter(|id| it.sees(*id)).collect();
        assert_eq!(seen, [8, 9, 11, 14]);
        let [contact, code] = [Table::Contact, Table::ContactCode].map(|it| Tables::of(&[it]));
        assert_eq!(it.missed(&[(9, code), (11, code), (12, contact)]), contact);
    }

    #[test]
    fn a_version_may_miss_what_another_saw() {
        let before = version(10, &[11, 14]);
        assert!(before.sees_all_of(&before));
        assert!(version(10, &[10, 11, 14]).sees_all_of(&before));
        assert!(version(15, &[]).sees_all_of(&before));
        // 14 is not there yet.
        assert!(!version(12, &[13]).sees_all_of(&before));
        // 8 and 9 may be under way there.
        assert!(!version(8, &[11, 14]).sees_all_of(&before));
    }

    #[test]
    fn a_statement_reads_the_tables_that_it_names() {
        let sql = r#"SELECT "id" FROM "contact" WHERE EXISTS (SELECT 1 FROM "contact_code")"#;
        let read = Tables::named_in(sql).unwrap();
        assert_eq!(read, Tables::of(&[Table::Contact, Table::ContactCode]));
        assert_eq!(Tables::of(&Table::ALL), Tables::ALL);
        assert!(!read.contains(Table::Interaction));
        assert_eq!(Tables::named_in(r#"SELECT "id" FROM "segment""#), None);
    }
}
