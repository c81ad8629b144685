//! Saved criteria: steps under a name, and their reuse.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use chrono::{DateTime, Utc};

use super::{
    super::{
        error::{Result, UserError, outcome},
        kinds::Operation,
        loaders::Loaders,
    },
    Criterion, Segment,
    criteria::{SelectionContext, moment},
    criterion::StepOptions,
    select::{SegmentTarget, SelectionEffect, SelectionPayload, payload},
    sets::SelectionSample,
};
use crate::{
    domain::{
        self,
        id::Kind,
        segment::{self, OnExisting, Request, saved},
    },
    entity::saved_criteria,
};

/// The steps of a segment under a name, to be replayed on other segments.
#[derive(Clone, Description)]
pub(in crate::graphql) struct SavedCriteria(pub(in crate::graphql) saved_criteria::Model);

#[Object(use_type_description)]
impl SavedCriteria {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::SavedCriteria.id(self.0.id))
    }

    /// The name; unique, at most 250 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What they are good for; at most 250 characters.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The steps, in their order.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn steps(&self) -> Result<Vec<SavedStep>> {
        Ok(saved::steps_of(&self.0)?.into_iter().map(SavedStep::from).collect())
    }

    /// Who saved them, where that is known.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When they were saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When they were renamed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A step that is saved.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SavedStep {
    /// What it does.
    operation: Operation,
    /// How it treats companies and exclusion.
    options: StepOptions,
    /// Which contacts, in the form of the input `ContactCriteria`; null where it needs none.
    criteria: Option<async_graphql::Json<serde_json::Value>>,
    /// The criteria as text for people.
    text: Option<String>,
}

impl From<Request> for SavedStep {
    fn from(step: Request) -> Self {
        Self {
            operation: step.operation.into(),
            options: step.options.into(),
            text: step.criteria.as_ref().map(|criteria| criteria.text()),
            criteria: step.criteria.map(|criteria| async_graphql::Json(criteria.to_json())),
        }
    }
}

#[derive(Default)]
pub(in crate::graphql) struct SavedCriteriaQuery;

#[Object]
impl SavedCriteriaQuery {
    /// The saved criteria with this id; null if there are none.
    async fn saved_criterion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their global id.")] id: ID,
    ) -> Option<Result<SavedCriteria>> {
        let found = async {
            let key = Kind::SavedCriteria.key(&id, &["id"])?;
            load(ctx, key).await
        };
        found.await.transpose()
    }

    /// All saved criteria, by name.
    #[graphql(complexity = "5 + 20 * child_complexity")]
    async fn saved_criteria(&self, ctx: &Context<'_>) -> Result<Vec<SavedCriteria>> {
        let context = ctx.data::<domain::Context>()?;
        Ok(saved::all(context).await?.into_iter().map(SavedCriteria).collect())
    }
}

/// The saved criteria with this key, in a batch with others.
pub(in crate::graphql) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<SavedCriteria>> {
    Ok(ctx.data::<Loaders>()?.segment.saved.load_one(id).await?.map(SavedCriteria))
}

/// Which steps to save, and under which name.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentSaveCriteriaInput {
    /// Whose steps; those that were taken back are not saved.
    segment_id: ID,
    /// The name; unique, at most 250 characters.
    name: String,
    /// What they are good for; at most 250 characters.
    description: Option<String>,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
}

/// What to change in saved criteria. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct SavedCriteriaUpdateInput {
    /// Which saved criteria.
    saved_criteria_id: ID,
    /// The new name; unique, at most 250 characters.
    name: Option<String>,
    /// What they are good for; at most 250 characters.
    description: MaybeUndefined<String>,
}

/// Which saved criteria to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct SavedCriteriaDeleteInput {
    /// Which saved criteria.
    saved_criteria_id: ID,
}

/// Saved criteria after a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SavedCriteriaPayload {
    /// The saved criteria; null if there are user errors.
    saved_criteria: Option<SavedCriteria>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting saved criteria.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SavedCriteriaDeletePayload {
    /// The id of the saved criteria that are gone; null if there are user errors.
    deleted_saved_criteria_id: Option<ID>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What to do with the contacts that a segment has already.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(name = "OnExisting", remote = "OnExisting")]
pub(in crate::graphql) enum OnExistingContacts {
    /// Go on from them.
    Append,
    /// Remove them first, as a step of its own.
    Replace,
}

/// Which saved criteria to replay, and where.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentReuseCriteriaInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which saved criteria.
    saved_criteria_id: ID,
    /// What to do with the contacts that the segment has already.
    #[graphql(default_with = "OnExistingContacts::Append")]
    on_existing: OnExistingContacts,
    /// When and where to resolve relative dates; now and here unless it is said.
    context: Option<SelectionContext>,
}

