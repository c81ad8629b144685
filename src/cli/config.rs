//! `urval config`: the settings that hold, and where each comes from.

use clap::Args;

use super::{Failure, print};
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
    match args.example {
        true => print(&example()),
        false => print(&settings.iter().map(|setting| format!("{setting}\n")).collect::<String>()),
    }
}
