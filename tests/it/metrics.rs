//! `GET /metrics`: what an operator sees of the server, and what nobody sees there.

use std::{collections::BTreeSet, fs, time::Duration};

use async_graphql::Executor;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tower::ServiceExt;
use urval::http::{self, App, Settings};

use crate::{
    app::{TestApp, both},
    socket::Client,
    stub::{Served, Stub},
};

/// A server, and what it shows.
struct Watched(Router);

/// The text, a sample a line.
struct Shown(String);

impl Watched {
    fn new(app: &TestApp) -> Self {
        let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
        Self(http::router(served))
    }

    async fn send(&self, request: Request<Body>) -> StatusCode {
        self.0.clone().oneshot(request).await.unwrap().status()
    }

    async fn get(&self, uri: &str) -> StatusCode {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, body: Value) {
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await;
    }

    async fn shown(&self) -> Shown {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = self.0.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let media = "text/plain; version=0.0.4; charset=utf-8";
        assert_eq!(response.headers()["content-type"], media);
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Shown(String::from_utf8(body.to_vec()).unwrap())
    }
}

impl Shown {
    /// The value of a sample, if it is there.
    fn value(&self, sample: &str) -> Option<f64> {
        let of_sample = |line: &str| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok();
        self.0.lines().find_map(of_sample)
    }

    /// The value of a sample that has to be there.
    fn must(&self, sample: &str) -> f64 {
        self.value(sample).unwrap_or_else(|| panic!("{sample} is not in\n{}", self.0))
    }

    /// The names of operations that are told apart.
    fn operations(&self) -> BTreeSet<&str> {
        let begun =
            self.0.lines().filter(|line| line.starts_with("urval_graphql_operations_total"));
        begun.filter_map(|line| line.split("name=\"").nth(1)?.split('"').next()).collect()
    }
}

both! {
    async fn operations_and_their_errors_are_counted(app) {
        let server = Watched::new(&app);
        for _ in 0..3 {
            server.ask(json!({ "query": "query Look { segments { totalCount } }" })).await;
        }
        let two = "query Look { __typename } mutation Make { segmentCreate(input: {}) { segment { no } } }";
        server.ask(json!({ "query": two, "operationName": "Make" })).await;
        server.ask(json!({ "query": "{ __typename }" })).await;
        server.get("/graphql?query=%7B__typename%7D").await;
        // Refused: one of an operation, two of none.
        server.ask(json!({ "query": "query Wrong { nope }" })).await;
        server.ask(json!({ "query": "query Broken {" })).await;
        server.ask(json!({ "query": two, "operationName": "Another" })).await;

        let shown = server.shown().await;
        let begun = |kind: &str, name: &str| {
            let labels = format!("{{kind=\"{kind}\",name=\"{name}\"}}");
            let seconds = "urval_graphql_operation_duration_seconds";
            let count = shown.must(&format!("urval_graphql_operations_total{labels}"));
            assert_eq!(shown.must(&format!("{seconds}_count{labels}")), count);
            let all = format!("{seconds}_bucket{{kind=\"{kind}\",name=\"{name}\",le=\"+Inf\"}}");
            assert_eq!(shown.must(&all), count);
            assert!(0.0 < shown.must(&format!("{seconds}_sum{labels}")));
            count
        };
        assert_eq!(begun("query", "Look"), 3.0);
        assert_eq!(begun("mutation", "Make"), 1.0);
        assert_eq!(begun("query", ""), 2.0);
        assert_eq!(begun("query", "Wrong"), 1.0);
        assert_eq!(shown.operations(), ["", "Look", "Make", "Wrong"].into());
        let errors = |code: &str| shown.must(&format!("urval_graphql_errors_total{{code=\"{code}\"}}"));
        assert_eq!(errors("GRAPHQL_VALIDATION_FAILED") + errors("BAD_REQUEST"), 2.0);
        assert_eq!(errors("GRAPHQL_PARSE_FAILED"), 1.0);
    }

    async fn what_the_database_and_the_sets_are_at_is_shown(app) {
        let server = Watched::new(&app);
        for no in 0..3 {
            let input = json!({ "type": "PERSON", "firstName": format!("No {no}") });
            app.must("contactCreate", "contact { no }", input).await;
        }
        let made = app.must("segmentCreate", "segment { id }", json!({})).await;
        let input = json!({ "segmentId": made["segment"]["id"], "criteria": { "all": [] } });
        let tried = json!({ "dryRun": true, "segmentId": input["segmentId"], "criteria": { "all": [] } });
        app.must("segmentAddContacts", "segment { no }", tried).await;
        let shown = server.shown().await;
        assert_eq!(shown.must("urval_segment_step_contacts_count"), 0.0);
        let misses = shown.must("urval_cache_misses_total{cache=\"conditions\"}");
        assert!(0.0 < misses);
        let hits = shown.must("urval_cache_hits_total{cache=\"conditions\"}");

        app.must("segmentAddContacts", "segment { no }", input).await;
        let shown = server.shown().await;
        assert_eq!(shown.must("urval_segment_step_contacts_count"), 1.0);
        assert_eq!(shown.must("urval_segment_step_contacts_sum"), 3.0);
        assert_eq!(shown.must("urval_segment_step_contacts_bucket{le=\"0\"}"), 0.0);
        assert_eq!(shown.must("urval_segment_step_contacts_bucket{le=\"10\"}"), 1.0);
        if !app.is_distributed().await {
            assert!(hits < shown.must("urval_cache_hits_total{cache=\"conditions\"}"));
        }
        for cache in ["segments", "conditions"] {
            assert!(0.0 < shown.must(&format!("urval_cache_size_bytes{{cache=\"{cache}\"}}")));
        }
        let is_sqlite = app.database_url.starts_with("sqlite:");
        let pools = if is_sqlite { ["reader", "writer"].as_slice() } else { &["primary"] };
        for pool in pools {
            let [max, size, idle] = ["_max", "", "_idle"].map(|what| {
                shown.must(&format!("urval_database_connections{what}{{pool=\"{pool}\"}}"))
            });
            assert!(1.0 <= size && size <= max && idle <= size, "{idle} of {size} of {max}");
        }
        assert_eq!(shown.value("urval_database_connections{pool=\"primary\"}").is_none(), is_sqlite);
    }
}

