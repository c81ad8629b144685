//! Serves, and stops without breaking anything off.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::ListenerExt;
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

use super::{App, router};

/// How long WebSocket connections may take to say goodbye.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `stop` comes true; then running requests may finish, and sockets are closed.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Answers are sent whole: waiting for more to send only delays them.
    let listener = listener.tap_io(|connection| {
        if let Err(err) = connection.set_nodelay(true) {
            tracing::debug!(error = %err, "a connection keeps its delay");
        }
    });
    let stopping = app.stopping.clone();
    let is_stopping = {
        let mut stopping = stopping.subscribe();
        async move { stopping.wait_for(|stopping| *stopping).await.is_ok() }
    };
    // With the address that each connection comes from.
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        stopping.send_replace(true);
    });
    // A client that never finishes its request does not keep the server from stopping.
    let longest = app.settings.request_timeout + GOODBYE_TIMEOUT;
    tokio::select! {
        served = server.into_future() => served?,
        () = async { is_stopping.await; sleep(longest).await } => {}
    }
    // Sockets have left the server's care; each holds a permit until it is closed.
    let all = app.settings.socket.connections_max;
    if timeout(GOODBYE_TIMEOUT, Arc::clone(&app.sockets).acquire_many_owned(all)).await.is_err() {
        tracing::warn!("some WebSocket connections did not close in time");
    }
    Ok(())
}
