//! A contact as the API shows it.

mod fields;
mod input;
mod mutation;
mod order;
mod query;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};

pub(super) use mutation::ContactMutation;
pub(super) use order::ContactOrder;
pub(super) use query::ContactQuery;

use super::{
    code::Code,
    error::Result,
    interaction::{
        InteractionConnection, InteractionFilter, InteractionOrder, InteractionStatistics, Slice,
        interactions_of, statistics_of,
    },
    kinds::{ContactType, CorrespondenceType},
    loaders::Loaders,
    scalar::Date,
};
use crate::{
    domain::{
        Error,
        id::Kind,
        interaction::{Owner, Window},
    },
    entity::{contact, kinds::CodeKind},
};

/// A company or a person.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct Contact {
    /// Whether it is a company or a person.
    r#type: ContactType,
    /// What people call it, such as `CT000001`; at most 20 characters, kept in upper case.
    no: String,
    /// The name; of a person, first, middle and last name.
    name: String,
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
    /// Grows with every change; give it as `expectedRevision` to be told of changes by others.
    revision: i32,
    #[graphql(skip)]
    row: Arc<contact::Model>,
}

impl From<Arc<contact::Model>> for Contact {
    fn from(row: Arc<contact::Model>) -> Self {
        Self {
            r#type: row.r#type.into(),
            no: row.no.clone(),
            name: row.name.clone(),
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
            revision: row.revision,
            row,
        }
    }
}

#[ComplexObject]
impl Contact {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::Contact.id(self.row.id.into()))
    }

    /// The company: of a person, the one they belong to; of a company, itself.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        load(ctx, self.row.company_id?).await.transpose()
    }

    /// The country or region.
    async fn country(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Country, self.row.country.as_ref()).await.transpose()
    }

    /// The sales territory.
    async fn territory(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Territory, self.row.territory.as_ref()).await.transpose()
    }

    /// The currency.
    async fn currency(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Currency, self.row.currency.as_ref()).await.transpose()
    }

    /// The language to use.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Language, self.row.language.as_ref()).await.transpose()
    }

    /// Who sells to it.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Salesperson, self.row.salesperson.as_ref()).await.transpose()
    }

    /// How it is addressed.
    async fn salutation(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Salutation, self.row.salutation.as_ref()).await.transpose()
    }

    /// Its interactions; of a company, also those of the people who belonged to it at the time.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    #[graphql(complexity = "2 + first.or(last).unwrap_or(50).max(0) as usize * child_complexity")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "In which order.", default)] order_by: InteractionOrder,
        #[graphql(desc = "How many to return, from the first on; at most 1,000, by default 50.")]
        first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to return, up to the last; at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::of(&self.row), filter, order_by, slice).await
    }

    /// What its interactions add up to, without canceled and postponed ones; of a company, those of
    /// the people who belonged to it at the time count, too.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Result<InteractionStatistics> {
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        statistics_of(ctx, Owner::of(&self.row), window).await
    }

    /// The rank of a person at work.
    async fn organizational_level(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::OrganizationalLevel, self.row.organizational_level.as_ref())
            .await
            .transpose()
    }
}

/// The contact with this key.
pub(super) async fn load(ctx: &Context<'_>, id: i32) -> Result<Option<Contact>> {
    let row = ctx.data::<Loaders>()?.contact.load_one(id).await?;
    Ok(row.map(Contact::from))
}

async fn code(ctx: &Context<'_>, kind: CodeKind, code: Option<&String>) -> Result<Option<Code>> {
    let Some(code) = code else { return Ok(None) };
    let row = ctx.data::<Loaders>()?.code.load_one((kind, code.clone())).await?;
    Ok(row.map(Code))
}

/// The key of the contact with this id.
///
/// # Errors
/// If it is no id of a contact, at `path`.
pub(super) fn key(id: &ID, path: &[&str]) -> Result<i32, Error> {
    Ok(i32::try_from(Kind::Contact.key(id, path)?).unwrap_or(0))
}
