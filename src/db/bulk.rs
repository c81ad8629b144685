//! Many rows at once, without a trip for each.

use std::{borrow::Borrow, iter};

use roaring::RoaringBitmap;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryResult, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, Func, Iden, Query, SelectStatement},
    sqlx::{Row, ValueRef},
};
use serde::Serialize;

/// The contact keys in the column `id` of `query`, in whatever order and however often they come.
///
/// They come as one value, so a million costs about what the database needs to find them.
///
/// # Errors
/// What the database says, and if a value is missing or negative.
pub async fn keys(
    db: &impl ConnectionTrait,
    query: SelectStatement,
) -> Result<RoaringBitmap, DbErr> {
    let row = whole_columns(db, query, ["id"]).await?;
    let mut bits = Vec::new();
    let mut far = Vec::new();
    each(&row, "id", |key| {
        let byte = (key >> 3) as usize;
        if FAR <= byte {
            far.push(key);
            return;
        }
        if bits.len() <= byte {
            bits.resize((byte + 1).next_power_of_two(), 0);
        }
        bits[byte] |= 1_u8 << (key & 7);
    })?;
    let mut keys = RoaringBitmap::from_lsb0_bytes(0, &bits);
    keys.extend(far);
    Ok(keys)
}

/// The rows of `query`, which selects nothing yet, as JSON: an array of arrays with the values of
/// `columns`. What a page of wide rows is read with fastest: nothing is made of their values.
///
/// Flags are numbers on SQLite.
///
/// # Errors
/// What the database says.
pub async fn json_rows(
    db: &impl ConnectionTrait,
    mut query: SelectStatement,
    columns: Vec<Expr>,
) -> Result<String, DbErr> {
    let (row, all) = match db.get_database_backend() {
        DbBackend::Postgres => ("json_build_array", "json_agg"),
        _ => ("json_array", "json_group_array"),
    };
    let row = Func::cust(row).args(columns);
    query.expr_as(Expr::from(Func::cust(all).arg(row)).cast_as("text"), "rows");
    let row = db.query_one(&query).await?;
    let rows = row.map(|row| row.try_get::<Option<String>>("", "rows")).transpose()?;
    Ok(rows.flatten().unwrap_or_else(|| "[]".to_owned()))
}

/// Keys below eight times this are marked bit by bit, which is much faster than sorting them.
const FAR: usize = 16 * 1024 * 1024;

