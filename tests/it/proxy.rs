//! Behind a proxy: who asks, where a proxy says so.
#![cfg(unix)]

use crate::cli::{Server, ask};

/// From where a change comes, as the audit log of a server with these arguments has it, if the
/// request has these headers.
fn recorded(arguments: &[&str], headers: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database-url", &url];
    let (server, said) = Server::start(&[&serve[..], arguments].concat());
    let token = said.iter().find(|it| it.trim().starts_with("urval_")).map(|it| it.trim());
    let post = |query: &str, headers: &str| {
        let body = serde_json::json!({ "query": query }).to_string();
        let token = token.map(|it| format!("authorization: Bearer {it}\r\n")).unwrap_or_default();
        let head =
            "POST /graphql HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        ask(&said, &format!("{head}{token}{headers}content-length: {}\r\n\r\n{body}", body.len()))
    };
    let made = post("mutation { segmentCreate(input: {}) { segment { id } } }", headers);
    assert!(made.contains("segment:1"), "{made}");
    let log = post("{ auditLog { nodes { operation address } } }", "");
    let (_, after) = log.split_once("\"segmentCreate\",\"address\":\"").unwrap();
    server.stop();
    after.split('"').next().unwrap().to_owned()
}

#[test]
fn a_proxy_that_is_trusted_says_who_asks_and_nobody_else_does() {
    let header = "x-forwarded-for: 198.51.100.1, 192.0.2.7\r\nforwarded: for=203.0.113.9\r\n";
    for (arguments, address) in [
        (&[][..], "127.0.0.1"),
        (&["--trusted-proxies", "10.0.0.0/8,::1"], "127.0.0.1"),
        (&["--trusted-proxies", "10.0.0.0/8,127.0.0.1"], "192.0.2.7"),
        (&["--trusted-proxies", "127.0.0.1", "--proxy-header", "forwarded"], "203.0.113.9"),
    ] {
        assert_eq!(recorded(arguments, header), address, "{arguments:?}");
    }
}

#[test]
fn behind_a_proxy_everybody_needs_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let other = url.replace("new", "other");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database-url"];
    let proxies = ["--trusted-proxies", "127.0.0.1"];
    let query = "GET /graphql?query=%7B__typename%7D HTTP/1.0\r\nhost: urval.example\r\n\r\n";
    let (_server, said) = Server::start(&[&serve[..], &[url.as_str()], &proxies].concat());
    assert!(ask(&said, query).starts_with("HTTP/1.0 401"));
    let (_server, said) =
        Server::start(&[&serve[..], &[other.as_str()], &proxies, &["--insecure"]].concat());
    assert!(ask(&said, query).contains("Query"));
}
