//! One file from its first to its last row.

use std::{collections::BTreeMap, io};

use sea_orm::{DatabaseTransaction, DbErr};
use tokio::io::AsyncRead;

use super::{
    FileKind, Notice, OnError, Options, Outcome, Problem, Row, Stop, Summary,
    check::Written,
    chunk::{Chunk, Shape},
    importer::Importer,
    reader::{Read, Reader},
};
use crate::{
    db::{self, AsDbErr},
    domain::{Context, Error, Event, Reason, Result},
};

/// From how many new rows on the database is made to look at its tables again.
const ANALYZE_FROM: u64 = 10_000;

/// What a file is about.
///
/// # Errors
/// If it can't be read, or not be made out.
pub async fn recognise(source: impl AsyncRead + Unpin, file: &str) -> Result<FileKind> {
    let (header, _) = open(source).await?;
    FileKind::recognise(&header, file)
}

/// Imports a file. In a `rehearsal` everything is done in that transaction; otherwise in one for
/// each chunk, so that an import that ends early, even by a crash, leaves whole chunks behind. Doing
/// it again finds their rows unchanged and goes on from there.
///
/// Who subscribes is told at the end, once, whatever the number of rows; of each segment by itself.
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
    let (summary, segments) = (Summary::default(), BTreeMap::new());
    let fills = false;
    let mut run = Run { context, options, rehearsal, importer, summary, segments, fills, tell };
    let stopped = run.all(reader, header.len()).await.err();
    let summary = run.summary;
    if run.fills {
        context.db.make_indexes().await?;
    }
    if rehearsal.is_none() && ANALYZE_FROM <= summary.created {
        context.db.analyze().await?;
    }
    if rehearsal.is_none() && 0 < summary.created + summary.updated {
        let event = match kind {
            FileKind::Contacts
            | FileKind::Purchases
            | FileKind::ContactCodes(_)
            | FileKind::ContactAddresses
            | FileKind::ContactAddressPeriods
            | FileKind::ProfileAnswers => Some(Event::ContactsImported),
            FileKind::Interactions => Some(Event::InteractionsImported),
            _ => None,
        };
        let segments = run.segments.into_iter();
        let segments = segments.map(|(id, revision)| Event::SegmentChanged { id, revision });
        for event in event.into_iter().chain(segments) {
            context.events.publish(&context.db, event).await;
        }
    }
    Ok(Outcome { kind, unknown_columns, summary, stopped })
}

/// [`run`] of a file of which nothing is kept. Others wait for its end before they can write.
///
/// # Errors
/// As [`run`].
pub async fn rehearse(
    context: &Context,
    source: impl AsyncRead + Unpin,
    options: &Options,
    tell: &mut (dyn FnMut(Notice<'_>) + Send),
) -> Result<Outcome> {
    let all =
        async |txn: &DatabaseTransaction| run(context, source, options, Some(txn), tell).await;
    db::rehearse(&context.db, all).await
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

/// Why a chunk was not written.
enum Undo {
    Rejected(Box<Written>),
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
    /// The revisions of the segments that were made or changed, by their keys.
    segments: BTreeMap<i64, i32>,
    /// Whether it fills empty tables, whose indexes are left out meanwhile.
    fills: bool,
    tell: &'a mut (dyn FnMut(Notice<'_>) + Send),
}

impl Run<'_> {
    async fn all<R: AsyncRead + Unpin>(
        &mut self,
        mut reader: Reader<R>,
        width: usize,
    ) -> Result<(), Stop> {
        let from_line = self.options.from_line;
        let shape = Shape { width, from_line, group: self.importer.group() };
        let mut chunk = Chunk::read(&mut reader, shape).await.map_err(unreadable)?;
        self.summary.next_line = chunk.first_line().unwrap_or(from_line);
        if !chunk.is_last && self.rehearsal.is_none() {
            let fill = async |txn: &_| self.importer.leave_out_indexes(txn).await;
            self.fills = db::write(&self.context.db, &[], fill).await.map_err(Stop::Failed)?;
        }
        loop {
            if chunk.is_last {
                self.chunk(&chunk).await?;
                self.summary.next_line = reader.line();
                return self.end(chunk).await;
            }
            // While the database works on one chunk, the next is read.
            let (written, next) = tokio::join!(self.chunk(&chunk), Chunk::read(&mut reader, shape));
            written?;
            let next_line = next.as_ref().ok().and_then(Chunk::first_line).unwrap_or(chunk.end);
            self.summary.next_line = self.importer.first_open_line().unwrap_or(next_line);
            (self.tell)(Notice::Committed(&self.summary));
            chunk = next.map_err(unreadable)?;
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
            let written = importer.write(txn, chunk).await.map_err(Undo::Failed)?;
            if abort && !written.rejected.is_empty() {
                return Err(Undo::Rejected(Box::new(written)));
            }
            Ok(written)
        };
        let written = match self.rehearsal {
            Some(txn) => work(txn).await,
            None => db::write(&self.context.db, self.importer.changes(), work).await,
        };
        match written {
            Ok(written) => {
                self.importer.committed(&written);
                self.segments.extend(written.segments.iter().map(|it| (it.id, it.revision)));
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