#[tokio::test]
async fn a_hundred_names_are_told_apart() {
    let app = TestApp::on_sqlite().await;
    let server = Watched::new(&app);
    let long = "x".repeat(10_000);
    server.ask(json!({ "query": format!("query {long} {{ __typename }}") })).await;
    for no in 1..300 {
        server.ask(json!({ "query": format!("query Name{no} {{ __typename }}") })).await;
    }
    for kind in ["mutation", "query"] {
        server.ask(json!({ "query": format!("{kind} Name99 {{ __typename }}") })).await;
    }

    let shown = server.shown().await;
    assert_eq!(shown.operations().len(), 101);
    assert_eq!(shown.must("urval_graphql_operations_total{kind=\"query\",name=\"other\"}"), 200.0);
    assert_eq!(shown.must("urval_graphql_operations_total{kind=\"query\",name=\"Name99\"}"), 2.0);
    let kept = shown.operations().into_iter().map(str::len).max();
    assert_eq!(kept, Some(64));
}

#[tokio::test]
async fn what_clients_say_is_not_shown() {
    let app = TestApp::on_sqlite().await;
    let server = Watched::new(&app);
    app.must("contactCreate", "contact { no }", json!({ "type": "PERSON", "firstName": "Hush" }))
        .await;
    let query = "query Fine($hush: String) { contacts(filter: { search: $hush }) { totalCount } \
                 hush: contacts(filter: { search: \"hush\" }) { nodes { name } } } # hush";
    server.ask(json!({ "query": query, "variables": { "hush": "Hush" } })).await;
    // Names that are none of an operation: no GraphQL, not there, or not alone.
    server.ask(json!({ "query": "query Hush {" })).await;
    server
        .ask(json!({ "query": "query Fine { __typename }", "operationName": "Hush\"} 1\nhush 1" }))
        .await;
    server.ask(json!({ "query": "{ hush }", "operationName": "Hush" })).await;
    for uri in ["/hush", "/assets/hush.js", "/export/segments/hush.csv?hush", "/healthz?hush"] {
        server.get(uri).await;
    }

    let shown = server.shown().await;
    assert!(!shown.0.to_lowercase().contains("hush"), "{}", shown.0);
    assert_eq!(shown.operations(), ["", "Fine"].into());
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let app = TestApp::on_sqlite().await;
    let server = Watched::new(&app);
    for uri in ["/healthz", "/healthz", "/nowhere", "/nowhere/else", "/export/segments/SM9.csv"] {
        server.get(uri).await;
    }
    server.send(Request::put("/graphql").body(Body::empty()).unwrap()).await;
    server
        .send(Request::get("/readyz").header("host", "evil.example").body(Body::empty()).unwrap())
        .await;
    server.ask(json!({ "query": "{ __typename }" })).await;

    let shown = server.shown().await;
    let cases = [
        ("/healthz", "2xx", 2.0),
        ("none", "4xx", 2.0),
        ("/export/segments/{file}", "4xx", 1.0),
        ("/graphql", "4xx", 1.0),
        ("/graphql", "2xx", 1.0),
        ("/readyz", "4xx", 1.0),
    ];
    for (route, status, count) in cases {
        let sample = format!("urval_http_requests_total{{route=\"{route}\",status=\"{status}\"}}");
        assert_eq!(shown.must(&sample), count, "{sample}");
    }
}

