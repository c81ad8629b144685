//! Keeps web pages of others away from a server that trusts whoever can reach it.
//!
//! A page can point its own host name at a loopback address (DNS rebinding) and then counts as
//! being of the same origin, and WebSockets know no same-origin rule at all. The names that
//! browsers send along give both away.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, response::Refusal};

/// The names under which the server may be addressed.
#[derive(Clone, Debug)]
pub enum Hosts {
    /// This machine's own names and addresses, and besides them those listed, without port.
    LoopbackAnd(Vec<String>),
    /// Any name; for a server whose access does not rest on where it listens.
    Any,
}

impl Default for Hosts {
    fn default() -> Self {
        Self::LoopbackAnd(Vec::new())
    }
}

impl Hosts {
    fn include(&self, host: &str) -> bool {
        match self {
            Self::LoopbackAnd(names) => {
                is_loopback(host) || names.iter().any(|name| name.eq_ignore_ascii_case(host))
            }
            Self::Any => true,
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    if let Some(ip) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return ip.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback());
    }
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
}

/// Turns away requests to a name that is not the server's.
pub(super) async fn host(State(app): State<App>, request: Request, next: Next) -> Response {
    match addressed(request.uri(), request.headers()) {
        // Browsers always say whom they address.
        Ok(None) => next.run(request).await,
        Ok(Some(host)) if app.settings.hosts.include(host.host()) => next.run(request).await,
        Ok(Some(_)) => {
            let message = "Without access tokens this server answers only to this machine's names. \
                           Call it 127.0.0.1 or localhost, or use tokens.";
            Refusal::new(StatusCode::MISDIRECTED_REQUEST, "UNKNOWN_HOST", message).into_response()
        }
        Err(()) => {
            let message = "The header `Host` is malformed.";
            Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message).into_response()
        }
    }
}

/// Whether a WebSocket may be opened from where the request comes from: a page of this server, or
/// no web page at all.
pub(super) fn is_same_origin(uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = Uri::try_from(origin.as_bytes()) else { return false };
    let (Some(origin), Ok(Some(host))) = (origin.authority(), addressed(uri, headers)) else {
        return false;
    };
    origin.as_str().eq_ignore_ascii_case(host.as_str())
}

/// Whom the request addresses: in HTTP/2 the URI says so, before that the header.
fn addressed(uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, ()> {
    if let Some(authority) = uri.authority() {
        return Ok(Some(authority.clone()));
    }
    let Some(host) = headers.get(header::HOST) else { return Ok(None) };
    Authority::try_from(host.as_bytes()).map(Some).map_err(|_| ())
}
