//! `GET /export/mail/SM000001.ndjson`: what the contacts of a segment are written, each with what is
//! theirs; also as `.csv`, and as `.zip` with a document for each.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    App, disposition,
    export::{Outgoing, pieces},
    response::Refusal,
    too_many,
};
use crate::domain::{
    access::Scope,
    mail::{Mail, MailFormat, Only, Status, Way},
    segment,
};

/// What may follow the `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// Only those who are reached in this way.
    only: Option<Way>,
    /// Only those whose delivery is so far.
    delivery: Option<Status>,
}

/// Sends the mail of a segment, in the order of its lines.
pub(super) async fn segment(
    State(app): State<App>,
    Path(file): Path<String>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match begin(&app, &file, parameters, &parts).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn begin(
    app: &App,
    file: &str,
    parameters: Result<Query<Parameters>, QueryRejection>,
    parts: &Parts,
) -> Result<Response, Refusal> {
    let Parts { method, headers, extensions, .. } = parts;
    let Ok(Query(Parameters { only, delivery })) = parameters else {
        let message = "The parameters are `only`, which is HARD_COPY or EMAIL, and `delivery`, which \
                       is IN_PROGRESS, DELIVERED or ERROR.";
        return Err(Refusal::malformed(message));
    };
    let (no, extension) = file.rsplit_once('.').ok_or_else(|| no_such(file))?;
    let (format, media) = match extension {
        "ndjson" => (MailFormat::Ndjson, "application/x-ndjson"),
        "csv" => (MailFormat::Csv, "text/csv; charset=utf-8"),
        "zip" => (MailFormat::Zip, "application/zip"),
        _ => return Err(no_such(file)),
    };
    let of = |err| Refusal::of(err, extensions);
    let context = app.admit(Scope::Personal, headers, extensions).await?.for_reading().await;
    let row = segment::by_no(&context, no).await.map_err(of)?;
    let row = row.ok_or_else(|| no_such(file))?;
    let permit = Arc::clone(&app.exports).try_acquire_owned().map_err(|_| too_many("exports"))?;
    let only = Only { way: only, status: delivery };
    let mail = Mail::of_segment(&context, &row, only, format).await.map_err(of)?;
    let name = disposition::of_segment(&row.no, &format!("-mail.{extension}"));
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        // Personal data: no cache keeps them.
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => {
            let mail = Outgoing::Mail(Box::new(mail));
            Body::from_stream(pieces(mail, app.settings.request_timeout, permit))
        }
    };
    Ok((headers, body).into_response())
}

fn no_such(file: &str) -> Refusal {
    let message = format!(
        "There is no mail {file:?}. Ask for the number of a segment with .ndjson, .csv or .zip, \
         such as SM000001.ndjson."
    );
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
