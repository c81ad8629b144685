//! Who asks, and what they may do.

use std::{fmt::Write, time::Duration};

use async_graphql::Executor;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tower::ServiceExt;
use urval::{
    domain::{
        Clock, Context,
        access::{self, NewToken, Scope, Scopes, Viewer},
    },
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    socket::Client,
    stub::Served,
};

fn new(name: &str, scopes: &[Scope]) -> NewToken {
    NewToken { name: name.to_owned(), scopes: Scopes::of(scopes), expires_at: None }
}

fn asking() -> Settings {
    Settings { requires_token: true, token_known_for: Duration::ZERO, ..Settings::default() }
}

both! {
    async fn a_token_is_of_use_until_it_is_revoked_or_its_time_is_over(app) {
        let context = &app.context;
        let token = access::create(context, new("Shop", &[Scope::Log])).await.unwrap();
        let viewer = access::viewer(context, &token).await.unwrap().unwrap();
        assert_eq!(viewer.name.as_deref(), Some("Shop"));
        assert_eq!(viewer.scopes.to_string(), "read log");
        assert_eq!(access::viewer(context, &token[..48]).await.unwrap(), None);
        assert_eq!(access::viewer(context, "urval_").await.unwrap(), None);

        let at = context.clock.now() + Duration::from_secs(60);
        let short = NewToken { expires_at: Some(at), ..new("Short", &[Scope::Read]) };
        let short = access::create(context, short).await.unwrap();
        assert!(access::viewer(context, &short).await.unwrap().is_some());
        let later = Context { clock: Clock::stopped_at(at), ..context.clone() };
        assert_eq!(access::viewer(&later, &short).await.unwrap(), None);

        access::revoke(context, "Shop").await.unwrap();
        assert_eq!(access::viewer(context, &token).await.unwrap(), None);
    }

    async fn tokens_have_their_errors(app) {
        let context = &app.context;
        let long = "x".repeat(101);
        for name in ["", "  ", &long, "a\tb", "a\nb"] {
            let err = access::create(context, new(name, &[Scope::Read])).await.unwrap_err();
            assert!(err.to_string().contains("name"), "{err}");
        }
        access::create(context, new("Shop", &[Scope::Read])).await.unwrap();
        access::create(context, new("Shop", &[Scope::Read])).await.unwrap_err();
        let past = NewToken { expires_at: Some(context.clock.now()), ..new("Past", &[]) };
        access::create(context, past).await.unwrap_err();
        let err = access::create(context, new("oidc:alma", &[])).await.unwrap_err();
        assert!(err.to_string().contains("identity provider"), "{err}");
        access::revoke(context, "Nobody").await.unwrap_err();
        assert_eq!(access::all(context).await.unwrap().len(), 1);
        assert_eq!(access::first(context).await.unwrap(), None);
    }

    async fn what_is_done_is_recorded_under_the_name_of_the_token(app) {
        let viewer = Viewer { name: Some("Shop".to_owned()), ..Viewer::ANYBODY };
        let query = "mutation { segmentCreate(input: { description: \"A\" }) { segment { actor } } }";
        let request = async_graphql::Request::new(query).data(viewer);
        let answer = serde_json::to_value(app.schema.execute(request).await).unwrap();
        assert_eq!(answer["data"]["segmentCreate"]["segment"]["actor"], "Shop", "{answer:#}");
    }
}

pub(crate) async fn run(app: &TestApp, query: &str, scopes: Scopes) -> Value {
    let viewer = Viewer { scopes, ..Viewer::ANYBODY };
    let request = async_graphql::Request::new(query).data(viewer);
    serde_json::to_value(app.schema.execute(request).await).unwrap()
}

pub(crate) fn is_forbidden(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
}

