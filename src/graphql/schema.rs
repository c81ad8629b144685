//! The whole schema, its limits and its text.

use std::{any::TypeId, sync::Arc};

use async_graphql::{
    Data, Executor, MergedObject, Request, Response, SDLExportOptions, SchemaBuilder, ServerError,
    ServerResult,
    parser::types::{Field, OperationType},
};
use futures_util::{
    FutureExt, StreamExt,
    future::ready,
    stream::{BoxStream, poll_fn},
};
use indexmap::IndexSet;
use tokio::sync::OwnedSemaphorePermit;
use tracing::{Instrument, Span};

use super::allowance::{Allowance, Cost};
use super::attachment::{AttachmentMutation, AttachmentQuery};
use super::attribute::{AttributeMutation, AttributeQuery};
use super::audit::AuditQuery;
use super::batching::Batching;
use super::campaign::{ActivationMutation, CampaignEntryMutation, CampaignMutation, CampaignQuery};
use super::code::{CodeMutation, CodeQuery};
use super::codes::{INTROSPECTION_OFF, UNAVAILABLE, all_coded, coded, codes};
use super::contact::{
    ContactAddressMutation, ContactDuplicateMutation, ContactDuplicateQuery, ContactImportMutation,
    ContactMutation, ContactQuery,
};
use super::cost::Prices;
use super::criteria::CriteriaQuery;
use super::estimate::Estimate;
use super::interaction::{
    CallMutation, DeliveryMutation, DocumentMutation, InteractionCommentMutation,
    InteractionCreateMutation, InteractionMarkMutation, InteractionQuery,
    InteractionUpdateMutation,
};
use super::interaction_template::{InteractionTemplateMutation, InteractionTemplateQuery};
use super::limits;
use super::loaders::Loaders;
use super::logged_segment::{LoggedSegmentMutation, LoggedSegmentQuery};
use super::node::NodeQuery;
use super::operation::{check_subscription, chosen, kind, parse, root_fields, subject};
use super::opportunity::{
    OpportunityChangeMutation, OpportunityCreateMutation, OpportunityQuery,
    OpportunitySegmentMutation,
};
use super::profile::{
    ContactProfileMutation, ProfileClassifyMutation, ProfileMutation, ProfileQuery,
};
use super::purchase::{PurchaseMutation, PurchaseQuery};
use super::scopes;
use super::segment::{SegmentMutation, SegmentQuery};
use super::series::{SeriesMutation, SeriesQuery};
use super::setup::{SetupMutation, SetupQuery};
use super::subscription::Subscription;
use super::task::{TaskChangeMutation, TaskCreateMutation, TaskQuery, TaskSegmentMutation};
use super::template_language::TemplateLanguageMutation;
use super::template_preview::TemplatePreviewQuery;
use super::trace;
use super::variables::Inputs;
use crate::{
    domain::{Context, access::Viewer, idempotency::Claim},
    metrics::{Metrics, Operation},
};

/// What can be asked.
#[derive(Default, MergedObject)]
pub(super) struct Query(
    NodeQuery,
    CodeQuery,
    ContactQuery,
    ContactDuplicateQuery,
    CriteriaQuery,
    SegmentQuery,
    CampaignQuery,
    InteractionQuery,
    InteractionTemplateQuery,
    TemplatePreviewQuery,
    AttachmentQuery,
    AttributeQuery,
    ProfileQuery,
    SeriesQuery,
    LoggedSegmentQuery,
    OpportunityQuery,
    TaskQuery,
    AuditQuery,
    SetupQuery,
    PurchaseQuery,
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub(super) struct Mutation(
    CodeMutation,
    ContactMutation,
    ContactAddressMutation,
    ContactDuplicateMutation,
    ContactImportMutation,
    SegmentMutation,
    CampaignMutation,
    ActivationMutation,
    CampaignEntryMutation,
    InteractionTemplateMutation,
    TemplateLanguageMutation,
    AttachmentMutation,
    InteractionCreateMutation,
    InteractionUpdateMutation,
    InteractionMarkMutation,
    CallMutation,
    DocumentMutation,
    DeliveryMutation,
    InteractionCommentMutation,
    AttributeMutation,
    ProfileMutation,
    ProfileClassifyMutation,
    ContactProfileMutation,
    SeriesMutation,
    LoggedSegmentMutation,
    PurchaseMutation,
    SetupMutation,
    OpportunityCreateMutation,
    OpportunityChangeMutation,
    OpportunitySegmentMutation,
    TaskCreateMutation,
    TaskChangeMutation,
    TaskSegmentMutation,
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
    prices: Arc<Prices>,
    inputs: Arc<Inputs>,
    introspection: Introspection,
}

/// Whether clients may ask what the schema consists of.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Introspection {
    #[default]
    On,
    /// Nobody may, nor do errors suggest what there is.
    Off,
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
            match prepared.only_reads {
                true => self.read(prepared.request, prepared.context, &prepared.estimate).await,
                false => self.run(prepared.request, prepared.context, &prepared.estimate).await,
            }
        };
        let mut response = answered(run.instrument(span).boxed().await, metrics);
        tell(&mut response, prepared.cost);
        response
    }

    fn execute_stream(
        &self,
        request: Request,
        _: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let metrics = self.context.metrics.clone();
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(err) => {
                let response = answered(Response::from_errors(vec![err]), &metrics);
                return ready(response).into_stream().boxed();
            }
        };
        let Prepared { request, context, span, estimate, mut cost, .. } = prepared;
        let batching = Batching::default();
        let request = request.data(Loaders::new(&context, &batching)).data(context);
        let request = request.data(Arc::clone(&estimate));
        let mut responses = batching.run_stream(self.types.execute_stream(request)).boxed();
        let traced = poll_fn(move |task| span.in_scope(|| responses.poll_next_unpin(task)));
        let told = traced.map(move |response| {
            estimate.begin_anew();
            let mut response = answered(response, &metrics);
            tell(&mut response, cost.take());
            response
        });
        told.boxed()
    }
}

