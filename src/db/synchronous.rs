//! When SQLite makes sure of what it is told to keep.

use clap::ValueEnum;
use sea_orm::sqlx::sqlite::SqliteSynchronous;

/// When what was committed to an SQLite database is certainly on the disk. Whatever is chosen, a
/// process that is killed loses nothing, and the database stays whole.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Synchronous {
    /// Soon: when the machine loses its power, changes of the last moments may be gone.
    #[default]
    Normal,
    /// Before it is answered: each change waits for the disk.
    Full,
}

impl From<Synchronous> for SqliteSynchronous {
    fn from(synchronous: Synchronous) -> Self {
        match synchronous {
            Synchronous::Normal => Self::Normal,
            Synchronous::Full => Self::Full,
        }
    }
}
