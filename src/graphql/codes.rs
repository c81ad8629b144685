//! The codes of errors: every error that leaves has one in `extensions.code`.

use std::sync::Arc;

use async_graphql::{
    Response, ServerError, ServerResult, ValidationResult, Variables,
    async_trait::async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextRequest, NextSubscribe,
        NextValidation,
    },
    parser::types::ExecutableDocument,
};
use futures_util::{StreamExt, stream::BoxStream};

/// The query is no GraphQL.
pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The query is none that this schema can answer.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// The query is larger than we allow.
pub(super) const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
/// Anything else that whoever asks can put right.
pub(super) const BAD_REQUEST: &str = "BAD_REQUEST";

/// Gives a code to every error that has none: those that the library makes.
pub(super) struct Codes;

impl ExtensionFactory for Codes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Codes {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        all_coded(next.run(ctx).await)
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        next.run(ctx, stream).map(all_coded).boxed()
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        next.run(ctx, query, variables).await.map_err(|err| coded(err, PARSE_FAILED))
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let coded = |err| coded(placed(err), VALIDATION_FAILED);
        next.run(ctx).await.map_err(|errs| errs.into_iter().map(coded).collect())
    }
}

fn all_coded(mut response: Response) -> Response {
    let errors = std::mem::take(&mut response.errors);
    response.errors = errors.into_iter().map(|err| coded(err, BAD_REQUEST)).collect();
    response
}

/// The error of an argument with the path that its sentence has, as our own errors have it.
fn placed(mut err: ServerError) -> ServerError {
    let place = err.message.strip_prefix("Invalid value for argument \"");
    if let Some((place, _)) = place.and_then(|rest| rest.split_once('"')) {
        let path: Vec<&str> = place.split('.').collect();
        err.extensions.get_or_insert_default().set("path", path);
    }
    err
}

/// The error with this code, unless it has one.
pub(super) fn coded(mut err: ServerError, code: &str) -> ServerError {
    let extensions = err.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    err
}
