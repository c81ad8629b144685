//! Merging a duplicate into the contact that survives (MRG-1).

mod conflicts;
mod fields;

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};

use self::fields::fill;
use super::{
    address,
    change::{ContactChange, complete},
    company, find, leave,
};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Reason, Result, expect_revision,
        members::{self, MembersCache},
        planned,
        profile::{self, Key},
        segment::{
            self,
            step::{self, Locked},
        },
    },
    entity::{
        contact::{self, Model},
        contact_attribute, contact_code, contact_identifier,
        kinds::{ContactType, IdentifierKind},
        segment_line,
    },
};

pub use conflicts::{Conflict, ConflictKind};
pub use fields::MergeField;

/// Rows to write at once.
const ROWS_MAX: usize = 5_000;

/// Which contacts to merge.
#[derive(Clone, Debug)]
pub struct MergeContacts {
    pub survivor_id: i32,
    pub duplicate_id: i32,
    /// Of the survivor.
    pub expected_revision: Option<i32>,
    /// What the survivor takes of the duplicate, where both have it.
    pub take: Vec<MergeField>,
    /// What the survivor gets, whatever the two had.
    pub change: ContactChange,
    /// Whether nothing is to be written.
    pub dry_run: bool,
}

/// What came, or would come, of a merge.
#[derive(Clone, Debug)]
pub struct Merged {
    pub row: Model,
    /// What both had, and one is left of.
    pub conflicts: Vec<Conflict>,
    /// Of the duplicate, that the survivor gets.
    pub interactions: u64,
    /// Segments in which the survivor takes the duplicate's place, now or in an earlier step.
    pub segments: u64,
    /// Of a company: people who come to the survivor.
    pub people: u64,
}

/// Merges a duplicate into the survivor, which keeps its values where it has any, but for those it is
/// to take, and gets the duplicate's where it has none. Everything that referred to the duplicate refers to the survivor
/// afterwards; what both have, mailing groups for instance, the survivor has once. The duplicate's
/// numbers and external ids find the survivor.
///
/// # Errors
/// [`Reason::Forbidden`] if the viewer may not see personal data: what is left out of two, and what
/// they disagree about, tells it. [`Reason::NotFound`] or [`Reason::Invalid`] at `survivorId` or `duplicateId`; a conflict; what
/// is wrong with the values; [`Reason::LimitExceeded`] at `duplicateId` for more addresses than one may
/// have.
pub async fn merge(context: &Context, input: MergeContacts) -> Result<Merged> {
    context.viewer.require_personal(&[])?;
    if input.dry_run {
        // It is done and undone, so that what is told is what would come of it. The sets it makes on
        // the way are nobody's.
        let context = Context { members: MembersCache::default(), ..context.clone() };
        let work = async |txn: &DatabaseTransaction| write(txn, &context, &input).await;
        return db::rehearse(&context.db, work).await.map(|(merged, _)| merged);
    }
    let (merged, segments) =
        db::write(&context.db, &Table::ALL, async |txn| write(txn, context, &input).await).await?;
    for event in [
        Event::ContactChanged { id: merged.row.id, revision: merged.row.revision },
        Event::ContactDeleted { id: input.duplicate_id },
    ] {
        context.events.publish(&context.db, event).await;
    }
    for segment in &segments {
        step::announce_set(context, segment).await;
    }
    Ok(merged)
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    input: &MergeContacts,
) -> Result<(Merged, Vec<Locked>)> {
    members::begin_deletion(txn).await?;
    let (before, duplicate) = both(txn, input).await?;
    let conflicts = conflicts::between(txn, &before, &duplicate, &input.take).await?;
    let mut row = before.clone();
    fill(&mut row, &duplicate, &input.take);
    input.change.apply(&mut row);
    complete(txn, &mut row, &input.change).await?;
    row.revision += 1;
    row.updated_at = context.clock.now();

    let dying = RoaringBitmap::from_iter([duplicate.id.cast_unsigned()]);
    members::bury(txn, &dying).await?;
    let (from, heir) = (duplicate.id.cast_unsigned(), row.id.cast_unsigned());
    let segments = segment::rename(txn, context, from, heir).await?;
    let answered = hand_on(txn, &duplicate, &row).await?;
    let interactions = leave::hand_on_interactions(txn, &dying, row.id).await?;
    leave::hand_on_purchases(txn, &dying, row.id).await?;
    planned::hand_on(txn, context.clock.now(), &dying, row.id).await?;
    let mut people = 0;
    if row.r#type == ContactType::Company {
        leave::change_company_of_interactions(txn, duplicate.id, Some(row.id)).await?;
        planned::change_company(txn, context.clock.now(), duplicate.id, Some(row.id)).await?;
        people = company::dissolve(txn, context.clock.now(), duplicate.id, Some(&row)).await?;
    }
    leave::delete_rows(txn, &dying).await?;
    if let Some(external_id) =
        row.external_id.as_ref().filter(|it| Some(*it) != before.external_id.as_ref())
    {
        super::create::identify(txn, &row, IdentifierKind::ExternalId, external_id).await?;
    }
    let rows = std::slice::from_ref(&row);
    db::insert_rows::<contact::Entity>(txn, rows, OnConflict::Replace).await?;
    let heirs = RoaringBitmap::from_iter([heir]);
    profile::rate_again(txn, context.today(), &heirs, &answered).await?;
    if row.r#type == ContactType::Company {
        company::push(txn, context.clock.now(), &[(&before, &row)], &RoaringBitmap::new()).await?;
    }
    let segments_count = segments.len() as u64;
    Ok((Merged { row, conflicts, interactions, segments: segments_count, people }, segments))
}

