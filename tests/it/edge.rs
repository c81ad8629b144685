//! What holds for every request and response, and what an operator asks for.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use urval::http::{Hosts, Settings};

use crate::stub::{Answer, Stub};

const POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

async fn get(uri: &str) -> Answer {
    Stub::start().await.send(Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_response_is_guarded() {
    for uri in ["/", "/graphql", "/graphql?query=%7Bhello%7D", "/healthz", "/nowhere"] {
        let answer = get(uri).await;

        assert_eq!(answer.header("content-security-policy"), POLICY);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(!answer.header("x-request-id").is_empty());
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn a_request_keeps_the_id_that_its_client_gave_it() {
    let app = Stub::start().await;
    let echoed = async |id: &str| {
        let request = Request::get("/healthz").header("x-request-id", id);
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(echoed("order-17_a.b").await, "order-17_a.b");

    let long = "x".repeat(65);
    for odd in ["", "two words", "a=b", &long] {
        let id = echoed(odd).await;
        assert!(!id.is_empty() && id != odd, "{odd:?} became {id:?}");
    }
}

#[tokio::test]
async fn only_the_servers_own_names_are_answered() {
    let named =
        Settings { hosts: Hosts::LoopbackAnd(vec!["urval.example".into()]), ..Settings::default() };
    let named = Stub::with(named).await;
    let any = Stub::with(Settings { hosts: Hosts::Any, ..Settings::default() }).await;
    let status = async |app: &Stub, host: &str| {
        let request = Request::get("/healthz").header("host", host);
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    for host in [
        "localhost",
        "LOCALHOST:8080",
        "api.localhost:8080",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]:8080",
        "urval.example",
        "Urval.Example:443",
    ] {
        assert_eq!(status(&named, host).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8080",
        "192.0.2.1",
        "[::2]",
    ] {
        assert_eq!(status(&named, host).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert_eq!(status(&any, host).await, StatusCode::OK, "{host}");
    }
    assert_eq!(status(&named, "two words").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_operator_can_ask_how_it_goes() {
    let live = get("/healthz").await;
    assert_eq!((live.status, live.body.as_str()), (StatusCode::OK, "ok\n"));
    let ready = get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::OK, "ready\n"));

    let app = Stub::start().await;
    app.context.db.reader().close_by_ref().await.unwrap();
    let ready = app.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.body, "the database does not answer\n");
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let app = Stub::start().await;
    let query = format!("/graphql?query=%7Bhello(name:%22{}%22)%7D", "x".repeat(2000));
    let request = Request::get(query).header("accept-encoding", "gzip");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.body.len() < 1000);
}
