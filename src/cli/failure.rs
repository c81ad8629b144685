//! Why a command failed, said to the one who typed it.

use std::{fmt, io};

use sea_orm::DbErr;

use crate::domain;

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
        Self(format!("can't open the database: {err}\n{what} ({setting})"))
    }

    pub(super) fn no_migration(err: &DbErr) -> Self {
        Self(format!(
            "can't bring the database up to date: {err}\n\
             Its user must be allowed to create schemas, tables and indexes, and the database must \
             not come from a later release."
        ))
    }

    /// Something that the database did not do.
    pub(super) fn not_done(what: &str, err: &DbErr) -> Self {
        match err {
            DbErr::Custom(why) => Self(format!("can't {what}: {why}")),
            err => Self(format!("can't {what}: {err}")),
        }
    }

    pub(super) fn no_replicas(err: &DbErr) -> Self {
        Self(format!(
            "can't read from replicas: {err}\n\
             They are given as postgres://USER:PASSWORD@HOST/NAME, with commas between. \
             (--replica-urls or URVAL_REPLICA_URLS)"
        ))
    }

    pub(super) fn no_distribution(err: &DbErr) -> Self {
        Self(format!(
            "can't distribute the database: {err}\n\
             It has to be on the coordinator of a Citus cluster, with the extension (CREATE \
             EXTENSION citus) and with nodes (SELECT citus_add_node('host', 5432)), and its user \
             must own the tables. Nothing was changed."
        ))
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
            err => Self(err.to_string()),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(err: DbErr) -> Self {
        Self(err.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(err: io::Error) -> Self {
        Self(err.to_string())
    }
}
