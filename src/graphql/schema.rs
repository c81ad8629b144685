//! The whole schema, its limits and its text.

use async_graphql::{MergedObject, SDLExportOptions, extensions::Tracing};

use super::attribute::{AttributeMutation, AttributeQuery};
use super::campaign::{CampaignMutation, CampaignQuery};
use super::code::{CodeMutation, CodeQuery};
use super::contact::{ContactImportMutation, ContactMutation, ContactQuery};
use super::criteria::CriteriaQuery;
use super::interaction::{
    InteractionCommentMutation, InteractionCreateMutation, InteractionMarkMutation,
    InteractionQuery, InteractionUpdateMutation,
};
use super::interaction_template::{InteractionTemplateMutation, InteractionTemplateQuery};
use super::logged_segment::{LoggedSegmentMutation, LoggedSegmentQuery};
use super::node::NodeQuery;
use super::paging::PageSizes;
use super::segment::{SegmentMutation, SegmentQuery};
use super::series::{SeriesMutation, SeriesQuery};
use super::subscription::Subscription;
use crate::domain::Context;

/// GraphiQL's introspection query needs 15.
const DEPTH_MAX: usize = 16;
/// Fields, with those of lists counted once for each item asked for.
const COMPLEXITY_MAX: usize = 10_000;
/// More than any screen needs, and too few to multiply a costly field.
const ALIASES_MAX: usize = 64;
const DIRECTIVES_MAX: usize = 4;

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

/// The schema, ready to serve.
pub fn build(context: Context) -> Schema {
    bare()
        .data(context)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .limit_aliases(ALIASES_MAX)
        .limit_directives(DIRECTIVES_MAX)
        .extension(Tracing)
        .extension(PageSizes)
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
