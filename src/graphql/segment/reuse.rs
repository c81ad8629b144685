//! Doing what was done before: replaying saved criteria, and adding the contacts of a logged segment.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::{
    super::error::{Result, UserError, outcome},
    Criterion, Segment,
    criteria::{SelectionContext, moment},
    saved::key,
    select::{SegmentTarget, SelectionEffect, SelectionPayload, payload},
    sets::SelectionSample,
};
use crate::domain::{
    self,
    id::Kind,
    segment::{self, OnExisting, Request},
};

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
    #[graphql(default_with = "Some(OnExistingContacts::Append)")]
    on_existing: Option<OnExistingContacts>,
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
pub(in crate::graphql) struct ReuseMutation;

#[Object]
impl ReuseMutation {
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
            let on_existing = input.on_existing.unwrap_or(OnExistingContacts::Append).into();
            segment::reuse(context, target, saved, on_existing, moment).await
        };
        let (reused, user_errors) = outcome(reused.await)?;
        let (selected, criteria) = reused.map(|it| (it.selected, it.criteria)).unzip();
        let criteria = criteria.unwrap_or_default();
        let (segment, rest) = selected.map(|it| (it.segment, (it.effect, it.delta))).unzip();
        let (effect, delta) = rest.unzip();
        Ok(SegmentReuseCriteriaPayload {
            segment: segment.map(Segment::from),
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
