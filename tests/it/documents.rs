//! Operations that clients name by their SHA-256, those that an operator trusts, and batches.

use std::{fs, path::Path};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use urval::http::{Documents, Settings};

use crate::{
    socket::Client,
    stub::{Answer, Served, Stub},
};

const HELLO: &str = "query Hello { hello }";

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn with(documents: Documents) -> Stub {
    Stub::with(Settings { documents, ..Settings::default() }).await
}

async fn send(to: &Stub, body: &Value) -> Answer {
    let request = Request::post("/graphql").header("content-type", "application/json");
    to.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// The code of the first error, or nothing if there is none.
async fn code(to: &Stub, body: &Value) -> Value {
    send(to, body).await.json()["errors"][0]["extensions"]["code"].clone()
}

/// The way Apollo's clients name an operation.
fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn trusting(files: &[(&str, String)]) -> Result<Documents, String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    Documents::default().trust(dir.path()).map_err(|err| err.to_string())
}

#[tokio::test]
async fn an_operation_is_remembered_by_the_digest_it_came_with() {
    let stub = with(Documents::default().remember()).await;
    let by_digest = json!({ "extensions": persisted(&sha256(HELLO)) });
    let answer = send(&stub, &by_digest).await;
    assert_eq!(answer.status, StatusCode::OK);
    let error = json!({
        "message": "PersistedQueryNotFound",
        "extensions": { "code": "PERSISTED_QUERY_NOT_FOUND" },
    });
    assert_eq!(answer.json(), json!({ "errors": [error] }));

    let both = json!({ "query": HELLO, "extensions": persisted(&sha256(HELLO)) });
    assert_eq!(send(&stub, &both).await.json()["data"]["hello"], "Hello world!");
    assert_eq!(send(&stub, &by_digest).await.json()["data"]["hello"], "Hello world!");
    let by_id = json!({ "documentId": format!("sha256:{}", sha256(HELLO)) });
    assert_eq!(send(&stub, &by_id).await.json()["data"]["hello"], "Hello world!");

    let wrong = json!({ "query": "{ broken }", "extensions": persisted(&sha256(HELLO)) });
    assert_eq!(code(&stub, &wrong).await, "BAD_REQUEST");
    assert_eq!(send(&stub, &by_digest).await.json()["data"]["hello"], "Hello world!");
    for hash in ["", "abc", &"g".repeat(64), &"é".repeat(32)] {
        let body = json!({ "extensions": persisted(hash) });
        assert_eq!(code(&stub, &body).await, "BAD_REQUEST", "{hash}");
        assert_eq!(code(&stub, &json!({ "documentId": hash })).await, "BAD_REQUEST", "{hash}");
    }
}

