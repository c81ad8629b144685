//! GraphQL over WebSocket, by the protocol graphql-transport-ws: subscriptions, and whatever else
//! the schema knows.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use async_graphql::ServerError;
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{Extensions, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream::BoxStream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_stream::StreamMap;
use tracing::Instrument;

use super::{
    App,
    connections::{Connection as Place, Work},
    guard,
    operation::{self, Event},
    request::{Sent, check_tokens},
    response::{Refusal, error},
    too_many,
};
use crate::{domain::access::Viewer, graphql::TOO_MANY_OPERATIONS};

const PROTOCOL: &str = "graphql-transport-ws";

/// As large as the body of a POST may be.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// What is read at a time. Most connections wait, and each keeps room for it.
const READ_BYTES: usize = 4 * 1024;

/// The name that a client gives an operation; most take a UUID.
const ID_BYTES: RangeInclusive<usize> = 1..=128;

/// Limits of WebSocket connections.
#[derive(Clone, Debug)]
pub struct SocketSettings {
    /// How many connections there may be at a time.
    pub connections_max: u32,
    /// How many operations one connection may run at a time.
    pub operations_max: usize,
    /// How long a client may take to begin after it has connected.
    pub init_timeout: Duration,
    /// How often the server asks whether the client is still there. One that has not answered by
    /// the next time is cut off, and so is one that takes longer than this to take a message.
    pub ping_interval: Duration,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            connections_max: 1024,
            operations_max: 32,
            init_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(20),
        }
    }
}

/// Turns the request into a WebSocket, if it may.
pub(super) fn open(app: App, upgrade: WebSocketUpgrade, parts: &Parts) -> Response {
    if !guard::is_same_origin(&parts.uri, &parts.headers) {
        let message = "WebSockets are open to pages of this server only.";
        return Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message).into_response();
    }
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = format!("Ask for the WebSocket protocol {PROTOCOL}.");
        return Refusal::malformed(message).into_response();
    }
    let Some(place) = app.sockets.begin() else {
        return too_many("connections").into_response();
    };
    let extensions = parts.extensions.clone();
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default().to_owned());
    let span = tracing::Span::current();
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    upgrade.read_buffer_size(READ_BYTES).on_upgrade(async move |socket| {
        let connection = Connection {
            app,
            extensions,
            authorization,
            socket,
            place,
            open: None,
            operations: StreamMap::new(),
        };
        connection.serve().instrument(span).await;
    })
}

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "details have to be well-formed, and are of no use here")]
enum Heard {
    ConnectionInit(Details),
    Ping(Details),
    Pong(Details),
    Subscribe { id: String, payload: Box<Sent> },
    Complete { id: String },
}

/// What a client may add: an object, if anything.
#[derive(Deserialize)]
struct Details {
    payload: Option<serde_json::Map<String, Value>>,
}

/// What a client is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    ConnectionAck,
    Pong,
    Next { id: String, payload: async_graphql::Response },
    Error { id: String, payload: Vec<ServerError> },
    Complete { id: String },
}

