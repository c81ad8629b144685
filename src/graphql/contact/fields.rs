//! What can be given for a contact.

use async_graphql::{InputObject, MaybeUndefined};

use crate::{domain::contact::ContactChange, graphql::kinds::CorrespondenceType};

/// The values of a contact. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactFields {
    /// The name; at most 100 characters. A person's is split into first, middle and last name
    /// unless these are given, and made of them if it is left out.
    name: MaybeUndefined<String>,
    /// More of the name; at most 100 characters.
    name2: MaybeUndefined<String>,
    /// A name to look it up by, in upper case; follows the name unless set; at most 100 characters.
    search_name: MaybeUndefined<String>,
    /// The first names of a person; at most 100 characters.
    first_name: MaybeUndefined<String>,
    /// The middle name of a person; at most 100 characters.
    middle_name: MaybeUndefined<String>,
    /// The last name of a person; at most 100 characters.
    surname: MaybeUndefined<String>,
    /// The initials of a person; at most 30 characters.
    initials: MaybeUndefined<String>,
    /// The title of a person at work; at most 100 characters.
    job_title: MaybeUndefined<String>,
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
    /// A telephone number; at most 30 characters.
    phone: MaybeUndefined<String>,
    /// A mobile telephone number; at most 30 characters.
    mobile: MaybeUndefined<String>,
    /// A fax number; at most 30 characters.
    fax: MaybeUndefined<String>,
    /// An e-mail address, or several parted by `;`; at most 250 characters.
    email: MaybeUndefined<String>,
    /// Another e-mail address, or several parted by `;`; at most 250 characters.
    email2: MaybeUndefined<String>,
    /// The address of a web page; at most 255 characters.
    home_page: MaybeUndefined<String>,
    /// The VAT registration number; at most 50 characters.
    vat_no: MaybeUndefined<String>,
    /// The number in a public register; at most 50 characters.
    registration_no: MaybeUndefined<String>,
    /// What it is called in another system; unique, and its case matters; at most 50 characters.
    external_id: MaybeUndefined<String>,
    /// The code of how it is addressed.
    salutation: MaybeUndefined<String>,
    /// The code of the rank of a person at work.
    organizational_level: MaybeUndefined<String>,
    /// The code of the country or region.
    country: MaybeUndefined<String>,
    /// The code of the sales territory.
    territory: MaybeUndefined<String>,
    /// The code of the currency.
    currency: MaybeUndefined<String>,
    /// The code of the language to use.
    language: MaybeUndefined<String>,
    /// The code of who sells to it.
    salesperson: MaybeUndefined<String>,
    /// How to reach it.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// Whether selections leave it out, unless told otherwise.
    exclude_from_segment: Option<bool>,
    /// Whether it must not be contacted. A minor is blocked until the parents consent.
    privacy_blocked: Option<bool>,
    /// Whether the person is a minor. Becoming one blocks.
    minor: Option<bool>,
    /// Whether the parents of a minor consent. A change blocks, unless `privacyBlocked` says
    /// otherwise.
    parental_consent: Option<bool>,
}

impl From<ContactFields> for ContactChange {
    fn from(fields: ContactFields) -> Self {
        Self {
            name: fields.name.into(),
            name2: fields.name2.into(),
            search_name: fields.search_name.into(),
            first_name: fields.first_name.into(),
            middle_name: fields.middle_name.into(),
            surname: fields.surname.into(),
            initials: fields.initials.into(),
            job_title: fields.job_title.into(),
            address: fields.address.into(),
            address2: fields.address2.into(),
            post_code: fields.post_code.into(),
            city: fields.city.into(),
            county: fields.county.into(),
            phone: fields.phone.into(),
            mobile: fields.mobile.into(),
            fax: fields.fax.into(),
            email: fields.email.into(),
            email2: fields.email2.into(),
            home_page: fields.home_page.into(),
            vat_no: fields.vat_no.into(),
            registration_no: fields.registration_no.into(),
            external_id: fields.external_id.into(),
            salutation: fields.salutation.into(),
            organizational_level: fields.organizational_level.into(),
            country: fields.country.into(),
            territory: fields.territory.into(),
            currency: fields.currency.into(),
            language: fields.language.into(),
            salesperson: fields.salesperson.into(),
            correspondence_type: Option::from(fields.correspondence_type)
                .map(|it: Option<CorrespondenceType>| it.map(Into::into)),
            exclude_from_segment: fields.exclude_from_segment,
            privacy_blocked: fields.privacy_blocked,
            minor: fields.minor,
            parental_consent: fields.parental_consent,
        }
    }
}
