//! The command line: one file per command.

mod backup;
mod check;
mod copy;
mod demo;
mod export;
mod failure;
mod import;
mod log;
mod migrate;
mod progress;
mod rejects;
mod schema;
mod serve;
mod token;
mod whole_file;

use std::io::{self, Write};

use clap::{Parser, Subcommand};

pub use failure::Failure;

use crate::{
    config::{Config, Listening},
    db::{self, Database},
    domain::{Clock, Context},
};

/// Contact segments over GraphQL: selection as set algebra, every step reversible.
///
/// Without more ado, `urval demo` fills an empty database with invented contacts and serves it.
#[derive(Debug, Parser)]
#[command(
    name = "urval",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 not understood."
)]
pub struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and its explorer. The database is made, or brought up to date, at the start.
    Serve(Listening),
    /// Fill an empty database with invented contacts, groups, templates, campaigns and
    /// interactions, and serve it.
    Demo(demo::Demo),
    /// Write the contacts of a segment to a file, in the order of its lines.
    Export(export::ExportArgs),
    /// Import table files: contacts, their codes, templates, campaigns, interactions, segments. What
    /// is there already, by its number or external id, is changed.
    Import(import::Import),
    /// Copy an SQLite database to a file, while it serves.
    Backup(backup::Backup),
    /// Make a database of a backup, after a check of all that is in it.
    Restore(backup::Restore),
    /// Copy all that is in the database into an empty one: from SQLite to PostgreSQL, or back. The
    /// database is read as it is at one moment and may serve meanwhile. Ends with a check of the copy.
    Copy(copy::Copy),
    /// Check that the database keeps its promises: sets, steps, references, derived columns. Changes
    /// nothing, and may run beside a server. Prints what is wrong, a line each.
    Check,
    /// Bring the database up to date. The server does so at its start; this is for doing it before.
    Migrate(migrate::Migrate),
    /// Make, list and revoke access tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Print the GraphQL schema. It is the same for every database.
    Schema,
}

impl Cli {
    /// Does what was asked, in a runtime of its own: so the whole server is compiled here, once, and
    /// not again for the program.
    ///
    /// # Errors
    /// What went wrong and what to do about it, for people.
    #[tokio::main]
    pub async fn run(self) -> Result<(), Failure> {
        log::begin(self.config.log);
        match self.command {
            Command::Backup(args) => backup::back_up(&self.config, &args).await,
            Command::Restore(args) => backup::restore(&self.config, &args).await,
            Command::Copy(args) => copy::run(&self.config, &args).await,
            Command::Check => check::run(&self.config).await,
            Command::Serve(listening) => serve::run(&self.config, &listening).await,
            Command::Demo(demo) => demo::run(&self.config, demo).await,
            Command::Export(args) => export::run(&self.config, args).await,
            Command::Import(import) => import::run(&self.config, import).await,
            Command::Migrate(args) => migrate::run(&self.config, &args).await,
            Command::Token(token) => token::run(&self.config, token).await,
            Command::Schema => schema::run(),
        }
    }
}

/// The database, up to date, and what goes with it.
async fn open(config: &Config) -> Result<Context, Failure> {
    let db = connect(&config.database_url, OF_ALL).await?;
    db.migrate().await.map_err(|err| Failure::no_migration(&err))?;
    let db = db.with_replicas(&config.replica_urls).await;
    let db = db.map_err(|err| Failure::no_replicas(&err))?;
    Ok(Context::new(db, Clock::default(), config.time_zone))
}

/// What names the database that a command is about.
const OF_ALL: &str = "--database-url or DATABASE_URL";

/// The database at `url`, which comes from `setting`, as it is.
async fn connect(url: &str, setting: &str) -> Result<Database, Failure> {
    db::connect(url).await.map_err(|err| Failure::no_database(url, setting, &err))
}

/// Tells the one at the terminal. Standard output is for results alone.
fn say(line: &str) {
    // If nobody reads standard error, nobody is missing anything.
    let _ = writeln!(io::stderr(), "{line}");
}
