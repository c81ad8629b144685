//! Why a contact is in a segment, or is not: which steps took them in and out, and what each step's
//! criteria say of them now.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{criteria_of, existing, history::delta};
use crate::{
    domain::{
        Context, Error, Moment, Reason, Result,
        criteria::{self, Verdict},
        id::Kind,
    },
    entity::{contact, criterion},
};

/// How many of the latest steps are explained.
pub(super) const STEPS_MAX: u64 = 200;

/// What a step did to a contact.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    /// The contact was in before and after.
    Kept,
    /// The contact was out before and after.
    LeftOut,
}

/// A step, what it did to the contact, and what its criteria say of the contact now.
#[derive(Clone, Debug)]
pub struct ExplainedStep {
    pub criterion: criterion::Model,
    pub change: Change,
    /// Nothing if the step has no criteria, or they can't be answered any more.
    pub verdict: Option<Verdict>,
}

#[derive(Clone, Debug)]
pub struct Explanation {
    pub contact_id: i32,
    pub is_member: bool,
    /// Why a selection leaves the contact out, whatever its criteria.
    pub excluded: bool,
    pub privacy_blocked: bool,
    /// In the order of the steps; the latest, if there are more than 200.
    pub steps: Vec<ExplainedStep>,
}

/// Explains why a contact is in a segment, or is not.
///
/// # Errors
/// [`Reason::NotFound`] at `segmentId` or `contactId`.
pub async fn explain(
    context: &Context,
    segment_id: i64,
    contact_id: i32,
    moment: Moment,
) -> Result<Explanation> {
    let db = context.db.reader();
    let segment = existing(db, segment_id, &["segmentId"]).await?;
    let contact = contact::Entity::find_by_id(contact_id).one(db).await?.ok_or_else(|| {
        let message = format!("There is no contact {}.", Kind::Contact.id(contact_id.into()));
        Error::reject(Reason::NotFound, &["contactId"], message)
    })?;
    let is_member = context.members.load(db, &segment).await?.contains(contact_id.cast_unsigned());
    let mut steps = Vec::new();
    // From the present back, for the present is known.
    let mut is_in = is_member;
    for criterion in latest(db, segment_id).await? {
        let delta = delta(db, criterion.id).await?;
        let change = if delta.added.contains(contact_id.cast_unsigned()) {
            Change::Added
        } else if delta.removed.contains(contact_id.cast_unsigned()) {
            Change::Removed
        } else if is_in {
            Change::Kept
        } else {
            Change::LeftOut
        };
        is_in = matches!(change, Change::Removed | Change::Kept);
        let verdict = verdict(context, db, &criterion, contact_id, moment).await?;
        steps.push(ExplainedStep { criterion, change, verdict });
    }
    steps.reverse();
    Ok(Explanation {
        contact_id,
        is_member,
        excluded: contact.exclude_from_segment,
        privacy_blocked: contact.privacy_blocked || (contact.minor && !contact.parental_consent),
        steps,
    })
}

async fn latest(db: &impl ConnectionTrait, segment_id: i64) -> Result<Vec<criterion::Model>> {
    Ok(criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .filter(criterion::Column::Undone.eq(false))
        .order_by_desc(criterion::Column::No)
        .limit(STEPS_MAX)
        .all(db)
        .await?)
}

async fn verdict(
    context: &Context,
    db: &impl ConnectionTrait,
    criterion: &criterion::Model,
    contact_id: i32,
    moment: Moment,
) -> Result<Option<Verdict>> {
    let Some(criteria) = criteria_of(criterion)? else { return Ok(None) };
    match criteria::explain(context, db, &criteria, contact_id, moment).await {
        Ok(verdict) => Ok(Some(verdict)),
        // They name a segment that has been deleted since.
        Err(Error::Rejected(_)) => Ok(None),
        Err(err) => Err(err),
    }
}
