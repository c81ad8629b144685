//! Takes a GraphQL request out of an HTTP request.

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    body::{Body, to_bytes},
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header},
};
use serde::Deserialize;
use serde_json::error::Category;

use super::response::Refusal;
use crate::graphql::chosen;

/// How large the body of a request may be: room for criteria with 10,000 values, no more.
const BODY_BYTES_MAX: usize = 1024 * 1024;

const SHAPE: &str = "A request is a JSON object with the string `query`, and optionally \
                     `operationName`, `variables` and `extensions`.";

/// Reads the body of a POST.
pub(super) async fn from_body(headers: &HeaderMap, body: Body) -> Result<Request, Refusal> {
    if !is_json(headers) {
        let message = "Send the request as application/json, in UTF-8.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let is_too_large = content_length(headers).is_some_and(|length| BODY_BYTES_MAX < length);
    if is_too_large {
        return Err(too_large());
    }
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|err| {
        // The other way to fail is a connection that breaks: nobody will read the answer.
        tracing::debug!(error = %err, "a request body could not be read");
        too_large()
    })?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Refusal::malformed("Batches are not supported: send one request at a time."));
    }
    let request: Request = serde_json::from_slice(&body).map_err(|err| match err.classify() {
        Category::Data => Refusal::malformed(SHAPE),
        _ => Refusal::malformed(format!(
            "The body is not JSON, or nests too deeply, at line {}, column {}.",
            err.line(),
            err.column()
        )),
    })?;
    some_query(request)
}

/// Reads the parameters of a GET.
pub(super) fn from_uri(uri: &Uri) -> Result<Request, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        #[serde(default)]
        query: String,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }

    let malformed = |name: &str| {
        Refusal::malformed(format!("The parameter `{name}` is not a JSON object, URL-encoded."))
    };
    let Query(parameters) = Query::<Parameters>::try_from_uri(uri).map_err(|_| {
        Refusal::malformed("The parameters are malformed, or one of them is there twice.")
    })?;
    let mut request = Request::new(parameters.query);
    request.operation_name = parameters.operation_name.filter(|name| !name.is_empty());
    if let Some(json) = parameters.variables.filter(|json| !json.is_empty()) {
        request.variables = serde_json::from_str(&json).map_err(|_| malformed("variables"))?;
    }
    if let Some(json) = parameters.extensions.filter(|json| !json.is_empty()) {
        request.extensions = serde_json::from_str(&json).map_err(|_| malformed("extensions"))?;
    }
    some_query(request)
}

/// What kind of operation would run; none if the schema is going to refuse the request anyway.
pub(super) fn operation_type(request: &mut Request) -> Option<OperationType> {
    let name = request.operation_name.clone();
    chosen(request.parsed_query().ok()?, name.as_deref()).map(|operation| operation.ty)
}

fn some_query(request: Request) -> Result<Request, Refusal> {
    if request.query.trim().is_empty() {
        return Err(Refusal::malformed(SHAPE));
    }
    Ok(request)
}

fn too_large() -> Refusal {
    let message = format!("A request has at most {BODY_BYTES_MAX} bytes.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Only JSON: a browser sends other types across origins without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next() == Some("application/json");
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    is_json && charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8")
}
