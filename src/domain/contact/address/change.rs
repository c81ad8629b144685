//! Adding, changing and deleting alternative addresses.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ModelTrait, PaginatorTrait, QueryFilter,
};

use super::{ADDRESSES_MAX, PERIODS_MAX, blank, complete, texts::AddressTexts};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Reason, Rejections, Result, code,
        contact::{find, touch},
        expect_revision,
    },
    entity::{contact, contact_address, contact_address_period, kinds::CodeKind},
};

/// When an address holds.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub starting_date: NaiveDate,
    /// The last day; without, it goes on.
    pub ending_date: Option<NaiveDate>,
}

/// What to change in an address, or what a new one is.
#[derive(Clone, Debug)]
pub struct AddressChange {
    pub contact_id: i32,
    /// Of the contact.
    pub expected_revision: Option<i32>,
    pub code: String,
    pub texts: AddressTexts,
    /// All periods in which it holds; `None` leaves them as they are.
    pub periods: Option<Vec<Period>>,
}

/// A contact and one of its addresses, after a change.
type Changed = (contact::Model, contact_address::Model);

/// Adds an address.
///
/// # Errors
/// [`Reason::NotFound`] at `contactId`, a conflict, [`Reason::Taken`] or [`Reason::Invalid`] at `code`,
/// [`Reason::LimitExceeded`], and what is wrong with the texts and `periods`.
pub async fn create(context: &Context, new: AddressChange) -> Result<Changed> {
    write(context, &new, async |txn, contact, code| {
        let code = code::fresh(&code)?;
        let own = contact_address::Column::ContactId.eq(contact.id);
        let count = contact_address::Entity::find().filter(own).count(txn).await?;
        if ADDRESSES_MAX as u64 <= count {
            let message = format!("A contact has at most {ADDRESSES_MAX} alternative addresses.");
            return Err(Error::reject(Reason::LimitExceeded, &[], message));
        }
        match find_one(txn, contact.id, &code).await? {
            Some(_) => {
                let message = format!("The contact has an address {code} already.");
                Err(Error::reject(Reason::Taken, &["code"], message))
            }
            None => Ok((None, blank(contact.id, code))),
        }
    })
    .await
}

/// Changes an address.
///
/// # Errors
/// [`Reason::NotFound`] at `contactId` or `code`, a conflict, and what is wrong with the texts and
/// `periods`.
pub async fn update(context: &Context, change: AddressChange) -> Result<Changed> {
    write(context, &change, async |txn, contact, code| {
        let row = required(txn, contact.id, &code).await?;
        Ok((Some(row.clone()), row))
    })
    .await
}

/// Deletes an address with its periods; returns the contact and the code that is gone.
///
/// # Errors
/// [`Reason::NotFound`] at `contactId` or `code`; a conflict.
pub async fn delete(
    context: &Context,
    contact_id: i32,
    expected_revision: Option<i32>,
    code: &str,
) -> Result<(contact::Model, String)> {
    let deleted = db::write(&context.db, &[Table::Contact], async |txn| {
        let contact = find::changeable(txn, contact_id, &["contactId"]).await?;
        expect_revision(expected_revision, contact.revision)?;
        let row = required(txn, contact_id, &code::checked(code)?).await?;
        let code = row.code.clone();
        delete_periods(txn, contact_id, &code).await?;
        row.delete(txn).await?;
        Ok::<_, Error>((changed(txn, context, contact).await?, code))
    })
    .await?;
    announce(context, &deleted.0).await;
    Ok(deleted)
}

