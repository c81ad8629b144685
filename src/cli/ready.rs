//! `urval ready`: whether the server on this machine is, for supervisors that have no other means to
//! ask.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ureq::Agent;

use super::Failure;

/// A server that needs longer to say so is not ready.
const ANSWER_MAX: Duration = Duration::from_secs(4);

pub(super) fn run(listen: SocketAddr) -> Result<(), Failure> {
    let settings = Agent::config_builder().timeout_global(Some(ANSWER_MAX)).proxy(None);
    let agent: Agent = settings.build().into();
    let address = reached_at(listen);
    match agent.get(format!("http://{address}/readyz")).call() {
        Ok(_) => Ok(()),
        Err(err) => Err(Failure::new(format!("no server is ready at {address}: {err}"))),
    }
}

/// A server that listens on all addresses is found at this machine's own.
fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
