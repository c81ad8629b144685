//! Letters as lines of a file, or as documents of an archive.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use zip::{
    CompressionMethod, DateTime, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{Letter, MailFormat, PLACE};
use crate::domain::{Error, Result};

/// The columns of a CSV file.
const COLUMNS: [&str; 18] = [
    "no",
    "name",
    "company",
    "email",
    PLACE[0],
    PLACE[1],
    PLACE[2],
    PLACE[3],
    PLACE[4],
    PLACE[5],
    "correspondenceType",
    "language",
    "subject",
    "body",
    "bodyFormat",
    "attachments",
    "error",
    "interaction",
];

/// Characters of a name that become one of a file.
const NAME_CHARS_MAX: usize = 60;

/// What has been written, and not taken yet.
pub(super) enum Writer {
    Ndjson(Vec<u8>),
    Csv(Vec<u8>),
    Zip(Box<Archive>),
    Finished,
}

/// An archive, and what it has written so far.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Shared>>,
    written: Shared,
    /// Who could not be written to, and why.
    errors: String,
    /// Of the last contact, the number and how many documents.
    last: (String, u32),
}

/// Bytes that are written at one end and taken at the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writer {
    pub(super) fn new(format: MailFormat) -> Self {
        match format {
            MailFormat::Ndjson => Self::Ndjson(Vec::new()),
            MailFormat::Csv => Self::Csv(format!("{}\n", COLUMNS.join(",")).into_bytes()),
            MailFormat::Zip => {
                let written = Shared::default();
                let zip = ZipWriter::new_stream(written.clone());
                Self::Zip(Box::new(Archive {
                    zip,
                    written,
                    errors: String::new(),
                    last: Default::default(),
                }))
            }
        }
    }

    /// What has been written since it was taken last.
    pub(super) fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Ndjson(written) | Self::Csv(written) => mem::take(written),
            Self::Zip(archive) => archive.written.take(),
            Self::Finished => Vec::new(),
        }
    }

    pub(super) fn write(&mut self, letter: &Letter) -> Result<()> {
        match self {
            Self::Ndjson(to) => {
                serde_json::to_writer(&mut *to, &object(letter)).map_err(unwritable)?;
                to.push(b'\n');
                Ok(())
            }
            Self::Csv(to) => {
                let mut csv = csv::Writer::from_writer(to);
                csv.write_record(cells(letter)).map_err(unwritable)?;
                csv.flush().map_err(unwritable)
            }
            Self::Zip(archive) => archive.write(letter),
            Self::Finished => Ok(()),
        }
    }

    /// The end of the file, if it has one of its own.
    pub(super) fn finish(&mut self) -> Result<Option<Vec<u8>>> {
        let Self::Zip(mut archive) = mem::replace(self, Self::Finished) else { return Ok(None) };
        if !archive.errors.is_empty() {
            let errors = mem::take(&mut archive.errors);
            archive.add("errors.txt", &errors)?;
        }
        archive.zip.finish().map_err(unwritable)?;
        Ok(Some(archive.written.take()))
    }
}

impl Archive {
    fn write(&mut self, letter: &Letter) -> Result<()> {
        if let Some(error) = &letter.error {
            self.errors.push_str(&format!("{} {}: {error}\n", letter.no, letter.name));
            return Ok(());
        }
        let Some(body) = &letter.body else { return Ok(()) };
        let subject = letter.subject.as_deref().filter(|_| !letter.is_html);
        let document = match subject {
            Some(subject) => format!("{subject}\n\n{body}\n"),
            None => format!("{body}\n"),
        };
        self.last = match mem::take(&mut self.last) {
            (no, documents) if no == letter.no => (no, documents + 1),
            _ => (letter.no.clone(), 1),
        };
        self.add(&file_name(letter, self.last.1), &document)
    }

    fn add(&mut self, name: &str, content: &str) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // The same letters make the same archive.
            .last_modified_time(DateTime::default());
        self.zip.start_file(name, options).map_err(unwritable)?;
        self.zip.write_all(content.as_bytes()).map_err(unwritable)
    }
}

/// The company and the name, as people look for it, and the number, which tells all apart (DEL-4); of
/// one with several documents, which one it is.
fn file_name(letter: &Letter, document: u32) -> String {
    let plain = |name: &str| -> String {
        let fitting = |char: char| !char.is_control() && !"/\\:*?\"<>|.".contains(char);
        name.chars().filter(|char| fitting(*char)).take(NAME_CHARS_MAX).collect()
    };
    let company = letter.company.as_deref().map(|it| format!("{} - ", plain(it)));
    let extension = if letter.is_html { "html" } else { "txt" };
    let (company, name) = (company.unwrap_or_default(), plain(&letter.name));
    let which = if document == 1 { String::new() } else { format!(", {document}") };
    format!("{company}{name} ({}{which}).{extension}", plain(&letter.no))
}

fn format_of(letter: &Letter) -> &'static str {
    if letter.is_html { "HTML" } else { "TEXT" }
}

fn object(letter: &Letter) -> serde_json::Value {
    let mut object = json!({
        "no": letter.no,
        "name": letter.name,
        "company": letter.company,
        "email": letter.email,
        "correspondenceType": letter.correspondence_type,
        "language": letter.language,
        "subject": letter.subject,
        "body": letter.body,
        "bodyFormat": format_of(letter),
        "attachments": letter.attachments,
        "error": letter.error,
        "interaction": letter.interaction,
    });
    for (name, part) in PLACE.iter().zip(&letter.place) {
        object[name] = json!(part);
    }
    object
}

fn cells(letter: &Letter) -> [String; 18] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let [address, address2, post_code, city, county, country] = letter.place.each_ref().map(text);
    [
        letter.no.clone(),
        letter.name.clone(),
        text(&letter.company),
        text(&letter.email),
        address,
        address2,
        post_code,
        city,
        county,
        country,
        text(&letter.correspondence_type),
        text(&letter.language),
        text(&letter.subject),
        text(&letter.body),
        format_of(letter).to_owned(),
        letter.attachments.join(";"),
        text(&letter.error),
        text(&letter.interaction),
    ]
}

fn unwritable(err: impl std::fmt::Display) -> Error {
    Error::Corrupt(format!("a letter can't be written: {err}"))
}
