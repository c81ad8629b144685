//! For whom a questionnaire is (PRO-3).

use std::sync::Arc;

use super::Questionnaire;
use crate::entity::{contact, kinds::ContactType};

/// Whom a questionnaire is offered to, or not.
#[derive(Copy, Clone, Debug)]
pub struct Asked<'a> {
    pub r#type: ContactType,
    /// Profiles are not for minors (CON-4).
    pub minor: bool,
    /// The business relations of its company; of a company, its own.
    pub relations: &'a [String],
}

impl<'a> Asked<'a> {
    pub fn new(contact: &contact::Model, relations: &'a [String]) -> Self {
        Self { r#type: contact.r#type, minor: contact.minor, relations }
    }
}

/// Whether a questionnaire is for such a contact. It is offered, too, if the contact has answers in
/// it already.
pub fn fits(questionnaire: &Questionnaire, asked: Asked<'_>) -> bool {
    let header = &questionnaire.header;
    let fits_type = header.contact_type.is_none_or(|it| it == asked.r#type);
    let has_relation =
        header.business_relation.as_ref().is_none_or(|it| asked.relations.contains(it));
    !asked.minor && fits_type && has_relation
}

/// Those of `all` that are offered to a contact with answers in those that are `answered`.
pub fn offered<'a>(
    all: &'a [Arc<Questionnaire>],
    asked: Asked<'_>,
    answered: &[String],
) -> impl Iterator<Item = &'a Arc<Questionnaire>> {
    all.iter().filter(move |it| fits(it, asked) || answered.contains(&it.header.code))
}
