//! `urval backup` and `urval restore`: copies of an SQLite database.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{Failure, check, open};
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
    let context = open(config).await?;
    let made = context.db.back_up(&args.file).await;
    context.db.close().await?;
    made.map_err(|err| Failure::no_backup(&err))
}

/// Puts the backup where the database is to be, once a copy of it has passed all checks.
pub(super) async fn restore(config: &Config, args: &Restore) -> Result<(), Failure> {
    let target = db::file_of(&config.database_url).ok_or_else(|| {
        Failure::new("Only an SQLite database is restored like this: --database-url sqlite://FILE")
    })?;
    // A log that a database left behind would be taken for a part of the one that is restored.
    let in_the_way = ["", "-wal", "-journal"].map(|end| beside(&target, end));
    if let Some(file) = in_the_way.iter().find(|it| it.exists()) {
        return Err(Failure::new(format!(
            "There is a database at {} already: move it away first, with its -wal and -shm if it has \
             them.",
            file.display()
        )));
    }
    // A server may still have the one that was moved away, and none may begin meanwhile.
    let _lock = db::lock(&config.database_url).map_err(Failure::no_lock)?;
    let copy = beside(&target, ".part");
    fs::copy(&args.file, &copy)
        .map_err(|err| Failure::new(format!("{}: {err}", args.file.display())))?;
    let restored = restored(config, &copy, &target).await;
    if restored.is_err() {
        for end in ["", "-wal", "-shm"] {
            // Whether it is there or not, it is of no use.
            let _ = fs::remove_file(beside(&copy, end));
        }
    }
    restored
}

async fn restored(config: &Config, copy: &Path, target: &Path) -> Result<(), Failure> {
    let database_url = format!("sqlite://{}", copy.display());
    let context = open(&Config { database_url, ..config.clone() }).await?;
    check::all(&context).await?;
    // With the last connection, its log becomes part of the file.
    context.db.close().await?;
    Ok(fs::rename(copy, target)?)
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}
