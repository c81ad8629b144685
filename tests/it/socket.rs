//! GraphQL over WebSocket, on a real socket.

use std::{io, net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        handshake::client::Response,
        http::HeaderValue,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use urval::http::{Settings, SocketSettings};

use crate::stub::Served;

const INIT: &str = r#"{"type":"connection_init","payload":{}}"#;

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// Connects and begins.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let mut client = Self::connect(address, &[]).await.unwrap();
        client.say(INIT).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    pub(crate) async fn connect(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _): (_, Response) = connect_async(request).await?;
        Ok(Self(socket))
    }

    pub(crate) async fn say(&mut self, message: impl Into<String>) {
        self.0.send(Message::text(message.into())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        let message = json!({ "id": id, "type": "subscribe", "payload": { "query": query } });
        self.say(message.to_string()).await;
    }

    /// What comes next of the protocol; pings are none of its business.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// The code with which the server closes, and why.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.next().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    async fn next(&mut self) -> Message {
        let next = timeout(Duration::from_secs(10), self.0.next());
        next.await.expect("an answer in time").unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered() {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;
    let bye = CloseFrame { code: CloseCode::Normal, reason: "Bye".into() };
    client.0.send(Message::Close(Some(bye))).await.unwrap();
    assert_eq!(client.closed().await, (1000, "Bye".to_owned()));
}

fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(err) => panic!("{err}"),
        Ok(_) => 101,
    }
}

async fn served(change: impl FnOnce(&mut SocketSettings)) -> Served {
    let mut settings = Settings::default();
    change(&mut settings.socket);
    Served::start(settings).await
}

#[tokio::test]
async fn a_subscription_tells_what_happens_until_it_is_over() {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;

    client.subscribe("a", "subscription { tick(to: 2) }").await;

    for tick in 1..=2 {
        let next = json!({ "id": "a", "type": "next", "payload": { "data": { "tick": tick } } });
        assert_eq!(client.hear().await, next);
    }
    assert_eq!(client.hear().await, json!({ "id": "a", "type": "complete" }));

    // The name is free again, at once and each time.
    for _ in 0..200 {
        client.subscribe("a", "{ hello }").await;
        let data = json!({ "hello": "Hello world!" });
        let next = json!({ "id": "a", "type": "next", "payload": { "data": data } });
        assert_eq!(client.hear().await, next);
        assert_eq!(client.hear().await, json!({ "id": "a", "type": "complete" }));
    }
}

