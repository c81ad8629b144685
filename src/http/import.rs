//! `POST /import`: a table file into the database, as it arrives. The answer comes at its end and
//! says what became of the rows; on the way, the operation tells how far it is.

use std::{path::Path, sync::Arc};

use axum::{
    body::Body,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::io::StreamReader;
use tracing::Instrument;

use super::{App, guard, request::check_encoding, response::Refusal, too_many, upload};
use crate::domain::{
    self, Context, Event, Progress, ProgressState,
    access::Scope,
    id::Kind,
    import::{self, FileKind, Notice, OnError, Options, Problem, Stop},
};

/// Problems that an answer names. Who wants to see the next sends the file again from their line.
const PROBLEMS_MAX: usize = 1000;

/// The media types of table files. A web page of others can't send them without asking first, and
/// is never allowed to.
const MEDIA: [&str; 3] = ["text/csv", "text/tab-separated-values", "application/octet-stream"];

/// What is told whoever sends others.
const PARAMETERS: &str = "The parameters are `kind`, `file`, `onError` (skip or abort), \
     `createCodes` and `dryRun` (true or false), `fromLine` (a number) and `operation`, each once.";

/// What may follow the `?`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Parameters {
    /// What the file is about; told from its header if missing.
    kind: Option<String>,
    /// Its name, which tells code tables apart.
    #[serde(default)]
    file: String,
    on_error: Option<Bad>,
    /// Whether codes that are not in their table yet are added; so it is unless it is said.
    create_codes: Option<bool>,
    /// Rows that begin above this line are passed over.
    from_line: Option<u64>,
    /// Whether nothing is kept: the answer says what would come of it.
    dry_run: Option<bool>,
    /// The id under which progress is told; one is chosen if missing.
    operation: Option<String>,
}

/// What to do about a bad row: leave it out, which is usual, or stop before the chunk it is in.
#[derive(Copy, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bad {
    Skip,
    Abort,
}

/// What became of a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    operation: String,
    kind: String,
    created: u64,
    updated: u64,
    unchanged: u64,
    rejected: u64,
    problems: Vec<Named>,
    /// Where the problems begin for which there was no room.
    more_problems_from_line: Option<u64>,
    unknown_columns: Vec<String>,
    /// Why it ended before the end of the file, if it did.
    stopped: Option<String>,
    /// Where to go on.
    next_line: u64,
}

/// What is wrong with a row.
#[derive(Serialize)]
struct Named {
    line: u64,
    column: Option<String>,
    reason: String,
    /// Whether it keeps the row out.
    rejected: bool,
}

