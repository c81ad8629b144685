//! One server at a time for an SQLite database: several would not hear of each other's changes.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError, read_link},
    io,
    path::{Path, PathBuf},
};

use super::file_of;

/// The right to serve a database, which one process has at a time. It is given up when it is dropped,
/// and when the process ends, however that comes about.
#[derive(Debug)]
pub struct Lock {
    _lock: Option<File>,
}

/// Why a database can't be had.
#[derive(Debug)]
pub enum NotLocked {
    /// Another process has it, which serves this file or makes it of a backup.
    Taken(PathBuf),
    /// The lock can't be made.
    Failed(PathBuf, io::Error),
}

/// Locks the database at `url`, whether it is there yet or not. On PostgreSQL there is nothing to
/// lock: any number of servers share a database.
///
/// What is locked is a file of its own, `NAME-lock` beside the database, whichever way leads there.
/// It stays, for whoever removed it might remove one that another has just locked. The database itself
/// won't do: SQLite has locks of its own on it, and would lose them when we close the file.
///
/// # Errors
/// If another process has it, or the file beside it can't be made.
pub fn lock(url: &str) -> Result<Lock, NotLocked> {
    let Some(file) = file_of(url) else { return Ok(Lock { _lock: None }) };
    let failed = |err| NotLocked::Failed(file.clone(), err);
    let real = real(&file).map_err(failed)?;
    let mut name = OsString::from(&real);
    name.push("-lock");
    let mut options = OpenOptions::new();
    let lock = options.write(true).create(true).truncate(false).open(name).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock { _lock: Some(lock) }),
        Err(TryLockError::WouldBlock) => Err(NotLocked::Taken(real)),
        Err(TryLockError::Error(err)) => Err(failed(err)),
    }
}

/// The file without any links on the way there; it need not be there yet.
fn real(file: &Path) -> io::Result<PathBuf> {
    let err = match file.canonicalize() {
        Err(err) if err.kind() == io::ErrorKind::NotFound => err,
        found => return found,
    };
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (read_link(file), file.file_name()) {
        // A link to what is not there yet.
        (Ok(target), _) => real(&folder.join(target)),
        (Err(_), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        (Err(_), None) => Err(err),
    }
}
