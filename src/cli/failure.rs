//! Why a command failed, said to the one who typed it.

use std::{fmt, io, path::Path};

use sea_orm::DbErr;

use crate::{db::NotLocked, domain};

/// What went wrong, and what to do about it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The database that `setting` names can't be reached. Its URL may hold a password and is not repeated whole.
    pub(super) fn no_database(url: &str, setting: &str, err: &DbErr) -> Self {
        let what = match url.split_once(':') {
            Some(("sqlite", _)) if err.to_string().contains("file is not a database") => {
                "The file is something else than an SQLite database: name another, or one that is \
                 not there yet and will be made."
            }
            Some(("sqlite", _)) => {
                "Check that the folder of the file exists and that you may write in it."
            }
            Some(("postgres" | "postgresql", _)) => {
                "Check that the server runs, and host, user, password and name of the database."
            }
            _ => "A database is given as sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME.",
        };
        Self(format!("can't open the database: {}\n{what} ({setting})", said(err)))
    }

    /// The file that `setting` names is not there.
    pub(super) fn no_file(file: &Path, setting: &str) -> Self {
        Self(format!(
            "There is no database at {}. ({setting})\nA server makes it at its start, and so does \
             `urval migrate`.",
            file.display()
        ))
    }

    /// The database is another's to serve, or nobody's.
    pub(super) fn no_lock(err: NotLocked) -> Self {
        match err {
            NotLocked::Taken(file) => Self(format!(
                "{} is served already, or being restored: an SQLite database has one server at a \
                 time. End the other first, or name another database. (--database-url or \
                 DATABASE_URL) On PostgreSQL, any number of servers share one.",
                file.display()
            )),
            NotLocked::Failed(file, err) => Self(format!(
                "can't lock the database {}: {err}\n\
                 Check that the folder of the file exists and that you may write in it. \
                 (--database-url or DATABASE_URL)",
                file.display()
            )),
        }
    }

    pub(super) fn no_migration(err: &DbErr) -> Self {
        Self(format!(
            "can't bring the database up to date: {}\n\
             Its user must be allowed to create schemas, tables and indexes, and the database must \
             not come from a later release.",
            said(err)
        ))
    }

    /// Something that the database did not do.
    pub(super) fn not_done(what: &str, err: &DbErr) -> Self {
        Self(format!("can't {what}: {}", said(err)))
    }

    pub(super) fn no_replicas(err: &DbErr) -> Self {
        Self(format!(
            "can't read from replicas: {}\n\
             They are given as postgres://USER:PASSWORD@HOST/NAME. {}",
            said(err),
            setting("replica-urls")
        ))
    }

    pub(super) fn no_distribution(err: &DbErr) -> Self {
        Self(format!(
            "can't distribute the database: {}\n\
             It has to be on the coordinator of a Citus cluster, with the extension (CREATE \
             EXTENSION citus) and with nodes (SELECT citus_add_node('host', 5432)), and its user \
             must own the tables. Nothing was changed.",
            said(err)
        ))
    }
}

fn setting(key: &str) -> String {
    format!("(the setting {key}; `urval config` says where it comes from)")
}

/// What the database says, or we say about it.
fn said(err: &DbErr) -> String {
    match err {
        DbErr::Custom(message) => message.clone(),
        err => err.to_string(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<domain::Error> for Failure {
    fn from(err: domain::Error) -> Self {
        match err {
            domain::Error::Rejected(rejections) => {
                let messages: Vec<String> = rejections.into_iter().map(|it| it.message).collect();
                Self(messages.join("\n"))
            }
            domain::Error::Database(err) => err.into(),
            err => Self(err.to_string()),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(err: DbErr) -> Self {
        Self(said(&err))
    }
}

impl From<io::Error> for Failure {
    fn from(err: io::Error) -> Self {
        Self(err.to_string())
    }
}