#[tokio::test]
async fn what_is_given_up_is_counted_too() {
    let app = TestApp::on_sqlite().await;
    let server = Watched::new(&app);
    let query = "query Slow { segments { totalCount } }";
    assert!(app.schema.execute(async_graphql::Request::new(query)).now_or_never().is_none());
    let shown = server.shown().await;
    let slow = "urval_graphql_operation_duration_seconds_count{kind=\"query\",name=\"Slow\"}";
    assert_eq!(shown.must(slow), 1.0);

    let patience = Duration::from_millis(50);
    let impatient = Stub::with(Settings { request_timeout: patience, ..Settings::default() }).await;
    let request = Request::post("/graphql").header("content-type", "application/json");
    let body = Body::from(r#"{"query":"{ slow(seconds: 60) }"}"#);
    impatient.send(request.body(body).unwrap()).await;
    let answer = impatient.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(Shown(answer.body).must("urval_graphql_errors_total{code=\"TIMEOUT\"}"), 1.0);
}

#[tokio::test]
async fn what_is_under_way_is_shown() {
    let server = Served::real(TestApp::on_sqlite().await).await;
    let shown = async || {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let ask = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        Shown(answer)
    };
    assert_eq!(shown().await.must("urval_websockets_open"), 0.0);
    let mut client = Client::open(server.address).await;
    client.subscribe("a", "subscription Watch { segmentChanged { revision } }").await;
    client.subscribe("b", "query Now { __typename }").await;
    client.hear().await;
    let mut import = TcpStream::connect(server.address).await.unwrap();
    let begun = "POST /import HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n\
                 content-length: 1000\r\n\r\ntype,name\r\n";
    import.write_all(begun.as_bytes()).await.unwrap();

    let watch = "urval_graphql_operations_total{kind=\"subscription\",name=\"Watch\"}";
    let both = async {
        loop {
            let now = shown().await;
            if now.value(watch).is_some() && 1.0 <= now.must("urval_imports_running") {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let now = timeout(Duration::from_secs(10), both).await.expect("both under way in time");
    assert_eq!(now.must("urval_websockets_open"), 1.0);
    assert_eq!(now.must("urval_imports_running"), 1.0);
    assert_eq!(now.must("urval_exports_running"), 0.0);
    let operation = |kind, name| format!("{{kind=\"{kind}\",name=\"{name}\"}}");
    let seconds = "urval_graphql_operation_duration_seconds_count";
    assert_eq!(now.must(&format!("{seconds}{}", operation("query", "Now"))), 1.0);
    // It takes as long as somebody watches, which says nothing.
    assert_eq!(now.value(&format!("{seconds}{}", operation("subscription", "Watch"))), None);
    assert_eq!(now.must("urval_http_requests_total{route=\"/graphql\",status=\"1xx\"}"), 1.0);
}

#[tokio::test]
async fn the_process_is_shown() {
    let app = TestApp::on_sqlite().await;
    let shown = Watched::new(&app).shown().await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(shown.must(&format!("urval_build_info{{version=\"{version}\"}}")), 1.0);
    let started = app.context.clock.now().timestamp() as f64;
    assert_eq!(shown.must("process_start_time_seconds"), started);
    if cfg!(target_os = "linux") {
        assert!(1e6 < shown.must("process_resident_memory_bytes"));
    }
}

#[tokio::test]
async fn each_metric_is_shown_once_and_told_in_the_documentation() {
    let app = TestApp::on_sqlite().await;
    let server = Watched::new(&app);
    // What never happened is not there.
    server.ask(json!({ "query": "{ nope }" })).await;
    let shown = server.shown().await;
    let types = shown.0.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let types: Vec<&str> = types.collect();
    let mut names: BTreeSet<&str> = types.iter().copied().collect();
    assert_eq!(names.len(), types.len(), "{types:?}");
    // Not known on every system.
    names.insert("process_resident_memory_bytes");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md");
    let documented = fs::read_to_string(file).unwrap();
    let listed: BTreeSet<&str> = documented
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(['`', '{']).next())
        .filter(|name| name.starts_with("urval_") || name.starts_with("process_"))
        .collect();
    assert_eq!(listed, names);
}
