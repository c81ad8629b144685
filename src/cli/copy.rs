//! `urval copy`: brings all that is in one database into another.

use clap::Args;

use super::{Failure, OF_ALL, check, connect, progress::Bar, whole_file};
use crate::{
    config::Config,
    db::{self, Copied, Copying},
    domain::{Clock, Context, text},
};

#[derive(Debug, Args)]
pub(super) struct Copy {
    /// Where to: `postgres://USER:PASSWORD@HOST/NAME`, with nothing of Urval's in it yet, or
    /// `sqlite://FILE`, which must not be there yet.
    #[arg(long, env = "URVAL_COPY_TO", hide_env_values = true, value_name = "URL")]
    to: String,
}

pub(super) async fn run(config: &Config, args: &Copy) -> Result<(), Failure> {
    let Some(file) = db::file_of(&args.to) else {
        return into(config, &args.to).await;
    };
    // A copy that is not whole never has the name of the database.
    let make = async |database_url: &str| into(config, database_url).await;
    whole_file::make(&file, make).await
}

async fn into(config: &Config, target_url: &str) -> Result<(), Failure> {
    let url = &config.database_url;
    let not_there = db::file_of(url).filter(|file| !file.exists());
    if let Some(file) = not_there {
        return Err(Failure::no_file(&file, OF_ALL));
    }
    if url == target_url {
        return Err(Failure::new("That would be a copy of the database into itself."));
    }
    let source = connect(config, url, OF_ALL).await?;
    let target = connect(config, target_url, "--to or URVAL_COPY_TO").await?;
    target.migrate().await.map_err(|err| Failure::no_migration(&err))?;
    let target = Context::new(target, Clock::default(), config.time_zone);
    let mut bar: Option<Bar> = None;
    let mut tell = |at: Copying<'_>| {
        let bar = bar.get_or_insert_with(|| Bar::of_items("Copying", at.total));
        bar.message(at.table.to_owned());
        bar.at(at.done);
    };
    let copied = source.copy_to(&target.db, &mut tell).await;
    if let Some(bar) = bar {
        bar.finish();
    }
    let copied = copied.map_err(|err| Failure::not_done("copy the database", &err))?;
    say(&copied);
    source.close().await?;
    let checked = check::all(&target).await;
    target.db.close().await?;
    checked
}

fn say(copied: &Copied) {
    let (rows, tables) = (text::counted(copied.rows, "row"), copied.tables as u64);
    super::say(&format!("Copied {rows} of {}.", text::counted(tables, "table")));
    if !copied.is_of_one_moment {
        super::say(
            "The nodes of a cluster have no moment in common: if anybody wrote meanwhile, copy again.",
        );
    }
}
