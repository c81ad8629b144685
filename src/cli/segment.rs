//! `urval segment`: the contacts of a segment are changed by criteria.

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::{Failure, count::left_out, criteria::CriteriaArgs, open_existing, say};
use crate::{
    config::Config,
    domain::{
        id::Kind,
        segment::{self, Options, Target},
        text::counted,
    },
    entity::kinds::Operation,
};

#[derive(Debug, Subcommand)]
pub(super) enum Segment {
    /// Add the contacts that match.
    Add(Adding),
    /// Remove the contacts that match.
    Reduce(Narrowing),
    /// Keep the contacts that match, and remove all others.
    Refine(Narrowing),
    /// Make the segment exactly the contacts that match.
    Replace(Adding),
}

#[derive(Debug, Args)]
pub(super) struct Selecting {
    /// The number of the segment, such as SM000001.
    #[arg(value_name = "NO")]
    no: String,

    #[command(flatten)]
    criteria: CriteriaArgs,

    /// Find out what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct Adding {
    #[command(flatten)]
    selecting: Selecting,

    /// Take each match that has a company for all contacts of the company.
    #[arg(long)]
    expand_companies: bool,

    /// Take the companies of the people, too.
    #[arg(long)]
    include_companies: bool,

    /// Select contacts although they are excluded from segments.
    #[arg(long)]
    ignore_exclusion: bool,
}

#[derive(Debug, Args)]
pub(super) struct Narrowing {
    #[command(flatten)]
    selecting: Selecting,

    /// Let one match remove, or keep, all contacts of its company.
    #[arg(long)]
    entire_companies: bool,
}

impl Segment {
    fn parts(self) -> (Operation, &'static str, Selecting, Options) {
        let of_adding = |it: &Adding| Options {
            expand_companies: it.expand_companies,
            include_companies: it.include_companies,
            ignore_exclusion: it.ignore_exclusion,
            ..Options::default()
        };
        let of_narrowing = |it: &Narrowing| Options {
            entire_companies: it.entire_companies,
            ..Options::default()
        };
        match self {
            Self::Add(it) => {
                let options = of_adding(&it);
                (Operation::Add, "segmentAddContacts", it.selecting, options)
            }
            Self::Replace(it) => {
                let options = of_adding(&it);
                (Operation::Replace, "segmentReplaceContacts", it.selecting, options)
            }
            Self::Reduce(it) => {
                let options = of_narrowing(&it);
                (Operation::Reduce, "segmentReduceContacts", it.selecting, options)
            }
            Self::Refine(it) => {
                let options = of_narrowing(&it);
                (Operation::Refine, "segmentRefineContacts", it.selecting, options)
            }
        }
    }
}

pub(super) async fn run(config: &Config, segment: Segment) -> Result<(), Failure> {
    let (operation, doing, selecting, options) = segment.parts();
    if selecting.criteria.is_empty() {
        return Err(Failure::new(
            "Say which contacts: 'country = SE', or --filter \"Country=SE|NO\".",
        ));
    }
    let context = open_existing(config).await?;
    let row = segment::by_no(&context, &selecting.no).await?;
    let row = row.ok_or_else(|| {
        Failure::new(format!("There is no segment {} in this database.", selecting.no))
    })?;
    let context = context.doing(doing, Some(Kind::Segment.id(row.id)));
    let request = selecting.criteria.request(&context, operation, options).await?;
    let target = Target { segment_id: row.id, expected_revision: None, dry_run: selecting.dry_run };
    let selected = segment::select(&context, target, &request, context.moment(), false).await?;
    let effect = selected.effect;
    if selecting.dry_run {
        say("Nothing was changed; it would come to:");
    }
    if let Some(criteria) = &request.criteria {
        say(&criteria.text());
    }
    say(&format!(
        "{} added, {} removed",
        counted(effect.added, "contact"),
        counted(effect.removed, "contact")
    ));
    left_out(effect.skipped.excluded, effect.skipped.privacy_blocked);
    writeln!(io::stdout(), "{}", effect.after)?;
    Ok(context.db.close().await?)
}
