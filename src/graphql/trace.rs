//! What a trace says of a request: the name of its operation. Queries and variables may hold
//! personal data, and stay out of it.

use std::sync::Arc;

use async_graphql::{
    Response,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use tracing::Instrument;

/// A name may be as long as a query. What follows this tells nobody anything.
const NAME_BYTES_MAX: usize = 64;

/// A span for each operation.
pub(super) struct Trace;

impl ExtensionFactory for Trace {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Trace {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        // Names are ASCII, so any number of bytes ends between two characters.
        let name = operation_name.unwrap_or_default();
        let name = name.get(..NAME_BYTES_MAX).unwrap_or(name);
        next.run(ctx, operation_name).instrument(tracing::info_span!("operation", name)).await
    }
}
