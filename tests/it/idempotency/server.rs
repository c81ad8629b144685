//! A server that is sent keys, and one that can be held up on the way.

use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response};
use axum::{
    Router,
    body::{Body, to_bytes},
    http,
};
use futures_util::stream::BoxStream;
use tokio::sync::Semaphore;
use tower::ServiceExt;
use urval::{
    domain::Context,
    graphql,
    http::{App, Settings, router},
};

use crate::{app::TestApp, stub::Answer};

pub(super) const CREATE: &str = r#"{"query":"mutation { segmentCreate(input: {}) { segment { id no } userErrors { code } } }"}"#;

/// The field of a mutation that makes a segment.
pub(super) fn named(description: &str) -> String {
    format!("segmentCreate(input: {{ description: {description:?} }}) {{ segment {{ no }} }}")
}

/// How many segments there are.
pub(super) async fn segments(app: &TestApp) -> u64 {
    let data = app.data("{ segments { totalCount } }", serde_json::json!({})).await;
    data["segments"]["totalCount"].as_u64().unwrap()
}

/// The code of the first error.
pub(super) fn error(answer: &Answer) -> String {
    let code = &answer.json()["errors"][0]["extensions"]["code"];
    code.as_str().unwrap_or_default().to_owned()
}

/// Where a request is held up: before anything is done, or after all is.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Door {
    Before,
    After,
}

pub(super) struct Server {
    context: Context,
    schema: graphql::Schema,
    settings: Settings,
    router: Router,
    arrived: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Server {
    pub(super) fn new(app: &TestApp) -> Self {
        Self::with(app, Settings::default())
    }

    pub(super) fn with(app: &TestApp, settings: Settings) -> Self {
        Self::of(app.context.clone(), app.schema.clone(), settings)
    }

    pub(super) fn of(context: Context, schema: graphql::Schema, settings: Settings) -> Self {
        let router = router(App::new(schema.clone(), context.clone(), settings.clone()));
        let (arrived, opened) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        Self { context, schema, settings, router, arrived, opened }
    }

    /// The same around something that is not quite the schema.
    pub(super) fn around(
        &self,
        change: impl Fn(Response) -> Response + Clone + Send + Sync + Unpin + 'static,
    ) -> Self {
        let changed = Changed { schema: self.schema.clone(), change };
        self.serving(changed)
    }

    /// The same, with a door that is shut until it is opened once and for all.
    pub(super) fn with_door(&self, door: Door) -> Self {
        let (arrived, opened) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let schema = self.schema.clone();
        let gated = Gated { schema, door, arrived: arrived.clone(), opened: opened.clone() };
        Self { arrived, opened, ..self.serving(gated) }
    }

    fn serving(&self, schema: impl Executor) -> Self {
        let router = router(App::new(schema, self.context.clone(), self.settings.clone()));
        let (arrived, opened) = (self.arrived.clone(), self.opened.clone());
        let (context, schema) = (self.context.clone(), self.schema.clone());
        Self { context, schema, settings: self.settings.clone(), router, arrived, opened }
    }

    /// Comes true when a request is at the door.
    pub(super) async fn arrived(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    pub(super) fn open(&self) {
        self.opened.close();
    }

    pub(super) async fn send(&self, key: &str, body: &str) -> Answer {
        self.send_as(&[("idempotency-key", key)], body).await
    }

    pub(super) async fn send_as(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            http::Request::post("/graphql").header("content-type", "application/json");
        for (name, value) in headers {
            let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends it as often as a patient client does: until it is not being worked on.
    pub(super) async fn send_until_done(&self, key: &str, body: &str) -> Answer {
        loop {
            let answer = self.send(key, body).await;
            if error(&answer) != "IDEMPOTENCY_KEY_IN_USE" {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[derive(Clone)]
struct Gated {
    schema: graphql::Schema,
    door: Door,
    arrived: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Gated {
    async fn pass(&self, door: Door) {
        if self.door == door {
            self.arrived.add_permits(1);
            // It is never let through one by one: that it is closed opens the door.
            assert!(self.opened.acquire().await.is_err());
        }
    }
}

impl Executor for Gated {
    async fn execute(&self, request: Request) -> Response {
        self.pass(Door::Before).await;
        let response = self.schema.execute(request).await;
        self.pass(Door::After).await;
        response
    }

    fn execute_stream(
        &self,
        request: Request,
        data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        self.schema.execute_stream(request, data)
    }
}

#[derive(Clone)]
struct Changed<F> {
    schema: graphql::Schema,
    change: F,
}

impl<F: Fn(Response) -> Response + Clone + Send + Sync + Unpin + 'static> Executor for Changed<F> {
    async fn execute(&self, request: Request) -> Response {
        (self.change)(self.schema.execute(request).await)
    }

    fn execute_stream(
        &self,
        request: Request,
        data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        self.schema.execute_stream(request, data)
    }
}
