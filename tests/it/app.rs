//! The whole server on a database of its own, in this process.

use std::{
    env, iter,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use async_graphql::Executor;
use chrono::{DateTime, Utc};
use migration::shards;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use tempfile::TempDir;
use urval::{
    db::{self, Database, Table},
    domain::{Clock, Context},
    graphql,
};

use crate::{citus, replica};

/// Runs a test on SQLite and on PostgreSQL, as two tests in a module of its name:
/// `both! { async fn a_sentence(app) { … } }`.
///
/// The PostgreSQL server is the one `TEST_DATABASE_URL` names; `tests/run` starts one. Without it
/// the test on PostgreSQL does nothing, and `tests/run` says so.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($app: crate::app::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn sqlite() {
                test(crate::app::TestApp::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn postgres() {
                if let Some(app) = crate::app::TestApp::on_postgres().await {
                    test(app).await;
                }
            }
        }
    )*};
}
pub(crate) use both;

pub(crate) struct TestApp {
    pub(crate) context: Context,
    pub(crate) schema: graphql::Schema,
    /// Where another server finds the same database.
    pub(crate) database_url: String,
    /// Holds the file of an SQLite database, and goes with the test.
    _dir: Option<TempDir>,
}

impl TestApp {
    /// On an SQLite file of its own.
    pub(crate) async fn on_sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        Self::start(url, Some(dir)).await
    }

    /// On a PostgreSQL database of its own, if there is a server.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let Ok(server) = env::var("TEST_DATABASE_URL") else {
            // `tests/run` says so in its last line.
            return None;
        };
        Some(Self::start(new_database(&server).await, None).await)
    }

    /// Another server on the same database.
    pub(crate) async fn another(&self) -> Self {
        Self::start(self.database_url.clone(), None).await
    }

    pub(crate) async fn start(database_url: String, dir: Option<TempDir>) -> Self {
        let db = db::connect(&database_url).await.unwrap();
        db.migrate().await.unwrap();
        let db = db.with_replicas(&replica::of(&database_url)).await.unwrap();
        let clock = Clock::stopped_at("2026-11-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let context = Context::new(db, clock, chrono_tz::Europe::Stockholm);
        let schema = graphql::build(context.clone());
        Self { context, schema, database_url, _dir: dir }
    }

    /// Whether it is on a Citus cluster.
    pub(crate) async fn is_distributed(&self) -> bool {
        shards::has_citus(self.context.db.reader()).await.unwrap()
    }

    /// Executes a request and returns the whole response.
    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        let request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables));
        serde_json::to_value(self.schema.execute(request).await).unwrap()
    }

    /// Executes a query that must not fail, and returns its data with the number of statements that
    /// it took.
    pub(crate) async fn statements(&self, query: &str, variables: Value) -> (Value, usize) {
        let count = Arc::new(AtomicUsize::new(0));
        let mut context = self.context.clone();
        let counter = Arc::clone(&count);
        context.db.observe(move |it| {
            // Whether a replica will do is asked for every request, whatever it is for.
            let is_about_a_replica = it.sql.contains("_lsn");
            counter.fetch_add(usize::from(!is_about_a_replica), Ordering::Relaxed);
        });
        let schema = graphql::build(context.clone());
        let request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables));
        let response = serde_json::to_value(schema.execute(request).await).unwrap();
        assert!(response.get("errors").is_none(), "{response:#}");
        (response["data"].clone(), count.load(Ordering::Relaxed))
    }

    /// Executes a query that must not fail, and returns its data.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let response = self.graphql(query, variables).await;
        assert!(response.get("errors").is_none(), "{response:#}");
        response["data"].clone()
    }

    /// Executes a mutation `name` with one input and returns its payload. The selection is what to
    /// ask of the payload besides its user errors.
    pub(crate) async fn mutate(&self, name: &str, selection: &str, input: Value) -> Value {
        let (first, rest) = name.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation($input: {input_type}!) {{ {name}(input: $input) {{ \
             {selection} userErrors {{ code message path }} }} }}"
        );
        let response = self.graphql(&query, json!({ "input": input })).await;
        assert!(response.get("errors").is_none(), "{name}: {response:#}");
        response["data"][name].clone()
    }

    /// Executes a mutation that has to succeed.
    pub(crate) async fn must(&self, name: &str, selection: &str, input: Value) -> Value {
        let payload = self.mutate(name, selection, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }
}

async fn new_database(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("urval_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let template = "urval_template";
    let admin = open(&format!("{server}/postgres")).await;
    // One test at a time makes its database: the template must have no other user meanwhile.
    admin.execute_unprepared("SELECT pg_advisory_lock(4711)").await.unwrap();
    let exists = admin
        .query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            format!("SELECT 1 FROM pg_database WHERE datname = '{template}'"),
        ))
        .await
        .unwrap()
        .is_some();
    let workers = citus::workers(&admin, server).await;
    let nodes: Vec<String> = iter::once(server.to_owned()).chain(workers.iter().cloned()).collect();
    if !exists {
        on_each(&nodes, &format!("CREATE DATABASE {template}")).await;
        if !workers.is_empty() {
            citus::unite(server, &workers, template).await;
        }
        let db = db::connect(&format!("{server}/{template}")).await.unwrap();
        db.migrate().await.unwrap();
        match workers.is_empty() {
            true => require_logged_changes(&db).await,
            // There are no triggers on tables that are distributed.
            false => db.distribute().await.unwrap(),
        }
        db.close().await.unwrap();
    }
    if !workers.is_empty() {
        citus::drop_abandoned(&admin, &nodes).await;
        citus::leave_alone(&nodes, template).await;
    }
    on_each(&nodes, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    admin.close().await.unwrap();
    format!("{server}/{name}")
}

/// From now on no transaction can be committed that changes a table without logging that it does:
/// sets that are known would be believed for ever. So every test is a test of that, too.
async fn require_logged_changes(db: &Database) {
    let function = "CREATE FUNCTION require_logged_change() RETURNS trigger AS $$ BEGIN \
        IF NOT EXISTS (SELECT FROM urval.change WHERE id = pg_current_xact_id()::text::bigint \
        AND tables & TG_ARGV[0]::integer <> 0) THEN \
        RAISE 'a change of % is not logged', TG_TABLE_NAME; END IF; RETURN NULL; END $$ \
        LANGUAGE plpgsql";
    db.reader().execute_unprepared(function).await.unwrap();
    for table in Table::ALL {
        let name = table.name();
        let trigger = format!(
            "CREATE CONSTRAINT TRIGGER logged AFTER INSERT OR UPDATE OR DELETE ON {name} \
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW \
             EXECUTE FUNCTION require_logged_change({})",
            1 << table as i32
        );
        db.reader().execute_unprepared(&trigger).await.unwrap();
    }
}

/// Executes `sql` in the own database of each server.
pub(crate) async fn on_each(servers: &[String], sql: &str) {
    for server in servers {
        let admin = open(&format!("{server}/postgres")).await;
        admin.execute_unprepared(sql).await.unwrap();
        admin.close().await.unwrap();
    }
}

/// One connection to any database.
pub(crate) async fn open(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    #[expect(clippy::disallowed_methods, reason = "not our tables, but what is around them")]
    sea_orm::Database::connect(options).await.unwrap()
}
