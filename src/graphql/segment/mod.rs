//! Segments: what they are, and how they are found.

mod compare;
mod cover_sheets;
mod criteria;
mod criterion;
mod header;
mod line;
mod loaders;
mod mailing;
mod query;
mod reach;
mod reuse;
mod saved;
mod select;
mod sets;
mod text;
mod update_lines;

use std::sync::Arc;

use async_graphql::{Context, Description, ID, MergedObject, Object};
use chrono::{DateTime, Utc};

pub(super) use criterion::Criterion;
pub(super) use line::message;
pub(super) use loaders::SegmentLoaders;
pub(super) use query::{SegmentConnection, SegmentOrder, segments_of_campaign};
pub(super) use saved::{SavedCriteria, load as load_saved_criteria};
pub(super) use sets::{Contacts, contacts_in};
pub(super) use text::SegmentText;

use line::{
    LineTotal, SegmentLine, SegmentLineField, SegmentLineOrder, SegmentLines, columns, line_order,
};
use reach::{SegmentOverride, SegmentReachability};

use super::{
    campaign::Campaign,
    code::Code,
    criteria::ContactCriteria,
    error::Result,
    interaction::{InteractionConnection, InteractionFilter, InteractionOrder, interactions_of},
    interaction_template::InteractionTemplate,
    kinds::{CorrespondenceType, InformationFlow, InitiatedBy, SegmentStatus},
    loaders::Loaders,
    logged_segment::LoggedSegment,
    opportunity::{
        OpportunityConnection, OpportunityFilter, OpportunityOrder, OpportunityStatistics,
        opportunities_of, opportunity_statistics,
    },
    page::{Slice, connection},
    scalar::{Date, Decimal, minutes},
    task::{TaskConnection, TaskFilter, TaskOrder, tasks_of},
};
use crate::{
    domain::{
        self, amount,
        id::Kind,
        interaction::Owner,
        planned::Owner as Planned,
        segment::{self, LineQuery},
    },
    entity::{self, kinds::CodeKind},
};

/// A named set of contacts, built step by step. Each contact is in it once. What its lines have in
/// common is set here; a line may have values of its own.
#[derive(Clone, Description)]
pub(super) struct Segment(pub(super) Arc<entity::segment::Model>);

impl From<entity::segment::Model> for Segment {
    fn from(row: entity::segment::Model) -> Self {
        Self(Arc::new(row))
    }
}

