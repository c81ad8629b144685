//! `urval token`: access tokens are made, listed and revoked.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{Failure, open_existing};
use crate::{
    config::Config,
    domain::access::{self, NewToken, Scopes},
    entity::access_token,
};

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and print it. It is not stored, and can't be shown again.
    Create {
        /// By what name its bearer is recorded with what they do. Never used again.
        name: String,

        /// What it allows, with commas between: read, write, log, personal, admin. Each includes
        /// read.
        #[arg(long, default_value = "read", value_name = "SCOPES")]
        scopes: Scopes,

        /// Until when it is valid, such as 2027-01-01T00:00:00Z; for ever unless it is said.
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires: Option<DateTime<Utc>>,
    },
    /// List all tokens there ever were: name, scopes, when made, and whether they are of use.
    List,
    /// Make a token of no use. Servers that run know it within ten seconds.
    Revoke {
        /// Its name.
        name: String,
    },
}

pub(super) async fn run(config: &Config, token: Token) -> Result<(), Failure> {
    let context = open_existing(config).await?;
    let mut out = io::stdout();
    match token {
        Token::Create { name, scopes, expires } => {
            let new = NewToken { name, scopes, expires_at: expires };
            writeln!(out, "{}", access::create(&context, new).await?)?;
        }
        Token::List => {
            for row in access::all(&context).await? {
                let state = state(&row, context.clock.now());
                let made = row.created_at.format("%F");
                writeln!(out, "{}\t{}\t{made}\t{state}", row.name, row.scopes)?;
            }
        }
        Token::Revoke { name } => access::revoke(&context, &name).await?,
    }
    Ok(context.db.close().await?)
}

fn moment(text: &str) -> Result<DateTime<Utc>, &'static str> {
    text.parse().map_err(|_| "it has to be a moment, such as 2027-01-01T00:00:00Z")
}

fn state(row: &access_token::Model, now: DateTime<Utc>) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%F")),
        (None, Some(at)) if at <= now => format!("expired {}", at.format("%F")),
        (None, Some(at)) => format!("valid until {}", at.format("%F %R UTC")),
        (None, None) => "valid".to_owned(),
    }
}
