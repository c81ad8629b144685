//! A contact as the API shows it.

mod address;
mod classify;
mod detail;
mod duplicate;
mod erase;
mod fields;
mod import;
mod input;
pub(super) mod loaders;
mod merge;
mod mutation;
mod order;
mod query;
mod related;
mod removal;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use serde::Serialize;

pub(super) use address::{ContactAddress, ContactAddressMutation};
pub(super) use duplicate::{ContactDuplicateMutation, ContactDuplicateQuery};
pub(super) use import::ContactImportMutation;
pub(super) use mutation::ContactMutation;
pub(super) use order::{ContactOrder, OrderDirection};
pub(super) use query::ContactQuery;

use super::{
    error::Result,
    kinds::{ContactType, CorrespondenceType},
    loaders::Loaders,
    page::{Cursor, connection},
};
use crate::{
    domain::{self, Error, Page, access, id::contact_key},
    entity::contact,
};

/// A company or a person.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct Contact {
    /// Whether it is a company or a person.
    r#type: ContactType,
    /// What people call it, such as `CT000001`; at most 20 characters, kept in upper case.
    no: String,
    /// The name; of a person, first, middle and last name. Null only if it is hidden.
    name: Option<String>,
    /// More of the name.
    name2: Option<String>,
    /// A name to look it up by, in upper case; follows the name unless set.
    search_name: Option<String>,
    /// The first names of a person.
    first_name: Option<String>,
    /// The middle name of a person.
    middle_name: Option<String>,
    /// The last name of a person.
    surname: Option<String>,
    /// The initials of a person.
    initials: Option<String>,
    /// The title of a person at work.
    job_title: Option<String>,
    /// Street and house number.
    address: Option<String>,
    /// More of the address.
    address2: Option<String>,
    /// The post code, in upper case.
    post_code: Option<String>,
    /// The city.
    city: Option<String>,
    /// The county or state.
    county: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// A mobile telephone number.
    mobile: Option<String>,
    /// A fax number.
    fax: Option<String>,
    /// An e-mail address, or several parted by `;`.
    email: Option<String>,
    /// Another e-mail address, or several parted by `;`.
    email2: Option<String>,
    /// The address of a web page.
    home_page: Option<String>,
    /// The VAT registration number.
    vat_no: Option<String>,
    /// The number in a public register.
    registration_no: Option<String>,
    /// What it is called in another system; unique, and its case matters.
    external_id: Option<String>,
    /// The name of the company; of a company, its own.
    company_name: Option<String>,
    /// How to reach it.
    correspondence_type: Option<CorrespondenceType>,
    /// Whether selections leave it out, unless told otherwise.
    exclude_from_segment: bool,
    /// Whether it must not be contacted. Never selected, and never logged.
    privacy_blocked: bool,
    /// Whether the person is a minor: blocked, unless the parents consent.
    minor: bool,
    /// Whether the parents of a minor consent to contacts.
    parental_consent: bool,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When it, or anything that belongs to it, changed last.
    updated_at: DateTime<Utc>,
    /// When all that was known of it was erased, at its own request. Such a contact stays as it is.
    erased_at: Option<DateTime<Utc>>,
    /// The reason that was given for it.
    erasure_reason: Option<String>,
    /// Why the names, the address, the telephone numbers and the e-mail addresses are null: it takes
    /// the scope `personal` to see them. Null if nothing is hidden.
    hidden: Option<&'static str>,
    /// Grows with every change; give it as `expectedRevision` to be told of changes by others.
    revision: i32,
    #[graphql(skip)]
    row: Arc<contact::Model>,
}

