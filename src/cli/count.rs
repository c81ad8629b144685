//! `urval count`: how many contacts criteria select.

use std::io::{self, Write};

use clap::Args;

use super::{Failure, and_replicas, criteria::CriteriaArgs, open_existing, say};
use crate::{
    config::Config,
    domain::{
        segment::{self, Options},
        text::counted,
    },
    entity::kinds::Operation,
};

#[derive(Clone, Debug, Args)]
pub(super) struct CountArgs {
    #[command(flatten)]
    criteria: CriteriaArgs,

    /// Print how many are left after each condition, too: the number and the condition, a line each.
    #[arg(long)]
    funnel: bool,
}

pub(super) async fn run(config: &Config, args: CountArgs) -> Result<(), Failure> {
    let context = and_replicas(config, open_existing(config).await?).await?.for_reading().await;
    let request = args.criteria.request(&context, Operation::Add, Options::default()).await?;
    let found = segment::preview(&context, &request, context.moment(), args.funnel).await?;
    let mut out = io::stdout();
    for stage in found.funnel.unwrap_or_default() {
        writeln!(out, "{}\t{}", stage.matches, stage.text)?;
    }
    writeln!(out, "{}", found.chosen.contacts.len())?;
    left_out(found.chosen.excluded, found.chosen.privacy_blocked);
    Ok(context.db.close().await?)
}

/// Tells who matches and is not selected.
pub(super) fn left_out(excluded: u64, privacy_blocked: u64) {
    if 0 < excluded {
        say(&format!("{} left out: excluded from segments", counted(excluded, "contact")));
    }
    if 0 < privacy_blocked {
        say(&format!("{} left out: not to be contacted", counted(privacy_blocked, "contact")));
    }
}
