//! Many rows at once, without a trip for each.

use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable,
    PrimaryKeyToColumn, QueryResult, Statement,
    sea_query::{Alias, Expr, Func, Iden, Query, SelectStatement},
};
use serde::Serialize;

/// The integers in the column `id` of `query`, in the order of the query.
///
/// They come as one value, so a million costs about what the database needs to find them.
///
/// # Errors
/// What the database says.
pub async fn ids(db: &impl ConnectionTrait, query: SelectStatement) -> Result<Vec<u32>, DbErr> {
    let [ids] = integers(db, query, ["id"]).await?;
    Ok(ids)
}

/// Whole columns of non-negative integers, row by row in step.
///
/// # Errors
/// What the database says, and if a value is missing or negative.
pub async fn integers<const N: usize>(
    db: &impl ConnectionTrait,
    query: SelectStatement,
    columns: [&'static str; N],
) -> Result<[Vec<u32>; N], DbErr> {
    let backend = db.get_database_backend();
    let function = match backend {
        DbBackend::Postgres => "array_agg",
        _ => "group_concat",
    };
    let mut whole = Query::select();
    for column in columns {
        whole.expr_as(Func::cust(Alias::new(function)).arg(Expr::col(Alias::new(column))), column);
    }
    let row = db.query_one(whole.from_subquery(query, "rows")).await?;
    let row = row.ok_or_else(|| DbErr::Custom("an aggregate without a row".to_owned()))?;
    let mut lists = std::array::from_fn(|_| Vec::new());
    for (list, column) in lists.iter_mut().zip(columns) {
        *list = match backend {
            DbBackend::Postgres => from_array(&row, column)?,
            _ => from_text(&row, column)?,
        };
    }
    Ok(lists)
}

fn from_array(row: &QueryResult, column: &str) -> Result<Vec<u32>, DbErr> {
    let values: Option<Vec<i32>> = row.try_get("", column)?;
    values
        .unwrap_or_default()
        .into_iter()
        .map(|value| u32::try_from(value).map_err(|err| DbErr::Type(err.to_string())))
        .collect()
}

fn from_text(row: &QueryResult, column: &str) -> Result<Vec<u32>, DbErr> {
    let text: Option<String> = row.try_get("", column)?;
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',')
        .map(|value| value.parse().map_err(|_| DbErr::Type(format!("{value:?} is no key"))))
        .collect()
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

/// Inserts whole rows with one statement and one parameter; returns how many it wrote.
///
/// Meant for up to some ten thousand rows a call. The entity must have neither binary columns nor
/// keys that the database makes.
///
/// # Errors
/// What the database says; a taken key under [`OnConflict::Fail`] is a unique violation.
pub async fn insert_rows<E>(
    db: &impl ConnectionTrait,
    rows: &[E::Model],
    on_conflict: OnConflict,
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    if rows.is_empty() {
        return Ok(0);
    }
    let json = serde_json::to_string(rows).map_err(|err| DbErr::Json(err.to_string()))?;
    let backend = db.get_database_backend();
    let sql = insert_sql::<E>(backend, on_conflict);
    let statement = Statement::from_sql_and_values(backend, sql, [json.into()]);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

fn insert_sql<E: EntityTrait>(backend: DbBackend, on_conflict: OnConflict) -> String {
    let table = E::default().table_name().to_owned();
    let names: Vec<String> =
        E::Column::iter().map(|column| format!("\"{}\"", column.unquoted())).collect();
    let list = names.join(", ");
    let mut sql = match backend {
        DbBackend::Postgres => format!(
            "INSERT INTO \"{table}\" ({list}) \
             SELECT {list} FROM json_populate_recordset(NULL::\"{table}\", $1::json)"
        ),
        _ => {
            let values: Vec<String> = E::Column::iter().map(sqlite_value).collect();
            // Without the WHERE, SQLite takes ON CONFLICT for the beginning of a join.
            format!(
                "INSERT INTO \"{table}\" ({list}) SELECT {} FROM json_each(?) WHERE TRUE",
                values.join(", ")
            )
        }
    };
    let keys: Vec<String> =
        E::PrimaryKey::iter().map(|key| format!("\"{}\"", key.into_column().unquoted())).collect();
    match on_conflict {
        OnConflict::Fail => {}
        OnConflict::Ignore => sql += " ON CONFLICT DO NOTHING",
        OnConflict::Replace => {
            let sets: Vec<String> = names
                .iter()
                .filter(|name| !keys.contains(name))
                .map(|name| format!("{name} = excluded.{name}"))
                .collect();
            let keys = keys.join(", ");
            sql += &format!(" ON CONFLICT ({keys}) DO UPDATE SET {}", sets.join(", "));
        }
    }
    sql
}

/// The field of the JSON object, in the form in which the driver would have stored it.
fn sqlite_value<C: ColumnTrait>(column: C) -> String {
    let value = format!("value ->> '{}'", column.unquoted());
    match column.def().get_column_type() {
        ColumnType::TimestampWithTimeZone => format!("replace({value}, 'Z', '+00:00')"),
        _ => value,
    }
}
