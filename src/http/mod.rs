//! The outside: routes, what every response carries, and what every request has to pass.

mod access;
mod api;
mod assets;
mod client;
mod export;
mod graphql;
mod guard;
mod health;
mod import;
mod layers;
mod metrics;
mod oidc;
mod operation;
mod request;
mod response;
mod serve;
mod socket;
mod upload;

use std::{sync::Arc, time::Duration};

use async_graphql::Executor;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, watch};

use self::{access::KnownTokens, api::Api, oidc::Oidc, response::Refusal};
pub use self::{guard::Hosts, serve::serve, socket::SocketSettings};
use crate::{
    config::{OidcSettings, Proxies},
    domain::Context,
};

/// Files that come in at a time: each has some 20 MiB of rows in memory, and all share one writer.
const IMPORTS_MAX: usize = 4;
/// Files that go out at a time: each has some 10 MiB of rows in memory.
const EXPORTS_MAX: usize = 16;

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
    /// The provider whose tokens are believed, too.
    pub oidc: Option<OidcSettings>,
    /// Who may say for whom they ask.
    pub proxies: Proxies,
    /// Limits of WebSocket connections.
    pub socket: SocketSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            requires_token: false,
            token_known_for: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            oidc: None,
            proxies: Proxies::default(),
            socket: SocketSettings::default(),
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
    oidc: Option<Arc<Oidc>>,
    /// One permit for each WebSocket connection.
    sockets: Arc<Semaphore>,
    /// One for each file on its way in, and one for each on its way out.
    imports: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    started: DateTime<Utc>,
    /// Turns true when the server stops.
    stopping: watch::Sender<bool>,
}

impl App {
    /// Puts together what requests are served with.
    pub fn new(schema: impl Executor, context: Context, settings: Settings) -> Self {
        let sockets = Arc::new(Semaphore::new(settings.socket.connections_max as usize));
        Self {
            api: Arc::new(schema),
            started: context.clock.now(),
            context,
            oidc: settings.oidc.as_ref().map(|it| Arc::new(Oidc::new(it))),
            settings: Arc::new(settings),
            tokens: Arc::default(),
            sockets,
            imports: Arc::new(Semaphore::new(IMPORTS_MAX)),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            stopping: watch::Sender::new(false),
        }
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
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .fallback(nothing_here);
    layers::around(routes, &app).with_state(app)
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is nothing here. The API is at /graphql, the explorer at /.\n")
}

/// Too much at a time of what is limited; `what` in the plural.
fn too_many(what: &str) -> Refusal {
    let message = format!("There are too many {what}. Try again later.");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", message)
}