// What takes many steps is boxed here: the library makes room for the largest field whenever it
// resolves any, and segments come by the hundred.
#[Object(use_type_description)]
impl Segment {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::Segment.id(self.0.id))
    }

    /// Its number, such as `SM000001`.
    async fn no(&self) -> &str {
        &self.0.no
    }

    /// What it is for; at most 250 characters.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Whether it can be changed.
    async fn status(&self) -> SegmentStatus {
        self.0.status.into()
    }

    /// The date of its interactions.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The campaign it serves. Null: as the interaction template says.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.0.campaign_id).await.transpose()
    }

    /// What kind of interactions its lines become.
    async fn interaction_template(&self, ctx: &Context<'_>) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, self.0.interaction_template.as_deref()).await.transpose()
    }

    /// Whether the contacts are targets of the campaign. Null: as the interaction template says.
    async fn campaign_target(&self) -> Option<bool> {
        self.0.campaign_target
    }

    /// Whether the interactions are responses to the campaign. Null: as the template says.
    async fn campaign_response(&self) -> Option<bool> {
        self.0.campaign_response
    }

    /// Who is responsible. Null: the salesperson of each contact.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// The group of its interactions. Null: as the template says.
    async fn interaction_group(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::InteractionGroup, self.0.interaction_group.as_deref()).await.transpose()
    }

    /// How to reach contacts who have no preference of their own. Null: as the template says.
    async fn correspondence_type(&self) -> Option<CorrespondenceType> {
        self.0.correspondence_type.map(Into::into)
    }

    /// Whether `correspondenceType` goes before the preference of a contact.
    async fn ignore_contact_correspondence_type(&self) -> bool {
        self.0.ignore_contact_correspondence_type
    }

    /// The language of its interactions. Null: as the template says.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// The subject of its interactions, where it has no text with a subject in the language of the line;
    /// at most 250 characters.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// What one interaction costs, in the local currency. Null: as the template says.
    async fn unit_cost(&self) -> Option<Decimal> {
        self.0.unit_cost.map(amount::from_stored).map(Decimal)
    }

    /// How many minutes one interaction takes. Null: as the template says.
    async fn unit_duration_min(&self) -> Option<i32> {
        self.0.unit_duration_min
    }

    /// Which way its interactions go. Null: as the template says.
    async fn information_flow(&self) -> Option<InformationFlow> {
        self.0.information_flow.map(Into::into)
    }

    /// Who begins its interactions. Null: as the template says.
    async fn initiated_by(&self) -> Option<InitiatedBy> {
        self.0.initiated_by.map(Into::into)
    }

    /// How many contacts are in it; exact.
    async fn contacts_count(&self) -> i32 {
        self.0.contacts_count
    }

    /// What its interactions cost together, in the local currency: exact, as of now.
    async fn cost(&self, ctx: &Context<'_>) -> Result<Decimal> {
        let context = ctx.data::<domain::Context>()?;
        let cost = Box::pin(segment::cost(context, &self.0)).await?;
        Ok(Decimal(amount::from_stored(cost)))
    }

    /// How many minutes its interactions take together: exact, as of now.
    async fn duration_min(&self, ctx: &Context<'_>) -> Result<i32> {
        let context = ctx.data::<domain::Context>()?;
        minutes(Box::pin(segment::duration_min(context, &self.0)).await?)
    }

    /// Its contacts, each with what holds for its interaction.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the lines of contacts that match.")] filter: Option<ContactCriteria>,
        #[graphql(desc = "Only the lines that have one of these values of their own.")]
        overriding: Option<Vec<SegmentLineField>>,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<SegmentLineOrder>,
        #[graphql(desc = "As they were after the step with this number, undone or not; 0 is \
            before the first. As they are, if it is left out.")]
        as_of_step: Option<i32>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<SegmentLines> {
        let context = ctx.data::<domain::Context>()?;
        let args = Slice { first, after, last, before }.args()?;
        let parsed = match &filter {
            Some(filter) => Some(filter.parsed(context, &["filter"]).await?),
            None => None,
        };
        let order = line_order(&context.viewer, order_by)?;
        let overriding = overriding.map(|fields| columns(&fields));
        let query = LineQuery { filter: parsed, overriding, order, as_of_step };
        let lines = Box::pin(segment::lines(context, &self.0, &query, &args)).await;
        let lines = lines.map_err(|err| match &filter {
            Some(filter) => filter.placed(err, &["filter"]),
            None => err,
        })?;
        let segment_id = self.0.id;
        Ok(connection(lines.page, LineTotal { total_count: lines.total }, |line| SegmentLine {
            segment_id,
            as_of_step,
            line,
        }))
    }

    /// What it says in each language, instead of its template, in the order of the languages: first, if
    /// there is one, the text for whoever has none in a language of their own.
    async fn texts(&self, ctx: &Context<'_>) -> Result<Vec<SegmentText>> {
        let texts = ctx.data::<Loaders>()?.segment_texts.load_one(self.0.id).await?;
        Ok(texts.unwrap_or_default().into_iter().map(SegmentText).collect())
    }

    /// Which values lines have of their own, and how many of them do; what no line has is left out.
    async fn overrides(&self, ctx: &Context<'_>) -> Result<Vec<SegmentOverride>> {
        Box::pin(self.overridden(ctx)).await
    }

    /// Who of its contacts can be reached by what its lines say: exact, as of now.
    async fn reachability(&self, ctx: &Context<'_>) -> Result<SegmentReachability> {
        Box::pin(self.reach(ctx)).await
    }

    /// The steps that made it what it is, the first one first; all of them, or `first` or `last`.
    async fn criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 1,000; all unless it is said.")]
        first: Option<i32>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
    ) -> Result<Vec<Criterion>> {
        Criterion::all(ctx, (self.0.id, false), first, last).await
    }

    /// The steps that were taken back and can be done again, the next one first; all of them, or
    /// `first` or `last`. A new step drops them.
    async fn undone_criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 1,000; all unless it is said.")]
        first: Option<i32>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
    ) -> Result<Vec<Criterion>> {
        Criterion::all(ctx, (self.0.id, true), first, last).await
    }

    /// Its logging; null if it was not logged, or its logging has been deleted.
    async fn logged_segment(&self, ctx: &Context<'_>) -> Option<Result<LoggedSegment>> {
        LoggedSegment::of_segment(ctx, self.0.id).await.transpose()
    }

    /// The interactions that its lines became, whatever became of its logging.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::Segment(self.0.id), filter, order_by, slice).await
    }

    /// The opportunities that were created for it, with whoever is or was in it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<OpportunityFilter>,
        #[graphql(desc = "Those created last first unless it is said.")] order_by: Option<
            OpportunityOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<OpportunityConnection> {
        let slice = Slice { first, after, last, before };
        opportunities_of(ctx, Planned::Segment(self.0.id), filter, order_by, slice).await
    }

    /// What the opportunities add up to that were created for it.
    async fn opportunity_statistics(&self, ctx: &Context<'_>) -> Result<OpportunityStatistics> {
        opportunity_statistics(ctx, Planned::Segment(self.0.id)).await
    }

    /// The tasks that were created for it, with whoever is or was in it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TaskFilter>,
        #[graphql(desc = "Those to be done first first unless it is said.")] order_by: Option<
            TaskOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<TaskConnection> {
        let slice = Slice { first, after, last, before };
        tasks_of(ctx, Planned::Segment(self.0.id), filter, order_by, slice).await
    }

    /// Who created it, where that is known.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it changed last: its header or its contacts.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Grows with every change. Send it back as `expectedRevision`, so as not to overwrite what
    /// somebody else did meanwhile.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

async fn code(ctx: &Context<'_>, kind: CodeKind, code: Option<&str>) -> Result<Option<Code>> {
    let Some(code) = code else { return Ok(None) };
    let key = (kind, code.to_owned());
    Ok(ctx.data::<Loaders>()?.code.load_one(key).await?.map(Code))
}

/// Loads a segment; null if there is none.
pub(super) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Segment>> {
    Ok(ctx.data::<Loaders>()?.segment.segment.load_one(id).await?.map(Segment))
}

#[derive(Default, MergedObject)]
pub(super) struct SegmentQuery(
    query::FindSegment,
    criteria::PreviewQuery,
    saved::SavedCriteriaQuery,
    compare::CompareQuery,
);

#[derive(Default, MergedObject)]
pub(super) struct SegmentMutation(
    header::HeaderMutation,
    select::StepMutation,
    criteria::SelectionMutation,
    saved::SavedCriteriaMutation,
    reuse::ReuseMutation,
    update_lines::LineMutation,
    text::TextMutation,
    mailing::MailingGroupMutation,
    cover_sheets::CoverSheetMutation,
);