/// Writes an address that `found` finds, as it was and as it is so far.
async fn write(
    context: &Context,
    change: &AddressChange,
    found: impl AsyncFn(
        &DatabaseTransaction,
        &contact::Model,
        String,
    ) -> Result<(Option<contact_address::Model>, contact_address::Model)>,
) -> Result<Changed> {
    let written = db::write(&context.db, &[Table::Contact], async |txn| {
        let contact = find::changeable(txn, change.contact_id, &["contactId"]).await?;
        expect_revision(change.expected_revision, contact.revision)?;
        let (before, mut row) = found(txn, &contact, code::checked(&change.code)?).await?;
        change.texts.apply(&mut row);
        complete(&mut row)?;
        if let Some(country) = &row.country {
            code::require(txn, &[(CodeKind::Country, country, vec!["country"])]).await?;
        }
        let are_others = match &change.periods {
            Some(periods) => set_periods(txn, contact.id, &row.code, periods).await?,
            None => false,
        };
        if before.as_ref() == Some(&row) && !are_others {
            return Ok((contact, row));
        }
        let rows = std::slice::from_ref(&row);
        db::insert_rows::<contact_address::Entity>(txn, rows, OnConflict::Replace).await?;
        Ok::<_, Error>((changed(txn, context, contact).await?, row))
    })
    .await?;
    announce(context, &written.0).await;
    Ok(written)
}

/// CON-10: a new revision of the contact.
async fn changed(
    txn: &DatabaseTransaction,
    context: &Context,
    mut contact: contact::Model,
) -> Result<contact::Model> {
    let now = context.clock.now();
    touch(txn, now, std::iter::once(contact.id.cast_unsigned())).await?;
    contact.revision += 1;
    contact.updated_at = now;
    Ok(contact)
}

async fn announce(context: &Context, contact: &contact::Model) {
    let event = Event::ContactChanged { id: contact.id, revision: contact.revision };
    context.events.publish(&context.db, event).await;
}

async fn find_one(
    txn: &DatabaseTransaction,
    contact_id: i32,
    code: &str,
) -> Result<Option<contact_address::Model>> {
    Ok(contact_address::Entity::find_by_id((contact_id, code.to_owned())).one(txn).await?)
}

async fn required(
    txn: &DatabaseTransaction,
    contact_id: i32,
    code: &str,
) -> Result<contact_address::Model> {
    find_one(txn, contact_id, code).await?.ok_or_else(|| {
        let message = format!("The contact has no address {code}.");
        Error::reject(Reason::NotFound, &["code"], message)
    })
}

/// Makes these the periods of an address; returns whether there were others.
async fn set_periods(
    txn: &DatabaseTransaction,
    contact_id: i32,
    code: &str,
    periods: &[Period],
) -> Result<bool> {
    use contact_address_period::{Column, Entity, Model};
    let of_contact = Entity::find().filter(Column::ContactId.eq(contact_id)).all(txn).await?;
    let (mut own, others): (Vec<Model>, Vec<Model>) =
        of_contact.into_iter().partition(|it| it.code == code);
    if PERIODS_MAX < others.len() + periods.len() {
        let message = format!("A contact has at most {PERIODS_MAX} of these.");
        return Err(Error::reject(Reason::LimitExceeded, &["periods"], message));
    }
    let mut rows: Vec<Model> = Vec::new();
    let mut rejections = Rejections::default();
    for (index, &Period { starting_date, ending_date }) in periods.iter().enumerate() {
        let place = index.to_string();
        if ending_date.is_some_and(|end| end < starting_date) {
            let message = "It ends before it begins.";
            rejections.add(Reason::Invalid, &["periods", &place, "endingDate"], message);
        }
        if rows.iter().chain(&others).any(|it| it.starting_date == starting_date) {
            let message = format!("Another period of the contact begins on {starting_date}.");
            rejections.add(Reason::Taken, &["periods", &place, "startingDate"], message);
        }
        rows.push(Model { contact_id, starting_date, code: code.to_owned(), ending_date });
    }
    rejections.into_result()?;
    rows.sort_by_key(|it| it.starting_date);
    own.sort_by_key(|it| it.starting_date);
    if rows == own {
        return Ok(false);
    }
    delete_periods(txn, contact_id, code).await?;
    db::insert_rows::<Entity>(txn, &rows, OnConflict::Fail).await?;
    Ok(true)
}

async fn delete_periods(txn: &DatabaseTransaction, contact_id: i32, code: &str) -> Result<()> {
    contact_address_period::Entity::delete_many()
        .filter(contact_address_period::Column::ContactId.eq(contact_id))
        .filter(contact_address_period::Column::Code.eq(code))
        .exec(txn)
        .await?;
    Ok(())
}
