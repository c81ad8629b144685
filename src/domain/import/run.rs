//! One file from its first to its last row.

use std::io;

use sea_orm::{DatabaseTransaction, DbErr};
use tokio::io::AsyncRead;

use super::{
    FileKind, Problem, Row,
    check::Written,
    importer::Importer,
    reader::{Read, Reader},
};
use crate::{
    db::{self, AsDbErr},
    domain::{Context, Error, Reason, Result},
};

/// Rows of a transaction: enough to make a transaction cheap, few enough to wait for.
const CHUNK_ROWS: usize = 5000;

/// How to import a file.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the file is about; told from its header if missing.
    pub kind: Option<FileKind>,
    /// Its name without folder and extension, which tells code tables apart.
    pub file: String,
    pub on_error: OnError,
    /// Whether codes that are not in their table yet are added to it. Otherwise their rows are bad.
    pub create_codes: bool,
    /// Rows that begin on an earlier line are skipped: they were imported before.
    pub from_line: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kind: None,
            file: String::new(),
            on_error: OnError::Skip,
            create_codes: true,
            from_line: 1,
        }
    }
}

/// What to do about a bad row.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Leave it out and go on.
    Skip,
    /// Stop before the chunk it is in.
    Abort,
}

/// What is told while a file is imported.
#[derive(Debug)]
pub enum Notice<'a> {
    /// The header, before anything else.
    Header(&'a [String]),
    /// A row was left out. Without its text if that can't be read.
    Rejected { row: Option<&'a Row>, problems: &'a [Problem] },
    /// A row was taken, but not as it stands.
    Warning(&'a Problem),
    /// So much has been committed.
    Committed(&'a Summary),
}

/// What became of the rows so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub created: u64,
    pub updated: u64,
    /// They say what is there already.
    pub unchanged: u64,
    pub rejected: u64,
    pub warnings: u64,
    /// The line from which to go on if the import stops now.
    pub next_line: u64,
}

impl Summary {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.rejected
    }
}

/// How an import ended.
#[derive(Debug)]
pub struct Outcome {
    pub kind: FileKind,
    /// Captions of columns that were not looked at.
    pub unknown_columns: Vec<String>,
    pub summary: Summary,
    /// Why it ended before the end of the file, if it did.
    pub stopped: Option<Stop>,
}

/// Why an import ended early. What was committed before stays.
#[derive(Debug)]
pub enum Stop {
    /// A row is bad, and [`OnError::Abort`] was asked for.
    Rejected,
    /// The rest of the file can't be read.
    Unreadable(String),
    /// The database failed.
    Failed(Error),
}

/// What a file is about.
///
/// # Errors
/// If it can't be read, or not be made out.
pub async fn recognise(source: impl AsyncRead + Unpin, file: &str) -> Result<FileKind> {
    let (header, _) = open(source).await?;
    FileKind::recognise(&header, file)
}

/// Imports a file. In a `rehearsal` everything is done in that transaction; otherwise in one for
/// each chunk.
///
/// # Errors
/// If the file can't be imported at all; then nothing was changed.
pub async fn run(
    context: &Context,
    source: impl AsyncRead + Unpin,
    options: &Options,
    rehearsal: Option<&DatabaseTransaction>,
    tell: &mut (dyn FnMut(Notice<'_>) + Send),
) -> Result<Outcome> {
    let (header, reader) = open(source).await?;
    let kind = match options.kind {
        Some(kind) => kind,
        None => FileKind::recognise(&header, &options.file)?,
    };
    let importer = Importer::new(context, kind, &header, options, rehearsal).await?;
    tell(Notice::Header(&header));
    let unknown_columns = importer.unknown();
    let mut run = Run { context, options, rehearsal, importer, summary: Summary::default(), tell };
    let stopped = run.all(reader, header.len()).await.err();
    Ok(Outcome { kind, unknown_columns, summary: run.summary, stopped })
}

async fn open<R: AsyncRead + Unpin>(source: R) -> Result<(Vec<String>, Reader<R>)> {
    let bad = |what: String| Error::reject(Reason::Invalid, &["file"], what);
    let unreadable = |err: io::Error| bad(format!("The file can't be read: {err}."));
    let mut reader = Reader::open(source).await.map_err(unreadable)?;
    match reader.next().await.map_err(unreadable)? {
        Read::Row(row) => {
            let mut header: Vec<String> =
                row.fields().map(|caption| caption.trim().to_owned()).collect();
            while header.last().is_some_and(String::is_empty) {
                header.pop();
            }
            Ok((header, reader))
        }
        Read::Bad { line, reason } | Read::Lost { line, reason } => {
            Err(bad(format!("The header, line {line}, can't be read: {reason}.")))
        }
        Read::End => Err(bad("The file is empty. It has to begin with a header.".to_owned())),
    }
}

/// What is read at once and written in one transaction.
#[derive(Default)]
struct Chunk {
    rows: Vec<Row>,
    bad: Vec<Problem>,
    lost: Option<Problem>,
    is_last: bool,
}

impl Chunk {
    async fn read<R: AsyncRead + Unpin>(
        reader: &mut Reader<R>,
        width: usize,
        from_line: u64,
    ) -> io::Result<Self> {
        let mut chunk = Self::default();
        while chunk.rows.len() + chunk.bad.len() < CHUNK_ROWS {
            let (line, reason) = match reader.next().await? {
                Read::End => {
                    chunk.is_last = true;
                    return Ok(chunk);
                }
                Read::Lost { line, reason } => {
                    chunk.is_last = true;
                    chunk.lost = Some(Problem { line, column: None, reason });
                    return Ok(chunk);
                }
                Read::Row(row) if row.line < from_line || row.fields().all(str::is_empty) => {
                    continue;
                }
                Read::Row(row) => match misfit(&row, width) {
                    None => {
                        chunk.rows.push(row);
                        continue;
                    }
                    Some(reason) => (row.line, reason),
                },
                Read::Bad { line, reason } => (line, reason),
            };
            if from_line <= line {
                chunk.bad.push(Problem { line, column: None, reason });
            }
        }
        Ok(chunk)
    }

    fn first_line(&self) -> Option<u64> {
        let row = self.rows.first().map(|row| row.line);
        let bad = self.bad.first().map(|problem| problem.line);
        let lost = self.lost.as_ref().map(|problem| problem.line);
        [row, bad, lost].into_iter().flatten().min()
    }
}

/// What is wrong with the number of fields.
fn misfit(row: &Row, width: usize) -> Option<String> {
    let is_longer = width < row.len() && row.fields().skip(width).any(|field| !field.is_empty());
    (row.len() < width || is_longer)
        .then(|| format!("The row has {} fields, the header {width}.", row.len()))
}

/// Why a chunk was not written.
enum Undo {
    Rejected(Written),
    Failed(Error),
}

impl From<DbErr> for Undo {
    fn from(err: DbErr) -> Self {
        Self::Failed(err.into())
    }
}

impl AsDbErr for Undo {
    fn as_db_err(&self) -> Option<&DbErr> {
        match self {
            Self::Failed(err) => err.as_db_err(),
            Self::Rejected(_) => None,
        }
    }
}

struct Run<'a> {
    context: &'a Context,
    options: &'a Options,
    rehearsal: Option<&'a DatabaseTransaction>,
    importer: Importer,
    summary: Summary,
    tell: &'a mut (dyn FnMut(Notice<'_>) + Send),
}

