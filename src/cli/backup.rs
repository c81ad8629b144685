//! `urval backup` and `urval restore`: copies of an SQLite database.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{Failure, check, open, open_existing, whole_file};
use crate::{config::Config, db};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there yet.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
}

pub(super) async fn back_up(config: &Config, args: &Backup) -> Result<(), Failure> {
    let context = open_existing(config).await?;
    let made = context.db.back_up(&args.file).await;
    context.db.close().await?;
    made.map_err(|err| Failure::not_done("make the backup", &err))
}

/// Puts the backup where the database is to be, once a copy of it has passed all checks.
pub(super) async fn restore(config: &Config, args: &Restore) -> Result<(), Failure> {
    let target = db::file_of(&config.database_url).ok_or_else(|| {
        Failure::new("Only an SQLite database is restored like this: --database-url sqlite://FILE")
    })?;
    // A server may still have one that was moved away, and none may begin meanwhile.
    let _lock = db::lock(&config.database_url).map_err(Failure::no_lock)?;
    let copy = async |database_url: &str| {
        let part = db::file_of(database_url).expect("it is a file");
        fs::copy(&args.file, part)
            .map_err(|err| Failure::new(format!("{}: {err}", args.file.display())))?;
        require_sqlite(&args.file)?;
        let database_url = database_url.to_owned();
        let context = open(&Config { database_url, ..config.clone() }).await?;
        check::all(&context).await?;
        // With the last connection, its log becomes part of the file.
        Ok(context.db.close().await?)
    };
    whole_file::make(&target, copy).await
}

/// What every database of SQLite begins with.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

fn require_sqlite(file: &Path) -> Result<(), Failure> {
    let mut begin = [0; SQLITE.len()];
    let read = fs::File::open(file)?.read_exact(&mut begin);
    if read.is_ok() && begin == *SQLITE {
        return Ok(());
    }
    let file = file.display();
    Err(Failure::new(format!("{file} is no SQLite database: name one that `urval backup` made.")))
}
