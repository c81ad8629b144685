//! The HTTP side of the server around a small schema that does what a test needs: greet, fail,
//! take its time, break down, count.

use std::{net::SocketAddr, time::Duration};

use async_graphql::{ErrorExtensions, Object, Result, Schema, Subscription};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use futures_util::{Stream, stream};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower::ServiceExt;
use urval::{
    domain::Context,
    http::{self, App, Settings},
};

use crate::app::TestApp;

/// The server, as the router that requests are handed to.
pub(crate) struct Stub {
    pub(crate) context: Context,
    router: Router,
    _app: TestApp,
}

/// A response, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The server on a socket.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) done: JoinHandle<std::io::Result<()>>,
    pub(crate) app: TestApp,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let app = TestApp::on_sqlite().await;
        let context = app.context.clone();
        let router = http::router(App::new(schema(), context.clone(), settings));
        Self { context, router, _app: app }
    }

    /// Around the real schema, for clients that have their day where `context` has.
    pub(crate) fn real(app: TestApp, context: Context) -> Self {
        let served =
            App::new(urval::graphql::build(context.clone()), context.clone(), Settings::default());
        Self { context, router: http::router(served), _app: app }
    }

    /// Sends a request to `/graphql` and reads the response.
    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends a request and reads the response.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A header, empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Served {
    pub(crate) async fn start(settings: Settings) -> Self {
        let app = TestApp::on_sqlite().await;
        let served = App::new(schema(), app.context.clone(), settings);
        Self::serve(served, app).await
    }

    /// The server around the real schema, with what other servers of its database have to tell.
    pub(crate) async fn real(app: TestApp) -> Self {
        Self::real_with(app, Settings::default()).await
    }

    pub(crate) async fn real_with(app: TestApp, settings: Settings) -> Self {
        let served = App::new(app.schema.clone(), app.context.clone(), settings);
        tokio::spawn(app.context.events.clone().relay(app.context.db.clone()));
        Self::serve(served, app).await
    }

    async fn serve(served: App, app: TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            // A test that just ends drops the sender.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let done = tokio::spawn(http::serve(listener, served, stopped));
        Self { address, stop, done, app }
    }
}

fn schema() -> Schema<Query, Mutation, Ticks> {
    Schema::build(Query, Mutation, Ticks).limit_depth(16).finish()
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self, #[graphql(default = "world")] name: String) -> String {
        format!("Hello {name}!")
    }

    async fn broken(&self) -> Option<Result<String>> {
        let err = async_graphql::Error::new("Something went wrong on our side.");
        Some(Err(err.extend_with(|_, extensions| extensions.set("code", "INTERNAL"))))
    }

    async fn slow(&self, seconds: u64) -> u64 {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        seconds
    }

    async fn panics(&self, #[graphql(default)] not: bool) -> bool {
        assert!(not, "for a test");
        not
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn say(&self, word: String) -> String {
        word
    }
}

struct Ticks;

#[Subscription]
impl Ticks {
    async fn tick(&self, #[graphql(default = 3)] to: u32) -> impl Stream<Item = u32> {
        stream::unfold(0, move |count| async move {
            if to <= count {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((count + 1, count + 1))
        })
    }
}
