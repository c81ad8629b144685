//! `urval config`: the settings that hold, and where each comes from.

use std::io::{self, Write};

use clap::Args;

use super::Failure;
use crate::config::{Effective, Listening, example};

#[derive(Debug, Args)]
pub(super) struct ShowConfig {
    /// Print a file with all settings and their defaults instead, to begin one with.
    #[arg(long)]
    example: bool,

    #[command(flatten)]
    pub(super) listening: Listening,
}

pub(super) fn run(args: &ShowConfig, settings: &[Effective]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if args.example {
        return Ok(out.write_all(example().as_bytes())?);
    }
    for setting in settings {
        writeln!(out, "{setting}")?;
    }
    Ok(())
}