/// Says with the response what the operation cost.
fn tell(response: &mut Response, cost: Option<Cost>) {
    if let Some(cost) = cost {
        response.extensions.insert("cost".to_owned(), cost.told());
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
    /// What it was found to cost.
    estimate: Arc<Estimate>,
    /// What it costs a client with an allowance.
    cost: Option<Cost>,
    /// It is under way until this is dropped.
    _permit: Option<OwnedSemaphorePermit>,
}

/// What comes along in the data of a request.
fn carried<T: Clone + Send + Sync + 'static>(request: &Request) -> Option<T> {
    request.data.get(&TypeId::of::<T>())?.downcast_ref::<T>().cloned()
}

impl Schema {
    /// For the [`Viewer`] in the data of the request, at the expense of the [`Allowance`] there; for
    /// anybody, and for nothing, without. A mutation under the [`Claim`] there, if there is one.
    fn prepare(&self, mut request: Request) -> ServerResult<Prepared> {
        let document = parse(&request.query)?;
        limits::check(&document)?;
        let mut context = self.context.of(carried(&request).unwrap_or(Viewer::ANYBODY));
        let allowance: Option<Arc<Allowance>> = carried(&request);
        let (mut only_reads, mut counted_as, mut span) = (false, None, Span::none());
        let (mut estimate, mut cost, mut permit) = (Arc::default(), None, None);
        if let Some(operation) = chosen(&document, request.operation_name.as_deref()) {
            let fields = root_fields(&document, operation);
            self.check_introspection(&fields)?;
            scopes::check(operation.ty, &fields, &context.viewer)?;
            check_subscription(operation, &fields)?;
            self.inputs.check(operation, &fields, &request.variables)?;
            estimate = Arc::new(self.prices.cost(&document, operation, &request.variables));
            limits::check_cost(estimate.cost)?;
            if let Some(allowance) = allowance {
                let is_watched = operation.ty == OperationType::Subscription;
                permit = (!is_watched).then(|| allowance.begin()).transpose()?;
                cost = Some(allowance.spend(estimate.cost)?);
            }
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
                if let Some(claim) = carried::<Claim>(&request) {
                    context = context.under(claim);
                }
            }
        }
        request.set_parsed_query(document);
        let operation = counted_as;
        Ok(Prepared {
            request,
            context,
            span,
            operation,
            only_reads,
            estimate,
            cost,
            _permit: permit,
        })
    }

    /// Runs a query. If the replica that it reads fails, it reads the server itself: nothing is
    /// changed by a query, so it may be run again.
    async fn read(&self, request: Request, context: Context, estimate: &Arc<Estimate>) -> Response {
        let nearest = context.for_reading().await;
        if !nearest.db.is_read_through_replica() {
            return self.run(request, context, estimate).await;
        }
        let mut again = Request::new(&request.query).variables(request.variables.clone());
        again.operation_name.clone_from(&request.operation_name);
        let response = self.run(request, nearest, estimate).await;
        if !codes(&response).any(|code| code == UNAVAILABLE) {
            return response;
        }
        estimate.begin_anew();
        self.run(again, context, estimate).await
    }

    async fn run(&self, request: Request, context: Context, estimate: &Arc<Estimate>) -> Response {
        let batching = Batching::default();
        let request = request.data(Loaders::new(&context, &batching)).data(context);
        batching.run(self.types.execute(request.data(Arc::clone(estimate)))).await
    }

    fn check_introspection(&self, fields: &[&Field]) -> ServerResult<()> {
        let asks = |field: &&Field| matches!(field.name.node.as_str(), "__schema" | "__type");
        match self.introspection {
            Introspection::Off if fields.iter().any(asks) => {
                let message = "Introspection is switched off on this server.";
                Err(coded(ServerError::new(message, None), INTROSPECTION_OFF))
            }
            _ => Ok(()),
        }
    }
}

/// The schema, ready to serve.
pub fn build(context: Context) -> Schema {
    build_with(context, Introspection::On)
}

/// The schema, ready to serve.
pub fn build_with(context: Context, introspection: Introspection) -> Schema {
    let mut types = limits::kept(bare()).data(context.clone());
    if introspection == Introspection::Off {
        types = types.disable_suggestions();
    }
    let text = sdl();
    let prices = Arc::new(Prices::of_schema(&text));
    let inputs = Arc::new(Inputs::of_schema(&text));
    Schema { types: types.finish(), context, prices, inputs, introspection }
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
