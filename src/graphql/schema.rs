//! The whole schema, its limits and its text.

use async_graphql::{MergedObject, SDLExportOptions};

use super::attribute::{AttributeMutation, AttributeQuery};
use super::batching::Batches;
use super::campaign::{CampaignEntryMutation, CampaignMutation, CampaignQuery};
use super::code::{CodeMutation, CodeQuery};
use super::codes::Codes;
use super::contact::{ContactImportMutation, ContactMutation, ContactQuery};
use super::criteria::CriteriaQuery;
use super::interaction::{
    InteractionCommentMutation, InteractionCreateMutation, InteractionMarkMutation,
    InteractionQuery, InteractionUpdateMutation,
};
use super::interaction_template::{InteractionTemplateMutation, InteractionTemplateQuery};
use super::limits::Limits;
use super::logged_segment::{LoggedSegmentMutation, LoggedSegmentQuery};
use super::node::NodeQuery;
use super::paging::PageSizes;
use super::segment::{SegmentMutation, SegmentQuery};
use super::series::{SeriesMutation, SeriesQuery};
use super::subscription::Subscription;
use super::trace::Trace;
use crate::domain::Context;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(
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
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
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

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, ready to serve. The first extension is the outermost.
pub fn build(context: Context) -> Schema {
    bare()
        .data(context)
        .extension(Codes)
        .extension(Limits)
        .extension(PageSizes)
        .extension(Batches)
        .extension(Trace)
        .finish()
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

fn bare() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
}