#[tokio::test]
async fn a_server_that_remembers_nothing_says_so() {
    let stub = Stub::start().await;
    let by_digest = json!({ "extensions": persisted(&sha256(HELLO)) });
    assert_eq!(code(&stub, &by_digest).await, "PERSISTED_QUERY_NOT_SUPPORTED");
    let both = json!({ "query": HELLO, "extensions": persisted(&sha256(HELLO)) });
    assert_eq!(code(&stub, &both).await, json!(null));
    assert_eq!(code(&stub, &by_digest).await, "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test]
async fn only_what_is_trusted_runs_if_the_operator_says_so() {
    let trusted = trusting(&[("hello.graphql", format!("{HELLO}\n"))]).unwrap();
    let open = with(trusted.clone()).await;
    let by_id = json!({ "documentId": sha256(HELLO) });
    assert_eq!(code(&open, &by_id).await, json!(null));
    assert_eq!(code(&open, &json!({ "query": "{ hello }" })).await, json!(null));
    let unknown = json!({ "documentId": sha256("{ hello }") });
    assert_eq!(code(&open, &unknown).await, "PERSISTED_QUERY_NOT_FOUND");

    let closed = with(trusted.remember().refuse_others()).await;
    assert_eq!(code(&closed, &by_id).await, json!(null));
    assert_eq!(code(&closed, &json!({ "query": HELLO })).await, json!(null));
    let refused = [
        json!({ "query": "{ hello }" }),
        json!({ "query": format!("{HELLO} ") }),
        json!({ "query": "{ __schema { queryType { name } } }" }),
        json!({ "query": "{ hello }", "extensions": persisted(&sha256("{ hello }")) }),
        unknown,
    ];
    for body in refused {
        let answer = send(&closed, &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body}");
        let code = &answer.json()["errors"][0]["extensions"]["code"];
        assert_eq!(code, "OPERATION_NOT_TRUSTED", "{body}");
    }
    let get = format!("/graphql?documentId={}", sha256(HELLO));
    let answer = closed.send(Request::get(get).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.json()["data"]["hello"], "Hello world!");
    let get = Request::get("/graphql?query=%7Bhello%7D").body(Body::empty()).unwrap();
    assert_eq!(closed.send(get).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_web_socket_knows_the_same_operations() {
    let documents = trusting(&[("hello.graphql", HELLO.to_owned())]).unwrap().refuse_others();
    let served = Served::start(Settings { documents, ..Settings::default() }).await;
    let mut client = Client::open(served.address).await;
    client.subscribe("1", "{ hello }").await;
    let heard = client.hear().await;
    assert_eq!(heard["payload"][0]["extensions"]["code"], "OPERATION_NOT_TRUSTED", "{heard}");
    let payload = json!({ "documentId": sha256(HELLO) });
    let message = json!({ "id": "1", "type": "subscribe", "payload": payload });
    client.say(message.to_string()).await;
    assert_eq!(client.hear().await["payload"]["data"]["hello"], "Hello world!");
}

#[test]
fn manifests_of_generators_are_read() {
    let by_hash = json!({ sha256(HELLO): HELLO }).to_string();
    let operation = json!({ "id": sha256(HELLO), "name": "Hello", "type": "query", "body": HELLO });
    let apollo = json!({
        "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation],
    });
    for manifest in [by_hash, apollo.to_string()] {
        let trusted = trusting(&[("operations.json", manifest)]).unwrap();
        assert_eq!(trusted.trusted(), 1);
    }
    let files = [("a.graphql", "{ hello }".to_owned()), ("b.gql", HELLO.to_owned())];
    assert_eq!(trusting(&files).unwrap().trusted(), 2);
}

#[test]
fn what_can_not_be_trusted_is_told_to_the_operator() {
    let nothing = Documents::default().trust(Path::new("no/such/file.json")).unwrap_err();
    assert!(nothing.to_string().starts_with("no/such/file.json can't be read"), "{nothing}");
    let md5 = json!({ "5eb63bbbe01eeed093cb22bb8f5acdc3": HELLO }).to_string();
    let cases = [
        (vec![], "holds no operations."),
        (vec![("a.txt", HELLO.to_owned())], "holds no operations."),
        (vec![("a.json", "[]".to_owned())], "is no manifest"),
        (vec![("a.json", "{".to_owned())], "is no manifest"),
        (vec![("a.json", md5)], "is not its SHA-256"),
        (vec![("a.graphql", "query {".to_owned())], "no GraphQL"),
    ];
    for (files, expected) in cases {
        let err = trusting(&files).unwrap_err();
        assert!(err.contains(expected), "{expected}: {err}");
    }
}

#[tokio::test]
async fn a_batch_runs_if_the_operator_allows_it() {
    let stub = Stub::with(Settings { batch_max: 3, ..Settings::default() }).await;
    let batch = json!([{ "query": "{ hello }" }, { "query": "{ nope }" }, { "documentId": "x" }]);
    let answer = send(&stub, &batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answers = answer.json();
    assert_eq!(answers[0]["data"]["hello"], "Hello world!");
    assert!(answers[1]["errors"][0]["message"].as_str().unwrap().contains("nope"), "{answers}");
    assert_eq!(answers[2]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(answers.as_array().unwrap().len(), 3);
    assert_eq!(send(&stub, &json!({ "query": "{ hello }" })).await.status, StatusCode::OK);

    let hello = json!({ "query": "{ hello }" });
    let refused = [json!([]), json!([hello, hello, hello, hello]), json!([5]), json!([[hello]])];
    for batch in refused {
        assert_eq!(send(&stub, &batch).await.status, StatusCode::BAD_REQUEST, "{batch}");
    }
    let one = Stub::start().await;
    assert_eq!(send(&one, &json!([hello])).await.status, StatusCode::BAD_REQUEST);
}
