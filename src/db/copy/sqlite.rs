//! SQLite, read and filled.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, StreamTrait, Value,
    sqlx::{Row, TypeInfo, ValueRef, sqlite::SqliteRow},
};
use tokio::sync::mpsc::{Receiver, Sender};

use super::super::{
    bulk::insert_blocks,
    changes::{self, Tables},
    words::index_all_words,
    write::begin,
};
use super::{
    CHUNK_BYTES, Chunk, Database, Table, said, tables,
    target::{NEXT_CHANGE, make_room, set_next_change},
    text,
};

pub(super) async fn count(txn: &DatabaseTransaction, table: &Table) -> Result<i64, DbErr> {
    integer(txn, &format!("SELECT COUNT(*) AS it FROM {}", table.quoted())).await
}

/// The column `it` of the one row.
async fn integer(txn: &DatabaseTransaction, sql: &str) -> Result<i64, DbErr> {
    let row = txn.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    row.ok_or_else(|| DbErr::Custom("a row is missing".to_owned()))?.try_get("", "it")
}

/// Sends all rows of a table.
pub(super) async fn read(
    txn: &DatabaseTransaction,
    table: &Table,
    to: Sender<Chunk>,
) -> Result<(), DbErr> {
    let rows = Statement::from_string(DbBackend::Sqlite, table.rows());
    let mut rows = txn.stream_raw(rows).await?;
    let mut chunk = Chunk::default();
    while let Some(row) = rows.try_next().await? {
        let row = row.try_as_sqlite_row().ok_or_else(|| wrong("row"))?;
        push(&mut chunk.lines, row)?;
        chunk.rows += 1;
        if CHUNK_BYTES <= chunk.lines.len() && to.send(std::mem::take(&mut chunk)).await.is_err() {
            // Whoever writes has failed, and says why.
            return Ok(());
        }
    }
    to.send(chunk).await.unwrap_or_default();
    Ok(())
}

/// Puts a row at the end of `lines`.
fn push(lines: &mut Vec<u8>, row: &SqliteRow) -> Result<(), DbErr> {
    for index in 0..row.len() {
        if 0 < index {
            lines.push(b'\t');
        }
        let value = row.try_get_raw(index).map_err(said)?;
        if value.is_null() {
            lines.extend(text::NULL);
        } else if value.type_info().name() == "BLOB" {
            text::push_bytes(lines, row.try_get_unchecked(index).map_err(said)?);
        } else {
            // Numbers, too, become text when asked for it.
            text::push(lines, row.try_get_unchecked(index).map_err(said)?);
        }
    }
    lines.push(b'\n');
    Ok(())
}

pub(super) async fn last_keys(txn: &DatabaseTransaction) -> Result<Vec<(String, i64)>, DbErr> {
    let keys = Statement::from_string(DbBackend::Sqlite, "SELECT name, seq FROM sqlite_sequence");
    let rows = txn.query_all_raw(keys).await?;
    rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "seq")?))).collect()
}

/// An empty file that is filled, chunk by chunk: a transaction that held all would double it.
pub(super) struct Target<'a> {
    db: &'a Database,
    next_change: i64,
}

impl<'a> Target<'a> {
    pub(super) async fn begin(db: &'a Database) -> Result<Self, DbErr> {
        let txn = begin(db).await?;
        let next_change = integer(&txn, NEXT_CHANGE).await?;
        txn.execute_unprepared(&make_room()).await?;
        txn.commit().await?;
        Ok(Self { db, next_change })
    }

    pub(super) async fn write(
        &mut self,
        table: &Table,
        mut from: Receiver<Chunk>,
        written: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DbErr> {
        let (columns, name) = (table.columns(), table.quoted());
        let sql = |source: &str| format!("INSERT OR FAIL INTO {name} ({columns}) {source}");
        let kinds: Result<Vec<Kind>, DbErr> = table.columns.iter().map(Kind::of).collect();
        let kinds = kinds?;
        while let Some(chunk) = from.recv().await {
            let lines = chunk.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let rows: Result<Vec<Vec<Value>>, DbErr> =
                lines.map(|line| values(line, &kinds)).collect();
            let txn = begin(self.db).await?;
            insert_blocks(&txn, kinds.len(), rows?.into_iter(), sql).await?;
            txn.commit().await?;
            written(chunk.rows);
        }
        Ok(())
    }

    pub(super) async fn end(self, keys: &[&(String, i64)], all: Tables) -> Result<(), DbErr> {
        let txn = begin(self.db).await?;
        for (table, last) in keys {
            let table = table.replace('\'', "''");
            let set = format!(
                "DELETE FROM sqlite_sequence WHERE name = '{table}'; \
                 INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {last})"
            );
            txn.execute_unprepared(&set).await?;
        }
        txn.execute_unprepared(&set_next_change(self.next_change)).await?;
        index_all_words(&txn).await?;
        changes::log(&txn, all).await?;
        txn.commit().await
    }
}

/// What a column holds, by the type that it was made with.
#[derive(Copy, Clone)]
enum Kind {
    Integer,
    Boolean,
    Text,
    Instant,
    Date,
    Time,
    Bytes,
}

impl Kind {
    fn of(column: &tables::Column) -> Result<Self, DbErr> {
        match column.kind.to_ascii_lowercase().as_str() {
            "integer" | "bigint" | "smallint" => Ok(Self::Integer),
            "boolean" => Ok(Self::Boolean),
            "varchar" | "text" | "jsonb_text" => Ok(Self::Text),
            "timestamp_with_timezone_text" => Ok(Self::Instant),
            "date_text" => Ok(Self::Date),
            "time_text" => Ok(Self::Time),
            "blob" => Ok(Self::Bytes),
            other => Err(wrong(other)),
        }
    }

    /// The value as the driver binds it: so it is stored as if a server had written it.
    fn value(self, text: Option<&str>) -> Option<Value> {
        let Some(text) = text else {
            return Some(Value::String(None));
        };
        let value = match self {
            Self::Integer => Value::from(text.parse::<i64>().ok()?),
            Self::Boolean => Value::from(match text {
                "t" | "1" => true,
                "f" | "0" => false,
                _ => return None,
            }),
            Self::Text => Value::from(text),
            Self::Instant => Value::from(instant(text)?),
            Self::Date => Value::from(text.parse::<NaiveDate>().ok()?),
            Self::Time => Value::from(text.parse::<NaiveTime>().ok()?),
            Self::Bytes => Value::from(text::bytes(text)?),
        };
        Some(value)
    }
}

/// An instant as either database writes it.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z");
    let instant = instant.or_else(|_| DateTime::parse_from_rfc3339(text)).ok()?;
    Some(instant.to_utc())
}

fn values(line: &[u8], kinds: &[Kind]) -> Result<Vec<Value>, DbErr> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
    if fields.len() != kinds.len() {
        return Err(wrong("row"));
    }
    let value = |(field, kind): (&&[u8], &Kind)| {
        let text = text::value(field);
        let is_read = text.is_some() || *field == text::NULL;
        kind.value(text.as_deref()).filter(|_| is_read).ok_or_else(|| wrong("value"))
    };
    fields.iter().zip(kinds).map(value).collect()
}

/// Without what it is: it may be personal.
fn wrong(what: &str) -> DbErr {
    DbErr::Type(format!("a {what} that is not understood"))
}
