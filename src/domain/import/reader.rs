//! Rows from a table file, one by one, in bounded memory whatever the file holds.

use std::{borrow::Cow, io};

use csv_core::{ReadRecordResult, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use tokio::io::AsyncRead;

use super::source::Source;

/// A row may be this long: a thousand times what a contact needs.
const ROW_BYTES_MAX: usize = 1024 * 1024;
/// And have as many fields.
const FIELDS_MAX: usize = 1000;

/// A row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// Its fields, without their quotes.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|index| self.field(index))
    }

    pub(super) fn field(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Its bytes.
    pub(super) fn size(&self) -> usize {
        self.text.len()
    }
}

/// What the reader found where a row should be.
pub enum Read {
    Row(Row),
    /// Something that is no row; the next one can be read.
    Bad {
        line: u64,
        reason: String,
    },
    /// Something after which nothing can be made out any more.
    Lost {
        line: u64,
        reason: String,
    },
    End,
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Charset {
    /// Only ASCII so far.
    Unknown,
    Utf8,
    Windows1252,
}

/// Reads a file row by row.
pub struct Reader<R> {
    source: Source<R>,
    core: csv_core::Reader,
    charset: Charset,
    /// The line of the next byte.
    line: u64,
    /// The byte before it.
    last: u8,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// A row that was put back.
    held: Option<Row>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads the beginning, and finds out what parts the fields.
    ///
    /// # Errors
    /// If the file can't be read.
    pub async fn open(inner: R) -> io::Result<Self> {
        let source = Source::open(inner).await?;
        let charset = if source.is_unicode { Charset::Utf8 } else { Charset::Unknown };
        let separator = separator(source.head());
        Ok(Self {
            source,
            core: ReaderBuilder::new().delimiter(separator).build(),
            charset,
            line: 1,
            last: 0,
            bytes: vec![0; ROW_BYTES_MAX],
            ends: vec![0; FIELDS_MAX],
            held: None,
        })
    }

    /// The line of what comes next.
    pub(super) fn line(&self) -> u64 {
        self.held.as_ref().map_or(self.line, |row| row.line)
    }

    /// Makes the row come next that came last.
    pub(super) fn put_back(&mut self, row: Row) {
        self.held = Some(row);
    }

    /// What comes next. Empty lines are passed over, for they are no rows.
    ///
    /// # Errors
    /// If the file can't be read any further.
    pub async fn next(&mut self) -> io::Result<Read> {
        if let Some(row) = self.held.take() {
            return Ok(Read::Row(row));
        }
        if !self.skip_line_ends().await? {
            return Ok(Read::End);
        }
        let line = self.line;
        let (mut size, mut fields) = (0, 0);
        loop {
            let input = self.source.fill().await?;
            let is_end = input.is_empty();
            // A line end ends the last row, unless the row is inside quotes.
            let input = if is_end { b"\n" } else { input };
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.bytes[size..], &mut self.ends[fields..]);
            self.line += line_ends(&input[..read], &mut self.last);
            if !is_end {
                self.source.consume(read);
            }
            size += written;
            fields += ended;
            let reason = match result {
                ReadRecordResult::Record => return Ok(self.row(line, size, fields)),
                ReadRecordResult::InputEmpty if is_end => "a quote is opened here and never closed",
                ReadRecordResult::InputEmpty => continue,
                ReadRecordResult::OutputFull => {
                    "the row is longer than 1 MiB: perhaps a quote is never closed"
                }
                ReadRecordResult::OutputEndsFull => "the row has more than 1,000 fields",
                ReadRecordResult::End => return Ok(Read::End),
            };
            let reason = format!("{reason}; nothing from here on was read");
            return Ok(Read::Lost { line, reason });
        }
    }

    /// Goes to the beginning of the next row; false if there is none.
    async fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            match self.source.fill().await?.first() {
                None => return Ok(false),
                Some(end @ (b'\n' | b'\r')) => self.line += line_ends(&[*end], &mut self.last),
                Some(_) => return Ok(true),
            }
            self.source.consume(1);
        }
    }

    fn row(&mut self, line: u64, size: usize, fields: usize) -> Read {
        let bytes = &self.bytes[..size];
        let mut ends = self.ends[..fields].to_vec();
        if bytes.contains(&0) {
            return Read::Bad { line, reason: "it holds a NUL character".to_owned() };
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if self.source.is_utf16 && text.contains(char::REPLACEMENT_CHARACTER) => {
                return Read::Bad { line, reason: "it is no valid UTF-16".to_owned() };
            }
            Ok(text) if self.charset != Charset::Windows1252 => {
                if !text.is_ascii() {
                    self.charset = Charset::Utf8;
                }
                text.to_owned()
            }
            Err(_) if self.charset == Charset::Utf8 => {
                return Read::Bad { line, reason: "it is no valid UTF-8".to_owned() };
            }
            _ => {
                self.charset = Charset::Windows1252;
                from_windows_1252(bytes, &mut ends)
            }
        };
        Read::Row(Row { line, text, ends })
    }
}

/// How many lines end in `bytes`, by `\n`, `\r` or both. `last` is the byte before them, and then the last
/// of them.
pub(super) fn line_ends(bytes: &[u8], last: &mut u8) -> u64 {
    let mut ends = 0;
    for &byte in bytes {
        ends += u64::from(byte == b'\r' || (byte == b'\n' && *last != b'\r'));
        *last = byte;
    }
    ends
}

/// The text of the fields that end at `ends`, which move to where they end in the text.
fn from_windows_1252(bytes: &[u8], ends: &mut [usize]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut start = 0;
    for end in ends {
        let field: Cow<'_, str> = WINDOWS_1252.decode_without_bom_handling(&bytes[start..*end]).0;
        start = *end;
        text += &field;
        *end = text.len();
    }
    text
}

/// What parts the fields of the header: the commonest of the candidates outside of quotes.
fn separator(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(it, _)| *it == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The comma comes first, and so wins where nothing is found.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}
