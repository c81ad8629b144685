//! Who asks: the access token in the header `Authorization`, or in the first message of a WebSocket.

use std::time::Instant;

use axum::http::{Extensions, HeaderMap, StatusCode, header};
use quick_cache::sync::Cache;
use tower_http::request_id::RequestId;

use super::{App, client::Client, oidc::Refused, response::Refusal};
use crate::{
    domain::{
        Context,
        access::{self, Origin, Scope, Viewer},
    },
    graphql::{FORBIDDEN, UNAUTHENTICATED},
};

/// Tokens that are known at a time.
const KNOWN_MAX: usize = 1024;

/// Who bears the tokens that came of late.
#[derive(Debug)]
pub(super) struct KnownTokens(Cache<String, (Viewer, Instant)>);

impl Default for KnownTokens {
    fn default() -> Self {
        Self(Cache::new(KNOWN_MAX))
    }
}

impl App {
    /// Who sends these headers.
    ///
    /// # Errors
    /// If it has to be said and is not, or the token is of no use.
    pub(super) async fn viewer(
        &self,
        headers: &HeaderMap,
        request: &Extensions,
    ) -> Result<Viewer, Refusal> {
        let authorization = headers.get(header::AUTHORIZATION);
        // What is no text is no token.
        let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
        self.viewer_of(authorization, request).await
    }

    /// Who says this of themselves: `Bearer`, and a token.
    pub(super) async fn viewer_of(
        &self,
        authorization: Option<&str>,
        request: &Extensions,
    ) -> Result<Viewer, Refusal> {
        let viewer = match authorization {
            Some(authorization) => self.bearer_of(authorization, request).await?,
            None if self.settings.requires_token => {
                return Err(unknown("Send an access token: `Authorization: Bearer urval_…`."));
            }
            None => Viewer::ANYBODY,
        };
        Ok(Viewer { origin: origin(request), ..viewer })
    }

    async fn bearer_of(
        &self,
        authorization: &str,
        request: &Extensions,
    ) -> Result<Viewer, Refusal> {
        let parts = authorization.split_once(' ');
        let token = parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let token = token.map(|(_, token)| token.trim()).unwrap_or_default();
        if let Some((viewer, since)) = self.tokens.0.get(token)
            && since.elapsed() < self.settings.token_known_for
        {
            return Ok(viewer);
        }
        let viewer = match &self.oidc {
            Some(oidc) if token.contains('.') => oidc.viewer(token).await.map_err(refused)?,
            _ => {
                let viewer = access::viewer(&self.context, token).await;
                viewer.map_err(|err| Refusal::of(err, request))?.ok_or_else(|| {
                    unknown(
                        "The access token is none of this server, was revoked, or its time is over.",
                    )
                })?
            }
        };
        self.tokens.0.insert(token.to_owned(), (viewer.clone(), Instant::now()));
        Ok(viewer)
    }

    /// What whoever sends these headers works with, if they may do this.
    ///
    /// # Errors
    /// If they may not, or are not known.
    pub(super) async fn admit(
        &self,
        to: Scope,
        headers: &HeaderMap,
        request: &Extensions,
    ) -> Result<Context, Refusal> {
        let viewer = self.viewer(headers, request).await?;
        if viewer.scopes.contains(to) {
            return Ok(self.context.of(viewer));
        }
        let message = format!("It needs the scope `{}`; you have `{}`.", to.name(), viewer.scopes);
        Err(Refusal::new(StatusCode::FORBIDDEN, FORBIDDEN, message))
    }
}

fn origin(request: &Extensions) -> Origin {
    let id = request.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let address = request.get::<Client>().map(|it| it.0);
    Origin { request_id: id.map(str::to_owned), address }
}

/// What becomes of a token of the provider that is not believed.
fn refused(why: Refused) -> Refusal {
    match why {
        Refused::Unknown(why) => unknown(&format!("The access token is of no use here: {why}.")),
        Refused::Nothing => {
            let message = "The access token has no scope of this server, such as `urval:read`.";
            Refusal::new(StatusCode::FORBIDDEN, FORBIDDEN, message)
        }
    }
}

fn unknown(message: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, message)
}
