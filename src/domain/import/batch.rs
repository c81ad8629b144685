//! Contacts without a file: rows that a program sends at once. They take the same road as a file.

use std::collections::HashMap;

use super::{FileKind, Notice, OnError, Options, Problem, Stop, Summary, reader::line_ends, run};
use crate::domain::{Context, Error, Reason, Rejection, Result};

/// Rows of a batch. More come as a file.
pub const BATCH_ROWS_MAX: usize = 1000;

/// Rows and what their cells are.
#[derive(Clone, Debug)]
pub struct Batch {
    /// By the captions of a file's header.
    pub columns: Vec<String>,
    /// Each with a cell for each column.
    pub rows: Vec<Vec<Option<String>>>,
    pub on_error: OnError,
    pub create_codes: bool,
}

/// Creates and changes contacts. Returns what became of the rows, and what is wrong with those that
/// were rejected, below `rows`. Under [`OnError::Abort`] it is all rows or none.
///
/// # Errors
/// If no row can be read: [`Reason::Invalid`], [`Reason::Required`] or [`Reason::NotFound`] at
/// `columns`, [`Reason::LimitExceeded`] at `rows`.
pub async fn contacts(context: &Context, batch: &Batch) -> Result<(Summary, Vec<Rejection>)> {
    if BATCH_ROWS_MAX < batch.rows.len() {
        let message = format!("Send at most {BATCH_ROWS_MAX} rows at once.");
        return Err(Error::reject(Reason::LimitExceeded, &["rows"], message));
    }
    if batch.columns.is_empty() {
        return Err(Error::reject(Reason::Required, &["columns"], "There are no columns."));
    }
    let (file, lines) = file(batch)?;
    let options = Options {
        kind: Some(FileKind::Contacts),
        on_error: batch.on_error,
        create_codes: batch.create_codes,
        ..Options::default()
    };
    let mut rejections = Vec::new();
    let mut tell = |notice: Notice<'_>| {
        let problems = match notice {
            Notice::Rejected { problems, .. } => problems,
            Notice::Warning(problem) => std::slice::from_ref(problem),
            Notice::Header(_) | Notice::Committed(_) => return,
        };
        rejections.extend(problems.iter().map(|it| rejection(it, batch, &lines)));
    };
    let outcome = run(context, file.as_slice(), &options, None, &mut tell).await;
    let outcome = outcome.map_err(of_columns)?;
    match outcome.stopped {
        Some(Stop::Failed(err)) => Err(err),
        _ => Ok((outcome.summary, rejections)),
    }
}

/// The rows as a file, and which line each begins on.
fn file(batch: &Batch) -> Result<(Vec<u8>, HashMap<u64, usize>)> {
    // Says that it is UTF-8, and with everything in quotes nothing is taken for a separator.
    let mut file = "\u{feff}".as_bytes().to_vec();
    let mut lines = HashMap::new();
    let mut line = 1;
    let header = batch.columns.iter().map(|it| Some(it.as_str())).collect();
    let rows = batch.rows.iter().map(|row| row.iter().map(Option::as_deref).collect());
    for (index, row) in std::iter::once(header).chain(rows).enumerate() {
        let row: Vec<Option<&str>> = row;
        if let Some(index) = index.checked_sub(1) {
            lines.insert(line, index);
        }
        let cells = row.into_iter().map(Option::unwrap_or_default);
        let written = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(&mut file)
            .write_record(cells.clone());
        written.map_err(|err| Error::Corrupt(format!("a row can't be written: {err}")))?;
        line += 1 + cells.map(|cell| line_ends(cell.as_bytes(), &mut 0)).sum::<u64>();
    }
    Ok((file, lines))
}

/// What is wrong with a row, at its place and that of its column.
fn rejection(problem: &Problem, batch: &Batch, lines: &HashMap<u64, usize>) -> Rejection {
    let mut rejection = Rejection::new(Reason::Invalid, &["rows"], problem.reason.as_str());
    rejection.path.extend(lines.get(&problem.line).map(usize::to_string));
    if let Some(caption) = &problem.column {
        let column = batch.columns.iter().position(|it| it.trim() == caption);
        rejection.path.extend(column.map(|column| column.to_string()));
    }
    rejection
}

/// What a file says of its header is about the columns here.
fn of_columns(err: Error) -> Error {
    let Error::Rejected(mut rejections) = err else { return err };
    for rejection in &mut rejections {
        rejection.path = vec!["columns".to_owned()];
    }
    Error::Rejected(rejections)
}
