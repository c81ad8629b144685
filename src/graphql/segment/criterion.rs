//! A step of a segment.

use async_graphql::{Context, Description, ID, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    super::{
        contact::ContactOrder,
        criteria::{shown, text_of},
        error::Result,
        estimate::bounded,
        kinds::Operation,
        loaders::Loaders,
        page::Slice,
        scalar::TimeZone,
    },
    Segment, load,
    sets::{Contacts, contacts_in},
};
use crate::{
    domain::{
        self,
        id::Kind,
        segment::{self, Cause, Options, Request},
    },
    entity,
};

/// A step: what was asked, when, by whom, and what it did. `before + added − removed = after`,
/// always.
#[derive(Clone, Description)]
pub(in crate::graphql) struct Criterion(pub(in crate::graphql) entity::criterion::Model);

#[Object(use_type_description)]
impl Criterion {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::Criterion.id(self.0.id))
    }

    /// The segment it is a step of.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        load(ctx, self.0.segment_id).await.transpose()
    }

    /// Its number in the segment: 1 for the first step.
    async fn no(&self) -> i32 {
        self.0.no
    }

    /// What it did.
    async fn operation(&self) -> Operation {
        self.0.operation.into()
    }

    /// How it treated companies and exclusion.
    async fn options(&self) -> Result<StepOptions> {
        Ok(segment::options_of(&self.0)?.into())
    }

    /// Which contacts it was about, in the form of the input `ContactCriteria`; null where the step
    /// needs none, and without the scope `personal` where it asks about personal data.
    async fn criteria(&self, ctx: &Context<'_>) -> Result<Option<Json<serde_json::Value>>> {
        let criteria = shown(ctx, segment::criteria_of(&self.0)?)?;
        Ok(criteria.map(|criteria| Json(criteria.to_json())))
    }

    /// The criteria as text for people; null where they are.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match shown(ctx, segment::criteria_of(&self.0)?)? {
            Some(criteria) => text_of(ctx, &criteria).await.map(Some),
            None => Ok(None),
        }
    }

    /// The instant at which relative dates were resolved.
    async fn as_of(&self) -> DateTime<Utc> {
        self.0.as_of
    }

    /// The time zone in which days began and ended.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<TimeZone> {
        let context = ctx.data::<domain::Context>()?;
        Ok(TimeZone(self.0.time_zone.parse().unwrap_or_else(|_| context.zone.get())))
    }

    /// Who asked for it, where that is known.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// How many contacts the segment had before.
    async fn before(&self) -> i32 {
        self.0.before
    }

    /// How many contacts the segment had after.
    async fn after(&self) -> i32 {
        self.0.after
    }

    /// How many contacts came in.
    async fn added(&self) -> i32 {
        self.0.added
    }

    /// How many contacts went out.
    async fn removed(&self) -> i32 {
        self.0.removed
    }

    /// How many contacts were selected and in the segment already.
    async fn already_member(&self) -> i32 {
        self.0.already_member
    }

    /// How many contacts were left out because they are excluded from segments.
    async fn skipped_excluded(&self) -> i32 {
        self.0.skipped_excluded
    }

    /// How many contacts were left out because they may not be contacted.
    async fn skipped_privacy_blocked(&self) -> i32 {
        self.0.skipped_privacy_blocked
    }

    /// The contacts that came in, without those who have been deleted since.
    async fn added_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Contacts> {
        let context = ctx.data::<domain::Context>()?;
        let delta = segment::added_and_removed(context, self.0.id).await?;
        let slice = Slice { first, after, last, before };
        contacts_in(ctx, &delta.added, order_by, slice).await
    }

    /// The contacts that went out, without those who have been deleted since.
    async fn removed_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Contacts> {
        let context = ctx.data::<domain::Context>()?;
        let delta = segment::added_and_removed(context, self.0.id).await?;
        let slice = Slice { first, after, last, before };
        contacts_in(ctx, &delta.removed, order_by, slice).await
    }
}

impl Criterion {
    /// The step with this key, in a batch with others.
    pub(in crate::graphql) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.segment.step.load_one(id).await?.map(Self))
    }

    /// The steps of a segment that are in effect, or those that were taken back; `first` or `last` of
    /// them, if it is said.
    pub(super) async fn all(
        ctx: &Context<'_>,
        (segment_id, undone): (i64, bool),
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<Vec<Self>> {
        let steps = ctx.data::<Loaders>()?.segment.steps.load_one((segment_id, undone)).await?;
        let mut steps = steps.unwrap_or_default();
        if first.or(last).is_some() {
            let slice = Slice { first, last, ..Slice::default() };
            slice.args::<()>()?.take.of(&mut steps);
        }
        bounded(ctx, steps.into_iter().map(Self).collect())
    }
}

/// The options of a step.
#[derive(SimpleObject)]
pub(in crate::graphql) struct StepOptions {
    /// Each match that has a company stood for all contacts of the company.
    expand_companies: bool,
    /// The companies of the people that came in came in, too.
    include_companies: bool,
    /// Contacts that are excluded from segments were selected all the same.
    ignore_exclusion: bool,
    /// One match was enough to remove, or to keep, all contacts of its company.
    entire_companies: bool,
    /// Why we recorded the step though nobody asked for it; null if somebody did.
    cause: Option<StepCause>,
}

/// What made us record a step that nobody asked for.
#[derive(Copy, Clone, PartialEq, Eq, async_graphql::Enum)]
#[graphql(remote = "Cause")]
pub(in crate::graphql) enum StepCause {
    /// A contact was deleted, and left the segment.
    ContactDeleted,
}

impl From<Options> for StepOptions {
    fn from(options: Options) -> Self {
        Self {
            expand_companies: options.expand_companies,
            include_companies: options.include_companies,
            ignore_exclusion: options.ignore_exclusion,
            entire_companies: options.entire_companies,
            cause: options.cause.map(Into::into),
        }
    }
}

/// A step that is saved.
#[derive(Description)]
pub(in crate::graphql) struct SavedStep(pub(super) Request);

#[Object(use_type_description)]
impl SavedStep {
    /// What it does.
    async fn operation(&self) -> Operation {
        self.0.operation.into()
    }

    /// How it treats companies and exclusion.
    async fn options(&self) -> StepOptions {
        self.0.options.into()
    }

    /// Which contacts, in the form of the input `ContactCriteria`; null where it needs none, and
    /// without the scope `personal` where it asks about personal data.
    async fn criteria(&self, ctx: &Context<'_>) -> Result<Option<Json<serde_json::Value>>> {
        let criteria = shown(ctx, self.0.criteria.clone())?;
        Ok(criteria.map(|criteria| Json(criteria.to_json())))
    }

    /// The criteria as text for people; null where they are.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match shown(ctx, self.0.criteria.clone())? {
            Some(criteria) => text_of(ctx, &criteria).await.map(Some),
            None => Ok(None),
        }
    }
}
