//! Who asks, and what they may do.

use std::{fmt::Write, time::Duration};

use async_graphql::Executor;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tower::ServiceExt;
use urval::{
    domain::{
        Clock, Context,
        access::{self, NewToken, Origin, Scope, Scopes, Viewer},
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
        for name in ["", "  ", &long] {
            let err = access::create(context, new(name, &[Scope::Read])).await.unwrap_err();
            assert!(err.to_string().contains("name"), "{err}");
        }
        access::create(context, new("Shop", &[Scope::Read])).await.unwrap();
        access::create(context, new("Shop", &[Scope::Read])).await.unwrap_err();
        let past = NewToken { expires_at: Some(context.clock.now()), ..new("Past", &[]) };
        access::create(context, past).await.unwrap_err();
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

both! {
    async fn whatever_is_changed_is_in_the_audit_log(app) {
        let origin = Origin {
            request_id: Some("r1".to_owned()),
            address: Some("192.0.2.7".parse().unwrap()),
        };
        let viewer = Viewer { name: Some("Shop".to_owned()), origin, ..Viewer::ANYBODY };
        let ask = async |query: &str, variables: Value| {
            let request = async_graphql::Request::new(query).data(viewer.clone());
            let request = request.variables(async_graphql::Variables::from_json(variables));
            serde_json::to_value(app.schema.execute(request).await).unwrap()
        };
        let made = ask("mutation { segmentCreate(input: {}) { segment { id } } }", json!({})).await;
        let id = &made["data"]["segmentCreate"]["segment"]["id"];
        let add = "mutation($i: SegmentAddContactsInput!) { ...F } fragment F on Mutation { \
                   segmentAddContacts(input: $i) { userErrors { code } } }";
        let everybody = json!({ "all": [] });
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody } })).await;
        // Nothing of these is changed.
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody, "dryRun": true } })).await;
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody, "expectedRevision": 9 } }))
            .await;
        ask("{ segments { totalCount } }", json!({})).await;
        let two = format!(
            "mutation {{ a: segmentUpdate(input: {{ segmentId: {id}, description: \"A\" }}) \
             {{ segment {{ no }} }} segmentDelete(input: {{ segmentId: {id} }}) {{ deletedSegmentId }} }}"
        );
        ask(&two, json!({})).await;

        let entries = "nodes { operation actor subject requestId address } totalCount";
        let log = ask(&format!("{{ auditLog {{ {entries} }} }}"), json!({})).await;
        let entry = |operation: &str, subject: &Value| {
            json!({ "operation": operation, "actor": "Shop", "subject": subject,
                    "requestId": "r1", "address": "192.0.2.7" })
        };
        let both = entry("segmentUpdate segmentDelete", id);
        let all = [
            both.clone(),
            both.clone(),
            entry("segmentAddContacts", id),
            entry("segmentCreate", &Value::Null),
        ];
        assert_eq!(log["data"]["auditLog"], json!({ "nodes": all, "totalCount": 4 }), "{log:#}");
        let some = format!(
            "{{ first: auditLog(first: 1, filter: {{ actor: \"Shop\", subject: {id} }}) \
                {{ {entries} pageInfo {{ endCursor }} }} \
                last: auditLog(last: 1) {{ {entries} }} \
                none: auditLog(filter: {{ actor: \"shop\" }}) {{ {entries} }} \
                later: auditLog(filter: {{ from: \"2026-11-02T09:00:01Z\" }}) {{ totalCount }} \
                then: auditLog(filter: {{ to: \"2026-11-02T09:00:01Z\" }}) {{ totalCount }} }}"
        );
        let some = ask(&some, json!({})).await["data"].clone();
        assert_eq!(some["first"]["nodes"], json!([both]));
        assert_eq!(some["first"]["totalCount"], 3);
        assert_eq!(some["last"]["nodes"], json!([entry("segmentCreate", &Value::Null)]));
        assert_eq!(some["none"], json!({ "nodes": [], "totalCount": 0 }));
        assert_eq!([&some["later"]["totalCount"], &some["then"]["totalCount"]], [0, 4]);
        let after = some["first"]["pageInfo"]["endCursor"].clone();
        let next = format!("{{ auditLog(first: 2, after: {after}) {{ nodes {{ operation }} }} }}");
        let next = ask(&next, json!({})).await;
        let names = ["segmentUpdate segmentDelete", "segmentAddContacts"];
        let nodes = names.map(|it| json!({ "operation": it }));
        assert_eq!(next["data"]["auditLog"]["nodes"], json!(nodes), "{next:#}");
    }
}

