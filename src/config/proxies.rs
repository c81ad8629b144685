//! Proxies that say for whom they ask.

use std::net::IpAddr;

use clap::ValueEnum;
use ipnet::IpNet;

/// Who may say for whom they ask.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Where they are.
    pub networks: Vec<IpNet>,
    /// Where they say so.
    pub header: ProxyHeader,
}

/// Where a proxy says for whom it asks.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, as most proxies do.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Proxies {
    /// Whether whoever asks from there is believed.
    pub fn include(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}
