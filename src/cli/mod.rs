//! The command line: one file per command.

mod backup;
mod check;
mod config;
mod copy;
mod count;
mod criteria;
mod demo;
mod export;
mod failure;
mod import;
mod log;
mod migrate;
mod progress;
mod ready;
mod rejects;
mod schema;
mod segment;
mod serve;
mod token;
mod traces;
mod whole_file;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind};
use tokio::runtime::Builder;

pub use failure::Failure;

use self::traces::Traces;
use crate::{
    config::{self as settings, Config, Effective, Listening},
    db::{self, Database, Lock},
    domain::{Clock, Context},
};

/// The stack of each thread, of which only what is used takes memory. Fields wait for what is inside
/// them, as deep as a query nests: with the usual 2 MiB, a program that is built for debugging would
/// break down at half the depth that we allow.
const STACK_BYTES: usize = 16 * 1024 * 1024;

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
    /// A TOML file with settings, by the names of their flags: `time-zone = "Europe/Stockholm"`. A
    /// flag wins over the environment, the environment over the file. Without it, `urval.toml` in the
    /// working directory is read, if it is there.
    #[arg(
        long = "config",
        global = true,
        env = "URVAL_CONFIG",
        value_name = "FILE",
        help_heading = "Settings"
    )]
    settings_file: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
    /// What `urval config` shows.
    #[arg(skip)]
    settings: Vec<Effective>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and its explorer. The database is made, or brought up to date, at the start.
    Serve(Listening),
    /// Fill an empty database with invented contacts, groups, templates, campaigns and
    /// interactions, and serve it.
    Demo(demo::Demo),
    /// Count the contacts that criteria select.
    Count(count::CountArgs),
    /// Change the contacts of a segment by criteria: each change is a step that can be taken back.
    /// Prints how many contacts the segment has then.
    #[command(subcommand)]
    Segment(segment::Segment),
    /// Write the contacts of a segment, or those that criteria select, to a file, in the order of lines.
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
    /// Ask the server at the address of --listen whether it is ready, and fail if it is not: for
    /// supervisors, such as that of a container.
    Ready(Listening),
    /// Print the settings that hold, as a file would have them, and where each comes from. Passwords
    /// are left out.
    Config(config::ShowConfig),
    /// Print the GraphQL schema. It is the same for every database.
    Schema,
}

impl Cli {
    /// What was typed, with what the environment and the file add to it.
    ///
    /// # Errors
    /// What is not understood, or only help that was asked for.
    pub fn load() -> Result<Self, clap::Error> {
        // What is wrong with the command line is told before what is wrong with a file.
        let named = Self::try_parse().map_err(settings::explained)?.settings_file;
        let wrong = |why: String| clap::Error::raw(ErrorKind::ValueValidation, why + "\n");
        let file = settings::File::read(named.as_deref()).map_err(wrong)?;
        let matches = file.under(Self::command()).try_get_matches()?;
        let mut cli = Self::from_arg_matches(&matches)?;
        if let Some(listening) = cli.command.listening() {
            listening.check().map_err(|why| wrong(why.to_owned()))?;
        }
        if let Some(("config", matches)) = matches.subcommand() {
            cli.settings = settings::effective(matches, &file);
        }
        cli.settings_file = file.path().map(Into::into);
        Ok(cli)
    }

    /// Does what was asked, in a runtime of its own: so the whole server is compiled here, once, and
    /// not again for the program.
    ///
    /// # Errors
    /// What went wrong and what to do about it, for people.
    pub fn run(self) -> Result<(), Failure> {
        let runtime =
            Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
        let runtime = runtime.map_err(|err| Failure::new(format!("can't start threads: {err}")))?;
        runtime.block_on(self.run_in_it())
    }

    async fn run_in_it(self) -> Result<(), Failure> {
        let traces = Traces::to(self.command.traced())?;
        log::begin(&self.config, &traces);
        if let Some(file) = &self.settings_file {
            tracing::debug!(file = %file.display(), "settings were read");
        }
        let done = match self.command {
            Command::Ready(listening) => ready::run(listening.listen),
            Command::Config(args) => config::run(&args, &self.settings),
            Command::Backup(args) => backup::back_up(&self.config, &args).await,
            Command::Restore(args) => backup::restore(&self.config, &args).await,
            Command::Copy(args) => copy::run(&self.config, &args).await,
            Command::Check => check::run(&self.config).await,
            Command::Serve(listening) => serve::run(&self.config, &listening).await,
            Command::Demo(demo) => demo::run(&self.config, demo).await,
            Command::Count(args) => count::run(&self.config, args).await,
            Command::Segment(args) => segment::run(&self.config, args).await,
            Command::Export(args) => export::run(&self.config, args).await,
            Command::Import(import) => import::run(&self.config, import).await,
            Command::Migrate(args) => migrate::run(&self.config, &args).await,
            Command::Token(token) => token::run(&self.config, token).await,
            Command::Schema => schema::run(),
        };
        traces.end().await;
        done
    }
}

impl Command {
    fn listening(&self) -> Option<&Listening> {
        match self {
            Self::Serve(listening) | Self::Ready(listening) => Some(listening),
            Self::Demo(demo) => Some(&demo.listening),
            Self::Config(config) => Some(&config.listening),
            _ => None,
        }
    }

    /// Where its traces go.
    fn traced(&self) -> Option<&str> {
        match self {
            Self::Serve(_) | Self::Demo(_) => self.listening()?.otlp_endpoint.as_deref(),
            _ => None,
        }
    }
}

/// The database, up to date, and what goes with it.
async fn open(config: &Config) -> Result<Context, Failure> {
    let db = connect(config, &config.database_url, OF_ALL).await?;
    db.migrate().await.map_err(|err| Failure::no_migration(&err))?;
    let context = Context::new(db, Clock::default(), config.time_zone);
    context.heed_time_zone().await?;
    Ok(context)
}

/// The same, for commands that are of no use on a database that is only made by them. An SQLite file
/// that is not there is rather a wrong name, or another working directory.
async fn open_existing(config: &Config) -> Result<Context, Failure> {
    match db::file_of(&config.database_url) {
        Some(file) if !file.exists() => Err(Failure::no_file(&file, OF_ALL)),
        _ => open(config).await,
    }
}

/// The same, for commands that also read from replicas.
async fn and_replicas(config: &Config, context: Context) -> Result<Context, Failure> {
    let db = context.db.with_replicas(&config.replica_urls).await;
    let db = db.map_err(|err| Failure::no_replicas(&err))?;
    Ok(Context { db, ..context })
}

/// The same, which this process alone may serve, for as long as the lock is kept.
async fn open_to_serve(config: &Config) -> Result<(Context, Lock), Failure> {
    let lock = db::lock(&config.database_url).map_err(Failure::no_lock)?;
    Ok((and_replicas(config, open(config).await?).await?, lock))
}

/// What names the database that a command is about.
const OF_ALL: &str = "the setting database-url; `urval config` says where it comes from";

/// The database at `url`, which comes from `setting`, as it is.
async fn connect(config: &Config, url: &str, setting: &str) -> Result<Database, Failure> {
    let connected = db::connect_with(url, config.sqlite_synchronous).await;
    connected.map_err(|err| Failure::no_database(url, setting, &err))
}

/// Prints a result. Whoever stops reading, as `head` does, has had enough of it.
fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(err.into()),
        _ => Ok(()),
    }
}

/// Tells the one at the terminal. Standard output is for results alone.
fn say(line: &str) {
    // If nobody reads standard error, nobody is missing anything.
    let _ = writeln!(io::stderr(), "{line}");
}
