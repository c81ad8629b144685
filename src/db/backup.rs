//! Copies of an SQLite database, made while it serves.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, sqlx::sqlite::SqliteConnectOptions};

use super::Database;

impl Database {
    /// Writes a copy of the database, as it is at one moment, to `file`, which must not be there yet.
    /// Readers and writers go on meanwhile.
    ///
    /// # Errors
    /// If the file can't be written, and on PostgreSQL, which has tools of its own for this.
    pub async fn back_up(&self, file: &Path) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Sqlite {
            let message = "PostgreSQL is backed up with its own tools, such as pg_dump";
            return Err(DbErr::Custom(message.to_owned()));
        }
        let custom = |what: String| DbErr::Custom(format!("{}: {what}", file.display()));
        let name = file.to_str().ok_or_else(|| custom("no name in UTF-8".to_owned()))?;
        // An empty file will do.
        make_private(file).map_err(|err| custom(err.to_string()))?;
        let copy = Statement::from_sql_and_values(self.backend(), "VACUUM INTO ?", [name.into()]);
        let copied = self.reader().execute_raw(copy).await;
        if copied.is_err() {
            // What is there of it is of no use to anybody.
            fs::remove_file(file).map_err(|err| custom(err.to_string()))?;
        }
        copied.map(drop)
    }
}

/// Makes an empty file that nobody else may read: there are going to be personal data in it.
///
/// # Errors
/// What the system says, also if it is there already.
pub(super) fn make_private(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// The file that an SQLite URL names.
pub fn file_of(url: &str) -> Option<PathBuf> {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok());
    options.flatten().map(|options| options.get_filename().to_owned())
}
