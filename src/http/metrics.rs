//! `GET /metrics`: what the server did and what it is at, in the text format of Prometheus. The
//! table of all of it is `docs/operating.md`.

use std::fmt;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::prometheus_text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        info::Info,
    },
    registry::{Registry, Unit},
};

use super::{App, EXPORTS_MAX, IMPORTS_MAX, response::Refusal};
use crate::domain::access::Scope;

/// What requests are counted as that no route is for.
const NO_ROUTE: &str = "none";

/// Shows everything, to whoever may read.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (Parts { headers, extensions, .. }, _) = request.into_parts();
    if let Err(refusal) = app.admit(Scope::Read, &headers, &extensions).await {
        return refusal.into_response();
    }
    match text(&app) {
        Ok(text) => {
            let media = prometheus_text::CONTENT_TYPE;
            let headers = [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store")];
            (headers, text).into_response()
        }
        Err(err) => {
            tracing::error!(error = %err, "the metrics could not be written");
            Refusal::fault().into_response()
        }
    }
}

/// Counts each request by the route that it took.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    app.context.metrics.request(route, class(response.status()));
    response
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

fn text(app: &App) -> Result<String, fmt::Error> {
    let mut all = Registry::default();
    process(&mut all, app);
    let ours = all.sub_registry_with_prefix("urval");
    counted(ours, app);
    under_way(ours, app);
    connections(ours, app);
    caches(ours, app);
    let mut text = String::new();
    prometheus_text::encode(&mut text, &all)?;
    Ok(text)
}

/// What has been counted since the start.
fn counted(to: &mut Registry, app: &App) {
    let metrics = &app.context.metrics;
    let help = "GraphQL operations begun";
    to.register("graphql_operations", help, metrics.operations.clone());
    let help = "How long queries and mutations took, those given up included";
    let seconds = metrics.operation_seconds.clone();
    to.register_with_unit("graphql_operation_duration", help, Unit::Seconds, seconds);
    let help = "Errors in answers of GraphQL";
    to.register("graphql_errors", help, metrics.errors.clone());
    to.register("http_requests", "HTTP requests answered", metrics.requests.clone());
    let help = "Contacts that a step left in its segment";
    to.register("segment_step_contacts", help, metrics.selected_contacts.clone());
}

/// What goes on for longer than a request.
fn under_way(to: &mut Registry, app: &App) {
    let sockets = ConstGauge::new(app.sockets.open() as i64);
    to.register("websockets_open", "WebSocket connections", sockets);
    let limited = [
        ("imports_running", "Files on their way in", &app.imports, IMPORTS_MAX),
        ("exports_running", "Files on their way out", &app.exports, EXPORTS_MAX),
    ];
    for (name, help, permits, max) in limited {
        let running = max.saturating_sub(permits.available_permits());
        to.register(name, help, ConstGauge::new(running as i64));
    }
}

fn connections(to: &mut Registry, app: &App) {
    let (max, size, idle) = (Gauges::default(), Gauges::default(), Gauges::default());
    for pool in app.context.db.pools() {
        let labels = [("pool", pool.name)];
        max.get_or_create(&labels).set(pool.max.into());
        size.get_or_create(&labels).set(pool.size.into());
        idle.get_or_create(&labels).set(pool.idle as i64);
    }
    to.register("database_connections_max", "Connections that there may be", max);
    to.register("database_connections", "Connections to the database", size);
    to.register("database_connections_idle", "Those that have nothing to do", idle);
}

fn caches(to: &mut Registry, app: &App) {
    let (bytes, hits, misses) = (Gauges::default(), Counters::default(), Counters::default());
    let (segments, conditions) = (app.context.members.state(), app.context.known_sets.state());
    for (name, cache) in [("segments", segments), ("conditions", conditions)] {
        let labels = [("cache", name.to_owned())];
        bytes.get_or_create(&labels).set(cache.bytes.cast_signed());
        hits.get_or_create(&labels).inc_by(cache.hits);
        misses.get_or_create(&labels).inc_by(cache.misses);
    }
    to.register_with_unit("cache_size", "What the sets in a cache weigh", Unit::Bytes, bytes);
    to.register("cache_hits", "Sets that were found in a cache", hits);
    to.register("cache_misses", "Sets that were not", misses);
}

type Gauges = Family<[(&'static str, String); 1], Gauge>;
type Counters = Family<[(&'static str, String); 1], Counter>;

/// Under the names that every program has for it.
fn process(to: &mut Registry, app: &App) {
    to.register("urval_build", "The version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    let started = ConstGauge::new(app.started.timestamp());
    let help = "When the server was started, since the Unix epoch";
    to.register_with_unit("process_start_time", help, Unit::Seconds, started);
    if let Some(bytes) = resident_bytes() {
        let resident = ConstGauge::new(bytes);
        to.register_with_unit("process_resident_memory", "Memory in use", Unit::Bytes, resident);
    }
}

/// As Linux has it; elsewhere it is not known.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = resident.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
