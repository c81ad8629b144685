//! The tables of a database, as it tells them itself.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{FILLED_BY_MIGRATIONS, OF_ITS_OWN};

/// A table that is copied.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The tables that its rows refer to.
    refers_to: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as the database calls it.
    pub(super) kind: String,
    /// Its place in the key.
    place: Option<i64>,
}

impl Table {
    /// The names of its columns, parted by commas.
    pub(super) fn columns(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|it| quoted(&it.name)).collect();
        names.join(", ")
    }

    /// All its rows in the order of the key, in which they are written fastest.
    pub(super) fn rows(&self) -> String {
        let mut key: Vec<&Column> = self.columns.iter().filter(|it| it.place.is_some()).collect();
        key.sort_by_key(|it| it.place);
        let key: Vec<String> = key.iter().map(|it| quoted(&it.name)).collect();
        let (columns, table) = (self.columns(), quoted(&self.name));
        let order = if key.is_empty() { String::new() } else { " ORDER BY ".to_owned() };
        format!("SELECT {columns} FROM {table}{order}{}", key.join(", "))
    }

    pub(super) fn quoted(&self) -> String {
        quoted(&self.name)
    }

    fn named(&self) -> BTreeSet<&str> {
        self.columns.iter().map(|it| it.name.as_str()).collect()
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A statement that names one of the tables in which there is something before it is copied.
pub(super) fn occupied(tables: &[Table]) -> String {
    let filled = |table: &&Table| !FILLED_BY_MIGRATIONS.contains(&table.name.as_str());
    let occupied = tables.iter().filter(filled).map(|table| {
        let (name, quoted) = (&table.name, table.quoted());
        format!("SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM {quoted})")
    });
    occupied.collect::<Vec<_>>().join(" UNION ALL ") + " LIMIT 1"
}

const ON_SQLITE: &str = r#"
    SELECT t.name AS "table", c.name AS "column", c.type AS kind, nullif(c.pk, 0) AS place,
           (SELECT group_concat("table") FROM pragma_foreign_key_list(t.name)) AS refers_to
    FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    ORDER BY t.name, c.cid"#;
const ON_POSTGRES: &str = r#"
    SELECT t.relname::text AS "table", c.attname::text AS "column",
           format_type(c.atttypid, NULL) AS kind,
           array_position(k.conkey, c.attnum)::bigint AS place,
           (SELECT string_agg(other.relname, ',') FROM pg_constraint AS f
            JOIN pg_class AS other ON other.oid = f.confrelid
            WHERE f.conrelid = t.oid AND f.contype = 'f') AS refers_to
    FROM pg_class AS t
    JOIN pg_attribute AS c ON c.attrelid = t.oid AND 0 < c.attnum AND NOT c.attisdropped
    LEFT JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'p'
    WHERE t.relnamespace = to_regnamespace(current_schema()) AND t.relkind IN ('r', 'p')
    ORDER BY t.relname, c.attnum"#;

/// All tables, but for those that are of one database only.
async fn tables(db: &DatabaseConnection) -> Result<Vec<Table>, DbErr> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => ON_POSTGRES,
        _ => ON_SQLITE,
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in db.query_all_raw(Statement::from_string(backend, sql)).await? {
        let name: String = row.try_get("", "table")?;
        if OF_ITS_OWN.contains(&name.as_str()) {
            continue;
        }
        let column = Column {
            name: row.try_get("", "column")?,
            kind: row.try_get("", "kind")?,
            place: row.try_get("", "place")?,
        };
        match tables.last_mut().filter(|it| it.name == name) {
            Some(table) => table.columns.push(column),
            None => {
                let refers_to: Option<String> = row.try_get("", "refers_to")?;
                let refers_to = refers_to.iter().flat_map(|it| it.split(',')).map(str::to_owned);
                let refers_to = refers_to.filter(|it| *it != name).collect();
                tables.push(Table { name, columns: vec![column], refers_to });
            }
        }
    }
    Ok(tables)
}

/// The tables of `target`, those first that others refer to. `source` has the same.
pub(super) async fn common(
    source: &DatabaseConnection,
    target: &DatabaseConnection,
) -> Result<Vec<Table>, DbErr> {
    let (from, mut left) = (tables(source).await?, tables(target).await?);
    let differs = |table: &str| {
        let message = format!("the databases do not have the same tables: {table} differs");
        DbErr::Custom(message)
    };
    for table in &from {
        let twin = left.iter().find(|it| it.name == table.name);
        if twin.is_none_or(|twin| twin.named() != table.named()) {
            return Err(differs(&table.name));
        }
    }
    if let Some(more) = left.iter().find(|it| from.iter().all(|other| other.name != it.name)) {
        return Err(differs(&more.name));
    }
    let mut ordered: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let is_there = |name: &String| ordered.iter().any(|it| it.name == *name);
        let next = left.iter().position(|it| it.refers_to.iter().all(is_there));
        // Tables that refer to each other in a circle could not be filled at all.
        ordered.push(left.remove(next.unwrap_or(0)));
    }
    Ok(ordered)
}

const HAS_MIGRATIONS_ON_SQLITE: &str =
    "SELECT 1 FROM sqlite_schema WHERE name = 'seaql_migrations'";
const HAS_MIGRATIONS_ON_POSTGRES: &str =
    "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL";

/// Fails if the tables are not those of this release.
pub(super) async fn require_up_to_date(db: &DatabaseConnection) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let is_there = match backend {
        DbBackend::Postgres => HAS_MIGRATIONS_ON_POSTGRES,
        _ => HAS_MIGRATIONS_ON_SQLITE,
    };
    let because = |message: &str| Err(DbErr::Custom(message.to_owned()));
    if db.query_one_raw(Statement::from_string(backend, is_there)).await?.is_none() {
        return because("what is to be copied is no database of Urval");
    }
    let done = "SELECT version FROM seaql_migrations";
    let done = db.query_all_raw(Statement::from_string(backend, done)).await?;
    let done: Result<BTreeSet<String>, DbErr> =
        done.iter().map(|row| row.try_get("", "version")).collect();
    let done = done?;
    let known = Migrator::migrations();
    let known: BTreeSet<String> = known.iter().map(|it| it.name().to_owned()).collect();
    if !done.is_subset(&known) {
        return because("what is to be copied comes from a later release: copy it with that one");
    }
    if done != known {
        return because(
            "what is to be copied comes from an earlier release: bring it up to date first \
             (`urval migrate`)",
        );
    }
    Ok(())
}
