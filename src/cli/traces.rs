//! Traces: what the server is at, sent to a collector of OpenTelemetry, if there is one.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use opentelemetry::{
    KeyValue,
    trace::{SpanKind, TracerProvider},
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{self, SdkTracerProvider, SpanData},
};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use ureq::Agent;

use super::Failure;

/// How long a collector may take to answer. Nobody waits for it but the thread that sends.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// And how much.
const BYTES_MAX: u64 = 1024 * 1024;
/// How long it may keep the program from ending.
const GOODBYE_MAX: Duration = Duration::from_secs(5);
/// Who sends, unless OTEL_SERVICE_NAME says otherwise.
const SERVICE: &str = "urval";

/// What sends traces, if any are to be sent.
pub(super) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// To the collector at this URL. Spans wait in a bounded queue; of those that find it full nothing
    /// is sent.
    pub(super) fn to(endpoint: Option<&str>) -> Result<Self, Failure> {
        let Some(endpoint) = endpoint else { return Ok(Self(None)) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::default())
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|err| Failure::new(format!("can't send traces: {err}")))?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(Exporter(exporter))
            .build();
        Ok(Self(Some(provider)))
    }

    /// Makes traces of our own spans, and of nothing that is logged in them.
    pub(super) fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let tracer = self.0.as_ref()?.tracer(SERVICE);
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false);
        let is_ours = filter_fn(|it| it.is_span() && it.target().starts_with(SERVICE));
        Some(layer.with_filter(is_ours))
    }

    /// Sends what is left, if the collector takes it in time.
    pub(super) async fn end(self) {
        let Some(provider) = self.0 else { return };
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(GOODBYE_MAX));
        if !matches!(sent.await, Ok(Ok(()))) {
            tracing::warn!("the last traces were not sent");
        }
    }
}

/// What the traces are of: OTEL_RESOURCE_ATTRIBUTES has the last word.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    let is_named = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"]
        .iter()
        .any(|it| std::env::var_os(it).is_some_and(|value| !value.is_empty()));
    match is_named {
        true => resource.build(),
        false => resource.with_service_name(SERVICE).build(),
    }
}

/// Sends spans under the names and of the kinds that OpenTelemetry has for them.
#[derive(Debug)]
struct Exporter(SpanExporter);

impl trace::SpanExporter for Exporter {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(rename);
        trace::SpanExporter::export(&self.0, batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// A request is called `POST /graphql`, an operation `query Kept`.
fn rename(span: &mut SpanData) {
    let words = match &*span.name {
        "request" => {
            span.span_kind = SpanKind::Server;
            ["http.request.method", "http.route"]
        }
        "operation" => ["graphql.operation.type", "graphql.operation.name"],
        _ => return,
    };
    let word = |key| span.attributes.iter().find(|it| it.key.as_str() == key);
    let words: Vec<Cow<'_, str>> =
        words.into_iter().filter_map(word).map(|it| it.value.as_str()).collect();
    let name = words.join(" ");
    span.name = name.trim_end().to_owned().into();
}

/// Sends over the client that there is anyway.
#[derive(Debug)]
struct Client {
    agent: Agent,
    /// Whether what was sent last did not arrive: that is logged once, not each time.
    fails: AtomicBool,
}

impl Default for Client {
    fn default() -> Self {
        let settings = Agent::config_builder()
            .timeout_global(Some(ANSWER_MAX))
            .max_redirects(0)
            .http_status_as_error(false);
        Self { agent: settings.build().into(), fails: AtomicBool::new(false) }
    }
}

#[async_trait]
impl HttpClient for Client {
    /// Blocks, for it runs in a thread of its own.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(request);
        let why = match &sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(err) => Some(err.to_string()),
        };
        match (self.fails.swap(why.is_some(), Ordering::Relaxed), why) {
            (false, Some(why)) => tracing::warn!(why, "the collector does not take traces"),
            (true, None) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        Ok(sent?)
    }
}

impl Client {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.to_vec());
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let body = body.with_config().limit(BYTES_MAX).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}
