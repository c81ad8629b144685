//! Reading through a replica. `TEST_REPLICA_URL` names one of the server that `TEST_DATABASE_URL`
//! names, and may be told to pause; `tests/run` starts both. All tests on PostgreSQL read through it
//! then, for what they read is to be the same.

use std::{env, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use tokio::time::{Instant, sleep};
use urval::{db, domain::Context};

use crate::{
    app::{TestApp, open},
    criteria::known::matching,
};

/// The replicas of the database at `url`, if there are any.
pub(crate) fn of(url: &str) -> Vec<String> {
    let server = env::var("TEST_REPLICA_URL").ok().filter(|_| url.starts_with("postgres"));
    let name = url.rsplit('/').next().unwrap_or_default();
    server.map(|server| format!("{server}/{name}")).into_iter().collect()
}

/// Whether what `sql` asks for is so.
async fn is(db: &impl ConnectionTrait, sql: &str) -> bool {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Whether a query would read through the replica now.
async fn is_used(app: &TestApp) -> bool {
    let context = app.context.for_reading().await;
    is(context.db.reader(), "SELECT pg_is_in_recovery()").await
}

async fn until_it_is_used(app: &TestApp) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !is_used(app).await {
        assert!(Instant::now() < patience, "the replica is not used");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Stops the replica where it is.
async fn pause(replica: &DatabaseConnection) {
    replica.execute_unprepared("SELECT pg_wal_replay_pause()").await.unwrap();
    while !is(replica, "SELECT pg_get_wal_replay_pause_state() = 'paused'").await {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Lets it go on.
async fn resume(replica: &DatabaseConnection) {
    replica.execute_unprepared("SELECT pg_wal_replay_resume()").await.unwrap();
}

async fn create(app: &TestApp) {
    let input = json!({ "type": "COMPANY", "name": "A", "city": "Oslo" });
    app.must("contactCreate", "contact { id }", input).await;
}

async fn in_oslo(context: &Context) -> usize {
    matching(context, &json!({ "city": { "eq": "Oslo" } })).await.len()
}

/// A database, and the server of its replica, if there is one. One test at a time has it: to pause
/// it is to pause it for all.
async fn start() -> Option<(TestApp, DatabaseConnection)> {
    let replica = open(&format!("{}/postgres", env::var("TEST_REPLICA_URL").ok()?)).await;
    replica.execute_unprepared("SELECT pg_advisory_lock(4712)").await.unwrap();
    // As one that failed did not.
    resume(&replica).await;
    Some((TestApp::on_postgres().await?, replica))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_is_read_however_far_behind_a_replica_is() {
    let Some((app, replica)) = start().await else { return };
    let other = app.another().await;
    let query = "{ contacts { nodes { city } } \
                 criteriaPreview(input: { criteria: { city: { eq: \"Oslo\" } } }) { \
                 selected { count } } }";
    for count in 1..4 {
        until_it_is_used(&app).await;
        pause(&replica).await;
        create(&app).await;
        let contacts = json!({ "nodes": vec![json!({ "city": "Oslo" }); count] });
        let all =
            json!({ "contacts": contacts, "criteriaPreview": { "selected": { "count": count } } });
        for app in [&app, &other] {
            assert_eq!(app.data(query, json!({})).await, all);
            assert!(!is_used(app).await);
        }
        resume(&replica).await;
        until_it_is_used(&app).await;
        assert_eq!(app.data(query, json!({})).await, all);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sets_that_are_known_belong_to_the_moment_that_is_read() {
    let Some((app, replica)) = start().await else { return };
    create(&app).await;
    until_it_is_used(&app).await;
    let earlier = app.context.for_reading().await;
    assert_eq!(in_oslo(&earlier).await, 1);
    pause(&replica).await;
    create(&app).await;
    for _ in 0..2 {
        assert_eq!(in_oslo(&app.context).await, 2);
        assert_eq!(in_oslo(&earlier).await, 1);
    }
    resume(&replica).await;
    until_it_is_used(&app).await;
    assert_eq!(in_oslo(&app.context.for_reading().await).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_whose_replica_fails_is_answered_all_the_same() {
    let Some((app, replica)) = start().await else { return };
    create(&app).await;
    until_it_is_used(&app).await;
    // Whoever reads contacts waits, on the replica as soon as it knows.
    let writer = open(&app.database_url).await;
    let lock = "BEGIN; LOCK TABLE urval.contact IN ACCESS EXCLUSIVE MODE";
    writer.execute_unprepared(lock).await.unwrap();
    let name = app.database_url.rsplit('/').next().unwrap();
    let of_database = format!("(SELECT oid FROM pg_database WHERE datname = '{name}')");
    let is_known = format!(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' \
         AND database = {of_database})"
    );
    while !is(&replica, &is_known).await {
        sleep(Duration::from_millis(5)).await;
    }
    // One that waits there loses its connection.
    let cut_off = format!(
        "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity \
         WHERE wait_event_type = 'Lock' AND datid = {of_database}"
    );
    let fail = async {
        while !is(&replica, &cut_off).await {
            sleep(Duration::from_millis(5)).await;
        }
        writer.execute_unprepared("ROLLBACK").await.unwrap();
    };
    let query = "query Q($first: Int) { contacts(first: $first) { nodes { city } } }";
    let (answer, ()) = tokio::join!(app.data(query, json!({ "first": 1 })), fail);
    assert_eq!(answer, json!({ "contacts": { "nodes": [{ "city": "Oslo" }] } }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_no_replica_is_not_read_from() {
    let Some(app) = TestApp::on_postgres().await else { return };
    if app.is_distributed().await {
        return;
    }
    let db = db::connect(&app.database_url).await.unwrap();
    let nobody = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let db = db.with_replicas(&[app.database_url.clone(), nobody]).await.unwrap();
    let context = Context { db, ..app.context.clone() };
    create(&app).await;
    assert_eq!(in_oslo(&context.for_reading().await).await, 1);
}

#[tokio::test]
async fn sqlite_has_no_replicas() {
    let app = TestApp::on_sqlite().await;
    let refused = app.context.db.clone().with_replicas(&["postgres://it/b".to_owned()]).await;
    assert!(refused.unwrap_err().to_string().contains("SQLite"));
}
