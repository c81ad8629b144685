//! The two kinds of errors: what the caller can mend, and what we must.

use sea_orm::{DbErr, SqlErr};

use crate::db::{self, AsDbErr, Passing};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can put this right, so they are told what is wrong. Never empty.
    #[error("the request was rejected: {}", sentences(.0))]
    Rejected(Vec<Rejection>),
    /// We must put this right, so the caller is told nothing about it.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// What we stored ourselves does not make sense.
    #[error("the database holds something impossible: {0}")]
    Corrupt(String),
}

/// One thing wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub reason: Reason,
    /// The input field at fault, outermost first; empty if it is the request as a whole.
    pub path: Vec<String>,
    /// A full sentence for people.
    pub message: String,
    /// Where in the value, if it is a text that is read.
    pub position: Option<Position>,
    /// What could stand there.
    pub expected: Vec<String>,
    /// With [`Reason::Conflict`]: the revision there is now.
    pub current_revision: Option<i32>,
    /// The things concerned, if they are some of many: at most [`CONCERNED_MAX`] global ids.
    pub concerned: Vec<String>,
}

/// A place in a text: a line and a column in it, both from 1. Columns count characters.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The place after so many characters of a text.
    pub fn after(text: &str, chars: usize) -> Self {
        let start = Self { line: 1, column: 1 };
        text.chars().take(chars).fold(start, |Self { line, column }, char| match char {
            '\n' => Self { line: line + 1, column: 1 },
            _ => Self { line, column: column + 1 },
        })
    }
}

/// How many of the things concerned a rejection names.
pub const CONCERNED_MAX: usize = 100;

/// What kind of wrong. Clients tell errors apart by this, so a meaning never changes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The value is not acceptable.
    Invalid,
    /// It has to be given.
    Required,
    /// It refers to something that is not there.
    NotFound,
    /// Something else has this value already.
    Taken,
    /// It changed since the caller last looked.
    Conflict,
    /// It can't be deleted, for other things refer to it.
    InUse,
    /// Its present state does not allow it.
    NotAllowed,
    /// It goes beyond a limit.
    LimitExceeded,
    /// The contact may not be contacted.
    PrivacyBlocked,
    /// The contact has no address for it.
    Unreachable,
    /// Whoever asks may not.
    Forbidden,
}

impl Rejection {
    pub fn new(reason: Reason, path: &[&str], message: impl Into<String>) -> Self {
        Self {
            reason,
            path: path.iter().map(|&step| step.into()).collect(),
            message: message.into(),
            position: None,
            expected: Vec::new(),
            current_revision: None,
            concerned: Vec::new(),
        }
    }
}

impl Error {
    /// A rejection for one reason.
    pub fn reject(reason: Reason, path: &[&str], message: impl Into<String>) -> Self {
        Rejection::new(reason, path, message).into()
    }

    /// The same error with `prefix` before the path of each rejection: what was rejected lies
    /// deeper in the input than the one who rejected it knew.
    #[must_use]
    pub fn under(self, prefix: &[&str]) -> Self {
        match self {
            Self::Rejected(mut rejections) => {
                for rejection in &mut rejections {
                    rejection.path.splice(0..0, prefix.iter().map(|&step| step.into()));
                }
                Self::Rejected(rejections)
            }
            other => other,
        }
    }

    /// What to tell whoever asked, if it may go right when it is tried again: the database has too
    /// much to do, can't be reached or can't be written. What there is to be done about it is logged.
    pub fn if_passing(&self) -> Option<&'static str> {
        let Self::Database(err) = self else { return None };
        match db::passing(err)? {
            Passing::Busy => {
                tracing::warn!(error = %self, "a request could not be served");
                Some("The database has too much to do, or can't be reached. Try again.")
            }
            Passing::Unwritable => {
                tracing::error!(
                    error = %self,
                    "the database can't be written: make room on its disk, and see that its files \
                     may be written; then all goes on by itself"
                );
                Some(
                    "The database can't be written at the moment, only read. Try again later, when \
                     whoever runs it has made room.",
                )
            }
        }
    }

    /// `then` if a unique index refused a value; the error itself otherwise.
    #[must_use]
    pub fn if_taken(err: DbErr, then: impl FnOnce() -> Self) -> Self {
        match err.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => then(),
            _ => err.into(),
        }
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(vec![rejection])
    }
}

impl AsDbErr for Error {
    fn as_db_err(&self) -> Option<&DbErr> {
        match self {
            Self::Database(err) => Some(err),
            _ => None,
        }
    }
}

/// Collects rejections, so that a form shows all its errors at once.
#[derive(Debug, Default)]
pub struct Rejections(Vec<Rejection>);

impl Rejections {
    pub fn add(&mut self, reason: Reason, path: &[&str], message: impl Into<String>) {
        self.0.push(Rejection::new(reason, path, message));
    }

    /// Keeps the rejections of a failed check and goes on; other errors end it.
    ///
    /// # Errors
    /// What is no rejection.
    pub fn keep<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(Error::Rejected(rejections)) => {
                self.0.extend(rejections);
                Ok(None)
            }
            Err(err) => Err(err),
        }
    }

    /// # Errors
    /// If anything was rejected.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Rejected(self.0)) }
    }
}

pub(super) fn sentences(rejections: &[Rejection]) -> String {
    let sentences: Vec<&str> = rejections.iter().map(|it| it.message.as_str()).collect();
    sentences.join(" ")
}
