//! What surrounds every route: request ids, traces, security headers and compression.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{from_fn_with_state, map_request, map_request_with_state},
    response::{IntoResponse, Response},
};
use opentelemetry::{propagation::TextMapPropagator, trace::Status};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, predicate::SizeAbove},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnResponse, OnResponse, TraceLayer},
};
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{App, client, guard, metrics, response::Refusal};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A client may name its requests, but what it sends goes into the log.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// Smaller than this, compression costs more than it saves.
const COMPRESSED_BYTES_MIN: u16 = 1024;

/// What a browser may do with anything that comes from here: show it and talk back, nothing else.
const SECURITY_HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        // The explorer's editor sets styles from script, hence the 'unsafe-inline' for them.
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Puts all layers around the routes, the outermost last.
pub(super) fn around(routes: Router<App>, app: &App) -> Router<App> {
    let mut routes = routes
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_BYTES_MIN)))
        .layer(CatchPanicLayer::custom(broke_down))
        .layer(from_fn_with_state(app.clone(), guard::host))
        .layer(from_fn_with_state(app.clone(), metrics::count));
    for (name, value) in SECURITY_HEADERS {
        let value = HeaderValue::from_static(value);
        // What is stricter about some of it stays.
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    routes
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(answered)
                // Why it failed has been logged.
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(map_request(drop_odd_request_id))
        .layer(map_request_with_state(app.clone(), client::note))
}

/// The span of a request, whatever is logged: what is logged in it is told apart by it. The path only:
/// what follows the `?` may hold variables.
fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let span = tracing::error_span!(
        "request",
        method = %request.method(),
        path = request.uri().path(),
        id = id.unwrap_or_default(),
    );
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // Where nothing is traced, there is nothing to be said.
    if span.set_parent(caller).is_ok() {
        span.set_attribute("http.request.method", request.method().to_string());
        if let Some(route) = request.extensions().get::<MatchedPath>() {
            span.set_attribute("http.route", route.as_str().to_owned());
        }
    }
    span
}

/// Logs that a request was answered, and how.
fn answered(response: &Response, latency: Duration, span: &Span) {
    let status = response.status();
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
    DefaultOnResponse::new().level(Level::INFO).on_response(response, latency, span);
}

async fn drop_odd_request_id(mut request: Request) -> Request {
    let is_odd = |id: &HeaderValue| {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        id.is_empty() || REQUEST_ID_BYTES_MAX < id.len() || !id.as_bytes().iter().all(is_plain)
    };
    if request.headers().get(REQUEST_ID).is_some_and(is_odd) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Answers for a handler that panicked. The panic hook has logged where and why.
fn broke_down(_panic: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::fault().into_response()
}
