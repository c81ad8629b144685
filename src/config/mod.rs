//! Every setting, its default and its meaning. Each is defined once, as a flag: what the environment
//! and the file say goes through the same parser.

mod effective;
mod file;
mod oidc;
mod proxies;
mod requests;
mod values;

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use chrono_tz::Tz;
use clap::{
    ArgAction, Args, Command, Error, ValueEnum,
    builder::BoolishValueParser,
    error::{ContextKind, ContextValue},
};
use ipnet::IpNet;

pub use self::{
    effective::{Effective, effective, example},
    file::File,
    oidc::{KeySource, OidcSettings},
    proxies::{Proxies, ProxyHeader},
    requests::{ATTACHMENT_BYTES_MAX, ATTACHMENT_TYPES, Requests},
};
use values::{
    collector, key_source, log_filter, network, provider, socket, time_or_off, time_zone,
};

use crate::db::Synchronous;

/// What is logged unless it is said.
const LOG_FILTER: &str = "warn,urval=info";
/// Whom tokens of a provider have to be for unless it is said.
const AUDIENCE: &str = "urval";

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

    /// When SQLite makes sure that a change is on the disk: soon, or before it is answered. Only with
    /// `full` is nothing lost that was answered when the machine loses its power.
    #[arg(
        long,
        global = true,
        env = "URVAL_SQLITE_SYNCHRONOUS",
        default_value = "normal",
        value_name = "WHEN"
    )]
    pub sqlite_synchronous: Synchronous,

    /// Where a day begins and ends, unless the setup or a request says otherwise: the IANA name of a
    /// time zone, such as Europe/Stockholm.
    #[arg(
        long,
        global = true,
        env = "URVAL_TIME_ZONE",
        default_value = "UTC",
        value_name = "ZONE",
        value_parser = time_zone
    )]
    pub time_zone: Tz,

    /// How the log on standard error is written.
    #[arg(long, global = true, env = "URVAL_LOG", default_value = "text", value_name = "FORM")]
    pub log: LogFormat,

    /// What is logged: a level, such as `info`, and others for parts of the program, such as
    /// `urval::http=debug`, with commas between.
    #[arg(
        long,
        global = true,
        env = "RUST_LOG",
        default_value = LOG_FILTER,
        value_name = "FILTER",
        value_parser = log_filter
    )]
    pub log_filter: String,
}

/// How the log is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// Where the server listens, and to whom.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings of the server")]
pub struct Listening {
    /// Address and port to listen on. On any other than this machine's own, or behind a proxy that is
    /// trusted, everybody needs an access token, unless --insecure says that they don't.
    #[arg(
        long,
        env = "URVAL_LISTEN",
        default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        value_name = "ADDRESS:PORT",
        value_parser = socket
    )]
    pub listen: SocketAddr,

    /// Ask everybody for an access token on this machine's own addresses, too: behind a proxy, for
    /// instance, through which others come.
    #[arg(
        long,
        env = "URVAL_REQUIRE_TOKEN",
        default_value = "false",
        default_missing_value = "true",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new()
    )]
    pub require_token: bool,

    /// Ask nobody who they are, though other machines can reach the address. Only for a network where
    /// everybody may read and change every contact.
    #[arg(
        long,
        env = "URVAL_INSECURE",
        default_value = "false",
        default_missing_value = "true",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new()
    )]
    pub insecure: bool,

    /// The proxies through which clients come: IP addresses, or networks such as `10.0.0.0/8`, with
    /// commas between. Of requests from these, the client is who they say it is.
    #[arg(
        long,
        env = "URVAL_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,

    /// The header in which they say so, to which each adds at the right.
    #[arg(
        long,
        env = "URVAL_PROXY_HEADER",
        default_value = "x-forwarded-for",
        value_name = "HEADER"
    )]
    pub proxy_header: ProxyHeader,

    /// Where traces are sent: the URL of a collector of OpenTelemetry, for OTLP over HTTP, without
    /// `/v1/traces`.
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true,
        value_name = "URL",
        value_parser = collector
    )]
    pub otlp_endpoint: Option<String>,

    /// What takes longer goes into the log: operations, and criteria without the texts in them. Such as
    /// `500ms`, or `off`.
    #[arg(
        long,
        env = "URVAL_SLOW_AFTER",
        default_value = "1s",
        value_name = "TIME",
        value_parser = time_or_off
    )]
    pub slow_after: Duration,

    /// The OpenID Connect provider whose tokens are believed besides our own: what they have as `iss`,
    /// to the letter, such as `https://login.example.com/realms/sales`.
    #[arg(long, env = "URVAL_OIDC_ISSUER", value_name = "URL", value_parser = provider)]
    pub oidc_issuer: Option<String>,

    /// Whom such tokens have to be for: what they have as `aud`.
    #[arg(long, env = "URVAL_OIDC_AUDIENCE", value_name = "NAME", default_value = AUDIENCE)]
    pub oidc_audience: String,

    /// The keys with which such tokens are signed: the URL or the file of a JWKS, if not the one that
    /// the provider names.
    #[arg(long, env = "URVAL_OIDC_KEYS", value_name = "URL|FILE", value_parser = key_source)]
    pub oidc_keys: Option<KeySource>,

    #[command(flatten)]
    pub requests: Requests,
}

impl Listening {
    /// Whether the settings go together.
    ///
    /// # Errors
    /// Which don't.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.insecure && self.require_token {
            return Err("insecure and require-token contradict each other: leave one of them out");
        }
        let has_more = self.oidc_keys.is_some() || self.oidc_audience != AUDIENCE;
        match &self.oidc_issuer {
            None if has_more => {
                Err("oidc-audience and oidc-keys say more about oidc-issuer, which is not set")
            }
            _ => self.requests.check(),
        }
    }

    /// Whether everybody needs an access token.
    pub fn requires_token(&self) -> bool {
        let is_for_others = !self.listen.ip().is_loopback() || !self.trusted_proxies.is_empty();
        self.require_token || !self.insecure && is_for_others
    }

    /// Who may say for whom they ask.
    pub fn proxies(&self) -> Proxies {
        Proxies { networks: self.trusted_proxies.clone(), header: self.proxy_header }
    }

    /// The provider whose tokens are believed.
    pub fn oidc(&self) -> Option<OidcSettings> {
        let (issuer, audience) = (self.oidc_issuer.clone()?, self.oidc_audience.clone());
        let keys = self.oidc_keys.clone().unwrap_or(KeySource::Discovery);
        Some(OidcSettings { issuer, audience, keys })
    }
}

/// All settings, as the flags of a command that does nothing else.
fn definitions() -> Command {
    let command = Command::new("settings").disable_help_flag(true);
    let mut command = Listening::augment_args(Config::augment_args(command));
    command.build();
    command
}

/// The same, and the variable of the environment if the mistake is there.
pub fn explained(mut err: Error) -> Error {
    if let Some(ContextValue::String(flag)) = err.get(ContextKind::InvalidArg)
        && let Some(ContextValue::String(value)) = err.get(ContextKind::InvalidValue)
        && let Some(arg) = definitions().get_arguments().find(|arg| arg.to_string() == *flag)
        && let Some(variable) = arg.get_env().filter(|it| env::var_os(it) == Some(value.into()))
    {
        let tip = format!("the value is in the environment: {}", variable.to_string_lossy());
        err.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    err
}