#[tokio::test]
async fn every_field_of_the_roots_needs_a_scope() {
    let app = TestApp::on_sqlite().await;
    let fields = "{ __schema { queryType { ...F } mutationType { ...F } subscriptionType { ...F } } } \
                  fragment F on __Type { name fields { name } }";
    let roots = app.data(fields, json!({})).await["__schema"].clone();
    let mut table = String::new();
    for operation in ["query", "mutation", "subscription"] {
        let root = format!("{operation}Type");
        let r#type = roots[&root]["name"].as_str().unwrap();
        for field in roots[&root]["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            write!(table, "{operation} {name}:").unwrap();
            for scope in Scope::ALL {
                let query = format!("{operation} {{ {name} }}");
                let in_fragment = format!(
                    "{operation} {{ ...on {type} {{ ...F }} }} fragment F on {type} {{ {name} }}"
                );
                let refused = is_forbidden(&run(&app, &query, Scopes::of(&[scope])).await);
                assert_eq!(
                    refused,
                    is_forbidden(&run(&app, &in_fragment, Scopes::of(&[scope])).await),
                    "{in_fragment}"
                );
                if !refused {
                    write!(table, " {}", scope.name()).unwrap();
                }
            }
            if table.ends_with(':') {
                // No scope is enough by itself.
                for scope in Scope::ALL {
                    let both = Scopes::of(&[Scope::Write, scope]);
                    if !is_forbidden(&run(&app, &format!("{operation} {{ {name} }}"), both).await) {
                        write!(table, " write+{}", scope.name()).unwrap();
                    }
                }
            }
            table.push('\n');
        }
    }
    assert_snapshot!(table);
}

#[tokio::test]
async fn what_is_refused_is_refused_before_anything_of_it_is_done() {
    let app = TestApp::on_sqlite().await;
    let both = "mutation { segmentCreate(input: {}) { segment { id } } \
        contactDuplicatesFind(input: {}) { userErrors { code } } }";
    let refused = run(&app, both, Scopes::of(&[Scope::Write])).await;
    assert!(is_forbidden(&refused), "{refused}");
    assert_eq!(
        app.data("{ segments { totalCount } }", json!({})).await["segments"]["totalCount"],
        0
    );
    run(&app, both, Scopes::of(&[Scope::Write, Scope::Personal])).await;
    assert_eq!(
        app.data("{ segments { totalCount } }", json!({})).await["segments"]["totalCount"],
        1
    );
}

#[tokio::test]
async fn every_door_needs_a_scope() {
    let app = TestApp::on_sqlite().await;
    let router = http::router(App::new(app.schema.clone(), app.context.clone(), asking()));
    let doors = [
        ("GET", "/graphql?query=%7B__typename%7D", "", "read write log personal admin"),
        ("GET", "/metrics", "", "read write log personal admin"),
        ("POST", "/import?kind=contacts", "Name\nAda\n", "write"),
        ("GET", "/export/segments/SM000001.csv", "", "personal"),
        ("GET", "/export/segments/SM000001.ndjson", "", "personal"),
    ];
    let mut let_in = doors.map(|_| Vec::new());
    for scope in Scope::ALL {
        let token = access::create(&app.context, new(scope.name(), &[scope])).await.unwrap();
        for (index, (method, uri, body, _)) in doors.into_iter().enumerate() {
            let request = Request::builder().method(method).uri(uri);
            let request = request.header("authorization", format!("Bearer {token}"));
            let request = request.header("content-type", "text/csv").body(Body::from(body));
            let response = router.clone().oneshot(request.unwrap()).await.unwrap();
            if response.status() != StatusCode::FORBIDDEN {
                let_in[index].push(scope.name());
            }
        }
    }
    for ((_, uri, _, expected), let_in) in doors.into_iter().zip(let_in) {
        assert_eq!(let_in.join(" "), expected, "{uri}");
    }
}

#[tokio::test]
async fn only_the_operation_that_runs_needs_its_scope() {
    let app = TestApp::on_sqlite().await;
    let document = "query Look { segments { totalCount } } \
                    mutation Change { segmentCreate(input: {}) { segment { no } } }";
    let viewer = Viewer { scopes: Scopes::of(&[Scope::Read]), ..Viewer::ANYBODY };
    let ask = async |name: &str| {
        let request = async_graphql::Request::new(document).operation_name(name);
        let response = app.schema.execute(request.data(viewer.clone())).await;
        serde_json::to_value(response).unwrap()
    };
    assert_eq!(ask("Look").await["data"]["segments"]["totalCount"], 0);
    let refused = ask("Change").await;
    assert!(is_forbidden(&refused), "{refused}");
    assert_eq!(
        refused["errors"][0]["message"],
        "`segmentCreate` needs the scope `write`; you have `read`."
    );
    assert_eq!(ask("Look").await["data"]["segments"]["totalCount"], 0);
}

