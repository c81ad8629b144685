//! Takes GraphQL requests out of an HTTP request.

use std::sync::Arc;

use async_graphql::{Extensions, Request, Value, Variables};
use axum::{
    body::Body,
    extract::Query,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::error::Category;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    App,
    documents::{Digest, SHAPE, parse_digest},
    response::Refusal,
    too_many,
};
use crate::{domain::access::Viewer, graphql::count_tokens};

/// How large the body of a request may be: room for criteria with 10,000 values, no more.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bodies up to this size may come as many as there are connections.
pub(super) const SMALL_BYTES_MAX: usize = 64 * 1024;
/// Names, values and punctuation of a body: room for 1,000 rows with 40 values each. Values take more
/// memory than their text.
const BODY_TOKENS_MAX: usize = 150_000;

/// A request as a client sends it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    query: Option<String>,
    /// The SHA-256 of the text, instead of the text.
    document_id: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    extensions: Extensions,
}

/// What a body holds.
pub(super) enum Content {
    One(Sent),
    /// Several, if the operator allows that.
    Batch(Vec<Sent>),
}

/// Reads the body of a POST.
pub(super) async fn from_body(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<Content, Refusal> {
    if !is_json(headers) {
        let message = "Send the request as application/json, in UTF-8.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    check_encoding(headers)?;
    let is_too_large = content_length(headers).is_some_and(|length| BODY_BYTES_MAX < length);
    if is_too_large {
        return Err(too_large());
    }
    let mut permit = None;
    let body = whole(app, body, &mut permit).await?;
    check_tokens(&body)?;
    if !body.trim_ascii_start().starts_with(b"[") {
        return parse(&body).map(Content::One);
    }
    let batch_max = app.settings.batch_max;
    if batch_max < 2 {
        return Err(Refusal::malformed("Batches are not supported: send one request at a time."));
    }
    let batch: Vec<Sent> = parse(&body)?;
    if batch.is_empty() || batch_max < batch.len() {
        let message = format!("A batch has 1 to {batch_max} requests.");
        return Err(Refusal::malformed(message));
    }
    Ok(Content::Batch(batch))
}

/// Reads a body. However slowly they come, only so many may be large at a time.
async fn whole(
    app: &App,
    body: Body,
    permit: &mut Option<OwnedSemaphorePermit>,
) -> Result<Vec<u8>, Refusal> {
    let mut whole = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|err| {
            tracing::debug!(error = %err, "a request body could not be read");
            Refusal::malformed("The body could not be read.")
        })?;
        if BODY_BYTES_MAX < whole.len() + chunk.len() {
            return Err(too_large());
        }
        if SMALL_BYTES_MAX < whole.len() + chunk.len() && permit.is_none() {
            let large = Arc::clone(&app.large_bodies).try_acquire_owned();
            *permit = Some(large.map_err(|_| too_many("large requests"))?);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

/// Turns away what would take too much memory.
pub(super) fn check_tokens(json: &[u8]) -> Result<(), Refusal> {
    if BODY_TOKENS_MAX < count_tokens(json) {
        let message = format!("A request has at most {BODY_TOKENS_MAX} names, values and signs.");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message));
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|err| match err.classify() {
        Category::Data => Refusal::malformed(SHAPE),
        _ => Refusal::malformed(format!(
            "The body is not JSON, or nests too deeply, at line {}, column {}.",
            err.line(),
            err.column()
        )),
    })
}

/// Reads the parameters of a GET.
pub(super) fn from_uri(uri: &Uri) -> Result<Sent, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: Option<String>,
        document_id: Option<String>,
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
    let mut sent = Sent {
        query: parameters.query,
        document_id: parameters.document_id,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: Variables::default(),
        extensions: Extensions::default(),
    };
    if let Some(json) = parameters.variables.filter(|json| !json.is_empty()) {
        check_tokens(json.as_bytes())?;
        sent.variables = serde_json::from_str(&json).map_err(|_| malformed("variables"))?;
    }
    if let Some(json) = parameters.extensions.filter(|json| !json.is_empty()) {
        check_tokens(json.as_bytes())?;
        sent.extensions = serde_json::from_str(&json).map_err(|_| malformed("extensions"))?;
    }
    Ok(sent)
}

impl Sent {
    /// Whether it neither holds an operation nor names one.
    pub(super) fn is_empty(&self) -> bool {
        let has_text = self.query.as_ref().is_some_and(|text| !text.trim().is_empty());
        !has_text && self.document_id.is_none() && !self.extensions.contains_key(PERSISTED)
    }

    /// The SHA-256 of the text: by the appendix "Persisted Documents" of the specification, or the way
    /// of Apollo's clients.
    fn digest(&self) -> Result<Option<Digest>, Refusal> {
        let persisted = match self.extensions.get(PERSISTED) {
            Some(Value::Object(persisted)) => match persisted.get("sha256Hash") {
                Some(Value::String(hash)) => Some(hash.as_str()),
                _ => Some(""),
            },
            _ => None,
        };
        let Some(id) = self.document_id.as_deref().or(persisted) else { return Ok(None) };
        let digest = parse_digest(id).ok_or_else(|| {
            Refusal::malformed(
                "An operation is named by its SHA-256, in 64 hexadecimal digits: with `sha256:` in \
                 front of them as `documentId`, or as `extensions.persistedQuery.sha256Hash`.",
            )
        });
        digest.map(Some)
    }
}

/// The extension of Apollo's clients that names an operation.
const PERSISTED: &str = "persistedQuery";

impl App {
    /// What a viewer sent, ready to run.
    ///
    /// # Errors
    /// If there is no such operation, or it may not run.
    pub(super) fn request(&self, sent: Sent, viewer: Viewer) -> Result<Request, Refusal> {
        let digest = sent.digest()?;
        let query = sent.query.filter(|text| !text.trim().is_empty());
        let mut request = Request::new(self.settings.documents.text(query, digest)?);
        request.operation_name = sent.operation_name;
        request.variables = sent.variables;
        request.extensions = sent.extensions;
        Ok(self.asked_by(viewer, request))
    }
}

fn too_large() -> Refusal {
    let message = format!("A request has at most {BODY_BYTES_MAX} bytes.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

/// Turns away a body that is compressed: its bytes would be taken for what they stand for.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    let message = "Send the body as it is: the header `Content-Encoding` has to be left out.";
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message))
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
