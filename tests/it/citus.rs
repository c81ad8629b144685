//! What holds on a Citus cluster alone. The tests run on one if `TEST_DATABASE_URL` is the coordinator
//! of one: the nodes are those that its database `postgres` knows.

use std::{
    process::Command,
    sync::{Arc, Mutex},
};

use migration::shards;
use roaring::RoaringBitmap;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use urval::domain::{
    Context, Snapshot,
    criteria::{self, Criteria, Place},
};

use crate::{
    app::{TestApp, both, on_each, open},
    criteria::people::populate,
};

/// How long a database may be without a client until it is taken for one of a test that is over.
const ABANDONED: &str = "interval '20 seconds'";

/// The workers of the cluster that `server` coordinates, if it does.
pub(crate) async fn workers(admin: &DatabaseConnection, server: &str) -> Vec<String> {
    if !shards::has_citus(admin).await.unwrap() {
        return Vec::new();
    }
    let sql = "SELECT nodename || ':' || nodeport AS name FROM pg_dist_node \
               WHERE groupid <> 0 AND noderole = 'primary' ORDER BY nodeid";
    let user = server.rfind('@').map_or("postgres://", |at| &server[..=at]);
    texts(admin, sql).await.into_iter().map(|name| format!("{user}{name}")).collect()
}

/// Makes the databases `name` on the workers a cluster with the one on `server`.
pub(crate) async fn unite(server: &str, workers: &[String], name: &str) {
    for worker in workers {
        let worker = open(&format!("{worker}/{name}")).await;
        worker.execute_unprepared("CREATE EXTENSION citus").await.unwrap();
        worker.close().await.unwrap();
    }
    let coordinator = open(&format!("{server}/{name}")).await;
    coordinator.execute_unprepared("CREATE EXTENSION citus").await.unwrap();
    let add = |server: &str, function: &str| {
        let at = server.rfind(['@', '/']).map_or(0, |at| at + 1);
        let (host, port) = server[at..].split_once(':').unwrap_or((&server[at..], "5432"));
        format!("SELECT {function}('{host}', {port})")
    };
    let this = add(server, "citus_set_coordinator_host");
    coordinator.execute_unprepared(&this).await.unwrap();
    for worker in workers {
        coordinator.execute_unprepared(&add(worker, "citus_add_node")).await.unwrap();
    }
    coordinator.close().await.unwrap();
}

