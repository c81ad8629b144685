//! Comparing segments, and explaining them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::{
    super::{
        contact::{self, Contact},
        error::Result,
    },
    Criterion, Segment,
    criteria::{SelectionContext, moment},
    sets::ContactSet,
};
use crate::domain::{
    self,
    criteria::Verdict,
    id::Kind,
    segment::{self, Change, State},
};

/// A segment as it is, or as it was after a step.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentStateInput {
    /// Which segment.
    segment_id: ID,
    /// The number of the step, undone or not; 0 is before the first. Left out: as it is.
    step: Option<i32>,
}

impl SegmentStateInput {
    fn state(&self, path: &str) -> domain::Result<State> {
        let segment_id = Kind::Segment.key(&self.segment_id, &[path, "segmentId"])?;
        Ok(State { segment_id, step: self.step })
    }
}

/// What lies between two segments, or two steps of one.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentDiff {
    /// The contacts in the second only.
    added: ContactSet,
    /// The contacts in the first only.
    removed: ContactSet,
    /// The contacts in both.
    common: ContactSet,
}

/// How many contacts segments have in common; exact, as of now.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentOverlap {
    /// The segments, in the order of the ids.
    segments: Vec<Segment>,
    /// Each pair of them once.
    pairs: Vec<SegmentPair>,
    /// How many contacts are in any of them.
    union_count: u64,
    /// How many contacts are in all of them.
    intersection_count: u64,
}

/// What two segments have in common.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentPair {
    /// The id of the first.
    first_id: ID,
    /// The id of the second.
    second_id: ID,
    /// How many contacts are in both.
    common_count: u64,
}

/// Why a contact is in a segment, or is not.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentExplanation {
    /// The contact.
    contact: Option<Contact>,
    /// Whether the contact is in the segment now.
    is_member: bool,
    /// Whether selections leave the contact out, unless they ignore exclusion.
    excluded: bool,
    /// Whether the contact may not be contacted, and so is never selected.
    privacy_blocked: bool,
    /// What each step in effect did to the contact, the first one first; the latest 200.
    steps: Vec<StepExplanation>,
}

/// What a step did to a contact.
#[derive(SimpleObject)]
pub(in crate::graphql) struct StepExplanation {
    /// The step.
    criterion: Criterion,
    /// What it did.
    change: StepChange,
    /// What its criteria say of the contact now, condition by condition, the whole first. Null if
    /// the step has none, or they name what has been deleted since.
    verdicts: Option<Vec<ConditionVerdict>>,
}

/// What a step did to a contact.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "Change")]
pub(in crate::graphql) enum StepChange {
    /// It took the contact in.
    Added,
    /// It took the contact out.
    Removed,
    /// The contact was in before and after.
    Kept,
    /// The contact was out before and after.
    LeftOut,
}

/// What a condition says of a contact.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ConditionVerdict {
    /// Where the condition is in the criteria; empty for the whole.
    path: Vec<String>,
    /// The condition as text for people.
    text: String,
    /// Whether it holds for the contact.
    holds: bool,
}

/// A verdict and those below it, each before its parts.
fn flat(verdict: Verdict, into: &mut Vec<ConditionVerdict>) {
    into.push(ConditionVerdict { path: verdict.path, text: verdict.text, holds: verdict.holds });
    for part in verdict.conditions {
        flat(part, into);
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CompareQuery;

#[Object]
impl CompareQuery {
    /// What changes from one segment to another, or from one step of a segment to another.
    async fn segment_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first.")] from: SegmentStateInput,
        #[graphql(desc = "The second.")] to: SegmentStateInput,
    ) -> Result<SegmentDiff> {
        let context = ctx.data::<domain::Context>()?;
        let diff = segment::diff(context, from.state("from")?, to.state("to")?).await?;
        Ok(SegmentDiff {
            added: ContactSet::new(diff.added),
            removed: ContactSet::new(diff.removed),
            common: ContactSet::new(diff.common),
        })
    }

    /// How many contacts segments have in common, each with each.
    async fn segment_overlap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segments, each once; at most 50.")] segment_ids: Vec<ID>,
    ) -> Result<SegmentOverlap> {
        let context = ctx.data::<domain::Context>()?;
        let keys = segment_ids
            .iter()
            .enumerate()
            .map(|(index, id)| Kind::Segment.key(id, &["segmentIds", &index.to_string()]));
        let keys = keys.collect::<domain::Result<Vec<i64>>>()?;
        let overlap = segment::overlap(context, &keys).await?;
        let id = |place: usize| ID(Kind::Segment.id(overlap.segments[place].id));
        let pairs = overlap.pairs.iter().map(|(first, second, common)| SegmentPair {
            first_id: id(*first),
            second_id: id(*second),
            common_count: *common,
        });
        Ok(SegmentOverlap {
            pairs: pairs.collect(),
            union_count: overlap.union,
            intersection_count: overlap.intersection,
            segments: overlap.segments.into_iter().map(Segment::from).collect(),
        })
    }

    /// Why a contact is in a segment, or is not: what each step did to them, and what its criteria
    /// say of them now.
    async fn segment_explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segment.")] segment_id: ID,
        #[graphql(desc = "Which contact.")] contact_id: ID,
        #[graphql(
            desc = "When and where to resolve relative dates; now and here unless it is said."
        )]
        at: Option<SelectionContext>,
    ) -> Result<SegmentExplanation> {
        let context = ctx.data::<domain::Context>()?;
        let segment_id = Kind::Segment.key(&segment_id, &["segmentId"])?;
        let contact_id = contact::key(&contact_id, &["contactId"])?;
        let moment = moment(context, at.as_ref());
        let explained = segment::explain(context, segment_id, contact_id, moment).await?;
        let steps = explained.steps.into_iter().map(|step| StepExplanation {
            criterion: Criterion(step.criterion),
            change: step.change.into(),
            verdicts: step.verdict.map(|verdict| {
                let mut verdicts = Vec::new();
                flat(verdict, &mut verdicts);
                verdicts
            }),
        });
        Ok(SegmentExplanation {
            contact: contact::load(ctx, contact_id).await?,
            is_member: explained.is_member,
            excluded: explained.excluded,
            privacy_blocked: explained.privacy_blocked,
            steps: steps.collect(),
        })
    }
}
