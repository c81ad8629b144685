//! The header `Idempotency-Key`: a mutation that is sent again under the same key is done once, and
//! gets the same answer.

use std::{ops::RangeInclusive, time::Duration};

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    response::Response,
};
use chrono::TimeDelta;
use serde_json::{json, value::RawValue};
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    App,
    response::{Media, Refusal, is_faulty, is_request_error},
};
use crate::{
    domain::{
        Context, Error,
        access::Viewer,
        idempotency::{self, Claim, Standing},
    },
    graphql::operation_type,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long a key is: room for any UUID with a prefix, no more.
const KEY_BYTES: RangeInclusive<usize> = 1..=255;

/// What a request may need beyond its time: until it begins, and for its answer to be kept.
const GRACE: Duration = Duration::from_secs(10);

/// The request is being worked on.
const IN_USE: &str = "IDEMPOTENCY_KEY_IN_USE";
/// The key was sent with another request.
const REUSED: &str = "IDEMPOTENCY_KEY_REUSED";
/// It was done, and nobody knows any more what was answered.
const RESULT_LOST: &str = "IDEMPOTENCY_RESULT_LOST";

/// What a request is answered.
pub(super) enum Answer {
    Now(Box<async_graphql::Response>),
    /// As it was before.
    Again(Box<RawValue>),
}

impl Answer {
    pub(super) fn into_response(self, media: Media) -> Response {
        match self {
            Self::Now(response) => media.answer(*response),
            Self::Again(body) => {
                let mut response = media.body(StatusCode::OK, &body);
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
                response
            }
        }
    }
}

impl App {
    /// Runs a query or a mutation; a mutation with a key at most once.
    ///
    /// # Errors
    /// If the key is none, was sent with another request, or with this one and there is no answer.
    pub(super) async fn execute_once(
        &self,
        request: Request,
        viewer: Viewer,
        parts: &Parts,
    ) -> Result<Answer, Refusal> {
        let key = key(&parts.headers, &viewer, &request)?.map(str::to_owned);
        let context = self.context.of(viewer);
        let Some(key) = key else {
            let response = self.execute(request, &parts.extensions).await;
            return Ok(Answer::Now(Box::new(response)));
        };
        let (app, extensions) = (self.clone(), parts.extensions.clone());
        // On its own: a client that goes away finds the answer when it comes back.
        let work = async move { app.execute_under(&key, &context, request, &extensions).await };
        // If it panicked, the panic hook has logged where and why.
        tokio::spawn(work.in_current_span()).await.unwrap_or_else(|_| Err(Refusal::fault()))
    }

    /// Runs a mutation if its key is free.
    async fn execute_under(
        &self,
        key: &str,
        context: &Context,
        request: Request,
        extensions: &Extensions,
    ) -> Result<Answer, Refusal> {
        let of = |err| Refusal::of(err, extensions);
        let content = json!([request.query, request.operation_name, request.variables]).to_string();
        let standing = idempotency::claim(context, key, &content, self.lease()).await;
        match standing.map_err(of)? {
            Standing::Free(claim) => {
                let response = self.execute_claimed(claim, request, extensions).await;
                response.map(Box::new).map(Answer::Now).ok_or_else(|| self.given_up())
            }
            Standing::Answered(answer) => {
                let answer = RawValue::from_string(answer);
                answer.map(Answer::Again).map_err(|err| of(Error::Corrupt(err.to_string())))
            }
            Standing::Running => Err(self.refused(StatusCode::CONFLICT, IN_USE)),
            Standing::Taken => Err(self.refused(StatusCode::UNPROCESSABLE_ENTITY, REUSED)),
            Standing::Lost => Err(self.refused(StatusCode::GONE, RESULT_LOST)),
        }
    }

    /// Runs a mutation under its claim, and ends that; nothing if it takes too long.
    async fn execute_claimed(
        &self,
        claim: Claim,
        request: Request,
        extensions: &Extensions,
    ) -> Option<async_graphql::Response> {
        let run = self.execute(request.data(claim.clone()), extensions);
        let response = timeout(self.settings.request_timeout, run).await.ok();
        let ended = match response.as_ref().and_then(lasting) {
            Some(answer) => idempotency::keep(&self.context, &claim, &answer).await,
            None => idempotency::give_up(&self.context, &claim).await,
        };
        if let Err(err) = ended {
            // It ends by itself in time.
            tracing::warn!(error = %err, "the answer to a request with a key could not be kept");
        }
        response
    }

    /// How long a request may hold its key.
    fn lease(&self) -> TimeDelta {
        let lease = self.settings.request_timeout.saturating_add(GRACE);
        TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX)
    }

    fn refused(&self, status: StatusCode, code: &'static str) -> Refusal {
        self.context.metrics.error(code);
        let message = match code {
            IN_USE => {
                "The request with this `Idempotency-Key` is being worked on. Send it again soon."
            }
            REUSED => {
                "This `Idempotency-Key` was sent with another request: a new one needs a new key. \
                 Nothing was done."
            }
            _ => {
                "The request with this `Idempotency-Key` was done, in whole or in part, but its \
                 answer is not there any more. Look at the present state."
            }
        };
        Refusal::new(status, code, message)
    }
}

/// The key of a mutation, if it comes with one.
fn key<'a>(
    headers: &'a HeaderMap,
    viewer: &Viewer,
    request: &Request,
) -> Result<Option<&'a str>, Refusal> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    // Whoever may change nothing is going to be refused, and leaves no trace.
    if !viewer.scopes.may_change() || operation_type(request) != Some(OperationType::Mutation) {
        return Ok(None);
    }
    let is_visible = key.as_bytes().iter().all(u8::is_ascii_graphic);
    match (key.to_str(), keys.next()) {
        (Ok(key), None) if is_visible && KEY_BYTES.contains(&key.len()) => Ok(Some(key)),
        _ => {
            let (min, max) = (KEY_BYTES.start(), KEY_BYTES.end());
            Err(Refusal::malformed(format!(
                "The header `Idempotency-Key` has {min} to {max} visible ASCII characters, and comes \
                 once."
            )))
        }
    }
}

/// Turns away a batch with a key: each of its mutations would need one.
pub(super) fn refuse_key(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.contains_key(KEY) {
        true => Err(Refusal::malformed("A batch can't have an `Idempotency-Key`.")),
        false => Ok(()),
    }
}

/// The body of a response that will do for whoever asks again: not that of a request that was not
/// executed, nor one that tells of a fault of ours, for that may pass.
fn lasting(response: &async_graphql::Response) -> Option<String> {
    let is_lasting = !is_request_error(response) && !is_faulty(response);
    is_lasting.then(|| serde_json::to_string(response).ok()).flatten()
}