/// Whole columns of non-negative integers, row by row in step.
///
/// # Errors
/// What the database says, and if a value is missing or negative.
pub async fn integers<const N: usize>(
    db: &impl ConnectionTrait,
    query: SelectStatement,
    columns: [&'static str; N],
) -> Result<[Vec<u32>; N], DbErr> {
    let row = whole_columns(db, query, columns).await?;
    let mut lists = std::array::from_fn(|_| Vec::new());
    for (list, column) in lists.iter_mut().zip(columns) {
        each(&row, column, |value| list.push(value))?;
    }
    Ok(lists)
}

/// Each column of `query` as one value.
async fn whole_columns<const N: usize>(
    db: &impl ConnectionTrait,
    query: SelectStatement,
    columns: [&'static str; N],
) -> Result<QueryResult, DbErr> {
    let function = match db.get_database_backend() {
        DbBackend::Postgres => "array_agg",
        _ => "group_concat",
    };
    let mut whole = Query::select();
    for column in columns {
        whole.expr_as(Func::cust(Alias::new(function)).arg(Expr::col(Alias::new(column))), column);
    }
    let row = db.query_one(whole.from_subquery(query, "rows")).await?;
    row.ok_or_else(|| DbErr::Custom("an aggregate without a row".to_owned()))
}

/// Calls `take` with each integer of a whole column, read where the driver has put it.
fn each(row: &QueryResult, column: &str, mut take: impl FnMut(u32)) -> Result<(), DbErr> {
    let none = |_| DbErr::Type(format!("no list of keys: {column}"));
    if let Some(row) = row.try_as_pg_row() {
        let value = row.try_get_raw(column).map_err(|err| DbErr::Type(err.to_string()))?;
        if value.is_null() {
            return Ok(());
        }
        return each_in_array(value.as_bytes().map_err(none)?, take)
            .ok_or_else(|| DbErr::Type(format!("{column} has values that are no keys")));
    }
    let row = row.try_as_sqlite_row().ok_or_else(|| DbErr::Type("a row of neither".to_owned()))?;
    let text: Option<&str> = row.try_get(column).map_err(|err| DbErr::Type(err.to_string()))?;
    for key in text.iter().flat_map(|text| text.split(',')).filter(|key| !key.is_empty()) {
        take(key.parse().map_err(|_| DbErr::Type(format!("{key:?} is no key")))?);
    }
    Ok(())
}

/// PostgreSQL's `integer[]`, binary: dimensions, whether there are NULLs, the type; of the one
/// dimension its length and where it begins; then each value after its length, all in four bytes.
/// `None` if it is something else.
fn each_in_array(bytes: &[u8], mut take: impl FnMut(u32)) -> Option<()> {
    let (head, values) = bytes.split_at_checked(20)?;
    let (words, []) = head.as_chunks::<4>() else { return None };
    let (values, []) = values.as_chunks::<8>() else { return None };
    if words[0] != 1_u32.to_be_bytes() || values.len() as u32 != u32::from_be_bytes(words[3]) {
        return None;
    }
    for value in values {
        let [0, 0, 0, 4, value @ ..] = *value else { return None };
        take(u32::try_from(i32::from_be_bytes(value)).ok()?);
    }
    Some(())
}

/// What to do with rows whose key is there already.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Fail, and insert nothing.
    Fail,
    /// Leave the old row as it is.
    Ignore,
    /// Overwrite the old row.
    Replace,
}

/// How many values one statement of SQLite takes: enough that the trip to its thread weighs little.
const VALUES_MAX: usize = 4096;

/// Inserts whole rows in bulk; returns how many it wrote.
///
/// Meant for up to some ten thousand rows a call. The entity must have neither binary columns nor
/// keys that the database makes.
///
/// # Errors
/// What the database says; a taken key under [`OnConflict::Fail`] is a unique violation, and then
/// the transaction has to be given up.
pub async fn insert_rows<E>(
    db: &impl ConnectionTrait,
    rows: &[impl Borrow<E::Model>],
    on_conflict: OnConflict,
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize + IntoActiveModel<E::ActiveModel>,
{
    if rows.is_empty() {
        return Ok(0);
    }
    match db.get_database_backend() {
        // One parameter, one trip.
        DbBackend::Postgres => insert_json::<E>(db, rows, on_conflict).await,
        // Trips cost nothing here, and taking JSON apart much.
        _ => insert_values::<E>(db, rows, on_conflict).await,
    }
}

async fn insert_json<E>(
    db: &impl ConnectionTrait,
    rows: &[impl Borrow<E::Model>],
    on_conflict: OnConflict,
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    let rows: Vec<&E::Model> = rows.iter().map(Borrow::borrow).collect();
    let json = serde_json::to_string(&rows).map_err(|err| DbErr::Json(err.to_string()))?;
    let table = E::default().table_name().to_owned();
    let columns = columns::<E>();
    let source =
        format!("SELECT {columns} FROM json_populate_recordset(NULL::\"{table}\", $1::json)");
    let sql = insert_sql::<E>("INSERT", &source, on_conflict);
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [json.into()]);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

async fn insert_values<E>(
    db: &impl ConnectionTrait,
    rows: &[impl Borrow<E::Model>],
    on_conflict: OnConflict,
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    // What fails is given up as a whole, so no statement need be undone on its own.
    let verb = if on_conflict == OnConflict::Fail { "INSERT OR FAIL" } else { "INSERT" };
    let sql = |source: &str| insert_sql::<E>(verb, source, on_conflict);
    let rows = rows.iter().map(|row| values::<E>(row.borrow()));
    insert_blocks(db, E::Column::iter().count(), rows, sql).await
}

/// Inserts rows of `width` values each on SQLite, by the statement that `sql` makes of where they come
/// from; returns how many it wrote.
pub(super) async fn insert_blocks(
    db: &impl ConnectionTrait,
    width: usize,
    mut rows: impl ExactSizeIterator<Item = Vec<Value>>,
    sql: impl Fn(&str) -> String,
) -> Result<u64, DbErr> {
    let row = format!("({})", vec!["?"; width].join(", "));
    let mut written = 0;
    // The largest block that fits, and so on: only few statements are ever prepared.
    let sizes = iter::successors(Some((VALUES_MAX / width).max(1)), |size| {
        (1 < *size).then(|| (size / 8).max(1))
    });
    for size in sizes {
        let sql = sql(&format!("VALUES {}", vec![row.as_str(); size].join(", ")));
        let mut blocks = rows.len() / size;
        let mut next = || {
            blocks = blocks.checked_sub(1)?;
            let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
            Some(Statement::from_sql_and_values(DbBackend::Sqlite, &sql, values))
        };
        let mut ready = next();
        while let Some(statement) = ready {
            // While the database writes one block, the next is made.
            let (done, made) = tokio::join!(biased; db.execute_raw(statement), async { next() });
            written += done?.rows_affected();
            ready = made;
        }
    }
    Ok(written)
}

/// The values of a row, in the order of the columns.
fn values<E>(row: &E::Model) -> Vec<Value>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut row = row.clone().into_active_model();
    E::Column::iter()
        .map(|column| row.take(column).into_value().expect("a model has all its values"))
        .collect()
}

fn columns<E: EntityTrait>() -> String {
    let names: Vec<String> =
        E::Column::iter().map(|column| format!("\"{}\"", column.unquoted())).collect();
    names.join(", ")
}

fn insert_sql<E: EntityTrait>(verb: &str, source: &str, on_conflict: OnConflict) -> String {
    let table = E::default().table_name().to_owned();
    let mut sql = format!("{verb} INTO \"{table}\" ({}) {source}", columns::<E>());
    match on_conflict {
        OnConflict::Fail => {}
        OnConflict::Ignore => sql += " ON CONFLICT DO NOTHING",
        OnConflict::Replace => {
            let keys: Vec<String> =
                E::PrimaryKey::iter().map(|key| key.into_column().unquoted().to_owned()).collect();
            let sets: Vec<String> = E::Column::iter()
                .map(|column| column.unquoted().to_owned())
                .filter(|name| !keys.contains(name))
                .map(|name| format!("\"{name}\" = excluded.\"{name}\""))
                .collect();
            let keys = keys.join("\", \"");
            sql += &format!(" ON CONFLICT (\"{keys}\") DO UPDATE SET {}", sets.join(", "));
        }
    }
    sql
}
