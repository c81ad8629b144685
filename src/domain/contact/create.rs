//! Creating a contact (CON-1).

use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect};

use super::{
    attribute::{self, AttributeChange},
    blank,
    change::{ContactChange, complete},
    classify::{self, CodesChange},
    company, find, insert_new,
};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Reason, Result,
        numbers::{self, Counter},
        salesperson, setup,
    },
    entity::{
        contact::Model,
        contact_identifier,
        kinds::{ContactType, IdentifierKind, SeriesKind},
    },
};

/// A contact to be.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// The next of the series unless it is given.
    pub no: Option<String>,
    pub r#type: ContactType,
    /// The company of a person.
    pub company_id: Option<i32>,
    /// Whether what is not given is taken from the company.
    pub inherit: bool,
    pub change: ContactChange,
    pub codes: Vec<CodesChange>,
    pub attributes: Vec<AttributeChange>,
}

/// Creates a contact.
///
/// # Errors
/// All that is wrong with the values; [`Reason::Taken`] at `no` or `externalId`.
pub async fn create(context: &Context, new: NewContact) -> Result<Model> {
    let created = db::write(
        &context.db,
        &[Table::Contact, Table::ContactCode, Table::ContactAttribute],
        async |txn| insert(txn, context, &new).await,
    )
    .await?;
    let event = Event::ContactChanged { id: created.id, revision: created.revision };
    context.events.publish(&context.db, event).await;
    Ok(created)
}

async fn insert(txn: &DatabaseTransaction, context: &Context, new: &NewContact) -> Result<Model> {
    // The number first: the series is locked before contacts, and those before the counter.
    let no = match &new.no {
        Some(no) => numbers::chosen(txn, SeriesKind::Contact, no).await?,
        None => next_number(txn).await?,
    };
    let mut row = blank(0, context.clock.now());
    row.no = no;
    row.r#type = new.r#type;
    new.change.apply(&mut row);
    let setup = setup::load(txn).await?;
    if let Some(company_id) = new.company_id {
        if row.r#type == ContactType::Company {
            let message = "Only a person can belong to a company.";
            return Err(Error::reject(Reason::NotAllowed, &["companyId"], message));
        }
        let company = find::company(txn, company_id).await?;
        let inherits = company::inherits(&setup, new.inherit);
        company::join(&mut row, &new.change, None, Some(&company), inherits);
    }
    if row.salesperson.is_none() && !new.change.sets("salesperson") {
        row.salesperson = salesperson::who(txn, context.actor()).await?;
    }
    setup::fill(&setup, &mut row, |name| !new.change.sets(name));
    let key = numbers::take_keys(txn, Counter::Contact, 1).await?;
    row.id = i32::try_from(key).map_err(|_| Error::Corrupt("no keys are left".to_owned()))?;
    complete(txn, &mut row, &new.change).await?;
    identify(txn, &row, IdentifierKind::No, &row.no).await?;
    if let Some(external_id) = &row.external_id {
        identify(txn, &row, IdentifierKind::ExternalId, external_id).await?;
    }
    insert_new(txn, std::slice::from_ref(&row)).await?;
    classify::change(txn, &row, &new.codes).await?;
    attribute::change(txn, &row, &new.attributes).await?;
    Ok(row)
}

/// The next number of the series that no contact has, nor had.
async fn next_number(txn: &DatabaseTransaction) -> Result<String> {
    loop {
        for number in numbers::take_numbers(txn, SeriesKind::Contact, 1).await? {
            let key = (IdentifierKind::No, number.clone());
            if contact_identifier::Entity::find_by_id(key).one(txn).await?.is_none() {
                return Ok(number);
            }
        }
    }
}

/// Makes a number or external id point at the contact.
///
/// # Errors
/// [`Reason::Taken`] at its field.
pub(super) async fn identify(
    txn: &DatabaseTransaction,
    row: &Model,
    kind: IdentifierKind,
    value: &str,
) -> Result<()> {
    let (path, name) = match kind {
        IdentifierKind::No => ("no", "number"),
        IdentifierKind::ExternalId => ("externalId", "external id"),
    };
    let taken = || Error::reject(Reason::Taken, &[path], format!("The {name} {value} is taken."));
    let found = contact_identifier::Entity::find_by_id((kind, value.to_owned()));
    match found.lock_exclusive().one(txn).await? {
        Some(found) if found.contact_id == row.id => return Ok(()),
        Some(_) => return Err(taken()),
        None => {}
    }
    let identifier = contact_identifier::Model {
        kind,
        value: value.to_owned(),
        contact_id: row.id,
        merged: false,
    };
    db::insert_rows::<contact_identifier::Entity>(txn, &[identifier], OnConflict::Fail)
        .await
        .map_err(|err| Error::if_taken(err, taken))?;
    Ok(())
}
