//! A database that can't be written for a while is read all the same, and written again as soon as
//! that is possible.

use axum::http::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use urval::{db, domain::Error};

use crate::{
    app::TestApp,
    check::check,
    contact::{create, input},
    import_http,
};

/// The most pages that the writer may give the database; it never gets fewer than there are.
async fn allow_pages(app: &TestApp, count: u32) {
    let allowed = db::write(&app.context.db, &[], async |txn| {
        txn.execute_unprepared(&format!("PRAGMA max_page_count = {count}")).await?;
        Ok::<_, Error>(())
    });
    allowed.await.unwrap();
}

/// Rows that need room.
fn rows(prefix: &str, count: usize) -> Value {
    let name = "x".repeat(100);
    let rows: Vec<Value> = (0..count).map(|no| json!([format!("{prefix}{no}"), name])).collect();
    json!({ "columns": ["no", "name"], "rows": rows })
}

async fn import(app: &TestApp, input: &Value) -> Value {
    let import = "mutation($i: ContactsImportInput!) { contactsImport(input: $i) { created } }";
    app.graphql(import, json!({ "i": input })).await
}

const COUNT: &str = "{ contacts(first: 1) { totalCount } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_database_is_read_and_written_again_once_there_is_room() {
    let app = TestApp::on_sqlite().await;
    let ada = create(&app, input("PERSON", "Ada")).await;
    allow_pages(&app, 1).await;
    // Small and large ones: the database gives up a statement, or the whole transaction by itself.
    for round in 0..3 {
        for count in [1, 50, 1000] {
            let refused = import(&app, &rows(&format!("A{round}X{count}X"), count)).await;
            let Some(error) = refused["errors"].get(0) else {
                // There was a little room left.
                assert_eq!((count, &refused["data"]["contactsImport"]["created"]), (1, &json!(1)));
                continue;
            };
            assert_eq!(error["extensions"]["code"], "UNAVAILABLE");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("can't be written at the moment"), "{message}");
            allow_pages(&app, 1).await;
        }
    }
    let before = app.data(COUNT, json!({})).await["contacts"]["totalCount"].as_u64().unwrap();
    allow_pages(&app, u32::MAX - 1).await;
    // What is refused now is undone on its own, and what is done is there for everybody.
    let wrong = json!({ "id": ada, "expectedRevision": 9, "city": "Rome" });
    let refused = app.mutate("contactUpdate", "contact { id }", wrong).await;
    assert_eq!(refused["userErrors"][0]["code"], "CONFLICT");
    let made = import(&app, &rows("B", 1000)).await;
    assert_eq!(made["data"]["contactsImport"]["created"], 1000, "{made}");
    let now = app.data(COUNT, json!({})).await;
    assert_eq!(now["contacts"]["totalCount"], before + 1000);
    assert_eq!(check(&app).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_finds_no_room_can_be_sent_again() {
    let app = TestApp::on_sqlite().await;
    allow_pages(&app, 1).await;
    let answer = import_http::import(&app, "", import_http::people(2000)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("can't be written at the moment"), "{}", answer.body);
    assert!(answer.body.contains("\"nextLine\":2"), "{}", answer.body);
    assert_eq!(import_http::contacts(&app).await, 0);
    allow_pages(&app, u32::MAX - 1).await;
    let answer = import_http::import(&app, "", import_http::people(2000)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(import_http::contacts(&app).await, 2000);
}