impl Contact {
    /// What the viewer may see of it.
    pub(super) fn new(context: &domain::Context, mut row: Arc<contact::Model>) -> Self {
        let is_hidden = !context.viewer.sees_personal_data();
        if is_hidden {
            access::hide(Arc::make_mut(&mut row));
        }
        Self {
            r#type: row.r#type.into(),
            no: row.no.clone(),
            name: (!is_hidden).then(|| row.name.clone()),
            name2: row.name2.clone(),
            search_name: row.search_name.clone(),
            first_name: row.first_name.clone(),
            middle_name: row.middle_name.clone(),
            surname: row.surname.clone(),
            initials: row.initials.clone(),
            job_title: row.job_title.clone(),
            address: row.address.clone(),
            address2: row.address2.clone(),
            post_code: row.post_code.clone(),
            city: row.city.clone(),
            county: row.county.clone(),
            phone: row.phone.clone(),
            mobile: row.mobile.clone(),
            fax: row.fax.clone(),
            email: row.email.clone(),
            email2: row.email2.clone(),
            home_page: row.home_page.clone(),
            vat_no: row.vat_no.clone(),
            registration_no: row.registration_no.clone(),
            external_id: row.external_id.clone(),
            company_name: row.company_name.clone(),
            correspondence_type: row.correspondence_type.map(Into::into),
            exclude_from_segment: row.exclude_from_segment,
            privacy_blocked: row.privacy_blocked,
            minor: row.minor,
            parental_consent: row.parental_consent,
            created_at: row.created_at,
            updated_at: row.updated_at,
            erased_at: row.erased_at,
            erasure_reason: row.erasure_reason.clone(),
            hidden: is_hidden.then_some(access::NEEDED),
            revision: row.revision,
            row,
        }
    }
}

/// Something personal of a contact that stands elsewhere: what the viewer may see of it.
pub(super) fn personal<T>(ctx: &Context<'_>, value: Option<T>) -> Result<Option<T>> {
    let sees = ctx.data::<domain::Context>()?.viewer.sees_personal_data();
    Ok(value.filter(|_| sees))
}

/// The contact with this key.
pub(super) async fn load(ctx: &Context<'_>, id: i32) -> Result<Option<Contact>> {
    let row = ctx.data::<Loaders>()?.contact.load_one(id).await?;
    let context = ctx.data::<domain::Context>()?;
    Ok(row.map(|row| Contact::new(context, row)))
}

/// The key of the contact with this id.
///
/// # Errors
/// If it is no id of a contact, at `path`.
pub(super) fn key(id: &ID, path: &[&str]) -> Result<i32, Error> {
    contact_key(id, path)
}

/// A page of contacts, of which only the keys are known yet. One who was deleted meanwhile is left
/// out.
pub(super) async fn contacts<K: Serialize>(
    ctx: &Context<'_>,
    page: Page<K, u32>,
    total: ContactTotal,
) -> Result<Connection<Cursor, Contact, ContactTotal>> {
    let ids = page.items.iter().map(|(_, id)| id.cast_signed());
    let mut rows = ctx.data::<Loaders>()?.contact.load_many(ids).await?;
    let items = page.items.into_iter();
    let items = items.filter_map(|(key, id)| Some((key, rows.remove(&id.cast_signed())?)));
    let page =
        Page { items: items.collect(), has_previous: page.has_previous, has_next: page.has_next };
    let context = ctx.data::<domain::Context>()?;
    Ok(connection(page, total, |row| Contact::new(context, row)))
}

/// How many contacts the whole of a list has.
pub(super) enum ContactTotal {
    Known(u64),
    Of(domain::contact::Whole),
    /// The people of a company.
    PeopleOf(i32),
    /// Those who attend a meeting.
    AttendeesOf(i64),
}

#[Object]
impl ContactTotal {
    /// How many contacts the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        match self {
            Self::Known(total) => Ok(*total),
            Self::Of(whole) => Ok(whole.count(ctx.data::<domain::Context>()?).await?),
            Self::PeopleOf(company_id) => {
                let count = ctx.data::<Loaders>()?.people_count.load_one(*company_id).await?;
                Ok(count.unwrap_or(0))
            }
            Self::AttendeesOf(meeting) => {
                let count =
                    ctx.data::<Loaders>()?.planned.attendees_count.load_one(*meeting).await?;
                Ok(count.unwrap_or(0))
            }
        }
    }
}
