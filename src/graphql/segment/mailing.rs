//! Making the contacts of a segment the members of a mailing group.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{
    super::error::{Result, UserError, outcome},
    Segment,
};
use crate::domain::{self, id::Kind, segment};

/// Which mailing group gets the contacts of which segment.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentApplyMailingGroupInput {
    /// Which segment; it may have been logged.
    segment_id: ID,
    /// The code of the mailing group.
    mailing_group: String,
    /// Take all contacts that are not in the segment out of the group.
    #[graphql(default_with = "Some(false)")]
    delete_old: Option<bool>,
    /// Find out what would happen, and change nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

/// What came of applying a mailing group.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentApplyMailingGroupPayload {
    /// The segment; null if there are user errors.
    segment: Option<Segment>,
    /// How many contacts became members of the group.
    added: Option<u64>,
    /// How many contacts of the segment were members before.
    already_member: Option<u64>,
    /// How many contacts are members no more.
    removed: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct MailingGroupMutation;

#[Object]
impl MailingGroupMutation {
    /// Makes every contact of a segment a member of a mailing group, but for those who have been erased.
    async fn segment_apply_mailing_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mailing group gets the contacts of which segment.")]
        input: SegmentApplyMailingGroupInput,
    ) -> Result<SegmentApplyMailingGroupPayload> {
        let context = ctx.data::<domain::Context>()?;
        let applied = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            let group = &input.mailing_group;
            let delete_old = input.delete_old.unwrap_or(false);
            let dry_run = input.dry_run.unwrap_or(false);
            segment::apply_mailing_group(context, id, group, delete_old, dry_run).await
        };
        let (applied, user_errors) = outcome(applied.await)?;
        Ok(SegmentApplyMailingGroupPayload {
            added: applied.as_ref().map(|it| it.added),
            already_member: applied.as_ref().map(|it| it.kept),
            removed: applied.as_ref().map(|it| it.removed),
            segment: applied.map(|it| Segment::from(it.segment)),
            user_errors,
        })
    }
}