async fn run(app: &TestApp, query: &str, scopes: Scopes) -> Value {
    let viewer = Viewer { scopes, ..Viewer::ANYBODY };
    let request = async_graphql::Request::new(query).data(viewer);
    serde_json::to_value(app.schema.execute(request).await).unwrap()
}

fn is_forbidden(answer: &Value) -> bool {
    answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
}

#[tokio::test]
async fn every_field_of_the_roots_needs_a_scope() {
    let app = TestApp::on_sqlite().await;
    let fields = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";
    let roots = app.data(fields, json!({})).await["__schema"].clone();
    let mut table = String::new();
    for (operation, root) in [("query", "queryType"), ("mutation", "mutationType")] {
        for field in roots[root]["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            write!(table, "{operation} {name}:").unwrap();
            for scope in Scope::ALL {
                let query = format!("{operation} {{ {name} }}");
                let in_fragment = format!(
                    "{operation} {{ ...on {} {{ ...F }} }} fragment F on {} {{ {name} }}",
                    if operation == "query" { "Query" } else { "Mutation" },
                    if operation == "query" { "Query" } else { "Mutation" },
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
            table.push('\n');
        }
    }
    assert_snapshot!(table);
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
        ("POST", "/import?kind=contacts", 403),
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

/// Somebody at a server, with the access to everything but personal data.
fn blind() -> Scopes {
    Scopes::of(&[Scope::Write, Scope::Log, Scope::Admin])
}

/// A company and a person, in a segment that somebody made who sees everything.
async fn stage(app: &TestApp) -> (String, String) {
    let company = json!({ "type": "COMPANY", "name": "Secret AB", "city": "Hidden" });
    let company = app.must("contactCreate", "contact { id }", company).await;
    let person = json!({
        "type": "PERSON", "firstName": "Secret", "surname": "Secretsson", "initials": "SS",
        "companyId": company["contact"]["id"], "address": "Secret 1", "postCode": "SECRET",
        "county": "Secretshire", "phone": "+46 777777", "mobile": "+46 777778", "fax": "secret-3",
        "email": "secret@example.com", "email2": "secret2@example.com", "name2": "Secret 2",
    });
    let person = app.must("contactCreate", "contact { id }", person).await;
    let segment = app.must("segmentCreate", "segment { id no }", json!({})).await;
    let criteria = json!({ "any": [{ "name": { "contains": "Secret" } }] });
    let id = segment["segment"]["id"].as_str().unwrap().to_owned();
    let input = json!({ "segmentId": id, "criteria": criteria });
    app.must("segmentAddContacts", "segment { no }", input).await;
    (id, person["contact"]["id"].as_str().unwrap().to_owned())
}

const ALL: &str = "id no name name2 searchName firstName middleName surname initials address \
    address2 postCode city county phone mobile fax email email2 companyName hidden";

both! {
    async fn personal_data_are_hidden_wherever_a_contact_is_shown(app) {
        let (segment, person) = stage(&app).await;
        let query = format!(
            "{{ contacts(first: 5) {{ edges {{ cursor node {{ {ALL} company {{ {ALL} }} }} }} }}
               contact(id: \"{person}\") {{ {ALL} company {{ {ALL} people(first: 5) {{ nodes {{ {ALL} }} }} }} }}
               contactByNo(no: \"CT000001\") {{ {ALL} }}
               node(id: \"{person}\") {{ ... on Contact {{ {ALL} }} }}
               segment(id: \"{segment}\") {{
                 lines(first: 5) {{ edges {{ cursor node {{ contact {{ {ALL} }} }} }} }}
                 criteria {{ criteria text addedContacts(first: 5) {{ nodes {{ {ALL} }} }} }} }}
               segmentDiff(from: {{ segmentId: \"{segment}\" }}, to: {{ segmentId: \"{segment}\" }}) {{
                 common {{ contacts(first: 5) {{ edges {{ cursor node {{ {ALL} }} }} }} }} }} }}"
        );
        let seen = run(&app, &query, Scopes::ALL).await;
        assert!(seen.get("errors").is_none(), "{seen:#}");
        assert!(seen.to_string().to_lowercase().matches("secret").count() > 50);
        assert_eq!(seen["data"]["contact"]["hidden"], Value::Null);

        let hidden = run(&app, &query, blind()).await;
        assert!(hidden.get("errors").is_none(), "{hidden:#}");
        let text = cursors_opened(&hidden).to_lowercase();
        for hint in ["secret", "\"hidden\"", "77777"] {
            assert!(!text.contains(hint), "{hint}: {hidden:#}");
        }
        assert_eq!(hidden["data"]["contact"]["no"], seen["data"]["contact"]["no"]);
        assert_eq!(
            hidden["data"]["contact"]["hidden"],
            "It is about personal data, which needs the scope `personal`."
        );
        let numbers = |answer: &Value| {
            let edges = answer["data"]["contacts"]["edges"].as_array().unwrap().clone();
            edges.iter().map(|it| it["node"]["no"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&hidden), ["CT000001", "CT000002"]);
    }

    async fn personal_data_are_not_found_out_by_asking(app) {
        let (segment, person) = stage(&app).await;
        let lines = |arguments: &str| {
            format!("{{ segment(id: \"{segment}\") {{ lines({arguments}) {{ totalCount }} }} }}")
        };
        let nested = "{ company: { any: [{ not: { city: { eq: \"Hidden\" } } }] } }";
        let queries = [
            "{ contacts(search: \"secr\") { totalCount } }".to_owned(),
            "{ contacts(filter: { search: \"secr\" }) { totalCount } }".to_owned(),
            "{ contacts(filter: { email: { isEmpty: false } }) { totalCount } }".to_owned(),
            format!("{{ contacts(filter: {nested}) {{ totalCount }} }}"),
            "{ contacts(orderBy: { by: NAME }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: CITY }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: POST_CODE }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: COMPANY }) { nodes { no } } }".to_owned(),
            format!("{{ contact(id: \"{person}\") {{ company {{ people(orderBy: {{ by: NAME }}) \
                     {{ totalCount }} }} }} }}"),
            lines("filter: { surname: { startsWith: \"S\" } }"),
            lines("orderBy: { by: NAME }"),
            lines("orderBy: { by: DEFAULT }"),
            "{ criteriaValues(field: \"city\") { value } }".to_owned(),
            format!("{{ segmentExplain(segmentId: \"{segment}\", contactId: \"{person}\") {{ isMember }} }}"),
        ];
        for query in queries {
            let seen = run(&app, &query, Scopes::ALL).await;
            assert!(seen.get("errors").is_none(), "{query}: {seen:#}");
            let refused = run(&app, &query, blind()).await;
            assert!(is_forbidden(&refused), "{query}: {refused:#}");
        }
        let previews = [
            ("{ criteriaPreview(input: { criteria: CRITERIA }) { selected { count } \
               userErrors { code path } } }", "criteriaPreview"),
            ("mutation { segmentAddContacts(input: { segmentId: SEGMENT, criteria: CRITERIA }) { \
               segment { no } userErrors { code path } } }", "segmentAddContacts"),
            ("mutation { segmentReduceContacts(input: { segmentId: SEGMENT, criteria: CRITERIA, \
               dryRun: true }) { segment { no } userErrors { code path } } }", "segmentReduceContacts"),
        ];
        for (query, field) in previews {
            let query = query.replace("CRITERIA", nested).replace("SEGMENT", &format!("\"{segment}\""));
            let refused = run(&app, &query, blind()).await;
            let path = ["input", "criteria", "company", "any", "0", "not", "city"];
            assert_eq!(
                refused["data"][field]["userErrors"],
                json!([{ "code": "FORBIDDEN", "path": path }]),
                "{refused:#}"
            );
        }
        // What is not personal can be asked.
        let query = "{ contacts(filter: { no: { eq: \"CT000002\" } }) { totalCount } }";
        assert_eq!(run(&app, query, blind()).await["data"]["contacts"]["totalCount"], 1);
    }
}

/// The text of an answer, with what is in its cursors.
fn cursors_opened(answer: &Value) -> String {
    match answer {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("cursor", Value::String(cursor)) => {
                    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
                    String::from_utf8_lossy(&bytes).into_owned()
                }
                _ => cursors_opened(value),
            })
            .collect::<Vec<_>>()
            .join(" "),
        Value::Array(items) => items.iter().map(cursors_opened).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
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
