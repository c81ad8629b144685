//! What is refused, what is no answer to be kept, and whose keys are whose.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::json;
use urval::{
    domain::access::{self, NewToken, Scope, Scopes},
    http::Settings,
};

use super::{
    keys,
    server::{CREATE, Server, error, named, segments},
};
use crate::app::{TestApp, both, open};

const MAX: usize = 1024 * 1024;

/// Executes statements past the server.
async fn execute(app: &TestApp, sql: &str) {
    let db = open(&app.database_url).await;
    if app.database_url.starts_with("postgres") {
        db.execute_unprepared("SET search_path TO urval").await.unwrap();
    }
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

async fn token(app: &TestApp, name: &str, scopes: &[Scope]) -> String {
    let new = NewToken { name: name.to_owned(), scopes: Scopes::of(scopes), expires_at: None };
    format!("Bearer {}", access::create(&app.context, new).await.unwrap())
}

both! {
    async fn a_key_is_of_one_request(app) {
        let server = Server::new(&app);
        let query = format!("mutation A {{ a: {} }} mutation B {{ a: {} }}", named("A"), named("B"));
        let body = |query: &str, name: &str, variables: &str| {
            json!({ "query": query, "operationName": name, "variables": { "v": variables } }).to_string()
        };
        let first = server.send("k", &body(&query, "A", "x")).await;
        assert_eq!(first.status.as_u16(), 200, "{}", first.body);
        let others = [
            body(&query, "B", "x"),
            body(&query, "A", "y"),
            body(&format!("{query} "), "A", "x"),
        ];
        for other in &others {
            for media in ["application/json", "application/graphql-response+json"] {
                let headers = [("idempotency-key", "k"), ("accept", media)];
                let answer = server.send_as(&headers, other).await;
                assert_eq!(answer.status.as_u16(), 422);
                assert_eq!(error(&answer), "IDEMPOTENCY_KEY_REUSED");
                assert_eq!(answer.header("content-type"), format!("{media}; charset=utf-8"));
            }
        }
        assert_eq!(segments(&app).await, 1);
        assert_eq!(server.send("k", &body(&query, "A", "x")).await.body, first.body);
    }

    async fn what_is_no_key_is_refused_and_nothing_is_done(app) {
        let server = Server::new(&app);
        let (longest, long) = ("k".repeat(255), "k".repeat(256));
        for key in ["", " ", "a b", "å", "a\tb", &long] {
            let answer = server.send(key, CREATE).await;
            assert_eq!((answer.status.as_u16(), error(&answer).as_str()), (400, "BAD_REQUEST"), "{key:?}");
        }
        let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
        assert_eq!(server.send_as(&twice, CREATE).await.status.as_u16(), 400);
        assert_eq!((segments(&app).await, keys(&app).await), (0, 0));
        for key in [&longest, "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "!~"] {
            assert_eq!(server.send(key, CREATE).await.status.as_u16(), 200, "{key:?}");
        }
        assert_eq!(segments(&app).await, 3);
    }

    async fn a_key_means_nothing_to_a_query(app) {
        let server = Server::new(&app);
        let count = r#"{"query":"{ segments { totalCount } }"}"#;
        for (key, there) in [("k", 0), ("å", 1), ("k", 2)] {
            let answer = server.send(key, count).await;
            assert_eq!(answer.json()["data"]["segments"]["totalCount"], there, "{}", answer.body);
            app.must("segmentCreate", "", json!({})).await;
        }
        assert_eq!(keys(&app).await, 0);
    }

    async fn what_was_not_executed_is_not_kept(app) {
        let server = Server::new(&app);
        for query in ["mutation { nope }", "mutation {", "mutation A { __typename } mutation B { __typename }"] {
            let body = json!({ "query": query }).to_string();
            for _ in 0..2 {
                let answer = server.send("k", &body).await;
                assert!(answer.json().get("data").is_none(), "{}", answer.body);
                assert_eq!(answer.header("idempotency-replayed"), "");
            }
        }
        assert_eq!(keys(&app).await, 0);
        assert_eq!(server.send("k", CREATE).await.status.as_u16(), 200);
    }

    async fn a_fault_is_not_kept(app) {
        let server = Server::new(&app);
        execute(&app, "ALTER TABLE audit_entry RENAME TO away").await;
        let fault = server.send("k", CREATE).await;
        assert_eq!(error(&fault), "INTERNAL");
        assert_eq!((segments(&app).await, keys(&app).await), (0, 0));
        execute(&app, "ALTER TABLE away RENAME TO audit_entry").await;
        let done = server.send("k", CREATE).await;
        assert!(done.json()["data"]["segmentCreate"]["segment"]["no"].is_string(), "{}", done.body);
        assert_eq!(server.send("k", CREATE).await.body, done.body);
        assert_eq!(segments(&app).await, 1);
    }

    async fn a_fault_after_something_was_done_does_not_do_it_again(app) {
        let server = Server::new(&app);
        execute(&app, "ALTER TABLE campaign RENAME TO away").await;
        let query = format!("mutation {{ a: {} campaignCreate(input: {{}}) {{ campaign {{ no }} }} }}", named("A"));
        let body = json!({ "query": query }).to_string();
        let fault = server.send("k", &body).await;
        assert_eq!(error(&fault), "INTERNAL", "{}", fault.body);
        assert_eq!(segments(&app).await, 1);
        execute(&app, "ALTER TABLE away RENAME TO campaign").await;
        for _ in 0..2 {
            assert_eq!(error(&server.send("k", &body).await), "IDEMPOTENCY_RESULT_LOST");
        }
        assert_eq!(segments(&app).await, 1);
    }

    async fn an_answer_is_kept_up_to_a_mebibyte(app) {
        let server = Server::new(&app);
        let size = server.send_as(&[], CREATE).await.body.len() + r#","x":"""#.len();
        for (key, spare, code) in [("fits", 0, ""), ("does-not", 1, "IDEMPOTENCY_RESULT_LOST")] {
            let padding = "x".repeat(MAX - size + spare);
            let large = server.around(move |it| it.extension("x", padding.clone().into()));
            let first = large.send(key, CREATE).await;
            assert_eq!(first.body.len(), MAX + spare);
            let again = server.send(key, CREATE).await;
            assert_eq!(error(&again), code);
            assert_eq!(again.body == first.body, spare == 0);
        }
        assert_eq!(segments(&app).await, 3);
    }

    async fn a_key_is_of_whoever_sends_it(app) {
        let shop = token(&app, "Shop", &[Scope::Write]).await;
        let hall = token(&app, "Hall", &[Scope::Write]).await;
        let server = Server::new(&app);
        let send = async |bearer: &str| {
            let headers = [("idempotency-key", "k"), ("authorization", bearer)];
            server.send_as(&headers, CREATE).await
        };
        let [first, other] = [send(&shop).await, send(&hall).await];
        let anybody = server.send("k", CREATE).await;
        assert_eq!(segments(&app).await, 3);
        assert_eq!(send(&shop).await.body, first.body);
        assert_eq!(send(&hall).await.body, other.body);
        assert_eq!(server.send("k", CREATE).await.body, anybody.body);
        assert_eq!(segments(&app).await, 3);
    }

    async fn what_was_only_tried_is_answered_alike(app) {
        let made = app.must("segmentCreate", "segment { id }", json!({})).await;
        let server = Server::new(&app);
        let update = json!({
            "query": "mutation($i: SegmentUpdateLinesInput!) { segmentUpdateLines(input: $i) { \
                      linesCount userErrors { code } } }",
            "variables": { "i": {
                "segmentId": made["segment"]["id"], "dryRun": true, "lines": { "all": true },
                "set": { "unitCost": "1" },
            } },
        });
        let [first, again] = [
            server.send("k", &update.to_string()).await,
            server.send("k", &update.to_string()).await,
        ];
        assert_eq!(first.json()["data"]["segmentUpdateLines"]["linesCount"], 0, "{}", first.body);
        assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    }

    async fn whoever_may_change_nothing_leaves_no_key(app) {
        let reader = token(&app, "Reader", &[Scope::Read, Scope::Personal]).await;
        let headers = [("idempotency-key", "k"), ("authorization", reader.as_str())];
        assert_eq!(error(&Server::new(&app).send_as(&headers, CREATE).await), "FORBIDDEN");
        assert_eq!(keys(&app).await, 0);
    }

    async fn an_answer_is_for_the_scopes_that_it_was_made_for(app) {
        let shop = token(&app, "Shop", &[Scope::Write, Scope::Personal]).await;
        let settings = Settings { token_known_for: Duration::ZERO, ..Settings::default() };
        let server = Server::with(&app, settings);
        let send = async |key: &str, body: &str| {
            server.send_as(&[("idempotency-key", key), ("authorization", &shop)], body).await
        };
        let create = json!({ "query": "mutation { contactCreate(input: { type: PERSON, \
            firstName: \"Ada\" }) { contact { name } } }" }).to_string();
        let refused = json!({ "query": "mutation { codeCreate(input: { kind: COUNTRY, code: \"\" }) \
            { userErrors { code } } }" }).to_string();
        let first = send("done", &create).await;
        assert!(first.body.contains("Ada"), "{}", first.body);
        send("refused", &refused).await;

        execute(&app, "UPDATE access_token SET scopes = 'read write'").await;
        let lost = send("done", &create).await;
        assert_eq!(error(&lost), "IDEMPOTENCY_RESULT_LOST", "{}", lost.body);
        // Of what was not done nothing is told either, but it can be asked for again.
        let again = send("refused", &refused).await;
        assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (200, ""));
        execute(&app, "UPDATE access_token SET scopes = 'read write personal'").await;
        assert_eq!(send("done", &create).await.body, first.body);
        let people = app.data("{ contacts { totalCount } }", json!({})).await;
        assert_eq!(people["contacts"]["totalCount"], 1);
    }
}
