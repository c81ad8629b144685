//! The segment that follows a logged one up (LOG-11, D18).

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};

use crate::{
    db,
    domain::{
        Context, Result,
        criteria::{Criteria, Leaf, LoggedIn, SegmentTest},
        segment::{
            Options, SegmentChange,
            choose::{excluded, privacy_blocked},
            insert,
            step::{self, NewStep, Skipped},
        },
    },
    entity::{interaction, kinds::Operation, logged_segment, segment},
};

/// A follow-up segment, and who did not get into it.
#[derive(Clone, Debug)]
pub struct FollowUp {
    pub segment: segment::Model,
    pub skipped_excluded: u64,
    pub skipped_privacy_blocked: u64,
}

/// Makes a segment of the contacts with an interaction of the logged segment that is not canceled.
/// The campaign that lines have without one of their own is all that it takes over.
///
/// # Errors
/// What the database says.
pub(super) async fn create(
    context: &Context,
    txn: &DatabaseTransaction,
    of: &segment::Model,
    campaign_id: Option<i64>,
    logged: &logged_segment::Model,
) -> Result<FollowUp> {
    let change = SegmentChange {
        description: Some(Some(format!("Follow-up on segment {}", of.no))),
        campaign_id: Some(campaign_id),
        ..SegmentChange::default()
    };
    let segment = insert(txn, context, None, change).await?;
    let locked = step::lock(context, txn, segment.id).await?;
    let met = contacts(txn, logged.id).await?;
    let blocked = db::keys(txn, privacy_blocked()).await?;
    let excluded = db::keys(txn, excluded()).await? - &blocked;
    let skipped = Skipped {
        already_member: 0,
        excluded: met.intersection_len(&excluded),
        privacy_blocked: met.intersection_len(&blocked),
    };
    let step = NewStep {
        criteria: Some(Criteria::Leaf(Leaf::Segment(SegmentTest::Logged(
            LoggedIn::LoggedSegment(logged.id),
        )))),
        skipped,
        ..NewStep::now(context, Operation::AddLogged, Options::default())
    };
    let after = met - excluded - blocked;
    let (locked, _) = step::record(txn, context, locked, step, after).await?;
    Ok(FollowUp {
        segment: locked.segment,
        skipped_excluded: skipped.excluded,
        skipped_privacy_blocked: skipped.privacy_blocked,
    })
}

async fn contacts(txn: &DatabaseTransaction, logged_segment_id: i64) -> Result<RoaringBitmap> {
    let query = interaction::Entity::find()
        .filter(interaction::Column::LoggedSegmentId.eq(logged_segment_id))
        .filter(interaction::Column::Canceled.eq(false))
        .select_only()
        .column_as(interaction::Column::ContactId, "id")
        .into_query();
    Ok(db::keys(txn, query).await?)
}