/// What came of replaying saved criteria.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentReuseCriteriaPayload {
    /// The segment; null if there are user errors.
    segment: Option<Segment>,
    /// The steps that were recorded; none after a dry run.
    criteria: Vec<Criterion>,
    /// What all of them did together. Null if there are user errors.
    effect: Option<SelectionEffect>,
    /// The first of those that came in and went out. Null if there are user errors.
    sample: Option<SelectionSample>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// Which logged segment's contacts to add.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentReuseLoggedInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which logged segment; contacts whose interaction was canceled are left out.
    logged_segment_id: ID,
}

#[derive(Default)]
pub(in crate::graphql) struct SavedCriteriaMutation;

#[Object]
impl SavedCriteriaMutation {
    /// Saves the steps of a segment under a name.
    async fn segment_save_criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which steps to save, and under which name.")]
        input: SegmentSaveCriteriaInput,
    ) -> Result<SavedCriteriaPayload> {
        let context = ctx.data::<domain::Context>()?;
        let saved = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            let description = input.description.as_deref();
            saved::save(context, id, input.expected_revision, &input.name, description).await
        };
        let (saved, user_errors) = outcome(saved.await)?;
        Ok(SavedCriteriaPayload { saved_criteria: saved.map(SavedCriteria), user_errors })
    }

    /// Changes the name or the description of saved criteria.
    async fn saved_criteria_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in saved criteria.")] input: SavedCriteriaUpdateInput,
    ) -> Result<SavedCriteriaPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async {
            let id = key(&input.saved_criteria_id)?;
            let description: Option<Option<String>> = input.description.into();
            let description = description.as_ref().map(Option::as_deref);
            saved::rename(context, id, input.name.as_deref(), description).await
        };
        let (updated, user_errors) = outcome(updated.await)?;
        Ok(SavedCriteriaPayload { saved_criteria: updated.map(SavedCriteria), user_errors })
    }

    /// Deletes saved criteria. Segments on which they were replayed keep their steps.
    async fn saved_criteria_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which saved criteria to delete.")] input: SavedCriteriaDeleteInput,
    ) -> Result<SavedCriteriaDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async { saved::delete(context, key(&input.saved_criteria_id)?).await };
        let (deleted, user_errors) = outcome(deleted.await)?;
        let deleted_saved_criteria_id = deleted.map(|id| ID(Kind::SavedCriteria.id(id)));
        Ok(SavedCriteriaDeletePayload { deleted_saved_criteria_id, user_errors })
    }

    /// Replays saved criteria on a segment: every step with every option, evaluated as of now. All
    /// of them or none.
    async fn segment_reuse_criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which saved criteria to replay, and where.")]
        input: SegmentReuseCriteriaInput,
    ) -> Result<SegmentReuseCriteriaPayload> {
        let context = ctx.data::<domain::Context>()?;
        let reused = async {
            let target = input.target.checked()?;
            let saved = key(&input.saved_criteria_id)?;
            let moment = moment(context, input.context.as_ref());
            segment::reuse(context, target, saved, input.on_existing.into(), moment).await
        };
        let (reused, user_errors) = outcome(reused.await)?;
        let (selected, criteria) = reused.map(|it| (it.selected, it.criteria)).unzip();
        let criteria = criteria.unwrap_or_default();
        let (segment, rest) = selected.map(|it| (it.segment, (it.effect, it.delta))).unzip();
        let (effect, delta) = rest.unzip();
        Ok(SegmentReuseCriteriaPayload {
            segment: segment.map(Segment),
            criteria: criteria.into_iter().map(Criterion).collect(),
            effect: effect.map(Into::into),
            sample: delta.map(SelectionSample),
            user_errors,
        })
    }

    /// Adds the contacts of a logged segment whose interactions were not canceled.
    async fn segment_reuse_logged(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which logged segment's contacts to add.")] input: SegmentReuseLoggedInput,
    ) -> Result<SelectionPayload> {
        let context = ctx.data::<domain::Context>()?;
        let reused = async {
            let target = input.target.checked()?;
            let logged = Kind::LoggedSegment.key(&input.logged_segment_id, &["loggedSegmentId"])?;
            let request = Request::logged(context, logged).await?;
            segment::select(context, target, &request, context.moment(), false).await
        };
        payload(reused.await)
    }
}

fn key(id: &ID) -> domain::Result<i64> {
    Kind::SavedCriteria.key(id, &["savedCriteriaId"])
}