/// Ends what nodes keep open to the template, and lets nobody in again: so it can be copied.
pub(crate) async fn leave_alone(nodes: &[String], template: &str) {
    on_each(nodes, &format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false")).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname =";
    on_each(nodes, &format!("{end} '{template}'")).await;
}

/// Drops databases of tests that are over: each keeps a process busy on every node.
pub(crate) async fn drop_abandoned(admin: &DatabaseConnection, nodes: &[String]) {
    let sql = format!(
        "SELECT datname::text AS name FROM pg_database AS it WHERE datname ~ '^urval_\\d+_\\d+(_whole)?$' \
         AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - {ABANDONED} \
         AND NOT EXISTS (SELECT FROM pg_stat_activity AS client WHERE client.datname = it.datname \
         AND backend_type = 'client backend' AND application_name NOT LIKE 'citus%')"
    );
    for name in texts(admin, &sql).await {
        on_each(nodes, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

/// A database without tables.
async fn on_a_new_cluster(server: &str, name: &str) -> String {
    let admin = open(&format!("{server}/postgres")).await;
    let workers = workers(&admin, server).await;
    admin.close().await.unwrap();
    let nodes = [&[server.to_owned()], &*workers].concat();
    on_each(&nodes, &format!("CREATE DATABASE {name}")).await;
    unite(server, &workers, name).await;
    format!("{server}/{name}")
}

/// The first column of what is asked for.
async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Criteria of every kind that ask about contacts where they lie.
fn questions() -> Vec<Value> {
    vec![
        json!({ "city": { "eq": "Oslo" } }),
        json!({ "name": { "contains": "an" } }),
        json!({ "name": { "matches": "*an*&<>*x*" } }),
        json!({ "search": "an" }),
        json!({ "country": { "in": [] } }),
        json!({ "mailingGroups": { "hasAny": ["SE", "NO"] } }),
        json!({ "mailingGroups": { "hasNone": ["SE"] } }),
        json!({ "mailingGroups": { "hasAny": [] } }),
        json!({ "mailingGroups": { "count": { "gte": 2 } } }),
        json!({ "industryGroups": { "hasAny": ["SE", "NO"] } }),
        json!({ "industryGroups": { "hasNone": ["SE"] } }),
        json!({ "businessRelations": { "hasAll": ["SE", "NO"] } }),
        json!({ "custom": { "name": "vip", "isSet": true } }),
        json!({ "company": { "country": { "eq": "SE" } } }),
        json!({ "company": { "industryGroups": { "hasAny": ["SE"] } } }),
        json!({ "company": { "any": [] } }),
        json!({ "people": { "where": { "country": { "eq": "SE" } } } }),
        json!({ "people": { "measure": { "count": { "gte": 2 } } } }),
        json!({ "interactions": { "where": { "template": { "eq": "BUS" } } } }),
        json!({ "not": { "interactions": { "within": { "inLast": "P90D" } } } }),
        json!({ "interactions": { "where": { "campaign": { "eq": "CP000001" } } } }),
        json!({ "interactions": { "measure": { "count": { "gte": 2 } } } }),
        json!({ "interactions": { "measure": { "sum": { "field": "COST", "test": { "gt": "1" } } } } }),
        json!({ "interactions": { "measure": { "latest": { "template": { "eq": "BUS" } } } } }),
        json!({ "interactions": { "scope": "COMPANY" } }),
        json!({ "interactions": { "scope": "COMPANY", "measure": { "count": { "gte": 2 } } } }),
        json!({ "interactions": { "scope": "EITHER", "where": { "template": { "eq": "BUS" } } } }),
        json!({ "not": { "interactions": { "scope": "EITHER" } } }),
        json!({ "any": [
            { "city": { "eq": "Oslo" } },
            { "industryGroups": { "hasAny": ["SE"] } },
            { "people": { "where": { "city": { "eq": "Oslo" } } } },
            { "not": { "mailingGroups": { "hasAny": ["SE"] } } },
        ] }),
    ]
}

/// Criteria that join people with the interactions of their companies, which lie anywhere: the
/// coordinator does that.
fn questions_across_nodes() -> Vec<Value> {
    ["count", "latest"]
        .map(|measure| {
            let test = match measure {
                "count" => json!({ "gte": 2 }),
                _ => json!({ "template": { "eq": "BUS" } }),
            };
            json!({ "interactions": { "scope": "EITHER", "measure": { (measure): test } } })
        })
        .to_vec()
}

async fn matching(context: &Context, criteria: &Value) -> RoaringBitmap {
    let criteria = Criteria::parse(criteria, &[]).unwrap();
    let facts = Snapshot::open(context).await.unwrap();
    let place = Place::new(context, &facts, context.moment());
    let found = criteria::evaluate(place, &criteria).await.unwrap();
    facts.close().await.unwrap();
    found
}

/// The columns that statements for `criteria` bring to the coordinator before they are carried out,
/// a list for each part of a plan.
async fn brought(app: &TestApp, criteria: &Value) -> Vec<String> {
    let mut context = app.context.clone();
    let seen: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let statements = Arc::clone(&seen);
    context.db.observe(move |statement| statements.lock().unwrap().push(statement.clone()));
    matching(&context, criteria).await;
    let statements = std::mem::take(&mut *seen.lock().unwrap());
    let mut brought = Vec::new();
    for mut statement in statements.into_iter().filter(|it| it.sql.starts_with("SELECT array_agg"))
    {
        statement.sql = format!("EXPLAIN (VERBOSE, COSTS OFF) {}", statement.sql);
        let plan = app.context.db.reader().query_all_raw(statement).await.unwrap();
        let plan: Vec<String> =
            plan.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert!(plan.iter().any(|line| line.contains("Citus Adaptive")), "{criteria}: {plan:#?}");
        for (at, _) in plan.iter().enumerate().filter(|(_, it)| it.contains("Distributed Subplan"))
        {
            let output = plan[at..].iter().find_map(|line| line.trim().strip_prefix("Output: "));
            brought.push(output.unwrap().replace("remote_scan.", ""));
        }
    }
    brought
}

both! {
    async fn criteria_are_answered_on_the_nodes_and_only_keys_travel(app) {
        if !app.is_distributed().await {
            return;
        }
        populate(&app).await;
        for criteria in questions() {
            for columns in brought(&app, &criteria).await {
                let are_keys = ["id", "contact_id", "company_id", "owner"].contains(&&*columns);
                assert!(are_keys, "{criteria} brings {columns}");
            }
        }
        for criteria in questions_across_nodes() {
            let brought = brought(&app, &criteria).await;
            assert_eq!(brought[0], "id, company_id", "{criteria}");
            assert_eq!(brought.len(), 2, "{criteria}");
        }
    }

    async fn a_database_with_contacts_is_distributed_while_it_serves(app) {
        if !app.is_distributed().await {
            let message = app.context.db.distribute().await.unwrap_err().to_string();
            assert!(message.contains("Citus is an extension of PostgreSQL"), "{message}");
            return;
        }
        let (server, name) = app.database_url.rsplit_once('/').unwrap();
        let url = on_a_new_cluster(server, &format!("{name}_whole")).await;
        let app = TestApp::start(url, None).await;
        populate(&app).await;
        let questions = [questions(), questions_across_nodes()].concat();
        let mut before = Vec::new();
        for criteria in &questions {
            before.push(matching(&app.context, criteria).await);
        }
        let tables = "SELECT logicalrelid::text FROM pg_dist_partition";
        assert_eq!(texts(app.context.db.reader(), tables).await, [""; 0]);
        // Twice is as good as once.
        for _ in 0..2 {
            let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
            command.args(["migrate", "--citus", "--database-url", &app.database_url]);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{output:?}");
            assert_eq!(texts(app.context.db.reader(), tables).await.len(), shards::TABLES.len());
            for (criteria, before) in questions.iter().zip(&before) {
                assert_eq!(matching(&app.context, criteria).await, *before, "{criteria}");
            }
        }
    }

    async fn tables_about_contacts_are_distributed_where_any_are(app) {
        let db = app.context.db.reader();
        if db.get_database_backend() == DbBackend::Sqlite {
            return;
        }
        let keyed = "SELECT table_name::text FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND column_name = 'contact_id' \
                     AND table_name <> 'contact_identifier'";
        let mut tables = texts(db, keyed).await;
        tables.push("contact".to_owned());
        tables.sort();
        let mut listed = shards::TABLES.to_vec();
        listed.sort_unstable();
        assert_eq!(tables, listed);
        if app.is_distributed().await {
            let mut distributed = texts(db, "SELECT logicalrelid::text FROM pg_dist_partition").await;
            distributed.sort();
            assert_eq!(distributed, listed);
        }
    }
}