/// Imports the body.
pub(super) async fn post(
    State(app): State<App>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match begin(&app, parameters, &parts, body).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn begin(
    app: &App,
    parameters: Result<Query<Parameters>, QueryRejection>,
    parts: &Parts,
    body: Body,
) -> Result<Response, Refusal> {
    if !guard::is_same_origin(&parts.uri, &parts.headers) {
        let message = "Imports are open to pages of this server only.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let context = app.admit(Scope::Write, &parts.headers, &parts.extensions).await?;
    let context = context.doing("import", None);
    if !is_table(&parts.headers) {
        let message = format!("Send the file with one of the content types {}.", MEDIA.join(", "));
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    check_encoding(&parts.headers)?;
    upload::check_length(&parts.headers, upload::TABLE_BYTES_MAX)?;
    let Query(given) = parameters.map_err(|_| Refusal::malformed(PARAMETERS))?;
    let dry_run = given.dry_run.unwrap_or(false);
    let of = |err| Refusal::of(err, &parts.extensions);
    let (options, operation) = options(given).map_err(of)?;
    let permit = Arc::clone(&app.imports).try_acquire_owned().map_err(|_| too_many("imports"))?;
    let patience = app.settings.request_timeout;
    let upload = upload::bytes(body, upload::TABLE_BYTES_MAX, patience, app.stopping.subscribe());
    let source = StreamReader::new(Box::pin(upload));
    let (stopping, told) = (app.stopping.subscribe(), app.stopping.subscribe());
    // On its own: when the client goes away the chunk under way is finished, and progress has an end.
    let work = async move {
        let sent = Sent { source, options, operation, dry_run };
        run(&context, sent, permit, told).await
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(Err(domain::Error::Rejected(_))) if *stopping.borrow() => {
            let message = "The server stops. Send the file again.";
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message))
        }
        Ok(report) => report.map_err(of),
        // It panicked; the panic hook has logged where and why.
        Err(_) => Err(Refusal::fault()),
    }
}

fn is_table(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    MEDIA.iter().any(|known| known.eq_ignore_ascii_case(media))
}

fn options(given: Parameters) -> domain::Result<(Options, i64)> {
    let kind = given.kind.map(|name| FileKind::named(&name, &["kind"])).transpose()?;
    let file = Path::new(&given.file).file_stem().unwrap_or_default();
    let options = Options {
        kind,
        file: file.to_string_lossy().into_owned(),
        on_error: match given.on_error {
            Some(Bad::Abort) => OnError::Abort,
            Some(Bad::Skip) | None => OnError::Skip,
        },
        create_codes: given.create_codes.unwrap_or(true),
        from_line: given.from_line.unwrap_or(1),
    };
    let operation = match given.operation {
        Some(id) => Kind::Operation.key(&id, &["operation"])?,
        None => i64::from(fastrand::u32(..)),
    };
    Ok((options, operation))
}

/// A file, and what is to become of it.
struct Sent<R> {
    source: R,
    options: Options,
    operation: i64,
    dry_run: bool,
}

async fn run(
    context: &Context,
    sent: Sent<impl tokio::io::AsyncRead + Send + Unpin>,
    permit: OwnedSemaphorePermit,
    stopping: watch::Receiver<bool>,
) -> domain::Result<Response> {
    let Sent { source, options, operation, dry_run } = sent;
    let progress = Progress {
        operation,
        state: ProgressState::Running,
        done: 0,
        total: None,
        rejected: 0,
        message: None,
    };
    let (sender, receiver) = watch::channel(progress.clone());
    let mut report = Report { problems: Vec::new(), more_from_line: None, progress: sender };
    let work = async move {
        let mut tell = |notice: Notice<'_>| report.take(notice);
        let outcome = match dry_run {
            true => import::rehearse(context, source, &options, &mut tell).await,
            false => import::run(context, source, &options, None, &mut tell).await,
        };
        (outcome, report.problems, report.more_from_line)
    };
    // As fast as others can be told, while the import goes on.
    let ((outcome, problems, more), ()) = tokio::join!(work, relay(context, receiver));
    let early = match &outcome {
        Ok(outcome) => outcome.stopped.as_ref().map(|stop| early_end(stop, *stopping.borrow())),
        Err(_) => Some((StatusCode::BAD_REQUEST, "The file can't be imported.".to_owned())),
    };
    let (status, stopped) =
        early.map_or((StatusCode::OK, None), |(status, why)| (status, Some(why)));
    let end = Progress {
        state: if stopped.is_none() { ProgressState::Done } else { ProgressState::Failed },
        done: outcome.as_ref().map_or(0, |outcome| outcome.summary.rows()),
        rejected: outcome.as_ref().map_or(0, |outcome| outcome.summary.rejected),
        message: stopped.clone(),
        ..progress
    };
    context.events.publish(&context.db, Event::OperationProgressed(end)).await;
    drop(permit);
    let outcome = outcome?;
    let answer = Answer {
        operation: Kind::Operation.id(operation),
        kind: outcome.kind.name(),
        created: outcome.summary.created,
        updated: outcome.summary.updated,
        unchanged: outcome.summary.unchanged,
        rejected: outcome.summary.rejected,
        problems,
        more_problems_from_line: more,
        unknown_columns: outcome.unknown_columns,
        stopped,
        next_line: outcome.summary.next_line,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response())
}

async fn relay(context: &Context, mut progress: watch::Receiver<Progress>) {
    while progress.changed().await.is_ok() {
        let progress = progress.borrow_and_update().clone();
        context.events.publish(&context.db, Event::OperationProgressed(progress)).await;
    }
}

/// What an answer says besides the numbers, and how far the import is.
struct Report {
    problems: Vec<Named>,
    /// Where the problems begin for which there was no room.
    more_from_line: Option<u64>,
    progress: watch::Sender<Progress>,
}

impl Report {
    fn take(&mut self, notice: Notice<'_>) {
        match notice {
            Notice::Rejected { problems, .. } => self.add(problems, true),
            Notice::Warning(problem) => self.add(std::slice::from_ref(problem), false),
            Notice::Committed(summary) => self.progress.send_modify(|progress| {
                progress.done = summary.rows();
                progress.rejected = summary.rejected;
            }),
            Notice::Header(_) => {}
        }
    }

    /// The problems of a row, all or none: those left out come with the line from which they begin.
    fn add(&mut self, problems: &[Problem], rejected: bool) {
        if self.more_from_line.is_some() {
            return;
        }
        if PROBLEMS_MAX < self.problems.len() + problems.len() {
            self.more_from_line = problems.first().map(|problem| problem.line);
            return;
        }
        self.problems.extend(problems.iter().map(|it| Named {
            line: it.line,
            column: it.column.clone(),
            reason: it.reason.clone(),
            rejected,
        }));
    }
}

/// Why the import ended early, and with which status.
fn early_end(stop: &Stop, stopping: bool) -> (StatusCode, String) {
    match stop {
        Stop::Rejected => (StatusCode::UNPROCESSABLE_ENTITY, "A row is bad.".to_owned()),
        // The file is not to blame.
        Stop::Unreadable(why) if stopping => (StatusCode::SERVICE_UNAVAILABLE, why.clone()),
        Stop::Unreadable(why) => (StatusCode::UNPROCESSABLE_ENTITY, why.clone()),
        Stop::Failed(err) => match err.if_passing() {
            Some(message) => (StatusCode::SERVICE_UNAVAILABLE, message.to_owned()),
            None => {
                tracing::error!(error = %err, "an import failed");
                let message = "Something went wrong on our side.".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        },
    }
}
