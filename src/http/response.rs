//! Responses of the API: in which media type, with which status.
//!
//! By the specification "GraphQL over HTTP".

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::{
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tower_http::request_id::RequestId;

use crate::{
    domain::{self, Rejection},
    graphql::{FORBIDDEN, RATE_LIMITED, TOO_MANY_OPERATIONS, error_code},
};

/// When to come again for what is being worked on, or can't be had at the moment: most of it takes less.
const RETRY_AFTER_SECONDS: &str = "1";

/// The media type of a response.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    GraphQl,
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
}

impl Media {
    /// The one that the client likes best, `application/json` if it does not say.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Refusal> {
        if !headers.contains_key(header::ACCEPT) {
            return Ok(Self::Json);
        }
        let (mut graphql, mut json) = (0.0_f32, 0.0_f32);
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let liking = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => &mut graphql,
                "application/json" | "application/*" | "*/*" => &mut json,
                _ => continue,
            };
            let quality = parts.find_map(|it| it.strip_prefix("q=")).map_or(Some(1.0), parse);
            *liking = liking.max(quality.unwrap_or(0.0));
        }
        match (graphql, json) {
            (graphql, json) if 0.0 < graphql && json <= graphql => Ok(Self::GraphQl),
            (_, json) if 0.0 < json => Ok(Self::Json),
            _ => {
                let message = "Responses come as application/graphql-response+json or \
                               application/json; the header `Accept` allows neither.";
                Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message))
            }
        }
    }

    /// The response to a request that reached the schema.
    pub(super) fn answer(self, response: async_graphql::Response) -> Response {
        if !is_request_error(&response) {
            return self.body(StatusCode::OK, &response);
        }
        let status = match (self, code(&response)) {
            // Even clients that look at the status alone have to know that they are too fast.
            (_, Some(RATE_LIMITED | TOO_MANY_OPERATIONS)) => StatusCode::TOO_MANY_REQUESTS,
            (Self::GraphQl, Some(FORBIDDEN)) => StatusCode::FORBIDDEN,
            (Self::GraphQl, _) => StatusCode::BAD_REQUEST,
            (Self::Json, _) => StatusCode::OK,
        };
        let mut answer = self.body(status, &Errors { errors: &response.errors });
        if let Some(seconds) = retry_after(&response) {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// The response to a batch: each has its own errors.
    pub(super) fn answer_all(self, responses: &[async_graphql::Response]) -> Response {
        self.body(StatusCode::OK, &responses)
    }

    /// The response to a request that did not.
    pub(super) fn refuse(self, refusal: Refusal) -> Response {
        let mut response = self.body(refusal.status, &Errors { errors: &refusal.errors });
        let header = match refusal.status {
            StatusCode::METHOD_NOT_ALLOWED => Some((header::ALLOW, "POST")),
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE => {
                Some((header::RETRY_AFTER, RETRY_AFTER_SECONDS))
            }
            _ => None,
        };
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    pub(super) fn body(self, status: StatusCode, body: &impl Serialize) -> Response {
        let media = match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        };
        let Ok(body) = serde_json::to_vec(body) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (header::CONTENT_TYPE, media),
            // Answers may hold personal data: no cache keeps them.
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept"),
        ];
        (status, headers, body).into_response()
    }
}

/// A response without `data`, as the specification has it for a request that was not executed.
#[derive(Serialize)]
struct Errors<'a> {
    errors: &'a [ServerError],
}

fn parse(quality: &str) -> Option<f32> {
    quality.trim().parse().ok().filter(|quality| (0.0..=1.0).contains(quality))
}

/// Whether the request failed as a whole, before anything was executed: errors in the execution
/// have a path.
pub(super) fn is_request_error(response: &async_graphql::Response) -> bool {
    let is_pathless = |error: &ServerError| error.path.is_empty();
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(is_pathless)
}

/// Whether something went wrong that is not for the client to mend.
pub(super) fn is_faulty(response: &async_graphql::Response) -> bool {
    response.errors.iter().any(|error| matches!(code_of(error), Some("INTERNAL" | "UNAVAILABLE")))
}

/// The code of the first error.
fn code(response: &async_graphql::Response) -> Option<&str> {
    code_of(response.errors.first()?)
}

fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// In how many seconds the client may come again, if it is told.
fn retry_after(response: &async_graphql::Response) -> Option<u64> {
    match response.errors.first()?.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

/// Why a request is turned away before it reaches the schema, or was none for the schema and failed.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    errors: Vec<ServerError>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, errors: vec![error(code, message)] }
    }

    /// A fault of ours, of which only the log knows more.
    pub(super) fn fault() -> Self {
        let message = "Something went wrong on our side.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// What the domain says: what the caller can mend with its code and path, a fault of ours with
    /// the id by which the log knows the request.
    pub(super) fn of(err: domain::Error, request: &Extensions) -> Self {
        if let Some(message) = err.if_passing() {
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
        }
        let domain::Error::Rejected(rejections) = err else {
            tracing::error!(error = %err, "a request failed");
            let mut refusal = Self::fault();
            name_faults(&mut refusal.errors, request);
            return refusal;
        };
        let rejected = |it: Rejection| {
            let mut extensions = ErrorExtensionValues::default();
            extensions.set("code", error_code(it.reason));
            extensions.set("path", it.path);
            let mut error = ServerError::new(it.message, None);
            error.extensions = Some(extensions);
            error
        };
        let errors = rejections.into_iter().map(rejected).collect();
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors }
    }

    /// A request that is not well-formed.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Whether it is so because nobody knows who asks.
    pub(super) fn is_of_unknown(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// The same, for a client that is not told a status.
    pub(super) fn into_graphql(self) -> async_graphql::Response {
        async_graphql::Response::from_errors(self.errors)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Media::Json.refuse(self)
    }
}

/// An error of the request as a whole.
pub(super) fn error(code: &str, message: impl Into<String>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}

/// Says with each fault of ours how to find it in the log.
pub(super) fn name_faults(errors: &mut [ServerError], request: &Extensions) {
    let Some(id) = request.get::<RequestId>() else { return };
    let Ok(id) = id.header_value().to_str() else { return };
    for error in errors {
        if let Some(extensions) = &mut error.extensions
            && extensions.get("code") == Some(&Value::from("INTERNAL"))
        {
            extensions.set("requestId", id);
        }
    }
}
