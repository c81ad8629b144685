//! `GET /export/segments/SM000001/labels.pdf` and `…/cover-sheets.pdf`: a segment on paper, page by page.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderName, Method, StatusCode, header, request::Parts},
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
    paper::{Kind, Labels, Options, Paper},
    segment,
};

/// What may follow the `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    size: Option<String>,
    home: Option<String>,
}

/// Sends the labels or cover sheets of a segment, in the order of its lines.
pub(super) async fn segment(
    State(app): State<App>,
    Path((no, file)): Path<(String, String)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match begin(&app, &no, &file, parameters, &parts).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn begin(
    app: &App,
    no: &str,
    file: &str,
    parameters: Result<Query<Parameters>, QueryRejection>,
    parts: &Parts,
) -> Result<Response, Refusal> {
    let Parts { method, headers, extensions, .. } = parts;
    let Ok(Query(Parameters { size, home })) = parameters else {
        return Err(Refusal::malformed("The only parameters are `size`, of labels, and `home`."));
    };
    let kind = match (file, size) {
        ("labels.pdf", size) => Kind::Labels(labels(size.as_deref())?),
        ("cover-sheets.pdf", None) => Kind::CoverSheets,
        ("cover-sheets.pdf", Some(_)) => {
            return Err(Refusal::malformed("`size` is for labels; a cover sheet is a page."));
        }
        _ => return Err(no_such(no, file)),
    };
    let of = |err| Refusal::of(err, extensions);
    let context = app.admit(Scope::Personal, headers, extensions).await?.for_reading().await;
    let row = segment::by_no(&context, no).await.map_err(of)?;
    let row = row.ok_or_else(|| no_such(no, file))?;
    let permit = Arc::clone(&app.exports).try_acquire_owned().map_err(|_| too_many("exports"))?;
    let options = Options { kind, home_country: home };
    let paper = Paper::of_segment(&context, &row, &options).await.map_err(of)?;
    let skipped = paper.skipped_privacy_blocked.to_string();
    let name = disposition::of_segment(&row.no, &format!("-{file}"));
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        // Personal data: no cache keeps them.
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("skipped-privacy-blocked"), skipped),
    ];
    let outgoing = Outgoing::Paper(Box::new(paper));
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(pieces(outgoing, app.settings.request_timeout, permit)),
    };
    Ok((headers, body).into_response())
}

fn labels(size: Option<&str>) -> Result<Labels, Refusal> {
    let Some(size) = size else { return Ok(Labels::H36W70) };
    Labels::ALL.into_iter().find(|it| it.name() == size).ok_or_else(|| {
        let names = Labels::ALL.map(Labels::name).join(", ");
        Refusal::malformed(format!("The sizes of labels are {names}, in millimetres."))
    })
}

fn no_such(no: &str, file: &str) -> Refusal {
    let message = format!(
        "There is no export {no:?} {file:?}. Ask for labels.pdf or cover-sheets.pdf of a segment by its \
         number."
    );
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
