//! The outside: routes, what every response carries, and what every request has to pass.

mod access;
mod allowances;
mod api;
mod assets;
mod attachments;
mod client;
mod connections;
mod disposition;
mod documents;
mod export;
mod graphql;
mod guard;
mod health;
mod idempotency;
mod import;
mod layers;
mod mail;
mod metrics;
mod oidc;
mod operation;
mod paper;
mod request;
mod response;
mod serve;
mod socket;
mod upload;

use std::{sync::Arc, time::Duration};

use async_graphql::Executor;
use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, watch};

use self::{
    access::KnownTokens, allowances::Allowances, api::Api, connections::Connections, oidc::Oidc,
    response::Refusal,
};
pub use self::{
    documents::{Documents, Untrusted},
    guard::Hosts,
    serve::serve,
    socket::SocketSettings,
};
use crate::{
    config::{ATTACHMENT_BYTES_MAX, ATTACHMENT_TYPES, OidcSettings, Proxies},
    domain::Context,
};

/// Files that come in at a time: each has some 20 MiB of rows in memory, and all share one writer.
const IMPORTS_MAX: usize = 4;
/// Files that go out at a time: each has some 10 MiB of rows in memory.
const EXPORTS_MAX: usize = 16;

/// Attachments that come in or go out at a time: each is in memory as a whole.
const ATTACHMENTS_MAX: usize = 16;

/// Bodies of more than [`request::SMALL_BYTES_MAX`] that are read at a time: each may take 1 MiB.
const LARGE_BODIES_MAX: usize = 128;

/// Settings of the HTTP side.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The names under which the server may be addressed.
    pub hosts: Hosts,
    /// Whether everybody has to say who they are, by an access token. Whoever does is believed
    /// anyway.
    pub requires_token: bool,
    /// How long a token is believed in without asking the database: so long it may be of use after
    /// it was revoked.
    pub token_known_for: Duration,
    /// How long a query or mutation may take, from the first byte of its body on. Subscriptions may
    /// go on for ever. A client that sends or takes a file may rest as long.
    pub request_timeout: Duration,
    /// What each client may spend a second, zero for as much as it likes. Unless it is set, everybody
    /// but this machine is limited.
    pub rate_limit: Option<u32>,
    /// How many operations a body may hold.
    pub batch_max: usize,
    /// Operations that clients name instead of sending them.
    pub documents: Documents,
    /// The provider whose tokens are believed, too.
    pub oidc: Option<OidcSettings>,
    /// Who may say for whom they ask.
    pub proxies: Proxies,
    /// Limits of WebSocket connections.
    pub socket: SocketSettings,
    /// How large an attachment may be.
    pub attachment_bytes_max: u64,
    /// The media types that attachments may have.
    pub attachment_types: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            requires_token: false,
            token_known_for: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            rate_limit: None,
            batch_max: 1,
            documents: Documents::default(),
            oidc: None,
            proxies: Proxies::default(),
            socket: SocketSettings::default(),
            attachment_bytes_max: ATTACHMENT_BYTES_MAX,
            attachment_types: ATTACHMENT_TYPES.split(',').map(str::to_owned).collect(),
        }
    }
}

/// All that a request is served with.
#[derive(Clone)]
pub struct App {
    api: Arc<dyn Api>,
    context: Context,
    settings: Arc<Settings>,
    tokens: Arc<KnownTokens>,
    allowances: Arc<Allowances>,
    oidc: Option<Arc<Oidc>>,
    sockets: Arc<Connections>,
    /// One permit for each large body that is being read.
    large_bodies: Arc<Semaphore>,
    /// One for each file on its way in, and one for each on its way out.
    imports: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    /// One for each attachment on its way.
    attachments: Arc<Semaphore>,
    started: DateTime<Utc>,
    /// Turns true when the server stops.
    stopping: watch::Sender<bool>,
}

impl App {
    /// Puts together what requests are served with.
    pub fn new(schema: impl Executor, context: Context, settings: Settings) -> Self {
        let sockets = Connections::new(settings.socket.connections_max as usize);
        Self {
            api: Arc::new(schema),
            started: context.clock.now(),
            context,
            oidc: settings.oidc.as_ref().map(|it| Arc::new(Oidc::new(it))),
            allowances: Arc::new(Allowances::new(settings.rate_limit)),
            settings: Arc::new(settings),
            tokens: Arc::default(),
            sockets,
            large_bodies: Arc::new(Semaphore::new(LARGE_BODIES_MAX)),
            imports: Arc::new(Semaphore::new(IMPORTS_MAX)),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            attachments: Arc::new(Semaphore::new(ATTACHMENTS_MAX)),
            stopping: watch::Sender::new(false),
        }
    }
}

impl App {
    /// Comes true when the server stops.
    async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // Without a sender there is no server any more.
        let _ = stopping.wait_for(|stopping| *stopping).await.is_ok();
    }
}

/// All routes: the API, the explorer and what an operator asks for.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/", get(assets::index))
        .route("/assets/{*path}", get(assets::asset))
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/import", post(import::post))
        .route("/export/segments/{file}", get(export::segment))
        .route("/export/segments/{no}/{file}", get(paper::segment))
        .route("/export/mail/{file}", get(mail::segment))
        .route("/attachments", post(attachments::post))
        .route("/attachments/{id}", get(attachments::show))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_like_this);
    layers::around(routes, &app).with_state(app)
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is nothing here. The API is at /graphql, the explorer at /.\n")
}

async fn not_like_this() -> Response {
    let (status, code) = (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED");
    let message = "This takes another method: the header `Allow` says which.";
    let mut response = Refusal::new(status, code, message).into_response();
    // The router knows better than that it is POST.
    response.headers_mut().remove(header::ALLOW);
    response
}

/// Too much at a time of what is limited; `what` in the plural.
fn too_many(what: &str) -> Refusal {
    let message = format!("There are too many {what}. Try again later.");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", message)
}
