//! An operation on a WebSocket: what comes out of it, one after the other, and its end.

use async_graphql::{ServerError, parser::types::OperationType};
use axum::http::Extensions;
use futures_util::{
    StreamExt, future,
    stream::{self, BoxStream},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::{
    App,
    response::{Refusal, is_request_error},
};
use crate::graphql::operation_type;

/// What comes out of an operation.
pub(super) enum Event {
    Response(async_graphql::Response),
    /// It was refused as a whole, and is over.
    Refused(Vec<ServerError>),
    Completed,
}

/// Runs an operation until it is over, or nobody listens any more.
///
/// A task of its own does so, an event ahead of the client: while one that reads slowly is waited
/// for, nothing stands still with a connection to the database in its hands.
pub(super) fn run(
    app: App,
    request: async_graphql::Request,
    extensions: Extensions,
) -> BoxStream<'static, Event> {
    let mut events = events(app, request, extensions);
    let (sender, receiver) = mpsc::channel(1);
    let work = async move {
        let send = async {
            while let Some(event) = events.next().await
                && sender.send(event).await.is_ok()
            {}
        };
        tokio::select! {
            () = send => {}
            () = sender.closed() => {}
        }
    };
    tokio::spawn(work.in_current_span());
    // Without an end of its own, it broke down.
    let fault = async { Event::Refused(Refusal::fault().into_graphql().errors) };
    ReceiverStream::new(receiver).chain(stream::once(fault)).boxed()
}

fn events(
    app: App,
    request: async_graphql::Request,
    extensions: Extensions,
) -> BoxStream<'static, Event> {
    let responses = match operation_type(&request) {
        Some(OperationType::Subscription) => app.execute_stream(request, extensions).boxed(),
        _ => stream::once(async move {
            let answer = app.in_time(async { Ok(app.execute(request, &extensions).await) });
            answer.await.unwrap_or_else(|refusal| refusal.into_graphql())
        })
        .boxed(),
    };
    let events = responses.map(|response| match is_request_error(&response) {
        true => Event::Refused(response.errors),
        false => Event::Response(response),
    });
    events.chain(stream::once(future::ready(Event::Completed))).boxed()
}
