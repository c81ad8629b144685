//! For whoever runs the server: is it up, and can it work?

use std::time::Duration;

use axum::{extract::State, http::StatusCode};
use tokio::time::timeout;

use super::App;

/// A database that takes longer than this to say hello is not ready for requests.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// The process is up and answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// The database answers too, and the server is not about to stop.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if *app.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(PING_TIMEOUT, app.context.db.reader().ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(err)) => {
            tracing::warn!(error = %err, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database takes too long to answer\n"),
    }
}
