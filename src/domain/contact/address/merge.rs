//! What becomes of the addresses of a contact that is merged into another (MRG-1).

use std::collections::HashSet;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{ADDRESSES_MAX, PERIODS_MAX};
use crate::{
    db::{self, OnConflict},
    domain::{Error, Reason, Result},
    entity::{contact_address, contact_address_period},
};

/// Gives the addresses of one contact to another. Of a code that the other has itself, its own
/// address stays with its own periods; and so does its own period of two that begin on one day.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `duplicateId` if these are more than a contact may have.
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
    let of = |id| contact_address_period::Entity::find().filter(Period::ContactId.eq(id)).all(txn);
    let own_days: HashSet<NaiveDate> =
        of(to).await?.into_iter().map(|row| row.starting_date).collect();
    let mut periods = of(from).await?;
    periods.retain(|row| !own.contains(&row.code) && !own_days.contains(&row.starting_date));
    for (count, max, what) in [
        (own.len() + addresses.len(), ADDRESSES_MAX, "alternative addresses"),
        (own_days.len() + periods.len(), PERIODS_MAX, "periods of alternative addresses"),
    ] {
        if max < count {
            let message = format!("A contact has at most {max} {what}, and these two have more.");
            return Err(Error::reject(Reason::LimitExceeded, &["duplicateId"], message));
        }
    }
    addresses.iter_mut().for_each(|row| row.contact_id = to);
    periods.iter_mut().for_each(|row| row.contact_id = to);
    db::insert_rows::<contact_address::Entity>(txn, &addresses, OnConflict::Fail).await?;
    db::insert_rows::<contact_address_period::Entity>(txn, &periods, OnConflict::Fail).await?;
    Ok(())
}
