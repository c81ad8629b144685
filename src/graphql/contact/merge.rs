//! What comes of merging contacts.

use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};

use super::Contact;
use crate::{
    domain::{
        self,
        contact::{self, Merged},
    },
    graphql::error::{Result, UserError, outcome},
};

/// A value of a contact, of which one is left when two are merged.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "contact::MergeField")]
pub(in crate::graphql) enum ContactMergeField {
    /// The name; of a person, with first, middle and last name.
    Name,
    /// More of the name.
    Name2,
    /// The initials.
    Initials,
    /// How it is addressed.
    Salutation,
    /// The title at work.
    JobTitle,
    /// The rank at work.
    OrganizationalLevel,
    /// The address as a whole, with post code, city, county and country.
    Address,
    /// The telephone number.
    Phone,
    /// The mobile telephone number.
    Mobile,
    /// The fax number.
    Fax,
    /// The e-mail address.
    Email,
    /// The other e-mail address.
    Email2,
    /// The web page.
    HomePage,
    /// The sales territory.
    Territory,
    /// The currency.
    Currency,
    /// The language.
    Language,
    /// Who sells to it.
    Salesperson,
    /// The VAT registration number.
    VatNo,
    /// The number in a public register.
    RegistrationNo,
    /// What it is called in another system.
    ExternalId,
    /// How to reach it.
    CorrespondenceType,
    /// The company of a person.
    Company,
}

/// What kind of thing both contacts have.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "contact::ConflictKind")]
pub(in crate::graphql) enum ContactMergeConflictKind {
    /// A value, and not the same; the key is one of those of `take`.
    Field,
    /// A custom attribute, by its name.
    Attribute,
    /// A code, such as a mailing group, by its table and the code.
    Code,
    /// An alternative address, by its code; its periods are left with it.
    Address,
    /// A period of alternative addresses, by the day it begins.
    AddressPeriod,
    /// Answers to a question that has one, and not the same; by the code of its questionnaire and its
    /// own number. Answers that follow from other data are found anew, and are none of these.
    ProfileAnswer,
    /// Values of their own on the lines of a segment, by its number.
    Line,
}

/// Something that both contacts have, and of which one is left.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactMergeConflict {
    /// What kind of thing.
    kind: ContactMergeConflictKind,
    /// Which one.
    key: String,
    /// What the survivor has, as people read it; null if there is nothing to read.
    survivor: Option<String>,
    /// What the duplicate has, alike.
    duplicate: Option<String>,
    /// Whether the duplicate's is left; else the survivor's is.
    is_taken: bool,
}

/// What came, or in a dry run would come, of merging two contacts.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactMergePayload {
    /// The survivor, with the values it has then; null if there are user errors. In a dry run its lists, such
    /// as job responsibilities and interactions, are those it has now.
    contact: Option<Contact>,
    /// What both had, and of which one is left.
    conflicts: Vec<ContactMergeConflict>,
    /// How many interactions of the duplicate are the survivor's then; null if there are user errors.
    interactions_count: Option<u64>,
    /// In how many segments the survivor takes the duplicate's place, now or in an earlier step; null if
    /// there are user errors.
    segments_count: Option<u64>,
    /// How many people of a company come to the survivor; null if there are user errors.
    people_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

impl ContactMergePayload {
    pub(super) fn new(context: &domain::Context, result: domain::Result<Merged>) -> Result<Self> {
        let (merged, user_errors) = outcome(result)?;
        let counts = merged.as_ref().map(|it| (it.interactions, it.segments, it.people));
        let (contact, conflicts) = merged.map(|it| (it.row, it.conflicts)).unzip();
        let conflicts = conflicts.unwrap_or_default().into_iter();
        let conflicts = conflicts.map(|it| ContactMergeConflict {
            kind: it.kind.into(),
            key: it.key,
            survivor: it.survivor,
            duplicate: it.duplicate,
            is_taken: it.is_taken,
        });
        Ok(Self {
            contact: contact.map(|row| Contact::new(context, Arc::new(row))),
            conflicts: conflicts.collect(),
            interactions_count: counts.map(|it| it.0),
            segments_count: counts.map(|it| it.1),
            people_count: counts.map(|it| it.2),
            user_errors,
        })
    }
}
