//! How to import a file, and what is told of it.

use super::{FileKind, Problem, Row};
use crate::domain::Error;

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
    /// All rows, but for those that were passed over.
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
