//! Adding, changing and deleting alternative addresses.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::ContactAddress;
use crate::{
    domain::{
        self,
        contact::address::{self, AddressChange, AddressTexts, Period},
    },
    entity::{contact, contact_address},
    graphql::{
        contact::{Contact, key},
        error::{Result, UserError, outcome},
        scalar::Date,
    },
};

/// What an alternative address says. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactAddressFields {
    /// The name of the company there; at most 100 characters.
    company_name: MaybeUndefined<String>,
    /// Street and house number; at most 100 characters.
    address: MaybeUndefined<String>,
    /// More of the address; at most 100 characters.
    address2: MaybeUndefined<String>,
    /// The post code, in upper case; at most 20 characters.
    post_code: MaybeUndefined<String>,
    /// The city; at most 100 characters.
    city: MaybeUndefined<String>,
    /// The county or state; at most 100 characters.
    county: MaybeUndefined<String>,
    /// The code of the country or region.
    country: MaybeUndefined<String>,
    /// A telephone number; at most 30 characters.
    phone: MaybeUndefined<String>,
    /// A mobile telephone number; at most 30 characters.
    mobile: MaybeUndefined<String>,
    /// A fax number; at most 30 characters.
    fax: MaybeUndefined<String>,
    /// An e-mail address, or several parted by `;`; at most 250 characters.
    email: MaybeUndefined<String>,
    /// The address of a web page; at most 255 characters.
    home_page: MaybeUndefined<String>,
}

/// A period in which an alternative address holds.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactAddressPeriodInput {
    /// The first day. No two periods of a contact begin on the same day.
    starting_date: Date,
    /// The last day; it goes on if this is left out.
    ending_date: Option<Date>,
}

/// A new alternative address of a contact; it may have 100.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactAddressCreateInput {
    /// Whose.
    contact_id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Tells it from the contact's others: 1 to 20 characters.
    code: String,
    #[graphql(flatten)]
    fields: ContactAddressFields,
    /// When it holds; a contact may have 1,000 periods.
    #[graphql(default_with = "Some(Vec::new())")]
    periods: Option<Vec<ContactAddressPeriodInput>>,
}

/// What to change in an alternative address of a contact.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactAddressUpdateInput {
    /// Whose.
    contact_id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Which of the contact's addresses.
    code: String,
    #[graphql(flatten)]
    fields: ContactAddressFields,
    /// All periods in which it holds from now on; they stay as they are if this is left out.
    periods: Option<Vec<ContactAddressPeriodInput>>,
}

/// Which alternative address of a contact to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactAddressDeleteInput {
    /// Whose.
    contact_id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Which of the contact's addresses; its periods go with it.
    code: String,
}

/// An alternative address after a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactAddressPayload {
    /// The contact, which is at a new revision; null if there are user errors.
    contact: Option<Contact>,
    /// The address; null if there are user errors, and without the scope `personal`.
    address: Option<ContactAddress>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting an alternative address.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactAddressDeletePayload {
    /// The contact, which is at a new revision; null if there are user errors.
    contact: Option<Contact>,
    /// The code of the address that is gone; null if there are user errors.
    deleted_code: Option<String>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

impl From<ContactAddressFields> for AddressTexts {
    fn from(fields: ContactAddressFields) -> Self {
        Self {
            company_name: fields.company_name.into(),
            address: fields.address.into(),
            address2: fields.address2.into(),
            post_code: fields.post_code.into(),
            city: fields.city.into(),
            county: fields.county.into(),
            country: fields.country.into(),
            phone: fields.phone.into(),
            mobile: fields.mobile.into(),
            fax: fields.fax.into(),
            email: fields.email.into(),
            home_page: fields.home_page.into(),
        }
    }
}

impl From<ContactAddressPeriodInput> for Period {
    fn from(input: ContactAddressPeriodInput) -> Self {
        Self { starting_date: input.starting_date.0, ending_date: input.ending_date.map(|it| it.0) }
    }
}

macro_rules! into_domain {
    ($($input:ident),*) => {$(
        impl $input {
            fn into_domain(self) -> domain::Result<AddressChange> {
                let periods = |it: Vec<_>| it.into_iter().map(Period::from).collect();
                Ok(AddressChange {
                    contact_id: key(&self.contact_id, &["contactId"])?,
                    expected_revision: self.expected_revision,
                    code: self.code,
                    texts: self.fields.into(),
                    periods: self.periods.map(periods),
                })
            }
        }
    )*};
}
into_domain!(ContactAddressCreateInput, ContactAddressUpdateInput);

impl ContactAddressPayload {
    fn new(
        context: &domain::Context,
        result: domain::Result<(contact::Model, contact_address::Model)>,
    ) -> Result<Self> {
        let (changed, user_errors) = outcome(result)?;
        let Some((contact, address)) = changed else {
            return Ok(Self { contact: None, address: None, user_errors });
        };
        let is_seen = context.viewer.sees_personal_data();
        Ok(Self {
            contact: Some(Contact::new(context, Arc::new(contact))),
            address: is_seen.then(|| address.into()),
            user_errors,
        })
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ContactAddressMutation;

#[Object]
impl ContactAddressMutation {
    /// Adds an alternative address to a contact.
    async fn contact_address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and what it says.")] input: ContactAddressCreateInput,
    ) -> Result<ContactAddressPayload> {
        let context = ctx.data::<domain::Context>()?;
        let created = async { address::create(context, input.into_domain()?).await };
        ContactAddressPayload::new(context, created.await)
    }

    /// Changes an alternative address of a contact.
    async fn contact_address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what to change.")] input: ContactAddressUpdateInput,
    ) -> Result<ContactAddressPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async { address::update(context, input.into_domain()?).await };
        ContactAddressPayload::new(context, updated.await)
    }

    /// Deletes an alternative address of a contact, with the periods in which it holds.
    async fn contact_address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ContactAddressDeleteInput,
    ) -> Result<ContactAddressDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async {
            let contact_id = key(&input.contact_id, &["contactId"])?;
            address::delete(context, contact_id, input.expected_revision, &input.code).await
        };
        let (deleted, user_errors) = outcome(deleted.await)?;
        let (contact, deleted_code) = deleted.unzip();
        let contact = contact.map(|row| Contact::new(context, Arc::new(row)));
        Ok(ContactAddressDeletePayload { contact, deleted_code, user_errors })
    }
}
