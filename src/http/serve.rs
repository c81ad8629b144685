//! Serves, and stops without breaking anything off.

use std::{
    convert::Infallible,
    io::{self, ErrorKind},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
};
use http_body::{Frame, SizeHint};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tower_service::Service;

use super::{
    App,
    connections::{Connection, Connections, Work},
    router,
};

/// How long WebSocket connections may take to say goodbye.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that there may be, WebSockets aside, if the system allows as many files.
const CONNECTIONS_MAX: u64 = 4096;
/// Files that may be open besides connections: the database, and what goes in and out.
const FILES: u64 = 256;
/// The head of a request, with its URL, takes no more.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long a connection may rest between two requests, and the head of one may take: longer than
/// proxies keep connections, so that it is they who close them.
const REST_MAX: Duration = Duration::from_secs(75);
/// How long to wait when the system has no more files to open.
const NO_FILES_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` comes true; then running requests may finish, and sockets are closed.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let connections = Connections::new(connections_max(&app));
    let router = router(app.clone());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                // If all are at work there is nobody to make room: this one is turned away.
                if let Some(connection) = connections.begin() {
                    let router = router.clone();
                    tokio::spawn(talk(app.clone(), router, stream, address, connection));
                }
            }
            Err(err) if is_of_connection(&err) => {}
            Err(err) => {
                tracing::error!(error = %err, "no connection can be accepted");
                sleep(NO_FILES_PAUSE).await;
            }
        }
    }
    drop(listener);
    app.stopping.send_replace(true);
    // A client that never finishes its request does not keep the server from stopping.
    let longest = app.settings.request_timeout + GOODBYE_TIMEOUT;
    if timeout(longest, connections.all_closed()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    // Sockets have left the server's care.
    if timeout(GOODBYE_TIMEOUT, app.sockets.all_closed()).await.is_err() {
        tracing::warn!("some WebSocket connections did not close in time");
    }
    Ok(())
}

/// As many as the system has files for, next to all else that needs some.
fn connections_max(app: &App) -> usize {
    let others = FILES + u64::from(app.settings.socket.connections_max);
    // What can't be raised is left as it is.
    let files = rlimit::increase_nofile_limit(others + CONNECTIONS_MAX);
    let rest = files.map_or(CONNECTIONS_MAX, |files| files.saturating_sub(others));
    let max = rest.clamp(FILES, CONNECTIONS_MAX);
    usize::try_from(max).expect("it is small")
}

/// Whether it was the client that went away.
fn is_of_connection(err: &io::Error) -> bool {
    let kinds =
        [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
    kinds.contains(&err.kind())
}

/// Talks with a client until it goes, has to make room, or the server stops.
async fn talk(
    app: App,
    router: Router,
    stream: TcpStream,
    address: SocketAddr,
    connection: Arc<Connection>,
) {
    // Answers are sent whole: waiting for more to send only delays them.
    if let Err(err) = stream.set_nodelay(true) {
        tracing::debug!(error = %err, "a connection keeps its delay");
    }
    let service = service_fn(|request: Request<Incoming>| {
        let mut router = router.clone();
        let work = connection.work();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        async move {
            let Ok(response) = router.call(request).await;
            Ok::<_, Infallible>(response.map(|body| Answer { body, _work: work }))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(REST_MAX).max_buf_size(HEAD_BYTES_MAX);
    let talk = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut talk = pin!(talk);
    let ended = tokio::select! {
        ended = talk.as_mut() => ended,
        () = connection.told_to_go() => return,
        () = app.stopped() => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(err) = ended {
        tracing::debug!(error = %err, "a connection broke");
    }
}

/// The body of a response: its connection is at work until it is written.
struct Answer {
    body: Body,
    _work: Work,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(task)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
