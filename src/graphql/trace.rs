//! What traces and metrics say of a request: the name of its operation. Queries and variables may hold
//! personal data, and stay out of it.

use async_graphql::{
    Request,
    parser::types::{DocumentOperations, ExecutableDocument},
};
use tracing::{Span, error_span};

/// A name may be as long as a query. What follows this tells nobody anything.
const NAME_BYTES_MAX: usize = 64;

/// A span for an operation, whatever is logged: what is logged in it is told apart by it.
pub(super) fn span(kind: &'static str, name: &str) -> Span {
    error_span!("operation", "graphql.operation.type" = kind, "graphql.operation.name" = name)
}

/// The name of the operation of a request, or what it begins with; empty if it has none.
pub(super) fn name<'a>(request: &'a Request, document: &'a ExecutableDocument) -> &'a str {
    let only = match &document.operations {
        DocumentOperations::Multiple(operations) if operations.len() == 1 => {
            operations.keys().next().map(|name| name.as_str())
        }
        _ => None,
    };
    // Names are ASCII, so any number of bytes ends between two characters.
    let name = request.operation_name.as_deref().or(only).unwrap_or_default();
    name.get(..NAME_BYTES_MAX).unwrap_or(name)
}