/// Why a connection ends: a code of the protocol, and a few words.
struct Close(u16, &'static str);

const GOING_AWAY: Close = Close(1001, "The server stops");
const INVALID: Close = Close(4400, "Invalid message");
const TOO_LARGE: Close = Close(1009, "Message too large");
const UNAUTHORIZED: Close = Close(4401, "Unauthorized");
const FORBIDDEN: Close = Close(4403, "Forbidden");
const FAULT: Close = Close(1011, "Something went wrong on our side");
const NO_ANSWER: Close = Close(4408, "No answer in time");
const INIT_TIMEOUT: Close = Close(4408, "Connection initialisation timeout");
const ID_TAKEN: Close = Close(4409, "Subscriber for this id already exists");
const INIT_AGAIN: Close = Close(4429, "Too many initialisation requests");

struct Connection {
    app: App,
    /// Those of the request that opened it.
    extensions: Extensions,
    /// Who the client says that it is: when it connects, or when it begins.
    authorization: Option<String>,
    socket: WebSocket,
    place: Arc<Place>,
    /// There is when the client has begun properly: from then on it keeps its place.
    open: Option<Work>,
    operations: StreamMap<String, BoxStream<'static, Event>>,
}

impl Connection {
    async fn serve(mut self) {
        // Without a reason, the client is gone and there is nobody to tell.
        if let Err(Some(Close(code, reason))) = self.run().await {
            // What still runs is of no use any more.
            self.operations.clear();
            let frame = CloseFrame { code, reason: reason.into() };
            let patience = self.app.settings.socket.ping_interval;
            let goodbye = async {
                if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                    while let Some(Ok(_)) = self.socket.recv().await {}
                }
            };
            // A client that does not say goodbye is left.
            let _ = timeout(patience, goodbye).await;
        }
    }

    /// Goes on until the connection ends, and says why.
    async fn run(&mut self) -> Result<(), Option<Close>> {
        let settings = self.app.settings.socket.clone();
        let init_deadline = Instant::now() + settings.init_timeout;
        let first_ping = Instant::now() + settings.ping_interval;
        let mut ping = interval_at(first_ping, settings.ping_interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_there = true;
        loop {
            let message = tokio::select! {
                heard = self.socket.recv() => {
                    is_there = true;
                    match heard {
                        Some(Ok(message)) => self.hear(&message).await?,
                        Some(Err(_)) => return Err(Some(INVALID)),
                        None => return Err(None),
                    }
                }
                Some((id, event)) = self.operations.next() => Some(self.told(id, event)),
                _ = ping.tick() => {
                    if !is_there {
                        return Err(Some(NO_ANSWER));
                    }
                    is_there = false;
                    if self.open.is_some() {
                        // Its token may have been revoked.
                        self.viewer().await?;
                    }
                    self.send(Message::Ping(Default::default())).await?;
                    None
                }
                () = sleep_until(init_deadline), if self.open.is_none() => {
                    return Err(Some(INIT_TIMEOUT));
                }
                // It has not even begun: there is nothing to say goodbye to.
                () = self.place.told_to_go() => return Err(None),
                () = self.app.stopped() => return Err(Some(GOING_AWAY)),
            };
            if let Some(message) = message {
                self.tell(&message).await?;
            }
        }
    }

    /// Takes in a message; gives the answer to it, if there is one at once.
    async fn hear(&mut self, message: &Message) -> Result<Option<Told>, Option<Close>> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Some(INVALID)),
            // Answered below us, and enough to know that the client is there.
            Message::Ping(_) | Message::Pong(_) => return Ok(None),
            Message::Close(_) => {
                // It is answered as we read on.
                let patience = self.app.settings.socket.ping_interval;
                let _ = timeout(patience, self.socket.recv()).await;
                return Err(None);
            }
        };
        check_tokens(text.as_bytes()).map_err(|_| Some(TOO_LARGE))?;
        match serde_json::from_str(text).map_err(|_| Some(INVALID))? {
            Heard::ConnectionInit(_) if self.open.is_some() => Err(Some(INIT_AGAIN)),
            Heard::ConnectionInit(Details { payload }) => {
                let said = payload.iter().flatten().find_map(|(name, value)| {
                    value.as_str().filter(|_| name.eq_ignore_ascii_case("authorization"))
                });
                if let Some(said) = said {
                    self.authorization = Some(said.to_owned());
                }
                self.viewer().await?;
                self.open = Some(self.place.work());
                Ok(Some(Told::ConnectionAck))
            }
            Heard::Ping(_) => Ok(Some(Told::Pong)),
            Heard::Pong(_) => Ok(None),
            Heard::Subscribe { .. } if self.open.is_none() => Err(Some(UNAUTHORIZED)),
            Heard::Subscribe { id, .. } | Heard::Complete { id }
                if !ID_BYTES.contains(&id.len()) =>
            {
                Err(Some(INVALID))
            }
            Heard::Subscribe { payload, .. } if payload.is_empty() => Err(Some(INVALID)),
            Heard::Subscribe { id, .. } if self.operations.contains_key(&id) => Err(Some(ID_TAKEN)),
            Heard::Subscribe { id, payload } => {
                let viewer = self.viewer().await?;
                Ok(match self.app.request(*payload, viewer) {
                    Ok(request) => self.begin(id, request),
                    Err(refusal) => {
                        Some(Told::Error { id, payload: refusal.into_graphql().errors })
                    }
                })
            }
            Heard::Complete { id } => {
                self.operations.remove(&id);
                Ok(None)
            }
        }
    }

    /// Who the client is; the connection ends if nobody knows.
    async fn viewer(&mut self) -> Result<Viewer, Option<Close>> {
        let viewer = self.app.viewer_of(self.authorization.as_deref(), &self.extensions).await;
        viewer.map_err(|refusal| Some(if refusal.is_of_unknown() { FORBIDDEN } else { FAULT }))
    }

    /// Begins an operation, if there may be one more.
    fn begin(&mut self, id: String, request: async_graphql::Request) -> Option<Told> {
        let limit = self.app.settings.socket.operations_max;
        if self.operations.len() < limit {
            let operation = operation::run(self.app.clone(), request, self.extensions.clone());
            self.operations.insert(id, operation);
            return None;
        }
        let message = format!("A connection runs at most {limit} operations at a time.");
        Some(Told::Error { id, payload: vec![error(TOO_MANY_OPERATIONS, message)] })
    }

    fn told(&mut self, id: String, event: Event) -> Told {
        if !matches!(event, Event::Response(_)) {
            // Whoever is told of the end may use the name again at once.
            self.operations.remove(&id);
        }
        match event {
            Event::Response(payload) => Told::Next { id, payload },
            Event::Completed => Told::Complete { id },
            Event::Refused(payload) => Told::Error { id, payload },
        }
    }

    async fn tell(&mut self, message: &Told) -> Result<(), Option<Close>> {
        let text = serde_json::to_string(message).map_err(|err| {
            tracing::error!(error = %err, "a message could not be written as JSON");
            None
        })?;
        self.send(Message::text(text)).await
    }

    /// Sends, but not to a client that is too slow to keep up.
    async fn send(&mut self, message: Message) -> Result<(), Option<Close>> {
        let patience = self.app.settings.socket.ping_interval;
        match timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(None),
        }
    }
}