/// Both contacts, locked in the order of their keys.
async fn both(txn: &DatabaseTransaction, input: &MergeContacts) -> Result<(Model, Model)> {
    if input.survivor_id == input.duplicate_id {
        let message = "A contact can't be merged with itself.";
        return Err(Error::reject(Reason::Invalid, &["duplicateId"], message));
    }
    let (survivor, duplicate) = if input.survivor_id < input.duplicate_id {
        let survivor = find::changeable(txn, input.survivor_id, &["survivorId"]).await?;
        (survivor, find::changeable(txn, input.duplicate_id, &["duplicateId"]).await?)
    } else {
        let duplicate = find::changeable(txn, input.duplicate_id, &["duplicateId"]).await?;
        (find::changeable(txn, input.survivor_id, &["survivorId"]).await?, duplicate)
    };
    expect_revision(input.expected_revision, survivor.revision)?;
    if survivor.r#type != duplicate.r#type {
        let message = "A company and a person can't be merged.";
        return Err(Error::reject(Reason::Invalid, &["duplicateId"], message));
    }
    Ok((survivor, duplicate))
}

/// Hands on what hangs on the duplicate; of what the survivor has itself, its own stays. Returns the
/// questions that it has other answers to now.
async fn hand_on(
    txn: &DatabaseTransaction,
    duplicate: &Model,
    survivor: &Model,
) -> Result<BTreeSet<Key>> {
    let to = survivor.id;
    macro_rules! hand_on {
        ($($table:ident),*) => {$(
            let of_duplicate = $table::Column::ContactId.eq(duplicate.id);
            let mut rows = $table::Entity::find().filter(of_duplicate).all(txn).await?;
            for row in &mut rows {
                row.contact_id = to;
            }
            for rows in rows.chunks(ROWS_MAX) {
                db::insert_rows::<$table::Entity>(txn, rows, OnConflict::Ignore).await?;
            }
        )*};
    }
    hand_on!(contact_code, contact_attribute, segment_line);
    address::hand_on(txn, duplicate.id, to).await?;
    contact_identifier::Entity::update_many()
        .col_expr(contact_identifier::Column::ContactId, Expr::val(to))
        .col_expr(contact_identifier::Column::Merged, Expr::val(true))
        .filter(contact_identifier::Column::ContactId.eq(duplicate.id))
        .exec(txn)
        .await?;
    profile::hand_on(txn, duplicate.id, survivor).await
}
