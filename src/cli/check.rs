//! `urval check`: whether the database keeps its promises.

use std::io::{self, Write};

use super::{Failure, open_existing, progress::Bar};
use crate::{
    config::Config,
    domain::{
        Context,
        integrity::{self, Notice},
    },
};

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let context = open_existing(config).await?;
    let checked = all(&context).await;
    context.db.close().await?;
    checked
}

/// Prints what is wrong, if anything is.
pub(super) async fn all(context: &Context) -> Result<(), Failure> {
    let mut bar: Option<Bar> = None;
    let mut written = Ok(());
    let mut tell = |notice: Notice<'_>| match notice {
        Notice::Begun { what, total } => {
            if let Some(before) = bar.replace(Bar::of_items(what, total)) {
                before.finish();
            }
        }
        Notice::At(done) => {
            if let Some(bar) = &bar {
                bar.at(done);
            }
        }
        Notice::Found(what) => {
            let print = || writeln!(io::stdout(), "{what}");
            let printed = bar.as_ref().map_or_else(print, |bar| bar.aside(print));
            if written.is_ok() {
                written = printed;
            }
        }
    };
    let found = integrity::check(context, &mut tell).await;
    if let Some(bar) = bar {
        bar.finish();
    }
    written?;
    match found? {
        0 => Ok(writeln!(io::stdout(), "nothing found")?),
        1 => Err(Failure::new("1 thing is wrong with the database.")),
        n => Err(Failure::new(format!("{n} things are wrong with the database."))),
    }
}
