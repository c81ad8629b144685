//! What an operation costs, and what a client may spend.

use std::sync::Arc;

use async_graphql::Executor;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use serde_json::{Value, json};
use tokio::sync::{Mutex, oneshot};
use tower::ServiceExt;
use urval::{
    db,
    graphql::{self, Introspection},
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    socket::Client,
    stub::Served,
};

/// One a second, and ten thousand at once.
fn poor() -> Settings {
    Settings { rate_limit: Some(1), ..Settings::default() }
}

async fn send(router: &Router, query: &str) -> (StatusCode, HeaderMap, Value) {
    let body = json!({ "query": query }).to_string();
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.body(Body::from(body)).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
}

const LARGE: &str = "{ contacts(first: 1000) { nodes { id no name city } } }";

both! {
    async fn a_response_says_what_it_cost(app) {
        let router = http::router(App::new(app.schema.clone(), app.context, poor()));
        let (status, _, answer) = send(&router, LARGE).await;
        assert_eq!(status, StatusCode::OK);
        let cost = json!({
            "requested": 5005, "available": 4995, "maximum": 10_000, "restoreRate": 1,
        });
        assert_eq!(answer["extensions"]["cost"], cost);
    }
}

#[tokio::test]
async fn who_has_spent_too_much_is_told_when_to_come_again() {
    let app = TestApp::on_sqlite().await;
    let router = http::router(App::new(app.schema.clone(), app.context, poor()));
    assert_eq!(send(&router, LARGE).await.0, StatusCode::OK);
    let (status, headers, answer) = send(&router, LARGE).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "RATE_LIMITED");
    assert!(answer.get("data").is_none(), "{answer}");
    let seconds = error["extensions"]["retryAfter"].as_u64().unwrap();
    assert!((1..=12).contains(&seconds), "{seconds}");
    assert_eq!(headers["retry-after"].to_str().unwrap(), seconds.to_string());
    // Something smaller is still in reach.
    assert_eq!(send(&router, "{ contacts(first: 1) { nodes { id } } }").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_web_socket_spends_from_the_same_allowance() {
    let app = TestApp::on_sqlite().await;
    let served = Served::real_with(app, poor()).await;
    let mut one = Client::open(served.address).await;
    one.subscribe("1", LARGE).await;
    let next = one.hear().await;
    assert_eq!(next["payload"]["extensions"]["cost"]["requested"], 5005, "{next}");
    let mut other = Client::open(served.address).await;
    other.subscribe("1", LARGE).await;
    let refused = other.hear().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    other.subscribe("2", "subscription { segmentChanged(id: \"segment:1\") { segmentId } }").await;
    other.subscribe("3", "{ __typename }").await;
    assert_eq!(other.hear().await["id"], "3");
}

#[tokio::test]
async fn so_many_operations_run_at_a_time_for_each_client() {
    let app = TestApp::on_sqlite().await;
    let settings = Settings { rate_limit: Some(1_000_000), ..Settings::default() };
    let router = http::router(App::new(app.schema.clone(), app.context.clone(), settings));
    let create = "mutation { segmentCreate(input: { description: \"A\" }) { segment { id } } }";
    // While the writer is taken, mutations wait for it.
    let (taken, is_taken) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let db = app.context.db.clone();
    let holder = tokio::spawn(async move {
        let ends = Arc::new(Mutex::new(Some((taken, released))));
        let held = async |_: &_| {
            let (taken, released) = ends.lock().await.take().unwrap();
            taken.send(()).unwrap();
            released.await.unwrap();
            Ok::<_, urval::domain::Error>(())
        };
        db::write(&db, &[], held).await.unwrap();
    });
    is_taken.await.unwrap();
    let mut sent: FuturesUnordered<_> = (0..65).map(|_| send(&router, create)).collect();
    let (status, headers, answer) = sent.next().await.unwrap();
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
    assert_eq!(headers["retry-after"], "1");

    release.send(()).unwrap();
    let rest: Vec<_> = sent.map(|(status, ..)| status).collect().await;
    assert_eq!(rest, [StatusCode::OK; 64]);
    assert_eq!(send(&router, create).await.0, StatusCode::OK);
    holder.await.unwrap();
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let app = TestApp::on_sqlite().await;
    let schema = graphql::build_with(app.context.clone(), Introspection::Off);
    let ask = async |query: &str| {
        let response = schema.execute(async_graphql::Request::new(query)).await;
        serde_json::to_value(response).unwrap()
    };
    for query in [
        "{ __schema { queryType { name } } }",
        "{ __typename __type(name: \"Query\") { name } }",
        "{ ...A } fragment A on Query { ... { s: __schema { queryType { name } } } }",
    ] {
        let answer = ask(query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTROSPECTION_OFF", "{query}");
    }
    assert_eq!(ask("{ __typename }").await["data"]["__typename"], "Query");
    let answer = ask("{ contactz { totalCount } }").await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert_eq!(message, "Unknown field \"contactz\" on type \"Query\".");
}
