//! `POST /attachments?name=prices.pdf`: a file that goes with what is written to contacts, as it
//! arrives. `GET /attachments/attachment:1` sends it back.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::{
    App, disposition,
    export::{Outgoing, pieces},
    guard,
    request::check_encoding,
    response::Refusal,
    too_many, upload,
};
use crate::domain::{
    access::Scope,
    attachment::{self, NewAttachment},
    id::Kind,
};

/// What a browser may do with a file of others: keep it, and nothing else.
const POLICY: &str = "default-src 'none'; sandbox";

/// What may follow the `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// The name of the file.
    name: String,
}

/// An attachment, as the API has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    name: String,
    content_type: String,
    bytes: i64,
    sha256: String,
    url: String,
}

/// Keeps the body.
pub(super) async fn post(
    State(app): State<App>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match keep(&app, parameters, &parts, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn keep(
    app: &App,
    parameters: Result<Query<Parameters>, QueryRejection>,
    parts: &Parts,
    body: Body,
) -> Result<Response, Refusal> {
    if !guard::is_same_origin(&parts.uri, &parts.headers) {
        let message = "Uploads are open to pages of this server only.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let context = app.admit(Scope::Write, &parts.headers, &parts.extensions).await?;
    let Ok(Query(Parameters { name })) = parameters else {
        let message = "The only parameter is `name`, which the file is called by.";
        return Err(Refusal::malformed(message));
    };
    let content_type = content_type(app, &parts.headers)?;
    let bytes_max = app.settings.attachment_bytes_max;
    check_encoding(&parts.headers)?;
    upload::check_length(&parts.headers, bytes_max)?;
    let _permit = permit(app)?;
    let patience = app.settings.request_timeout;
    let pieces = upload::bytes(body, bytes_max, patience, app.stopping.subscribe());
    let content = pieces.try_fold(Vec::new(), async |mut content: Vec<u8>, piece| {
        content.extend_from_slice(&piece);
        Ok(content)
    });
    let content = content.await.map_err(|err| {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Refusal::new(status, "PAYLOAD_TOO_LARGE", format!("The file was not taken: {err}."))
    })?;
    let context = context.doing("attachmentUpload", None);
    let new = NewAttachment { name, content_type, content };
    let row = attachment::store(&context, new).await;
    let row = row.map_err(|err| Refusal::of(err, &parts.extensions))?;
    let id = Kind::Attachment.id(row.id);
    let answer = Answer {
        url: format!("/attachments/{id}"),
        id,
        name: row.name,
        content_type: row.content_type,
        bytes: row.bytes,
        sha256: row.sha256,
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, axum::Json(answer)).into_response())
}

fn permit(app: &App) -> Result<tokio::sync::OwnedSemaphorePermit, Refusal> {
    Arc::clone(&app.attachments).try_acquire_owned().map_err(|_| too_many("attachments"))
}

/// The media type of the body, if attachments may have it.
fn content_type(app: &App, headers: &HeaderMap) -> Result<String, Refusal> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = given.unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let allowed = &app.settings.attachment_types;
    if allowed.iter().any(|it| it.eq_ignore_ascii_case(&media)) {
        return Ok(media);
    }
    let message = format!("Send the file with one of the content types {}.", allowed.join(", "));
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message))
}

/// Sends an attachment.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match send(&app, &id, &parts).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn send(app: &App, id: &str, parts: &Parts) -> Result<Response, Refusal> {
    let Parts { method, headers, extensions, .. } = parts;
    let of = |err| Refusal::of(err, extensions);
    let context = app.admit(Scope::Read, headers, extensions).await?.for_reading().await;
    let no_such = || {
        let message = format!("There is no attachment {id:?}.");
        Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    };
    let key = Kind::Attachment.key(id, &["id"]).map_err(|_| no_such())?;
    let found = attachment::by_ids(&context, &[key]).await.map_err(of)?;
    let row = found.get(&key).ok_or_else(no_such)?;
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => {
            let permit = permit(app)?;
            let content = attachment::content(&context, row).await.map_err(of)?;
            let content = Outgoing::Whole(Some(content.ok_or_else(no_such)?));
            Body::from_stream(pieces(content, app.settings.request_timeout, permit))
        }
    };
    let headers = [
        (header::CONTENT_TYPE, row.content_type.clone()),
        (header::CONTENT_DISPOSITION, disposition::kept_as(&row.name)),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_LENGTH, row.bytes.to_string()),
    ];
    Ok((headers, body).into_response())
}
