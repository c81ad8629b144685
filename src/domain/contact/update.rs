//! Changing a contact.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
};

use super::{
    attribute::{self, AttributeChange},
    change::{ContactChange, complete},
    classify::{self, CodesChange},
    company,
    create::identify,
    find,
};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Reason, Rejections, Result, expect_revision, numbers, planned, setup,
    },
    entity::{
        contact::{self, Model},
        contact_code, contact_identifier, interaction,
        kinds::{CodeKind, ContactType, IdentifierKind, SeriesKind},
        purchase,
    },
};

/// What to change in a contact.
#[derive(Clone, Debug)]
pub struct UpdateContact {
    pub id: i32,
    pub expected_revision: Option<i32>,
    /// The old number still finds the contact.
    pub no: Option<String>,
    pub r#type: Option<ContactType>,
    /// Another company, or none, for a person.
    pub company_id: Option<Option<i32>>,
    /// Whether what is not given is taken from the new company.
    pub inherit: bool,
    pub change: ContactChange,
    pub codes: Vec<CodesChange>,
    pub attributes: Vec<AttributeChange>,
}

/// Changes a contact; a company hands its changes on to its people (CON-7).
///
/// # Errors
/// [`Reason::NotFound`] at `id`; [`Reason::Conflict`]; all that is wrong with the values.
pub async fn update(context: &Context, input: UpdateContact) -> Result<Model> {
    let updated = db::write(
        &context.db,
        &[Table::Contact, Table::ContactCode, Table::ContactAttribute],
        async |txn| write(txn, context, &input).await,
    )
    .await?;
    let event = Event::ContactChanged { id: updated.id, revision: updated.revision };
    context.events.publish(&context.db, event).await;
    Ok(updated)
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    input: &UpdateContact,
) -> Result<Model> {
    // The series is locked before contacts, as by those who create and import them.
    let no = match &input.no {
        Some(no) => Some(numbers::chosen(txn, SeriesKind::Contact, no).await?),
        None => None,
    };
    let before = find::changeable(txn, input.id, &["id"]).await?;
    expect_revision(input.expected_revision, before.revision)?;
    let mut row = before.clone();
    let has_new_type = input.r#type.is_some_and(|r#type| r#type != before.r#type);
    if let Some(r#type) = input.r#type.filter(|_| has_new_type) {
        change_type(&mut row, r#type);
    }
    input.change.apply(&mut row);
    if let Some(company_id) = input.company_id {
        change_company(txn, &mut row, input, company_id).await?;
    }
    complete(txn, &mut row, &input.change).await?;
    if let Some(no) = no {
        row.no = no;
        super::derive(&mut row);
        identify(txn, &row, IdentifierKind::No, &row.no).await?;
    }
    if row.external_id != before.external_id {
        change_external_id(txn, &before, &row).await?;
    }
    // CON-10: its codes and attributes are a part of a contact.
    let codes_changed = classify::change(txn, &row, &input.codes).await?;
    let attributes_changed = attribute::change(txn, &row, &input.attributes).await?;
    if has_new_type {
        require_free(txn, &before, &row).await?;
    }
    if row == before && !codes_changed && !attributes_changed {
        return Ok(row);
    }
    row.revision += 1;
    row.updated_at = context.clock.now();
    let rows = std::slice::from_ref(&row);
    db::insert_rows::<contact::Entity>(txn, rows, OnConflict::Replace).await?;
    if row.r#type == ContactType::Company {
        company::push(txn, context.clock.now(), &[(&before, &row)], &RoaringBitmap::new()).await?;
    }
    Ok(row)
}

async fn change_company(
    txn: &DatabaseTransaction,
    row: &mut Model,
    input: &UpdateContact,
    company_id: Option<i32>,
) -> Result<()> {
    if row.r#type == ContactType::Company {
        let message = "Only a person can belong to a company.";
        return Err(Error::reject(Reason::NotAllowed, &["companyId"], message));
    }
    if company_id == row.company_id {
        return Ok(());
    }
    let new = match company_id {
        Some(id) => Some(find::company(txn, id).await?),
        None => None,
    };
    let old = match row.company_id {
        Some(id) => contact::Entity::find_by_id(id).one(txn).await?,
        None => None,
    };
    let inherits = company::inherits(&setup::load(txn).await?, input.inherit);
    company::join(row, &input.change, old.as_ref(), new.as_ref(), inherits);
    Ok(())
}

async fn change_external_id(txn: &DatabaseTransaction, before: &Model, row: &Model) -> Result<()> {
    if let Some(old) = &before.external_id {
        let key = (IdentifierKind::ExternalId, old.clone());
        contact_identifier::Entity::delete_by_id(key).exec(txn).await?;
    }
    match &row.external_id {
        Some(new) => identify(txn, row, IdentifierKind::ExternalId, new).await,
        None => Ok(()),
    }
}

/// Makes a contact a company or a person, without what the other one alone has.
fn change_type(row: &mut Model, to: ContactType) {
    row.r#type = to;
    match to {
        ContactType::Company => {
            row.first_name = None;
            row.middle_name = None;
            row.surname = None;
        }
        ContactType::Person => row.company_id = None,
    }
}

/// CON-8: a contact can become a company or a person as long as nothing hangs on what it was. What the
/// same change takes away hangs no longer.
async fn require_free(txn: &DatabaseTransaction, before: &Model, row: &Model) -> Result<()> {
    let mut rejections = Rejections::default();
    let mut refuse = |message| rejections.add(Reason::NotAllowed, &["type"], message);
    // Of a company, also those of people who have left it.
    for column in [interaction::Column::ContactId, interaction::Column::CompanyId] {
        let of_it = interaction::Entity::find().filter(column.eq(row.id));
        if of_it.one(txn).await?.is_some() {
            refuse("It has interactions.");
            break;
        }
    }
    let named = Condition::any()
        .add(purchase::Column::ContactId.eq(row.id))
        .add(purchase::Column::DocumentContactId.eq(row.id));
    if purchase::Entity::find().filter(named).one(txn).await?.is_some() {
        refuse("It has purchases.");
    }
    if planned::is_planned_with(txn, row.id).await? {
        refuse("It has opportunities or tasks.");
    }
    let kinds: &[CodeKind] = match row.r#type {
        ContactType::Company => &[CodeKind::JobResponsibility],
        ContactType::Person => {
            &[CodeKind::BusinessRelation, CodeKind::IndustryGroup, CodeKind::WebSource]
        }
    };
    let codes = contact_code::Entity::find()
        .filter(contact_code::Column::ContactId.eq(row.id))
        .filter(contact_code::Column::Kind.is_in(kinds.iter().copied()))
        .count(txn);
    if 0 < codes.await? {
        refuse("It has classifications that the other type can't have.");
    }
    let keeps =
        |field: fn(&Model) -> &Option<String>| field(before).is_some() && field(row).is_some();
    match row.r#type {
        ContactType::Company => {
            if keeps(|it| &it.organizational_level) {
                refuse("It has an organizational level.");
            }
        }
        ContactType::Person => {
            if keeps(|it| &it.currency) || keeps(|it| &it.vat_no) {
                refuse("It has a currency or a VAT number.");
            }
            let people = contact::Entity::find()
                .filter(contact::Column::CompanyId.eq(row.id))
                .filter(contact::Column::Id.ne(row.id))
                .count(txn);
            if 0 < people.await? {
                refuse("People belong to it.");
            }
        }
    }
    rejections.into_result()
}
