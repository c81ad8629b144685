//! A schema, whatever its roots are.

use async_graphql::{Executor, Request, Response};
use futures_util::{
    future::{BoxFuture, FutureExt},
    stream::BoxStream,
};

/// What can be done with a schema. Any executor can; a test brings one with a schema of its own.
pub(super) trait Api: Send + Sync {
    /// Runs a query or a mutation.
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;

    /// Runs any operation.
    fn execute_stream(&self, request: Request) -> BoxStream<'static, Response>;
}

impl<E: Executor> Api for E {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Executor::execute(self, request).boxed()
    }

    fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        Executor::execute_stream(self, request, None)
    }
}
