//! The whole schema, its limits and its text.

use std::{any::TypeId, sync::Arc};

use async_graphql::{
    Data, Executor, MergedObject, Request, Response, SDLExportOptions, SchemaBuilder, ServerError,
    ServerResult,
    parser::{parse_query, types::OperationType},
};
use futures_util::{
    FutureExt, StreamExt,
    future::ready,
    stream::{BoxStream, poll_fn},
};
use indexmap::IndexSet;
use tracing::{Instrument, Span};

use super::attribute::{AttributeMutation, AttributeQuery};
use super::audit::AuditQuery;
use super::batching::Batching;
use super::campaign::{CampaignEntryMutation, CampaignMutation, CampaignQuery};
use super::code::{CodeMutation, CodeQuery};
use super::codes::{PARSE_FAILED, all_coded, coded, codes};
use super::contact::{ContactImportMutation, ContactMutation, ContactQuery};
use super::criteria::CriteriaQuery;
use super::interaction::{
    InteractionCommentMutation, InteractionCreateMutation, InteractionMarkMutation,
    InteractionQuery, InteractionUpdateMutation,
};
use super::interaction_template::{InteractionTemplateMutation, InteractionTemplateQuery};
use super::limits;
use super::loaders::Loaders;
use super::logged_segment::{LoggedSegmentMutation, LoggedSegmentQuery};
use super::node::NodeQuery;
use super::operation::{chosen, kind, root_fields, subject};
use super::paging::default_sizes;
use super::scopes;
use super::segment::{SegmentMutation, SegmentQuery};
use super::series::{SeriesMutation, SeriesQuery};
use super::subscription::Subscription;
use super::trace;
use crate::{
    domain::{Context, access::Viewer},
    metrics::{Metrics, Operation},
};

/// What can be asked.
#[derive(Default, MergedObject)]
pub(super) struct Query(
    NodeQuery,
    CodeQuery,
    ContactQuery,
    CriteriaQuery,
    SegmentQuery,
    CampaignQuery,
    InteractionQuery,
    InteractionTemplateQuery,
    AttributeQuery,
    SeriesQuery,
    LoggedSegmentQuery,
    AuditQuery,
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub(super) struct Mutation(
    CodeMutation,
    ContactMutation,
    ContactImportMutation,
    SegmentMutation,
    CampaignMutation,
    CampaignEntryMutation,
    InteractionTemplateMutation,
    InteractionCreateMutation,
    InteractionUpdateMutation,
    InteractionMarkMutation,
    InteractionCommentMutation,
    AttributeMutation,
    SeriesMutation,
    LoggedSegmentMutation,
);

type Types = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, and what every request passes: limits before it is run, batches meanwhile, and codes
/// for its errors in the end.
///
/// None of that is an extension of the library: with one, each field of each item of a response
/// takes a detour through it, which costs more than most fields themselves.
#[derive(Clone)]
pub struct Schema {
    types: Types,
    context: Context,
}

impl Executor for Schema {
    async fn execute(&self, request: Request) -> Response {
        let metrics = &self.context.metrics;
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(err) => return answered(Response::from_errors(vec![err]), metrics),
        };
        let span = prepared.span;
        let _timer = prepared.operation.map(|it| metrics.time(&it, span.clone()));
        let run = async {
            let context = match prepared.only_reads {
                true => prepared.context.for_reading().await,
                false => prepared.context,
            };
            let batching = Batching::default();
            let request = prepared.request.data(Loaders::new(&context, &batching)).data(context);
            batching.run(self.types.execute(request)).await
        };
        answered(run.instrument(span).boxed().await, metrics)
    }

    fn execute_stream(
        &self,
        request: Request,
        _: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let metrics = self.context.metrics.clone();
        let Prepared { request, context, span, .. } = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(err) => {
                let response = answered(Response::from_errors(vec![err]), &metrics);
                return ready(response).into_stream().boxed();
            }
        };
        let batching = Batching::default();
        let request = request.data(Loaders::new(&context, &batching)).data(context);
        let mut responses = batching.run_stream(self.types.execute_stream(request)).boxed();
        let traced = poll_fn(move |task| span.in_scope(|| responses.poll_next_unpin(task)));
        traced.map(move |response| answered(response, &metrics)).boxed()
    }
}

/// The response with a code for each error, which is counted.
fn answered(response: Response, metrics: &Metrics) -> Response {
    let response = all_coded(response);
    codes(&response).for_each(|code| metrics.error(code));
    response
}

/// A request that keeps the limits, of somebody who may make it.
struct Prepared {
    request: Request,
    context: Context,
    span: Span,
    /// What it is counted as; nothing if the schema will refuse to choose.
    operation: Option<Operation>,
    /// Whether it neither changes nor watches anything.
    only_reads: bool,
}

impl Schema {
    /// For the [`Viewer`] in the data of the request; for anybody if there is none.
    fn prepare(&self, mut request: Request) -> ServerResult<Prepared> {
        let parsed = parse_query(&request.query).map_err(ServerError::from);
        let mut document = parsed.map_err(|err| coded(err, PARSE_FAILED))?;
        limits::check(&document)?;
        let viewer = request.data.get(&TypeId::of::<Viewer>());
        let viewer = viewer.and_then(|it| it.downcast_ref::<Viewer>()).cloned();
        let mut context = self.context.of(viewer.unwrap_or(Viewer::ANYBODY));
        let (mut only_reads, mut counted_as, mut span) = (false, None, Span::none());
        if let Some(operation) = chosen(&document, request.operation_name.as_deref()) {
            let fields = root_fields(&document, operation);
            scopes::check(operation.ty, &fields, &context.viewer)?;
            only_reads = operation.ty == OperationType::Query;
            let (kind, name) = (kind(operation.ty), trace::name(&request, &document));
            span = trace::span(kind, name);
            counted_as = Some(context.metrics.operation(kind, name));
            if operation.ty == OperationType::Mutation {
                // Each once: there may be thousands, but there are only so many mutations.
                let names: IndexSet<&str> = fields.iter().map(|it| it.name.node.as_str()).collect();
                let names: Vec<&str> = names.into_iter().collect();
                let subject = subject(&fields, &request.variables);
                context = context.doing(names.join(" "), subject);
            }
        }
        default_sizes(&mut document);
        request.set_parsed_query(document);
        Ok(Prepared { request, context, span, operation: counted_as, only_reads })
    }
}

/// The schema, ready to serve.
pub fn build(context: Context) -> Schema {
    let types = limits::kept(bare()).data(context.clone()).finish();
    Schema { types, context }
}

/// The schema as text, the way `schema.graphql` has it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .prefer_single_line_descriptions()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    bare().finish().sdl_with_options(options)
}

fn bare() -> SchemaBuilder<Query, Mutation, Subscription> {
    Types::build(Query::default(), Mutation::default(), Subscription)
}
