//! Where a request comes from: whoever connects, or whom a proxy that is trusted names.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, header},
};

use super::App;
use crate::config::{Proxies, ProxyHeader};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client of a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Client(pub(super) IpAddr);

/// Notes who the client is.
pub(super) async fn note(State(app): State<App>, mut request: Request) -> Request {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
    if let Some(peer) = peer {
        let client = client(&app.settings.proxies, peer, request.headers());
        request.extensions_mut().insert(Client(client));
    }
    request
}

/// Each proxy adds whom it serves at the right. What stands left of the first that is not trusted may
/// be invented.
fn client(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer.to_canonical();
    let name = match proxies.header {
        ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
        ProxyHeader::Forwarded => header::FORWARDED,
    };
    let lines = headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or_default());
    let lines: Vec<&str> = lines.collect();
    for served in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let address = match proxies.header {
            ProxyHeader::XForwardedFor => address(served),
            ProxyHeader::Forwarded => forwarded(served),
        };
        match address {
            Some(address) if proxies.include(client) => client = address,
            _ => break,
        }
    }
    client
}

/// The `for` of an element of `Forwarded` (RFC 7239).
fn forwarded(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim().trim_matches('"'))
}

/// An address, with or without its port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|it| it.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(header: ProxyHeader, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let networks = ["10.0.0.0/8", "fd00::/8", "127.0.0.1/32"].map(|it| it.parse().unwrap());
        let proxies = Proxies { networks: networks.to_vec(), header };
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        client(&proxies, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_proxy_that_is_trusted_names_the_client() {
        let seen =
            |peer, line| client_of(ProxyHeader::XForwardedFor, peer, &[("x-forwarded-for", line)]);
        for (peer, line, client) in [
            ("10.1.2.3", "192.0.2.7", "192.0.2.7"),
            ("::ffff:10.1.2.3", "192.0.2.7", "192.0.2.7"),
            ("10.1.2.3", "192.0.2.7:5000", "192.0.2.7"),
            ("fd00::1", "2001:db8::7", "2001:db8::7"),
            ("fd00::1", "[2001:db8::7]:80", "2001:db8::7"),
            // Through two of them, and from one of them.
            ("10.1.2.3", "192.0.2.7, 10.9.9.9", "192.0.2.7"),
            ("10.1.2.3", "10.9.9.9", "10.9.9.9"),
        ] {
            assert_eq!(seen(peer, line), client, "{line} from {peer}");
        }
    }

    #[test]
    fn nobody_else_is_believed() {
        let seen =
            |peer, line| client_of(ProxyHeader::XForwardedFor, peer, &[("x-forwarded-for", line)]);
        for (peer, line, client) in [
            // Whoever comes past the proxies.
            ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
            ("11.0.0.1", "10.0.0.1", "11.0.0.1"),
            // What the client said before the proxy added who it is.
            ("10.1.2.3", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
            ("10.1.2.3", "10.0.0.1, 192.0.2.7", "192.0.2.7"),
            ("10.1.2.3", "198.51.100.1, 192.0.2.7, 10.9.9.9", "192.0.2.7"),
            // What is no address ends it.
            ("10.1.2.3", "198.51.100.1, unknown", "10.1.2.3"),
            ("10.1.2.3", "198.51.100.1, , 10.9.9.9", "10.9.9.9"),
            ("10.1.2.3", "198.51.100.1,", "10.1.2.3"),
            ("10.1.2.3", "198.51.100.1, \u{fc}", "10.1.2.3"),
            ("10.1.2.3", "", "10.1.2.3"),
        ] {
            assert_eq!(seen(peer, line), client, "{line} from {peer}");
        }
    }

    #[test]
    fn one_header_counts_and_all_its_lines() {
        let lines = [
            ("x-forwarded-for", "198.51.100.1"),
            ("x-forwarded-for", "192.0.2.7, 10.9.9.9"),
            ("forwarded", "for=203.0.113.9"),
        ];
        assert_eq!(client_of(ProxyHeader::XForwardedFor, "10.1.2.3", &lines), "192.0.2.7");
        assert_eq!(client_of(ProxyHeader::Forwarded, "10.1.2.3", &lines), "203.0.113.9");
        assert_eq!(client_of(ProxyHeader::Forwarded, "10.1.2.3", &lines[..2]), "10.1.2.3");
    }

    #[test]
    fn forwarded_is_read_from_the_right_too() {
        let seen = |line| client_of(ProxyHeader::Forwarded, "10.1.2.3", &[("forwarded", line)]);
        for (line, client) in [
            ("for=192.0.2.7;proto=https;by=10.1.2.3", "192.0.2.7"),
            ("proto=https; For=\"192.0.2.7:4711\"", "192.0.2.7"),
            ("for=198.51.100.1, for=\"[2001:db8::7]:80\", for=10.9.9.9", "2001:db8::7"),
            ("for=\"198.51.100.1, for=192.0.2.7", "192.0.2.7"),
            ("for=192.0.2.7, for=_hidden", "10.1.2.3"),
            ("for=192.0.2.7, by=10.9.9.9", "10.1.2.3"),
        ] {
            assert_eq!(seen(line), client, "{line}");
        }
    }
}
