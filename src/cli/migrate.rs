//! `urval migrate`: brings the database up to date.

use super::{Failure, open};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let context = open(config).await?;
    tracing::info!("the database is up to date");
    Ok(context.db.close().await?)
}
