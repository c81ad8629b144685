//! Every setting, its default and its meaning.

use std::net::{Ipv4Addr, SocketAddr};

use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use crate::http::{KeySource, OidcSettings};

/// What every command needs.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// The database: `sqlite://FILE`, made if it is not there, or
    /// `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        default_value = "sqlite://urval.db",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: String,

    /// Replicas of the database on PostgreSQL, a URL for each server, with commas between: queries
    /// and exports read from them what is committed by then. From one that is behind or away, they
    /// do not.
    #[arg(
        long,
        global = true,
        env = "URVAL_REPLICA_URLS",
        hide_env_values = true,
        value_name = "URLS",
        value_delimiter = ','
    )]
    pub replica_urls: Vec<String>,

    /// Where a day begins and ends, unless a request says otherwise: the IANA name of a time zone,
    /// such as Europe/Stockholm.
    #[arg(
        long,
        global = true,
        env = "URVAL_TIME_ZONE",
        default_value = "UTC",
        value_name = "ZONE",
        value_parser = time_zone
    )]
    pub time_zone: Tz,

    /// How the log on standard error is written. RUST_LOG says what is logged, by default
    /// `warn,urval=info`.
    #[arg(long, global = true, env = "URVAL_LOG", default_value = "text", value_name = "FORM")]
    pub log: LogFormat,
}

/// How the log is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// Where the server listens.
#[derive(Clone, Debug, Args)]
pub struct Listening {
    /// Address and port to listen on. On any other than this machine's own, everybody needs an access
    /// token, unless --insecure says that they don't.
    #[arg(
        long,
        env = "URVAL_LISTEN",
        default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// Ask everybody for an access token on this machine's own addresses, too: behind a proxy, for
    /// instance, through which others come.
    #[arg(long, env = "URVAL_REQUIRE_TOKEN")]
    pub require_token: bool,

    /// Ask nobody who they are, though other machines can reach the address. Only for a network where
    /// everybody may read and change every contact.
    #[arg(long, conflicts_with = "require_token")]
    pub insecure: bool,

    /// The OpenID Connect provider whose tokens are believed besides our own: what they have as `iss`,
    /// to the letter, such as `https://login.example.com/realms/sales`.
    #[arg(long, env = "URVAL_OIDC_ISSUER", value_name = "URL", value_parser = provider)]
    pub oidc_issuer: Option<String>,

    /// Whom such tokens have to be for: what they have as `aud`.
    #[arg(
        long,
        env = "URVAL_OIDC_AUDIENCE",
        value_name = "NAME",
        default_value = "urval",
        requires = "oidc_issuer"
    )]
    pub oidc_audience: String,

    /// The keys with which such tokens are signed: the URL or the file of a JWKS, if not the one that
    /// the provider names.
    #[arg(
        long,
        env = "URVAL_OIDC_KEYS",
        value_name = "URL|FILE",
        requires = "oidc_issuer",
        value_parser = key_source
    )]
    pub oidc_keys: Option<KeySource>,
}

impl Listening {
    /// Whether everybody needs an access token.
    pub fn requires_token(&self) -> bool {
        self.require_token || !self.insecure && !self.listen.ip().is_loopback()
    }

    /// The provider whose tokens are believed.
    pub fn oidc(&self) -> Option<OidcSettings> {
        let (issuer, audience) = (self.oidc_issuer.clone()?, self.oidc_audience.clone());
        let keys = self.oidc_keys.clone().unwrap_or(KeySource::Discovery);
        Some(OidcSettings { issuer, audience, keys })
    }
}

fn key_source(place: &str) -> Result<KeySource, String> {
    match place.contains("://") {
        true => provider(place).map(KeySource::Url),
        false => Ok(KeySource::File(place.into())),
    }
}

/// A URL from which keys may come.
fn provider(url: &str) -> Result<String, String> {
    let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|local| {
        let rest = url.strip_prefix(local);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    match is_local || url.starts_with("https://") {
        true => Ok(url.to_owned()),
        false => Err("it has to begin with https://, unless it is on this machine".to_owned()),
    }
}

fn time_zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "not the IANA name of a time zone, such as Europe/Stockholm".into())
}
