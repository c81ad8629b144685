//! What happens to segments when contacts go.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Iden, Query},
};

use super::duplicates;
use crate::{
    db::{self, dialect},
    domain::{
        CONCERNED_MAX, Context, Reason, Rejection, Result,
        id::Kind,
        members, membership,
        segment::{
            Cause, Options, delete_lines,
            step::{self, Locked, NewStep},
        },
    },
    entity::{
        contact, contact_identifier,
        kinds::{Operation, SegmentStatus},
        purchase, segment, segment_line,
    },
};

/// Takes contacts out of the current sets of all segments, for ever: their keys never come back.
/// An open segment records it as a step; of one that was logged only the set changes. Returns the
/// segments that changed. Comes after [`members::begin_deletion`].
///
/// # Errors
/// [`Reason::InUse`] at `removeFromSegments` if a segment is open and that is not `allowed`.
pub(super) async fn leave(
    txn: &DatabaseTransaction,
    context: &Context,
    dying: &RoaringBitmap,
    allowed: bool,
) -> Result<Vec<Locked>> {
    members::bury(txn, dying).await?;
    let segments = segments_with(txn, dying).await?;
    let open: Vec<&segment::Model> =
        segments.iter().filter(|it| it.status == SegmentStatus::Open).collect();
    if !allowed && !open.is_empty() {
        let message = format!("Open segments that it, or its people, are in: {}.", open.len());
        let mut rejection = Rejection::new(Reason::InUse, &["removeFromSegments"], message);
        let ids = open.iter().take(CONCERNED_MAX).map(|it| Kind::Segment.id(it.id));
        rejection.concerned = ids.collect();
        return Err(rejection.into());
    }
    let mut changed = Vec::new();
    for segment in segments {
        let locked = step::lock(context, txn, segment.id).await?;
        changed.push(leave_one(txn, context, locked, dying).await?);
    }
    Ok(changed)
}

async fn leave_one(
    txn: &DatabaseTransaction,
    context: &Context,
    locked: Locked,
    dying: &RoaringBitmap,
) -> Result<Locked> {
    let after = &*locked.set - dying;
    if locked.segment.status != SegmentStatus::Open {
        return step::save(txn, context, locked, after).await;
    }
    let options = Options { cause: Some(Cause::ContactDeleted), ..Options::default() };
    let new_step = NewStep::now(context, Operation::RemoveContacts, options);
    let (locked, _) = step::record(txn, context, locked, new_step, after).await?;
    Ok(locked)
}

/// The segments whose set holds any of the contacts, in the order in which they are locked.
async fn segments_with(
    txn: &DatabaseTransaction,
    contacts: &RoaringBitmap,
) -> Result<Vec<segment::Model>> {
    let ids = membership::segments_with_any(txn, contacts).await?;
    let ids = ids.into_iter().filter_map(|id| u32::try_from(id).ok());
    let id = Expr::col((segment::Entity, segment::Column::Id));
    Ok(segment::Entity::find()
        .filter(dialect::in_ids(txn.get_database_backend(), id, ids))
        .order_by_asc(segment::Column::Id)
        .all(txn)
        .await?)
}

/// Deletes the rows of contacts, with all that is theirs alone.
///
/// # Errors
/// What the database says.
pub(super) async fn delete_rows(txn: &DatabaseTransaction, dying: &RoaringBitmap) -> Result<()> {
    let backend = txn.get_database_backend();
    let of = |column: Expr| dialect::in_ids(backend, column, dying.iter());
    delete_lines(txn, of(Expr::col(segment_line::Column::ContactId))).await?;
    duplicates::forget(txn, dying).await?;
    let named = Expr::col(purchase::Column::DocumentContactId);
    purchase::Entity::update_many()
        .col_expr(purchase::Column::DocumentContactId, Expr::val(None::<i32>))
        .filter(of(named))
        .exec(txn)
        .await?;
    contact_identifier::Entity::delete_many()
        .filter(of(Expr::col(contact_identifier::Column::ContactId)))
        .exec(txn)
        .await?;
    // Codes, attributes, answers and the purchases of companies go with the row.
    contact::Entity::delete_many().filter(of(Expr::col(contact::Column::Id))).exec(txn).await?;
    Ok(())
}

/// Hands interactions with their comments on to another contact, and returns how many; 0 stands for
/// nobody.
///
/// # Errors
/// What the database says.
pub(super) async fn hand_on_interactions(
    txn: &DatabaseTransaction,
    from: &RoaringBitmap,
    to: i32,
) -> Result<u64> {
    use crate::entity::{interaction, interaction_comment};
    let contact = interaction::Column::ContactId;
    // Whoever changes one of them meanwhile waits, and finds it gone.
    let locked = db::shard_by_shard(txn, Expr::col(contact), from.iter(), |these| {
        interaction::Entity::find()
            .select_only()
            .column(interaction::Column::Id)
            .filter(these)
            .order_by_asc(contact)
            .order_by_asc(interaction::Column::Id)
            .lock_exclusive()
            .into_tuple::<i64>()
    });
    let count = locked.await?.len() as u64;
    if count == 0 {
        return Ok(0);
    }
    let comment = interaction_comment::Column::ContactId;
    hand_on::<interaction_comment::Entity>(txn, comment, from, to).await?;
    hand_on::<interaction::Entity>(txn, contact, from, to).await?;
    Ok(count)
}

/// Makes the purchases of one contact those of another: as the customer or the vendor, and as the
/// person on documents.
///
/// # Errors
/// What the database says.
pub(super) async fn hand_on_purchases(
    txn: &DatabaseTransaction,
    from: &RoaringBitmap,
    to: i32,
) -> Result<()> {
    let named = Expr::col(purchase::Column::DocumentContactId);
    purchase::Entity::update_many()
        .col_expr(purchase::Column::DocumentContactId, Expr::val(to))
        .filter(dialect::in_ids(txn.get_database_backend(), named, from.iter()))
        .exec(txn)
        .await?;
    hand_on::<purchase::Entity>(txn, purchase::Column::ContactId, from, to).await
}

/// Makes rows those of another contact: new ones, for by their contact it is known where they lie.
pub(in crate::domain) async fn hand_on<E: EntityTrait>(
    txn: &DatabaseTransaction,
    contact: E::Column,
    from: &RoaringBitmap,
    to: i32,
) -> Result<()> {
    let theirs = dialect::in_ids(txn.get_database_backend(), Expr::col(contact), from.iter());
    let mut rows = Query::select();
    for column in E::Column::iter() {
        match column.unquoted() == contact.unquoted() {
            true => rows.expr(Expr::val(to).cast_as("integer")),
            false => rows.column(column),
        };
    }
    let rows = rows.from(E::default()).and_where(theirs.clone()).to_owned();
    let insert = Query::insert()
        .into_table(E::default())
        .columns(E::Column::iter())
        .select_from(rows)
        .expect("as many columns as values")
        .to_owned();
    txn.execute(&insert).await?;
    E::delete_many().filter(theirs).exec(txn).await?;
    Ok(())
}

/// Makes interactions of the time at one company those of another, or of none.
///
/// # Errors
/// What the database says.
pub(super) async fn change_company_of_interactions(
    txn: &DatabaseTransaction,
    from: i32,
    to: Option<i32>,
) -> Result<()> {
    use crate::entity::interaction;
    interaction::Entity::update_many()
        .col_expr(interaction::Column::CompanyId, Expr::val(to))
        .filter(interaction::Column::CompanyId.eq(from))
        .exec(txn)
        .await?;
    Ok(())
}
