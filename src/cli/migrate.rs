//! `urval migrate`: brings the database up to date, and distributes it if asked to.

use clap::Args;

use super::{Failure, open};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Distribute the contacts, and what belongs to them, over the nodes of a Citus cluster, of
    /// which the database is the coordinator. What is distributed already stays as it is. Servers
    /// may run; whoever writes waits until it is done.
    #[arg(long)]
    citus: bool,
}

pub(super) async fn run(config: &Config, args: &Migrate) -> Result<(), Failure> {
    let context = open(config).await?;
    tracing::info!("the database is up to date");
    if args.citus {
        context.db.distribute().await.map_err(|err| Failure::no_distribution(&err))?;
        tracing::info!("contacts are distributed over the nodes");
    }
    Ok(context.db.close().await?)
}
