//! GraphQL over HTTP: media types, statuses and limits.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, Method, Request, StatusCode, header},
};
use insta::assert_snapshot;
use serde_json::json;
use urval::http::Settings;

use crate::stub::{Answer, Stub};

const GRAPHQL: &str = "application/graphql-response+json";

async fn post(headers: &[(HeaderName, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/graphql");
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    Stub::start().await.send(request.body(body.into()).unwrap()).await
}

async fn ask(accept: &str, query: &str) -> Answer {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::ACCEPT, accept)];
    post(&headers, json!({ "query": query }).to_string()).await
}

async fn get(uri: &str) -> Answer {
    Stub::start().await.send(Request::get(uri).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_client_chooses_the_media_type() {
    let json = "application/json; charset=utf-8";
    let graphql = "application/graphql-response+json; charset=utf-8";
    let cases = [
        (GRAPHQL, graphql),
        ("application/json", json),
        ("*/*", json),
        ("application/graphql-response+json, application/json;q=0.9", graphql),
        ("application/graphql-response+json;q=0.4, application/json", json),
        ("application/graphql-response+json;q=0, */*", json),
        ("application/json, application/graphql-response+json", graphql),
        ("text/html, application/xhtml+xml, */*;q=0.8", json),
    ];
    for (accept, media) in cases {
        let answer = ask(accept, "{ hello }").await;

        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, media));
        assert_eq!(answer.body, r#"{"data":{"hello":"Hello world!"}}"#);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let answer = ask("text/html", "{ hello }").await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);

    let typed = [(header::CONTENT_TYPE, "application/json")];
    let answer = post(&typed, r#"{"query":"{ hello }"}"#).await;
    assert_eq!(answer.header("content-type"), json);
}

#[tokio::test]
async fn the_status_tells_whether_a_request_was_executed() {
    let syntax = "{ hello";
    let unknown = "{ nope }";
    let failing = "{ hello broken }";
    let bad_request = StatusCode::BAD_REQUEST;
    let cases = [
        (GRAPHQL, syntax, bad_request),
        (GRAPHQL, unknown, bad_request),
        (GRAPHQL, failing, StatusCode::OK),
        (GRAPHQL, "{ broken }", StatusCode::OK),
        ("application/json", syntax, StatusCode::OK),
        ("application/json", unknown, StatusCode::OK),
        ("application/json", failing, StatusCode::OK),
    ];
    for (accept, query, status) in cases {
        let answer = ask(accept, query).await;

        assert_eq!(answer.status, status, "{accept} {query}");
        let body = answer.json();
        let is_executed = body.as_object().unwrap().contains_key("data");
        assert_eq!(is_executed, query.contains("broken"), "{body}");
        assert!(body["errors"][0]["message"].is_string(), "{body}");
    }
}

#[tokio::test]
async fn a_malformed_request_is_told_why_in_plain_words() {
    let shape = "A request is a JSON object with the string `query`, and optionally \
                 `operationName`, `variables` and `extensions`.";
    let nested = format!(r#"{{"query":"{{ hello }}","variables":{{"a":{}"#, "[".repeat(200));
    let cases = [
        ("", "The body is not JSON, or nests too deeply, at line 1, column 0."),
        ("{", "The body is not JSON, or nests too deeply, at line 1, column 1."),
        (&nested, "The body is not JSON, or nests too deeply, at line 1, column 164."),
        ("{}", shape),
        ("5", shape),
        (r#"{"query":5}"#, shape),
        (r#"{"query":""}"#, shape),
        (r#"{"query":"{ hello }","variables":[]}"#, shape),
        (r#"{"query":"{ hello }","operationName":{}}"#, shape),
        (r#"[{"query":"{ hello }"}]"#, "Batches are not supported: send one request at a time."),
        (" []", "Batches are not supported: send one request at a time."),
    ];
    for (body, message) in cases {
        for accept in [GRAPHQL, "application/json"] {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::ACCEPT, accept)];
            let answer = post(&headers, body.to_owned()).await;

            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
            let error = json!({ "message": message, "extensions": { "code": "BAD_REQUEST" } });
            assert_eq!(answer.json(), json!({ "errors": [error] }), "{body}");
        }
    }
}

#[tokio::test]
async fn what_may_be_null_or_missing_may() {
    let body = r#"{"query":"{ hello }","operationName":null,"variables":null,"extensions":null}"#;
    let answer = post(&[(header::CONTENT_TYPE, "application/json")], body).await;
    assert_snapshot!(answer.body, @r#"{"data":{"hello":"Hello world!"}}"#);
}

#[tokio::test]
async fn only_json_is_read() {
    let body = r#"{"query":"{ hello }"}"#;
    let refused = ["text/plain", "application/graphql", "multipart/form-data; boundary=x", ""];
    for content_type in refused.into_iter().chain(["application/json; charset=latin1"]) {
        let answer = post(&[(header::CONTENT_TYPE, content_type)], body).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
    }
    assert_eq!(post(&[], body).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);

    for content_type in ["Application/JSON", "application/json;charset=\"UTF-8\""] {
        let answer = post(&[(header::CONTENT_TYPE, content_type)], body).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }

    for (encoding, status) in
        [("gzip", StatusCode::UNSUPPORTED_MEDIA_TYPE), ("identity", StatusCode::OK)]
    {
        let encoding = (header::CONTENT_ENCODING, encoding);
        let answer = post(&[(header::CONTENT_TYPE, "application/json"), encoding], body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_body_has_at_most_a_mebibyte() {
    let typed = [(header::CONTENT_TYPE, "application/json")];
    let of_size = |size: usize| {
        let body = r#"{"query":"{ hello } #"}"#;
        body.replace('#', &format!("#{}", "x".repeat(size - body.len())))
    };
    assert_eq!(post(&typed, of_size(1024 * 1024)).await.status, StatusCode::OK);

    let large = of_size(1024 * 1024 + 1);
    let answer = post(&typed, large.clone()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "PAYLOAD_TOO_LARGE");

    // The same when the client does not say how much is coming.
    let chunks = [large[..1000].to_owned(), large[1000..].to_owned()];
    let chunks = futures_util::stream::iter(chunks.map(Ok::<_, std::io::Error>));
    let answer = post(&typed, Body::from_stream(chunks)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_query_that_nests_without_end_is_refused() {
    for (open, close) in [("{ hello ", "}"), ("{ hello(name: [", "])}")] {
        let query = format!("{}{}", open.repeat(20_000), close.repeat(20_000));
        assert_eq!(ask(GRAPHQL, &query).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_get_runs_queries() {
    let answer = get("/graphql?query=%7Bhello%7D").await;
    assert_snapshot!(answer.body, @r#"{"data":{"hello":"Hello world!"}}"#);

    let query = "query+A($n:String){hello(name:$n)}+query+B{__typename}";
    let uri = format!("/graphql?query={query}&operationName=A&variables=%7B%22n%22:%22Ada%22%7D");
    let answer = get(&uri.replace('{', "%7B").replace('}', "%7D")).await;
    assert_snapshot!(answer.body, @r#"{"data":{"hello":"Hello Ada!"}}"#);

    for uri in [
        "/graphql",
        "/graphql?query=",
        "/graphql?query=%7Bhello%7D&variables=5",
        "/graphql?query=%7Bhello%7D&variables=nope",
        "/graphql?query=%7Bhello%7D&query=%7Bhello%7D",
    ] {
        let answer = get(uri).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_get_never_mutates() {
    let say = "mutation+Say%7Bsay(word:%22x%22)%7D";
    for uri in [
        format!("/graphql?query={say}"),
        format!("/graphql?query={say}&operationName=Say"),
        format!("/graphql?query=query+Ask%7Bhello%7D+{say}&operationName=Say"),
    ] {
        let answer = get(&uri).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "POST");
        assert_eq!(answer.json()["errors"][0]["message"], "A mutation has to be sent by POST.");
    }
    // Where it isn't said which operation is meant, none runs.
    let answer = get(&format!("/graphql?query=query+Ask%7Bhello%7D+{say}")).await;
    assert!(answer.json().get("data").is_none(), "{}", answer.body);

    let request = Request::builder().method(Method::PUT).uri("/graphql").body(Body::empty());
    let answer = Stub::start().await.send(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
    for (uri, allowed) in [("/export/mail/SM000001.csv", "GET,HEAD"), ("/attachments", "POST")] {
        let request = Request::builder().method(Method::DELETE).uri(uri).body(Body::empty());
        let answer = Stub::start().await.send(request.unwrap()).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, allowed)
        );
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let settings = Settings { request_timeout: Duration::from_millis(50), ..Settings::default() };
    let app = Stub::with(settings).await;
    let request = Request::post("/graphql").header("content-type", "application/json");
    let body = json!({ "query": "{ slow(seconds: 60) }" }).to_string();

    let answer = app.send(request.body(Body::from(body)).unwrap()).await;

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_snapshot!(answer.body, @r#"{"errors":[{"message":"The request took longer than 0.05 s and was given up.","extensions":{"code":"TIMEOUT"}}]}"#);
}

#[tokio::test]
async fn a_fault_says_how_to_find_it_in_the_log() {
    let answer = ask(GRAPHQL, "{ hello broken }").await;

    let error = &answer.json()["errors"][0];
    assert_eq!(error["path"], json!(["broken"]));
    assert_eq!(error["extensions"]["requestId"], answer.header("x-request-id"));
}

#[tokio::test]
async fn a_breakdown_tells_nothing() {
    let answer = ask(GRAPHQL, "{ panics }").await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_snapshot!(answer.body, @r#"{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL"}}]}"#);
}
