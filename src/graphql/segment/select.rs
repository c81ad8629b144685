//! The mutations that change who is in a segment.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{
    super::error::{Result, UserError, outcome},
    Criterion, Segment,
    sets::SelectionSample,
};
use crate::{
    domain::{
        self,
        criteria::Stage,
        id::Kind,
        segment::{self, Effect, Request, Selected, Target},
    },
    entity::kinds::Operation,
};

/// What came of a selection, or would come of it.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SelectionPayload {
    /// The segment; after a dry run, as it is. Null if there are user errors.
    segment: Option<Segment>,
    /// The step that was recorded; null after a dry run. Of going back and forward: the last step
    /// in effect now; null if there is none.
    criterion: Option<Criterion>,
    /// What it did to the segment. Null if there are user errors.
    effect: Option<SelectionEffect>,
    /// How many contacts are left after each condition, if the step has criteria.
    funnel: Option<Vec<SelectionFunnelStep>>,
    /// The first of those that came in and went out. Null if there are user errors.
    sample: Option<SelectionSample>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What a selection does to a segment: `before + added − removed = after`.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SelectionEffect {
    /// How many contacts the segment had before.
    before: u64,
    /// How many contacts the segment has after.
    after: u64,
    /// How many contacts came in.
    added: u64,
    /// How many contacts went out.
    removed: u64,
    /// How many contacts were selected and in the segment already.
    already_member: u64,
    /// How many contacts were left out because they are excluded from segments.
    skipped_excluded: u64,
    /// How many contacts were left out because they may not be contacted: they asked for it, or
    /// they are minors without the consent of their parents.
    skipped_privacy_blocked: u64,
}

impl From<Effect> for SelectionEffect {
    fn from(effect: Effect) -> Self {
        Self {
            before: effect.before,
            after: effect.after,
            added: effect.added,
            removed: effect.removed,
            already_member: effect.skipped.already_member,
            skipped_excluded: effect.skipped.excluded,
            skipped_privacy_blocked: effect.skipped.privacy_blocked,
        }
    }
}

/// One condition of criteria, and how many contacts are left with it and all before it.
#[derive(SimpleObject)]
#[graphql(name = "FunnelStep")]
pub(in crate::graphql) struct SelectionFunnelStep {
    /// Where the condition is: `["input", "criteria", "all", "1"]`.
    path: Vec<String>,
    /// The condition as text for people. An `all` stands for its conditions; an `any` or a `not` is
    /// one condition.
    text: String,
    /// How many contacts meet it and all conditions before it, whether or not they may be selected.
    matches: u64,
}

impl From<Stage> for SelectionFunnelStep {
    fn from(step: Stage) -> Self {
        let path = ["input".to_owned(), "criteria".to_owned()].into_iter().chain(step.path);
        Self { path: path.collect(), text: step.text, matches: step.matches }
    }
}

pub(super) fn payload(selected: domain::Result<Selected>) -> Result<SelectionPayload> {
    let (selected, user_errors) = outcome(selected)?;
    let Some(selected) = selected else {
        return Ok(SelectionPayload {
            segment: None,
            criterion: None,
            effect: None,
            funnel: None,
            sample: None,
            user_errors,
        });
    };
    Ok(SelectionPayload {
        segment: Some(Segment::from(selected.segment)),
        criterion: selected.criterion.map(Criterion),
        effect: Some(selected.effect.into()),
        funnel: selected.funnel.map(|steps| steps.into_iter().map(Into::into).collect()),
        sample: Some(SelectionSample(selected.delta)),
        user_errors,
    })
}

/// Which segment to change, and whether in earnest: a part of the inputs that select.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentTarget {
    /// Which segment; it has to be open.
    segment_id: ID,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
    /// Find out what would happen, and change nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

impl SegmentTarget {
    pub(super) fn checked(&self) -> domain::Result<Target> {
        let segment_id = Kind::Segment.key(&self.segment_id, &["segmentId"])?;
        let dry_run = self.dry_run.unwrap_or(false);
        Ok(Target { segment_id, expected_revision: self.expected_revision, dry_run })
    }
}

/// Which contacts to add by hand.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentAddLinesInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which contacts: 1 to 10,000.
    contact_ids: Vec<ID>,
}

/// Which contacts to remove by hand.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentRemoveLinesInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which contacts: 1 to 10,000.
    contact_ids: Vec<ID>,
}

/// Which segment to empty.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentClearInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Forget all steps, too, instead of recording one more. This can't be taken back.
    #[graphql(default_with = "Some(false)")]
    reset_criteria: Option<bool>,
}

/// How many steps to take back.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentGoBackInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// How many steps: 1 to 10,000, and no more than there are.
    #[graphql(default_with = "Some(1)")]
    steps: Option<i32>,
}

/// How many steps to do again.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentGoForwardInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// How many steps: 1 to 10,000, and no more than there are.
    #[graphql(default_with = "Some(1)")]
    steps: Option<i32>,
}

#[derive(Default)]
pub(in crate::graphql) struct StepMutation;

#[Object]
impl StepMutation {
    /// Adds contacts by hand, also such as are excluded from segments; never those who may not be
    /// contacted.
    async fn segment_add_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to add by hand.")] input: SegmentAddLinesInput,
    ) -> Result<SelectionPayload> {
        pick(ctx, Operation::AddContacts, &input.target, input.contact_ids).await
    }

    /// Removes contacts by hand. What was set on their lines comes back with them.
    async fn segment_remove_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to remove by hand.")] input: SegmentRemoveLinesInput,
    ) -> Result<SelectionPayload> {
        pick(ctx, Operation::RemoveContacts, &input.target, input.contact_ids).await
    }

    /// Removes all contacts.
    async fn segment_clear(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segment to empty.")] input: SegmentClearInput,
    ) -> Result<SelectionPayload> {
        let context = ctx.data::<domain::Context>()?;
        let cleared = async {
            let target = input.target.checked()?;
            if input.reset_criteria == Some(true) {
                return segment::reset(context, target).await;
            }
            segment::select(context, target, &Request::clear(), context.moment(), false).await
        };
        payload(cleared.await)
    }

    /// Takes back the last steps, exactly. They can be done again until a new step is recorded.
    /// Contacts who have been deleted do not come back.
    async fn segment_go_back(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many steps to take back.")] input: SegmentGoBackInput,
    ) -> Result<SelectionPayload> {
        let context = ctx.data::<domain::Context>()?;
        let gone = async {
            let target = input.target.checked()?;
            segment::go_back(context, target, input.steps.unwrap_or(1)).await
        };
        payload(gone.await)
    }

    /// Does steps again that were taken back, with the contacts they had then.
    async fn segment_go_forward(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many steps to do again.")] input: SegmentGoForwardInput,
    ) -> Result<SelectionPayload> {
        let context = ctx.data::<domain::Context>()?;
        let gone = async {
            let target = input.target.checked()?;
            segment::go_forward(context, target, input.steps.unwrap_or(1)).await
        };
        payload(gone.await)
    }
}

async fn pick(
    ctx: &Context<'_>,
    operation: Operation,
    target: &SegmentTarget,
    contact_ids: Vec<ID>,
) -> Result<SelectionPayload> {
    let context = ctx.data::<domain::Context>()?;
    let with_funnel = ctx.look_ahead().field("funnel").exists();
    let picked = async {
        let target = target.checked()?;
        let ids: Vec<String> = contact_ids.into_iter().map(|id| id.0).collect();
        let request = Request::picked(context, operation, &ids).await?;
        segment::select(context, target, &request, context.moment(), with_funnel).await
    };
    payload(picked.await)
}
