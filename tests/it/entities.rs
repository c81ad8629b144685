//! Migrations make the tables; entities must say the same of them.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, DbBackend, Schema, Statement, TransactionTrait,
    sea_query::TableCreateStatement,
};
use urval::{db, entity};

use crate::app::{TestApp, both};

/// Does something with each entity: calls the macro `$with` with the names of all.
macro_rules! entities {
    ($with:ident) => {
        $with! {
            access_token attachment attachment_content attribute audit_entry campaign campaign_entry code contact
            contact_address contact_address_period contact_attribute contact_code contact_duplicate
            contact_duplicate_key contact_identifier contact_profile_answer counter criterion criterion_set
            document_template idempotency_key interaction interaction_comment interaction_template
            interaction_template_language logged_segment message message_attachment number_series
            opportunity profile_answer profile_question profile_questionnaire profile_rating
            purchase saved_criteria segment segment_line segment_set segment_text setup task task_attendee
        }
    };
}
pub(crate) use entities;

/// The tables as the entities would make them.
fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let schema = Schema::new(backend);
    macro_rules! made {
        ($($room:ident)*) => { vec![$(schema.create_table_from_entity(entity::$room::Entity)),*] };
    }
    entities!(made)
}

/// What is compared of a column: its type, whether it may be missing, its place in the key.
type Column = (String, bool, Option<i64>);
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

/// The columns of all tables, but for those that no entity is about.
async fn columns(db: &impl ConnectionTrait, sql: &str) -> Tables {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    let mut tables = Tables::new();
    for row in rows.unwrap() {
        let [table, column, kind] =
            ["table", "column", "kind"].map(|it| row.try_get::<String>("", it).unwrap());
        let no_entity = ["seaql_migrations", "left_out_index", "change"].contains(&table.as_str());
        if no_entity || table.starts_with("contact_search") {
            continue;
        }
        let may_be_missing: bool = row.try_get("", "may_be_missing").unwrap();
        let place: Option<i64> = row.try_get("", "place").unwrap();
        // The place in the key says it for both: SQLite lets keys be missing unless told.
        let may_be_missing = may_be_missing && place.is_none();
        tables.entry(table).or_default().insert(column, (kind, may_be_missing, place));
    }
    tables
}

const ON_SQLITE: &str = r#"
    SELECT t.name AS "table", c.name AS "column", lower(c.type) AS kind,
           NOT c."notnull" AS may_be_missing, nullif(c.pk, 0) AS place
    FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"#;

fn on_postgres(schema: &str) -> String {
    format!(
        r#"
        SELECT c.table_name::text AS "table", c.column_name::text AS "column",
               c.data_type::text AS kind, c.is_nullable = 'YES' AS may_be_missing,
               k.ordinal_position::bigint AS place
        FROM information_schema.columns AS c
        LEFT JOIN information_schema.key_column_usage AS k
            ON k.table_schema = c.table_schema AND k.table_name = c.table_name
            AND k.column_name = c.column_name AND EXISTS (
                SELECT FROM information_schema.table_constraints AS t
                WHERE t.constraint_schema = k.constraint_schema
                AND t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY')
        WHERE c.table_schema = '{schema}'"#
    )
}

both! {
    async fn entities_and_migrations_agree(app) {
        let (made, migrated) = match app.database_url.starts_with("sqlite") {
            true => on_sqlite(&app).await,
            false => on_postgres_schemas(&app).await,
        };
        assert!(made.keys().eq(migrated.keys()), "a table without entity, or the reverse");
        for (table, columns) in &migrated {
            assert_eq!(&made[table], columns, "{table}: entity and migration");
        }
        assert_eq!(migrated["contact"]["id"].2, Some(1));
        assert!(migrated["contact"]["city"].1 && !migrated["contact"]["name"].1);
    }
}

async fn on_sqlite(app: &TestApp) -> (Tables, Tables) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("entities.db").display());
    let empty = db::connect(&url).await.unwrap();
    for table in tables(DbBackend::Sqlite) {
        empty.reader().execute(&table).await.unwrap();
    }
    let made = columns(empty.reader(), ON_SQLITE).await;
    (made, columns(app.context.db.reader(), ON_SQLITE).await)
}

async fn on_postgres_schemas(app: &TestApp) -> (Tables, Tables) {
    let txn = app.context.db.reader().begin().await.unwrap();
    txn.execute_unprepared("CREATE SCHEMA entities; SET LOCAL search_path TO entities")
        .await
        .unwrap();
    for table in tables(DbBackend::Postgres) {
        txn.execute(&table).await.unwrap();
    }
    let made = columns(&txn, &on_postgres("entities")).await;
    (made, columns(&txn, &on_postgres("urval")).await)
}
