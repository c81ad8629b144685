//! The only way out for errors.

use std::sync::Arc;

use async_graphql::{Enum, ErrorExtensions, ID, InputType, SimpleObject};

use super::codes::{BAD_REQUEST, FORBIDDEN, INTERNAL, UNAVAILABLE};
use crate::domain::{self, Error, Position, Reason, Rejection};

/// Something in the input that the caller has to put right. Nothing was changed.
#[derive(Clone, SimpleObject)]
pub(super) struct UserError {
    /// What kind of wrong, for programs.
    code: UserErrorCode,
    /// What is wrong, as a sentence for people.
    message: String,
    /// Where in the input, outermost first: `["input", "criteria", "all", "1", "country"]`. Items of
    /// lists are named by their index, from 0.
    path: Vec<String>,
    /// The line in the value, from 1, if it is a text that could not be read.
    line: Option<i32>,
    /// The column in that line, from 1, in characters.
    column: Option<i32>,
    /// With `CONFLICT`: the revision there is now.
    current_revision: Option<i32>,
    /// The things concerned if they are some of many, for instance the contacts of lines that can't
    /// be logged; at most 100.
    concerned: Vec<ID>,
}

/// What kind of wrong. New kinds may come; the meaning of a kind never changes.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "Reason")]
pub(super) enum UserErrorCode {
    /// The value is not acceptable.
    Invalid,
    /// It has to be given.
    Required,
    /// It refers to something that is not there.
    NotFound,
    /// Something else has this value already.
    Taken,
    /// It changed since you last looked; see `currentRevision`.
    Conflict,
    /// It can't be deleted, for other things refer to it.
    InUse,
    /// Its present state does not allow it.
    NotAllowed,
    /// It goes beyond a limit.
    LimitExceeded,
    /// The contact may not be contacted.
    PrivacyBlocked,
    /// The contact has no address for it.
    Unreachable,
    /// It takes a scope that you are without.
    Forbidden,
}

/// What the API calls a reason, for answers that are not GraphQL's.
pub fn error_code(reason: Reason) -> async_graphql::Value {
    UserErrorCode::from(reason).to_value()
}

/// Why a resolver failed.
///
/// Must never be `Display`: async-graphql shows clients the text of any error that is, so what is
/// not stops the likes of `DbErr` from leaving through a `?`.
#[derive(Clone)]
pub(super) struct ApiError(async_graphql::Error);

pub(super) type Result<T, E = ApiError> = std::result::Result<T, E>;

/// Splits the outcome of a mutation into what its payload shows and what fails the whole request.
/// Paths of rejections begin below the argument `input`.
pub(super) fn outcome<T>(result: domain::Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match result.map_err(|err| err.under(&["input"])) {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Rejected(rejections)) => {
            Ok((None, rejections.into_iter().map(UserError::from).collect()))
        }
        Err(err) => Err(err.into()),
    }
}

impl From<Rejection> for UserError {
    fn from(rejection: Rejection) -> Self {
        let place = |of: fn(Position) -> usize| {
            rejection.position.map(|it| i32::try_from(of(it)).unwrap_or(i32::MAX))
        };
        Self {
            code: rejection.reason.into(),
            line: place(|it| it.line),
            column: place(|it| it.column),
            message: rejection.message,
            path: rejection.path,
            current_revision: rejection.current_revision,
            concerned: rejection.concerned.into_iter().map(ID).collect(),
        }
    }
}

/// The one way a domain error leaves through `errors`. Of our own faults, only the log has details.
impl From<Error> for ApiError {
    fn from(err: Error) -> Self {
        match err {
            Error::Rejected(rejections) => {
                let sentences: Vec<&str> =
                    rejections.iter().map(|it| it.message.as_str()).collect();
                let path = rejections.first().map(|it| it.path.clone()).unwrap_or_default();
                let is_forbidden =
                    rejections.first().is_some_and(|it| it.reason == Reason::Forbidden);
                let err = async_graphql::Error::new(sentences.join(" "));
                Self(err.extend_with(|_, extensions| {
                    extensions.set("code", if is_forbidden { FORBIDDEN } else { BAD_REQUEST });
                    extensions.set("path", path);
                }))
            }
            Error::Database(_) | Error::Corrupt(_) => Self::fault(&err),
        }
    }
}

impl ApiError {
    fn fault(err: &Error) -> Self {
        let (message, code) = match err.if_passing() {
            Some(message) => (message, UNAVAILABLE),
            None => {
                tracing::error!(error = %err, "a request failed");
                ("Something went wrong on our side.", INTERNAL)
            }
        };
        let err = async_graphql::Error::new(message);
        Self(err.extend_with(|_, extensions| extensions.set("code", code)))
    }
}

/// A batch that failed in a loader: it failed for each of its callers.
impl From<Arc<Error>> for ApiError {
    fn from(err: Arc<Error>) -> Self {
        Self::fault(&err)
    }
}

impl From<async_graphql::Error> for ApiError {
    fn from(err: async_graphql::Error) -> Self {
        Self(err)
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(ApiError(err): ApiError) -> Self {
        err
    }
}