#[tokio::test]
async fn a_subscription_ends_when_the_client_says_so() {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;
    client.subscribe("a", "subscription { tick(to: 1000000) }").await;
    assert_eq!(client.hear().await["type"], "next");

    client.say(r#"{"id":"a","type":"complete"}"#).await;
    client.say(r#"{"type":"ping"}"#).await;
    while client.hear().await != json!({ "type": "pong" }) {}

    client.subscribe("b", "{ hello }").await;
    assert_eq!(client.hear().await["id"], "b");
}

#[tokio::test]
async fn what_is_refused_gets_an_error_and_nothing_else() {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;

    client.subscribe("a", "subscription { nope }").await;

    let message = client.hear().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("a"), &json!("error")));
    assert!(message["payload"][0]["message"].is_string(), "{message}");
    client.say(r#"{"type":"ping"}"#).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn a_breakdown_ends_its_operation_alone() {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;

    client.subscribe("a", "{ panics }").await;

    let message = client.hear().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("a"), &json!("error")));
    assert_eq!(message["payload"][0]["extensions"]["code"], "INTERNAL");
    client.subscribe("a", "{ hello }").await;
    assert_eq!(client.hear().await["payload"]["data"]["hello"], "Hello world!");
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_how() {
    let server = Served::start(Settings::default()).await;
    let subscribe =
        r#"{"id":"a","type":"subscribe","payload":{"query":"subscription{tick(to:1000)}"}}"#;
    let long = subscribe.replace(r#""a""#, &format!("{:?}", "a".repeat(129)));
    let nameless = subscribe.replace(r#""a""#, r#""""#);
    let cases: [(&[&str], (u16, &str)); 12] = [
        (&["nonsense"], (4400, "Invalid message")),
        (&[r#"{"type":"nonsense"}"#], (4400, "Invalid message")),
        // What comes along with a message is an object; an operation has a name and a query.
        (&[r#"{"type":"connection_init","payload":5}"#], (4400, "Invalid message")),
        (&[INIT, r#"{"type":"ping","payload":"x"}"#], (4400, "Invalid message")),
        (&[INIT, &nameless], (4400, "Invalid message")),
        (&[INIT, r#"{"type":"subscribe","id":"a","payload":{}}"#], (4400, "Invalid message")),
        (&[INIT, r#"{"type":"complete","id":""}"#], (4400, "Invalid message")),
        (&[INIT, r#"{"type":"subscribe","payload":{}}"#], (4400, "Invalid message")),
        (&[INIT, &long], (4400, "Invalid message")),
        (&[subscribe], (4401, "Unauthorized")),
        (&[INIT, INIT], (4429, "Too many initialisation requests")),
        (&[INIT, subscribe, subscribe], (4409, "Subscriber for this id already exists")),
    ];
    for (messages, (code, reason)) in cases {
        let mut client = Client::connect(server.address, &[]).await.unwrap();
        for message in messages {
            client.say(*message).await;
        }
        assert_eq!(client.closed().await, (code, reason.to_owned()), "{messages:?}");
    }
    let mut client = Client::open(server.address).await;
    client.say("x".repeat(1024 * 1024 + 1)).await;
    assert_eq!(client.closed().await.0, 4400);
}

#[tokio::test]
async fn who_does_not_begin_is_sent_away() {
    let server = served(|it| it.init_timeout = Duration::from_millis(50)).await;
    let mut client = Client::connect(server.address, &[]).await.unwrap();
    assert_eq!(client.closed().await.0, 4408);
}

#[tokio::test]
async fn who_does_not_answer_is_sent_away_and_who_does_may_stay() {
    let server = served(|it| it.ping_interval = Duration::from_millis(200)).await;
    let mut silent = Client::open(server.address).await;
    let mut awake = Client::open(server.address).await;
    // Reading is what makes this client answer pings, so the other one does not.
    let reading = timeout(Duration::from_millis(1000), awake.hear());
    assert!(reading.await.is_err(), "still connected, and nothing to hear");

    // The ping is there first, but the answer to it comes too late.
    assert_eq!(silent.closed().await, (4408, "No answer in time".to_owned()));
}

#[tokio::test]
async fn a_connection_runs_so_many_operations_at_a_time() {
    let server = served(|it| it.operations_max = 2).await;
    let mut client = Client::open(server.address).await;
    for id in ["a", "b", "c"] {
        client.subscribe(id, "subscription { tick(to: 1000000) }").await;
    }
    loop {
        let message = client.hear().await;
        if message["id"] == "c" {
            assert_eq!(message["type"], "error");
            let code = &message["payload"][0]["extensions"]["code"];
            assert_eq!(code, "TOO_MANY_OPERATIONS");
            break;
        }
    }
}

#[tokio::test]
async fn there_are_so_many_connections_at_a_time() {
    let server = served(|it| it.connections_max = 1).await;
    let first = Client::open(server.address).await;
    assert_eq!(status(Client::connect(server.address, &[]).await), 503);

    drop(first);

    let mut tries = 0;
    while status(Client::connect(server.address, &[]).await) != 101 {
        tries += 1;
        assert!(tries < 100, "the place of the first one stays taken");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn pages_of_others_get_no_socket() {
    let server = Served::start(Settings::default()).await;
    let own = format!("http://{}", server.address);
    assert_eq!(status(Client::connect(server.address, &[("origin", &own)]).await), 101);

    let other_port = "http://127.0.0.1:1";
    for origin in ["https://evil.example", other_port, "null", "nonsense"] {
        let refused = Client::connect(server.address, &[("origin", origin)]).await;
        assert_eq!(status(refused), 403, "{origin}");
    }
}

#[tokio::test]
async fn another_protocol_is_refused() {
    let server = Served::start(Settings::default()).await;
    let legacy = [("sec-websocket-protocol", "graphql-ws")];
    // This client gives up itself when its protocol is not chosen, so only that it fails shows.
    assert_eq!(status(Client::connect(server.address, &legacy).await), 400);
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() -> io::Result<()> {
    let server = Served::start(Settings::default()).await;
    let mut client = Client::open(server.address).await;
    client.subscribe("a", "subscription { tick(to: 1000000) }").await;
    assert_eq!(client.hear().await["type"], "next");

    server.stop.send(()).unwrap();

    assert_eq!(client.closed().await, (1001, "The server stops".to_owned()));
    drop(client);
    timeout(Duration::from_secs(10), server.done).await.expect("it stops").unwrap()
}
