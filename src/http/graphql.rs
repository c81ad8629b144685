//! `/graphql`: queries and mutations, and the way in for WebSockets.

use async_graphql::parser::types::OperationType;
use axum::{
    extract::{Request, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{Extensions, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, future::join_all};
use tokio::time::timeout;

use super::{
    App,
    idempotency::refuse_key,
    request::{Content, Sent, from_body, from_uri},
    response::{Media, Refusal, name_faults},
    socket,
};
use crate::{domain::access::Viewer, graphql::operation_type};

/// It took too long.
const TIMEOUT: &str = "TIMEOUT";

/// Runs a query or a mutation.
pub(super) async fn post(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let media = match Media::accepted(&parts.headers) {
        Ok(media) => media,
        Err(refusal) => return refusal.into_response(),
    };
    // The body counts too: otherwise a client could send it a byte a minute.
    let answer = app.in_time(async {
        let viewer = app.viewer(&parts.headers, &parts.extensions).await?;
        match from_body(&app, &parts.headers, body).await? {
            Content::One(sent) => {
                let request = app.request(sent, viewer.clone())?;
                let answer = app.execute_once(request, viewer, &parts).await?;
                Ok(answer.into_response(media))
            }
            Content::Batch(batch) => {
                refuse_key(&parts.headers)?;
                let each = batch
                    .into_iter()
                    .map(|sent| app.execute_one(sent, viewer.clone(), &parts.extensions));
                Ok(media.answer_all(&join_all(each).await))
            }
        }
    });
    answer.await.unwrap_or_else(|refusal| media.refuse(refusal))
}

/// Runs a query, or opens a WebSocket.
pub(super) async fn get(
    State(app): State<App>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if parts.headers.contains_key(header::UPGRADE) {
        return match upgrade {
            Ok(upgrade) => socket::open(app, upgrade, &parts),
            Err(rejection) => rejection.into_response(),
        };
    }
    let media = match Media::accepted(&parts.headers) {
        Ok(media) => media,
        Err(refusal) => return refusal.into_response(),
    };
    let answer = app.in_time(async {
        let viewer = app.viewer(&parts.headers, &parts.extensions).await?;
        let query = app.request(from_uri(&parts.uri)?, viewer)?;
        // A link that somebody follows must not change anything.
        if operation_type(&query) == Some(OperationType::Mutation) {
            let message = "A mutation has to be sent by POST.";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Refusal::new(status, "METHOD_NOT_ALLOWED", message));
        }
        Ok(app.execute(query, &parts.extensions).await)
    });
    match answer.await {
        Ok(response) => media.answer(response),
        Err(refusal) => media.refuse(refusal),
    }
}

impl App {
    /// Runs a query or a mutation.
    pub(super) async fn execute(
        &self,
        request: async_graphql::Request,
        extensions: &Extensions,
    ) -> async_graphql::Response {
        let mut response = self.api.execute(request).await;
        name_faults(&mut response.errors, extensions);
        response
    }

    /// Runs one query or mutation of several: what is wrong with one is no harm to the others.
    async fn execute_one(
        &self,
        sent: Sent,
        viewer: Viewer,
        extensions: &Extensions,
    ) -> async_graphql::Response {
        match self.request(sent, viewer) {
            Ok(request) => self.execute(request, extensions).await,
            Err(refusal) => refusal.into_graphql(),
        }
    }

    /// Runs any operation.
    pub(super) fn execute_stream(
        &self,
        request: async_graphql::Request,
        extensions: Extensions,
    ) -> impl Stream<Item = async_graphql::Response> + Send + use<> {
        self.api.execute_stream(request).map(move |mut response| {
            name_faults(&mut response.errors, &extensions);
            response
        })
    }

    /// Gives up on work that takes longer than a request may.
    pub(super) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        timeout(self.settings.request_timeout, work).await.unwrap_or_else(|_| {
            self.context.metrics.error(TIMEOUT);
            Err(self.given_up())
        })
    }

    /// What is said of work that took too long.
    pub(super) fn given_up(&self) -> Refusal {
        let limit = self.settings.request_timeout.as_secs_f32();
        let message = format!("The request took longer than {limit} s and was given up.");
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT, message)
    }
}
