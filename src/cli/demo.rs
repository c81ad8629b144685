//! `urval demo`: fills an empty database with invented data, and serves it.

use chrono::NaiveDate;
use clap::Args;

use super::{Failure, open_to_serve, progress::Bar, serve};
use crate::{
    config::{Config, Listening},
    domain::{demo, text},
};

#[derive(Clone, Debug, Args)]
pub(super) struct Demo {
    /// How many contacts; a fifth of them are companies, and each has five interactions or so.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    contacts: u32,

    /// The same seed gives the same data.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// The last day on which anything happened; today, if it is not said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,

    /// Fill the database and end.
    #[arg(long)]
    no_serve: bool,

    #[command(flatten)]
    pub(super) listening: Listening,
}

pub(super) async fn run(config: &Config, demo: Demo) -> Result<(), Failure> {
    let (context, _lock) = open_to_serve(config).await?;
    let until = demo.until.unwrap_or_else(|| context.today());
    let bar = Bar::of_items("Inventing contacts", demo.contacts.into());
    let plan = demo::Demo { contacts: demo.contacts, seed: demo.seed, until };
    let filled = demo::fill(&context, &plan, &mut |done| bar.at(done.into())).await;
    bar.finish();
    filled?;
    super::say(&format!("Invented {}.", text::counted(demo.contacts, "contact")));
    if demo.no_serve {
        return Ok(context.db.close().await?);
    }
    serve::serve(context, &demo.listening).await
}