impl Run<'_> {
    async fn all<R: AsyncRead + Unpin>(
        &mut self,
        mut reader: Reader<R>,
        width: usize,
    ) -> Result<(), Stop> {
        let from_line = self.options.from_line;
        let mut chunk = Chunk::read(&mut reader, width, from_line).await.map_err(unreadable)?;
        self.summary.next_line = chunk.first_line().unwrap_or(from_line);
        loop {
            if chunk.is_last {
                self.chunk(&chunk).await?;
                self.summary.next_line = reader.line();
                return self.end(chunk).await;
            }
            // While the database works on one chunk, the next is read.
            let (written, next) =
                tokio::join!(self.chunk(&chunk), Chunk::read(&mut reader, width, from_line));
            written?;
            let next = next.map_err(unreadable)?;
            let next_line = next.first_line().unwrap_or_else(|| reader.line());
            self.summary.next_line = self.importer.first_open_line().unwrap_or(next_line);
            (self.tell)(Notice::Committed(&self.summary));
            chunk = next;
        }
    }

    async fn chunk(&mut self, chunk: &Chunk) -> Result<(), Stop> {
        let abort = self.options.on_error == OnError::Abort;
        if abort && !chunk.bad.is_empty() {
            self.report(chunk, &Written::default());
            return Err(Stop::Rejected);
        }
        let importer = &self.importer;
        let work = async |txn: &DatabaseTransaction| {
            let written = importer.write(txn, &chunk.rows).await.map_err(Undo::Failed)?;
            if abort && !written.rejected.is_empty() {
                return Err(Undo::Rejected(written));
            }
            Ok(written)
        };
        let written = match self.rehearsal {
            Some(txn) => work(txn).await,
            None => db::write(&self.context.db, work).await,
        };
        match written {
            Ok(written) => {
                self.importer.committed(&written);
                self.report(chunk, &written);
                Ok(())
            }
            Err(Undo::Rejected(written)) => {
                self.report(chunk, &Written { rejected: written.rejected, ..Default::default() });
                Err(Stop::Rejected)
            }
            Err(Undo::Failed(err)) => Err(Stop::Failed(err)),
        }
    }

    fn report(&mut self, chunk: &Chunk, written: &Written) {
        self.summary.created += written.created;
        self.summary.updated += written.updated;
        self.summary.unchanged += written.unchanged;
        self.summary.rejected += (chunk.bad.len() + written.rejected.len()) as u64;
        let bad = chunk.bad.iter().map(|problem| (None, std::slice::from_ref(problem)));
        let rejected = written.rejected.iter();
        let rejected = rejected.map(|(index, it)| (Some(&chunk.rows[*index]), it.as_slice()));
        let mut all: Vec<(Option<&Row>, &[Problem])> = bad.chain(rejected).collect();
        all.sort_by_key(|(_, problems)| problems.first().map(|it| it.line));
        for (row, problems) in all {
            (self.tell)(Notice::Rejected { row, problems });
        }
    }

    /// After the last chunk.
    async fn end(&mut self, chunk: Chunk) -> Result<(), Stop> {
        for warning in self.importer.left_open() {
            self.summary.warnings += 1;
            (self.tell)(Notice::Warning(&warning));
        }
        (self.tell)(Notice::Committed(&self.summary));
        let Some(lost) = chunk.lost else { return Ok(()) };
        self.summary.next_line = lost.line;
        self.summary.rejected += 1;
        (self.tell)(Notice::Rejected { row: None, problems: std::slice::from_ref(&lost) });
        Err(Stop::Unreadable(format!("Line {}: {}.", lost.line, lost.reason)))
    }
}

fn unreadable(err: io::Error) -> Stop {
    Stop::Unreadable(format!("The file can't be read any further: {err}."))
}
