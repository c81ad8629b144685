//! So many rows as are read at once and written in one transaction.

use std::io;

use tokio::io::AsyncRead;

use super::{
    Problem, Row,
    reader::{Read, Reader},
};
use crate::domain::text;

/// Rows of a transaction: enough to make a transaction cheap, few enough to wait for.
const CHUNK_ROWS: usize = 10_000;
/// And bytes: rows of the usual length stay far below.
const CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// What the rows of a file are like.
#[derive(Copy, Clone)]
pub(super) struct Shape {
    /// How many fields they have.
    pub(super) width: usize,
    /// Those that begin on an earlier line are passed over.
    pub(super) from_line: u64,
    /// The column by which rows belong together.
    pub(super) group: Option<usize>,
}

/// What is read at once and written in one transaction.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) rows: Vec<Row>,
    /// What can't be taken for rows.
    pub(super) bad: Vec<Problem>,
    /// After this, nothing can be read any more.
    pub(super) lost: Option<Problem>,
    pub(super) is_last: bool,
    /// The line after it.
    pub(super) end: u64,
}

impl Chunk {
    pub(super) async fn read<R: AsyncRead + Unpin>(
        reader: &mut Reader<R>,
        Shape { width, from_line, group }: Shape,
    ) -> io::Result<Self> {
        let mut chunk = Self::default();
        let mut size = 0;
        loop {
            let count = chunk.rows.len() + chunk.bad.len();
            let is_full = CHUNK_ROWS <= count || CHUNK_BYTES <= size;
            let is_overfull = 2 * CHUNK_ROWS <= count || 2 * CHUNK_BYTES <= size;
            if is_overfull || (is_full && group.is_none()) {
                break;
            }
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
                    None if is_full && chunk.is_whole_before(&row, group) => {
                        reader.put_back(row);
                        break;
                    }
                    None => {
                        size += row.size();
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
        chunk.end = reader.line();
        Ok(chunk)
    }

    /// Whether a new group begins with a row, certainly: what can't be read may belong to any.
    fn is_whole_before(&self, row: &Row, group: Option<usize>) -> bool {
        let (Some(group), Some(last)) = (group, self.rows.last()) else { return true };
        let is_readable = self.bad.last().is_none_or(|bad| bad.line < last.line);
        is_readable && text::code(last.field(group)) != text::code(row.field(group))
    }

    pub(super) fn first_line(&self) -> Option<u64> {
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
