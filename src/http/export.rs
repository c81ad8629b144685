//! `GET /export/segments/SM000001.csv`: the contacts of a segment as a file, page by page, so that
//! a million cost no more memory than a thousand.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use tracing::Instrument;

use super::{App, disposition, response::Refusal, too_many};
use crate::domain::{
    self,
    access::Scope,
    export::{Export, Format},
    mail::Mail,
    paper::Paper,
    segment,
};

/// What is handed to the connection at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// What may follow the `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    columns: Option<Columns>,
}

/// The columns of a CSV file.
#[derive(Copy, Clone, Deserialize)]
enum Columns {
    /// Those of Business Central's own export.
    #[serde(rename = "bc")]
    BusinessCentral,
}

/// Sends the contacts of a segment, in the order of its lines.
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
    let Ok(Query(Parameters { columns })) = parameters else {
        return Err(Refusal::malformed("The only parameter is `columns`, and its value `bc`."));
    };
    let (no, extension) = file.rsplit_once('.').ok_or_else(|| no_such(file))?;
    let (format, media) = match (extension, columns) {
        ("csv", None) => (Format::Csv, "text/csv; charset=utf-8"),
        ("csv", Some(Columns::BusinessCentral)) => {
            (Format::BusinessCentral, "text/csv; charset=utf-8")
        }
        ("ndjson", None) => (Format::Ndjson, "application/x-ndjson"),
        ("ndjson", Some(_)) => {
            return Err(Refusal::malformed("`columns` is for CSV; NDJSON names its own."));
        }
        _ => return Err(no_such(file)),
    };
    let of = |err| Refusal::of(err, extensions);
    let context = app.admit(Scope::Personal, headers, extensions).await?.for_reading().await;
    let row = segment::by_no(&context, no).await.map_err(of)?;
    let row = row.ok_or_else(|| no_such(file))?;
    let permit = Arc::clone(&app.exports).try_acquire_owned().map_err(|_| too_many("exports"))?;
    let export = Export::of_segment(&context, &row, format).await.map_err(of)?;
    let name = disposition::of_segment(&row.no, &format!(".{extension}"));
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        // Personal data: no cache keeps them.
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(pieces(
            Outgoing::Table(Box::new(export)),
            app.settings.request_timeout,
            permit,
        )),
    };
    Ok((headers, body).into_response())
}

fn no_such(file: &str) -> Refusal {
    let message = format!(
        "There is no export {file:?}. Ask for the number of a segment with .csv or .ndjson, such \
         as SM000001.csv."
    );
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

/// A file on its way out.
pub(super) enum Outgoing {
    Table(Box<Export>),
    Paper(Box<Paper>),
    Mail(Box<Mail>),
    /// One that was read as a whole.
    Whole(Option<Vec<u8>>),
}

impl Outgoing {
    async fn next(&mut self) -> domain::Result<Option<Vec<u8>>> {
        match self {
            Self::Table(export) => export.next().await,
            Self::Paper(paper) => paper.next().await,
            Self::Mail(mail) => mail.next().await,
            Self::Whole(content) => Ok(content.take()),
        }
    }
}

/// The file. If it fails on the way the connection breaks, so that nobody takes it for whole.
///
/// A task of its own makes it, a piece ahead of the client: a client that goes away ends it, and so
/// does one that takes nothing for so long.
pub(super) fn pieces(
    export: Outgoing,
    patience: Duration,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Bytes>> {
    let (sender, receiver) = mpsc::channel(1);
    let work = async move {
        let done = tokio::select! {
            done = send(export, &sender, patience) => done,
            () = sender.closed() => None,
        };
        if done.is_some() {
            // Nothing but this says that the file is whole.
            let _ = timeout(patience, sender.send(None)).await;
        }
        drop(permit);
    };
    tokio::spawn(work.in_current_span());
    stream::try_unfold(receiver, |mut receiver| async move {
        match receiver.recv().await {
            Some(piece) => Ok(piece.map(|piece| (piece, receiver))),
            None => Err(io::Error::other("the export broke off")),
        }
    })
}

/// Sends the file; nothing if it could not be sent to its end.
async fn send(
    mut export: Outgoing,
    to: &mpsc::Sender<Option<Bytes>>,
    patience: Duration,
) -> Option<()> {
    loop {
        let page = match export.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Some(()),
            Err(err) => {
                tracing::error!(error = %err, "an export broke off");
                return None;
            }
        };
        let mut page = Bytes::from(page);
        while !page.is_empty() {
            let piece = page.split_to(page.len().min(PIECE_BYTES));
            if timeout(patience, to.send(Some(piece))).await.is_err() {
                tracing::info!("an export was given up: its client took nothing");
                return None;
            }
        }
    }
}