#[tokio::test]
async fn whoever_is_not_known_is_turned_away_at_every_door() {
    let app = TestApp::on_sqlite().await;
    let token = access::create(&app.context, new("Shop", &[Scope::Read])).await.unwrap();
    let router = http::router(App::new(app.schema.clone(), app.context.clone(), asking()));
    let send = async |method: &str, uri: &str, authorization: &str| {
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header("accept", "application/graphql-response+json");
        if uri.starts_with("/import") {
            request = request.header("content-type", "text/csv");
        } else {
            request = request.header("content-type", "application/json");
        }
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let body = r#"{"query":"mutation { segmentCreate(input: {}) { segment { no } } }"}"#;
        let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await;
        let response = response.unwrap();
        let asked = response.headers().get("www-authenticate").is_some();
        assert_eq!(asked, response.status() == StatusCode::UNAUTHORIZED);
        response.status().as_u16()
    };
    let doors = [
        ("GET", "/graphql?query=%7B__typename%7D", 200),
        ("POST", "/graphql", 403),
        ("GET", "/export/segments/SM000001.csv", 403),
        ("GET", "/export/mail/SM000001.zip", 403),
        ("POST", "/import?kind=contacts", 403),
        ("POST", "/attachments?name=a.txt", 403),
        ("GET", "/attachments/attachment:1", 404),
        ("GET", "/metrics", 200),
    ];
    let bearer = format!("Bearer {token}");
    let nobody = ["", "Bearer", "Bearer urval_x", "Basic dTpw", &token, "Bearer \u{e5}"];
    for (method, uri, status) in doors {
        for authorization in nobody {
            assert_eq!(send(method, uri, authorization).await, 401, "{uri} {authorization:?}");
        }
        assert_eq!(send(method, uri, &bearer).await, status, "{uri}");
        assert_eq!(send(method, uri, &format!("bearer  {token}")).await, status, "{uri}");
    }
    // What anybody may see.
    for uri in ["/healthz", "/readyz", "/"] {
        assert_ne!(send("GET", uri, "").await, 401, "{uri}");
    }
    access::revoke(&app.context, "Shop").await.unwrap();
    assert_eq!(send("GET", doors[0].1, &bearer).await, 401);
}

#[tokio::test]
async fn a_server_that_asks_nobody_still_believes_a_token() {
    let app = TestApp::on_sqlite().await;
    let token = access::create(&app.context, new("Shop", &[Scope::Read])).await.unwrap();
    let router = App::new(app.schema.clone(), app.context.clone(), Settings::default());
    let router = http::router(router);
    let send = async |authorization: Option<String>| {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let body = r#"{"query":"mutation { segmentCreate(input: {}) { segment { no } } }"}"#;
        let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await;
        let body = axum::body::to_bytes(response.unwrap().into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()
    };
    assert!(send(None).await["data"]["segmentCreate"]["segment"]["no"].is_string());
    assert!(is_forbidden(&send(Some(format!("Bearer {token}"))).await));
    let unknown = send(Some("Bearer urval_wrong".to_owned())).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

const CHANGE: &str = "mutation { segmentCreate(input: {}) { segment { no } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_for_those_who_are_known() {
    let app = TestApp::on_sqlite().await;
    let token = access::create(&app.context, new("Shop", &[Scope::Read])).await.unwrap();
    let mut settings = asking();
    settings.socket.ping_interval = Duration::from_millis(200);
    let server = Served::real_with(app, settings).await;
    let init = |authorization: &str| {
        let payload = json!({ "Authorization": authorization });
        json!({ "type": "connection_init", "payload": payload }).to_string()
    };
    for message in [init("Bearer urval_wrong"), init(""), r#"{"type":"connection_init"}"#.into()] {
        let mut client = Client::connect(server.address, &[]).await.unwrap();
        client.say(message).await;
        assert_eq!(client.closed().await, (4403, "Forbidden".to_owned()));
    }
    let bearer = format!("Bearer {token}");
    let mut by_header =
        Client::connect(server.address, &[("authorization", &bearer)]).await.unwrap();
    by_header.say(r#"{"type":"connection_init"}"#).await;
    let mut by_payload = Client::connect(server.address, &[]).await.unwrap();
    by_payload.say(init(&bearer)).await;
    for client in [&mut by_header, &mut by_payload] {
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client.subscribe("1", "{ segments { totalCount } }").await;
        assert_eq!(client.hear().await["payload"]["data"]["segments"]["totalCount"], 0);
        assert_eq!(client.hear().await["type"], "complete");
        client.subscribe("2", CHANGE).await;
        let refused = client.hear().await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        client.subscribe("3", "subscription { segmentChanged { segmentId } }").await;
    }
    access::revoke(&server.app.context, "Shop").await.unwrap();
    for client in [&mut by_header, &mut by_payload] {
        let (code, _) = client.closed().await;
        assert_eq!(code, 4403);
    }
}
