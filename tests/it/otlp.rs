//! Traces: what a collector of OpenTelemetry is sent.
#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message;

use crate::cli::{Server, ask};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A collector: its URL, and what it is sent.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            thread::spawn(move || while receive(stream.as_ref().unwrap(), &sender).is_some() {});
        }
    });
    (url, receiver)
}

/// Takes a request, if there is one more, and answers.
fn receive(mut stream: &TcpStream, to: &mpsc::Sender<(String, Vec<u8>)>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap() == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let (_, length) = lower.split_once("content-length: ").unwrap();
    let mut body = vec![0; length.lines().next().unwrap().trim().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    to.send((head, body)).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    Some(())
}

/// A server with a few contacts that sends its traces there.
fn server(endpoint: &str) -> (Server, Vec<String>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("demo.db").display());
    let arguments = ["demo", "--contacts", "20", "--listen", "127.0.0.1:0", "--database-url", &url];
    let (server, said) = Server::start(&[&arguments[..], &["--otlp-endpoint", endpoint]].concat());
    (server, said, dir)
}

fn post(said: &[String], query: &str, headers: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    let head = "POST /graphql HTTP/1.0\r\nHost: localhost\r\ncontent-type: application/json\r\n";
    ask(said, &format!("{head}{headers}content-length: {}\r\n\r\n{body}", body.len()))
}

fn spans(body: &[u8]) -> Vec<(Vec<KeyValue>, Span)> {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let resources = request.resource_spans.into_iter().flat_map(|it| {
        let resource = it.resource.unwrap().attributes;
        let spans = it.scope_spans.into_iter().flat_map(|it| it.spans);
        spans.map(move |span| (resource.clone(), span)).collect::<Vec<_>>()
    });
    resources.collect()
}

fn value(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|it| it.key == key);
    match found.and_then(|it| it.value.clone()).and_then(|it| it.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{key}: {other:?} in {attributes:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_request_and_its_operation_are_traced_below_the_caller() {
    let (endpoint, received) = collector();
    let (server, said, _dir) = server(&endpoint);
    let query = "query Kept { criteriaPreview(input: { criteria: { name: { eq: \"Secret\" } } }) { selected { count } } }";
    let parent = format!("traceparent: 00-{TRACE}-{PARENT}-01\r\nx-request-id: me-17\r\n");
    assert!(post(&said, query, &parent).contains("\"count\""));
    assert!(!server.stop().contains("collector"));
    // It has been sent by now, for the server has stopped.
    let all: Vec<(String, Vec<u8>)> = received.try_iter().collect();
    assert!(!all.is_empty());
    for (head, body) in &all {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/x-protobuf"), "{head}");
        let text = String::from_utf8_lossy(body);
        assert!(!text.contains("Secret") && !text.contains("criteriaPreview"), "{text}");
    }
    let spans: Vec<_> = all.iter().flat_map(|(_, body)| spans(body)).collect();
    let span = |name: &str| {
        spans.iter().find(|(_, span)| span.name == name).unwrap_or_else(|| panic!("{spans:#?}"))
    };
    let (resource, request) = span("POST /graphql");
    assert_eq!(value(resource, "service.name"), "urval");
    assert_eq!(value(resource, "service.version"), env!("CARGO_PKG_VERSION"));
    assert_eq!([hex(&request.trace_id), hex(&request.parent_span_id)], [TRACE, PARENT]);
    assert_eq!(request.kind, 2, "it is of the server");
    for (key, expected) in [
        ("http.request.method", "POST"),
        ("http.route", "/graphql"),
        ("http.response.status_code", "200"),
        ("id", "me-17"),
    ] {
        assert_eq!(value(&request.attributes, key), expected, "{key}");
    }
    let (_, operation) = span("query Kept");
    assert_eq!(operation.trace_id, request.trace_id);
    assert_eq!(operation.parent_span_id, request.span_id);
    assert_eq!(value(&operation.attributes, "graphql.operation.type"), "query");
}

#[test]
fn without_a_caller_or_with_an_odd_one_a_trace_begins_here() {
    let (endpoint, received) = collector();
    let (server, said, _dir) = server(&format!("{endpoint}/"));
    for header in ["", "traceparent: 00-zz-1-01\r\n", "traceparent: \u{0}\r\n"] {
        post(&said, "query { __typename }", header);
    }
    // Who is not traced is not traced here, either.
    post(
        &said,
        "query Untraced { __typename }",
        &format!("traceparent: 00-{TRACE}-{PARENT}-00\r\n"),
    );
    server.stop();
    let spans: Vec<_> = received.try_iter().flat_map(|(_, body)| spans(&body)).collect();
    let requests: Vec<_> = spans.iter().filter(|(_, it)| it.name == "POST /graphql").collect();
    // The last of them is no HTTP.
    assert_eq!(requests.len(), 2, "{requests:#?}");
    assert!(requests.iter().all(|(_, it)| it.parent_span_id.is_empty()), "{requests:#?}");
    assert_eq!(spans.iter().filter(|(_, it)| it.name == "query").count(), 2);
}

#[test]
fn a_collector_that_is_away_or_does_not_answer_stops_nothing() {
    // One that takes connections and says nothing, and one that refuses them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().map(|it| (silent, it)).unwrap().1);
    for endpoint in ["http://127.0.0.1:1", &silent] {
        let (server, said, _dir) = server(endpoint);
        for _ in 0..50 {
            assert!(post(&said, "{ __typename }", "").contains("Query"));
        }
        let log = server.stop();
        assert_eq!(log.matches("the collector does not take traces").count(), 1, "{log}");
    }
}
