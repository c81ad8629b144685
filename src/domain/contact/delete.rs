//! Deleting a contact (CON-9, as D17 changes it).

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};

use super::{company, find, leave};
use crate::{
    db::{self, Table},
    domain::{
        Context, Event, Result, expect_revision, members, planned,
        segment::step::{self, Locked},
    },
    entity::{contact, kinds::ContactType},
};

/// How many deletions of people are told to subscribers one by one.
const EVENTS_MAX: usize = 1_000;

/// What becomes of the people of a company that is deleted.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum People {
    /// They go with it, as in Business Central.
    Delete,
    /// They stay, without a company.
    Keep,
}

/// Which contact to delete.
#[derive(Copy, Clone, Debug)]
pub struct DeleteContact {
    pub id: i32,
    pub expected_revision: Option<i32>,
    /// Whether it may be taken out of open segments.
    pub remove_from_segments: bool,
    pub people: People,
    /// Whether open opportunities and tasks may go to the company, or to nobody.
    pub hand_on_open: bool,
}

/// Deletes a contact; returns how many went, its people included. Interactions, opportunities and tasks
/// of a person stay with the company, those of a company with nobody.
///
/// # Errors
/// [`Reason::NotFound`](crate::domain::Reason::NotFound) at `id`, a conflict, and
/// [`Reason::InUse`](crate::domain::Reason::InUse) at `removeFromSegments` with the segments
/// concerned, or at `handOnOpen` with the opportunities and tasks concerned.
pub async fn delete(context: &Context, input: DeleteContact) -> Result<u64> {
    let (gone, segments) =
        db::write(&context.db, &Table::ALL, async |txn| write(txn, context, input).await).await?;
    for id in gone.iter().take(EVENTS_MAX) {
        let event = Event::ContactDeleted { id: id.cast_signed() };
        context.events.publish(&context.db, event).await;
    }
    for segment in &segments {
        step::announce_set(context, segment).await;
    }
    Ok(gone.len())
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    input: DeleteContact,
) -> Result<(RoaringBitmap, Vec<Locked>)> {
    members::begin_deletion(txn).await?;
    let row = find::locked(txn, input.id, &["id"]).await?;
    expect_revision(input.expected_revision, row.revision)?;
    let is_company = row.r#type == ContactType::Company;
    let mut dying = RoaringBitmap::from_iter([row.id.cast_unsigned()]);
    if is_company && input.people == People::Delete {
        dying |= people_of(txn, row.id).await?;
    }
    let segments = leave::leave(txn, context, &dying, input.remove_from_segments).await?;
    let heir = row.company_id.filter(|_| !is_company).unwrap_or(0);
    planned::require_closed(txn, &dying, input.hand_on_open).await?;
    leave::hand_on_interactions(txn, &dying, heir).await?;
    planned::hand_on(txn, context.clock.now(), &dying, heir).await?;
    if is_company {
        leave::change_company_of_interactions(txn, row.id, None).await?;
        planned::change_company(txn, context.clock.now(), row.id, None).await?;
        if input.people == People::Keep {
            company::dissolve(txn, context.clock.now(), row.id, None).await?;
        }
    }
    leave::delete_rows(txn, &dying).await?;
    Ok((dying, segments))
}

/// The people of a company. None of them moves elsewhere meanwhile, and nobody joins: the company
/// is locked.
pub(super) async fn people_of(txn: &DatabaseTransaction, company_id: i32) -> Result<RoaringBitmap> {
    let people = || {
        contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .filter(contact::Column::CompanyId.eq(company_id))
    };
    let found = db::keys(txn, people().into_query()).await?;
    let id = Expr::col(contact::Column::Id);
    let locked = db::shard_by_shard(txn, id, found.into_iter(), |these| {
        let people = people().filter(these).order_by_asc(contact::Column::Id);
        people.lock_exclusive().into_tuple::<i32>()
    });
    Ok(locked.await?.into_iter().map(i32::cast_unsigned).collect())
}
