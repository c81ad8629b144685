//! How the values of settings are read, and what is said of those that are wrong.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use super::{KeySource, LOG_FILTER};

pub(super) fn time_zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "not the IANA name of a time zone, such as Europe/Stockholm".into())
}

pub(super) fn log_filter(filter: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(filter) {
        Ok(_) => Ok(filter.to_owned()),
        Err(err) => Err(format!("{err}: it is something like {LOG_FILTER}")),
    }
}

/// A network, or one address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| address.into()));
    network.map_err(|_| "it has to be an address such as 10.0.0.1, or a network: 10.0.0.0/8".into())
}

pub(super) fn socket(text: &str) -> Result<SocketAddr, String> {
    let why =
        "it has to be an address and a port: 127.0.0.1:8080, [::1]:8080, or 0.0.0.0:8080 for all";
    text.parse().map_err(|_| why.to_owned())
}

pub(super) fn collector(url: &str) -> Result<String, String> {
    let is_web = |url: &Url| ["http", "https"].contains(&url.scheme()) && url.query().is_none();
    match Url::parse(url) {
        Ok(parsed) if is_web(&parsed) => Ok(url.to_owned()),
        _ => Err("it has to be a URL such as http://localhost:4318".to_owned()),
    }
}

/// What is `off` takes for ever.
pub(super) fn time_or_off(text: &str) -> Result<Duration, String> {
    match text {
        "off" => Ok(Duration::MAX),
        text => humantime::parse_duration(text)
            .map_err(|_| "it has to be a time, such as 500ms or 2s, or off".to_owned()),
    }
}

pub(super) fn key_source(place: &str) -> Result<KeySource, String> {
    match place.contains("://") {
        true => provider(place).map(KeySource::Url),
        false => Ok(KeySource::File(place.into())),
    }
}

/// A URL from which keys may come.
pub(super) fn provider(url: &str) -> Result<String, String> {
    let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|local| {
        let rest = url.strip_prefix(local);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    match is_local || url.starts_with("https://") {
        true => Ok(url.to_owned()),
        false => Err("it has to begin with https://, unless it is on this machine".to_owned()),
    }
}

/// A media type without parameters, such as `text/csv`.
pub(super) fn media_type(text: &str) -> Result<String, String> {
    let is_name = |part: &str| {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        !part.is_empty() && part.bytes().all(is_sign)
    };
    match text.trim().split_once('/') {
        Some((kind, of)) if is_name(kind) && is_name(of) => Ok(text.trim().to_ascii_lowercase()),
        _ => Err("a media type is written as text/csv is".to_owned()),
    }
}
