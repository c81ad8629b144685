//! What becomes of the addresses of a contact that is merged into another (MRG-1).

use std::collections::HashSet;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::{
    db::{self, OnConflict},
    domain::Result,
    entity::{contact_address, contact_address_period},
};

/// Gives the addresses of one contact to another. Of a code that the other has itself, its own
/// address stays with its own periods; and so does its own period of two that begin on one day.
///
/// # Errors
/// What the database says.
pub(in crate::domain::contact) async fn hand_on(
    txn: &DatabaseTransaction,
    from: i32,
    to: i32,
) -> Result<()> {
    use contact_address::Column as Address;
    use contact_address_period::Column as Period;
    let of = |id| contact_address::Entity::find().filter(Address::ContactId.eq(id)).all(txn);
    let own: HashSet<String> = of(to).await?.into_iter().map(|row| row.code).collect();
    let mut addresses = of(from).await?;
    addresses.retain(|row| !own.contains(&row.code));
    let of_duplicate = contact_address_period::Entity::find().filter(Period::ContactId.eq(from));
    let mut periods = of_duplicate.all(txn).await?;
    periods.retain(|row| !own.contains(&row.code));
    addresses.iter_mut().for_each(|row| row.contact_id = to);
    periods.iter_mut().for_each(|row| row.contact_id = to);
    db::insert_rows::<contact_address::Entity>(txn, &addresses, OnConflict::Fail).await?;
    db::insert_rows::<contact_address_period::Entity>(txn, &periods, OnConflict::Ignore).await?;
    Ok(())
}
