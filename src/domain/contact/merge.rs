//! Merging a duplicate into the contact that survives (MRG-1).

use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    address,
    change::{ContactChange, complete},
    company, find, leave,
};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Reason, Result, expect_revision, members, profile,
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

/// Rows to write at once.
const ROWS_MAX: usize = 5_000;

/// Which contacts to merge.
#[derive(Clone, Debug)]
pub struct MergeContacts {
    pub survivor_id: i32,
    pub duplicate_id: i32,
    /// Of the survivor.
    pub expected_revision: Option<i32>,
    /// What the survivor gets, whatever the two had.
    pub change: ContactChange,
}

/// Merges a duplicate into the survivor, which keeps its values where it has any and gets the
/// duplicate's where it has none. Everything that referred to the duplicate refers to the survivor
/// afterwards; what both have, mailing groups for instance, the survivor has once. The duplicate's
/// numbers and external ids find the survivor.
///
/// # Errors
/// [`Reason::NotFound`] or [`Reason::Invalid`] at `survivorId` or `duplicateId`; a conflict; what
/// is wrong with the values.
pub async fn merge(context: &Context, input: MergeContacts) -> Result<Model> {
    let (row, segments) =
        db::write(&context.db, &Table::ALL, async |txn| write(txn, context, &input).await).await?;
    for event in [
        Event::ContactChanged { id: row.id, revision: row.revision },
        Event::ContactDeleted { id: input.duplicate_id },
    ] {
        context.events.publish(&context.db, event).await;
    }
    for segment in &segments {
        step::announce_set(context, segment).await;
    }
    Ok(row)
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    input: &MergeContacts,
) -> Result<(Model, Vec<Locked>)> {
    let (before, duplicate) = both(txn, input).await?;
    let mut row = before.clone();
    fill(&mut row, &duplicate);
    input.change.apply(&mut row);
    complete(txn, &mut row, &input.change).await?;
    row.revision += 1;
    row.updated_at = context.clock.now();

    let dying = RoaringBitmap::from_iter([duplicate.id.cast_unsigned()]);
    members::bury(txn, &dying).await?;
    let (from, heir) = (duplicate.id.cast_unsigned(), row.id.cast_unsigned());
    let segments = segment::rename(txn, context, from, heir).await?;
    hand_on(txn, &duplicate, row.id).await?;
    leave::hand_on_interactions(txn, &dying, row.id).await?;
    if row.r#type == ContactType::Company {
        leave::change_company_of_interactions(txn, duplicate.id, Some(row.id)).await?;
        company::dissolve(txn, context.clock.now(), duplicate.id, Some(&row)).await?;
    }
    leave::delete_rows(txn, &dying).await?;
    if let Some(external_id) =
        row.external_id.as_ref().filter(|it| Some(*it) != before.external_id.as_ref())
    {
        super::create::identify(txn, &row, IdentifierKind::ExternalId, external_id).await?;
    }
    let rows = std::slice::from_ref(&row);
    db::insert_rows::<contact::Entity>(txn, rows, OnConflict::Replace).await?;
    if row.r#type == ContactType::Company {
        company::push(txn, context.clock.now(), &[(&before, &row)], &RoaringBitmap::new()).await?;
    }
    Ok((row, segments))
}

/// Both contacts, locked in the order of their keys.
async fn both(txn: &DatabaseTransaction, input: &MergeContacts) -> Result<(Model, Model)> {
    if input.survivor_id == input.duplicate_id {
        let message = "A contact can't be merged with itself.";
        return Err(Error::reject(Reason::Invalid, &["duplicateId"], message));
    }
    let (survivor, duplicate) = if input.survivor_id < input.duplicate_id {
        let survivor = find::locked(txn, input.survivor_id, &["survivorId"]).await?;
        (survivor, find::locked(txn, input.duplicate_id, &["duplicateId"]).await?)
    } else {
        let duplicate = find::locked(txn, input.duplicate_id, &["duplicateId"]).await?;
        (find::locked(txn, input.survivor_id, &["survivorId"]).await?, duplicate)
    };
    expect_revision(input.expected_revision, survivor.revision)?;
    if survivor.r#type != duplicate.r#type {
        let message = "A company and a person can't be merged.";
        return Err(Error::reject(Reason::Invalid, &["duplicateId"], message));
    }
    Ok((survivor, duplicate))
}

/// Fills what the survivor lacks. Nothing that protects a person is lost.
fn fill(row: &mut Model, from: &Model) {
    macro_rules! fill {
        ($($field:ident),*) => {$(
            if row.$field.is_none() {
                row.$field.clone_from(&from.$field);
            }
        )*};
    }
    fill!(
        name2,
        initials,
        salutation,
        job_title,
        organizational_level,
        phone,
        mobile,
        fax,
        email,
        email2,
        home_page,
        territory,
        currency,
        language,
        salesperson,
        vat_no,
        registration_no,
        external_id,
        correspondence_type
    );
    // An address is taken as a whole.
    if row.address.is_none()
        && row.address2.is_none()
        && row.post_code.is_none()
        && row.city.is_none()
    {
        fill!(address, address2, post_code, city, county, country);
    }
    if row.company_id.is_none() {
        row.company_id = from.company_id;
        row.company_name.clone_from(&from.company_name);
    }
    row.exclude_from_segment |= from.exclude_from_segment;
    row.privacy_blocked |= from.privacy_blocked;
    if from.minor && !row.minor {
        row.minor = true;
        row.parental_consent = from.parental_consent;
    }
}

/// Hands on what hangs on the duplicate; of what the survivor has itself, its own stays.
async fn hand_on(txn: &DatabaseTransaction, duplicate: &Model, to: i32) -> Result<()> {
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
    profile::hand_on(txn, duplicate.id, to).await?;
    contact_identifier::Entity::update_many()
        .col_expr(contact_identifier::Column::ContactId, Expr::val(to))
        .filter(contact_identifier::Column::ContactId.eq(duplicate.id))
        .exec(txn)
        .await?;
    Ok(())
}
