//! The program: reads the command line, does it, and says what went wrong.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use mimalloc::MiMalloc;
use urval::cli::Cli;

/// Rows are made in one thread and given up in another, that of the database, all the time. It
/// serves SQLite, too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::load().unwrap_or_else(|err| err.exit());
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If nobody reads standard error, the exit code still says it.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}
