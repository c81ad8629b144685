//! The codes of errors: every error that leaves has one in `extensions.code`.

use async_graphql::{Response, ServerError, Value};

use super::limits;

/// The query is no GraphQL.
pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The query is none that this schema can answer.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// The query is larger than we allow.
pub(super) const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
/// The client has spent what it may for now.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The client has too many operations under way.
pub const TOO_MANY_OPERATIONS: &str = "TOO_MANY_OPERATIONS";
/// Introspection is switched off.
pub(super) const INTROSPECTION_OFF: &str = "INTROSPECTION_OFF";
/// Whoever asks is not known.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// Whoever asks may not do it.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// It went wrong, and may go right if it is tried again.
pub(super) const UNAVAILABLE: &str = "UNAVAILABLE";
/// It went wrong, and we have to put it right.
pub(super) const INTERNAL: &str = "INTERNAL";
/// Anything else that whoever asks can put right.
pub(super) const BAD_REQUEST: &str = "BAD_REQUEST";

/// The response with a code for every error that has none: those that the library makes.
pub(super) fn all_coded(mut response: Response) -> Response {
    let errors = std::mem::take(&mut response.errors);
    response.errors = errors.into_iter().map(named).collect();
    response
}

fn named(err: ServerError) -> ServerError {
    if let Some(exceeded) = limits::exceeded_by(&err) {
        return exceeded;
    }
    // What is wrong with a query has a place in its text; what happens later, in the response, too.
    let is_of_query = err.path.is_empty() && !err.locations.is_empty();
    match is_of_query {
        true => coded(placed(err), VALIDATION_FAILED),
        false => coded(plain(err), BAD_REQUEST),
    }
}

/// The error of a value that can't be read without the names that its types have in the program.
fn plain(mut err: ServerError) -> ServerError {
    let is_ours = err.extensions.as_ref().is_some_and(|it| it.get("code").is_some());
    if !is_ours && let Some(end) = err.message.find(" (occurred while parsing \"") {
        err.message.truncate(end);
    }
    err
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

/// The codes of the errors in a response.
pub(super) fn codes(response: &Response) -> impl Iterator<Item = &str> {
    response.errors.iter().filter_map(|err| match err.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.as_str()),
        _ => None,
    })
}

/// The error with this code, unless it has one.
pub(super) fn coded(mut err: ServerError, code: &str) -> ServerError {
    let extensions = err.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
    err
}
