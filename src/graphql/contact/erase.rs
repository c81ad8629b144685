//! Erasing a contact.

use std::sync::Arc;

use async_graphql::{ID, InputObject, SimpleObject};

use super::{Contact, key};
use crate::{
    domain::{
        self,
        contact::{EraseContact, Erased},
    },
    graphql::error::{Result, UserError, outcome},
};

/// Whom to erase.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactEraseInput {
    /// Which contact.
    contact_id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Kept with the contact, so it must not tell of them; at most 250 characters.
    reason: Option<String>,
}

/// What came of erasing a contact.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactErasePayload {
    /// What is left of the contact; null if there are user errors.
    contact: Option<Contact>,
    /// How many interactions lost their texts; null if there are user errors.
    interactions_count: Option<u64>,
    /// How many comments on interactions are gone; null if there are user errors.
    comments_count: Option<u64>,
    /// How many recorded steps and saved criteria named a value of the contact, and have the word
    /// `erased` in its place now; null if there are user errors.
    criteria_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

impl ContactEraseInput {
    pub(super) fn into_domain(self) -> domain::Result<EraseContact> {
        Ok(EraseContact {
            id: key(&self.contact_id, &["contactId"])?,
            expected_revision: self.expected_revision,
            reason: self.reason,
        })
    }
}

impl ContactErasePayload {
    pub(super) fn new(context: &domain::Context, result: domain::Result<Erased>) -> Result<Self> {
        let (erased, user_errors) = outcome(result)?;
        let count = |of: fn(&Erased) -> u64| erased.as_ref().map(of);
        Ok(Self {
            interactions_count: count(|it| it.interactions),
            comments_count: count(|it| it.comments),
            criteria_count: count(|it| it.criteria),
            contact: erased.map(|it| Contact::new(context, Arc::new(it.row))),
            user_errors,
        })
    }
}
