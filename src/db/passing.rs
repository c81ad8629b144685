//! Which failures of the database pass, and which of them are worth another try at once.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use super::idempotency::is_taken_over;

/// Why something failed that may go right later.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Too much to do at a time, another request with the same key, or a database that can't be reached, for instance while it is
    /// started anew.
    Busy,
    /// What is there can be read, but nothing can be written: a disk is full, for instance.
    Unwritable,
}

/// Of PostgreSQL: a full disk, and a server that only reads.
const UNWRITABLE_ON_POSTGRES: [&str; 2] = ["53100", "25006"];
/// Of SQLite: a full disk, and a file that may not be written.
const UNWRITABLE_ON_SQLITE: [i32; 2] = [8, 13];
/// Of SQLite: the disk failed at writing, at making sure of what was written, at shortening a file,
/// and at making room for the index of the log.
const FAILED_WRITES_ON_SQLITE: [i32; 4] = [778, 1034, 1546, 4874];
/// Of PostgreSQL: connections (08), resources (53), canceled (57014), shutting down or starting.
const BUSY_ON_POSTGRES: [&str; 6] = ["08", "53", "57014", "57P01", "57P02", "57P03"];

/// Why it failed, if that passes.
pub fn passing(err: &DbErr) -> Option<Passing> {
    if matches!(err, DbErr::ConnectionAcquire(_)) || is_taken_over(err) {
        return Some(Passing::Busy);
    }
    let err = sqlx_error(err)?;
    let code = err.as_database_error().and_then(|err| err.code());
    let code = code.as_deref().unwrap_or_default();
    if is_unwritable(code) {
        return Some(Passing::Unwritable);
    }
    let is_busy = matches!(err, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut)
        || is_contention(err)
        || BUSY_ON_POSTGRES.iter().any(|busy| code.starts_with(busy));
    is_busy.then_some(Passing::Busy)
}

fn is_unwritable(code: &str) -> bool {
    // PostgreSQL's codes have five characters. SQLite's are numbers, and the lowest byte of a long
    // one is what it is a case of.
    match code.parse() {
        Ok(code) if code < 10_000 => {
            UNWRITABLE_ON_SQLITE.contains(&(code & 0xff)) || FAILED_WRITES_ON_SQLITE.contains(&code)
        }
        _ => UNWRITABLE_ON_POSTGRES.contains(&code),
    }
}

/// Whether what was tried may succeed when it is begun again at once. Whoever looks whether a value is
/// there before writing it, and minds if it is, has told so by then: a value that is refused all the
/// same came in between, and is seen the next time.
pub(super) fn is_worth_another_try(err: &DbErr) -> bool {
    sqlx_error(err).is_some_and(is_contention)
        || matches!(err.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether it failed only because of others at work: 40001 and 40P01 on PostgreSQL, 5 (busy) and
/// 517 (busy snapshot) on SQLite.
fn is_contention(err: &sqlx::Error) -> bool {
    let code = err.as_database_error().and_then(|err| err.code());
    code.is_some_and(|code| matches!(&*code, "40001" | "40P01" | "5" | "517"))
}

fn sqlx_error(err: &DbErr) -> Option<&sqlx::Error> {
    match err {
        DbErr::Conn(RuntimeErr::SqlxError(err))
        | DbErr::Exec(RuntimeErr::SqlxError(err))
        | DbErr::Query(RuntimeErr::SqlxError(err)) => Some(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use sea_orm::ConnAcquireErr;

    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let busy = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        let lost = io::Error::from(io::ErrorKind::ConnectionReset);
        let lost = DbErr::Query(RuntimeErr::SqlxError(sqlx::Error::Io(lost).into()));
        let wrong = DbErr::Query(RuntimeErr::SqlxError(sqlx::Error::RowNotFound.into()));
        assert_eq!([&busy, &lost].map(passing), [Some(Passing::Busy); 2]);
        assert_eq!([&wrong, &DbErr::Type("wrong".to_owned())].map(passing), [None; 2]);
    }

    #[test]
    fn a_database_that_can_not_be_written_is_told_by_its_code() {
        // Full, a file for reading only, a folder for reading only, failed writes; PostgreSQL's.
        let unwritable = ["13", "8", "1544", "778", "4874", "53100", "25006"];
        // An error, a failed read, a constraint; too many connections, a unique violation.
        let other = ["1", "266", "19", "2067", "53300", "23505", ""];
        assert!(unwritable.into_iter().all(is_unwritable));
        assert!(!other.into_iter().any(is_unwritable));
    }
}
