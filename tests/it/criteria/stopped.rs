//! Whoever asks for contacts and goes away leaves nothing behind that works on.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DbBackend, Statement,
    sea_query::{Expr, Query},
};
use tokio::time::{sleep, timeout};
use urval::domain::Snapshot;

use crate::app::TestApp;

/// Statements that sleep, in this database.
async fn sleeping(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) AS count FROM pg_stat_activity WHERE datname = current_database() \
               AND state = 'active' AND wait_event = 'PgSleep'";
    let row = Statement::from_string(DbBackend::Postgres, sql);
    let row = app.context.db.reader().query_one_raw(row).await.unwrap().unwrap();
    row.try_get("", "count").unwrap()
}

/// Waits until so many statements sleep.
async fn until_sleeping(app: &TestApp, count: i64) {
    let until = async {
        while sleeping(app).await != count {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(50), until).await.expect("there would be so many");
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_stopped() {
    // SQLite ends what it has begun.
    let Some(app) = TestApp::on_postgres().await else { return };
    let context = app.context.clone();
    let asking = tokio::spawn(async move {
        let snapshot = Snapshot::open(&context).await.unwrap();
        let mut slow = Query::select();
        slow.expr_as(Expr::cust("(SELECT 1 FROM pg_sleep(100))"), "id");
        snapshot.contacts(&slow).await.unwrap();
    });
    until_sleeping(&app, 1).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    until_sleeping(&app, 0).await;
    // And the place is free, for as many as there are.
    for _ in 0..20 {
        Snapshot::open(&app.context).await.unwrap().close().await.unwrap();
    }
}
