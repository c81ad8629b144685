//! Changing contacts.

use async_graphql::{Context, Object, SimpleObject};

use super::{
    Contact,
    input::{ContactCreateInput, ContactUpdateInput},
};
use crate::{
    domain::{self, contact},
    graphql::error::{Result, UserError, outcome},
};

/// A contact after a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactPayload {
    /// The contact; null if there are user errors.
    contact: Option<Contact>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

impl ContactPayload {
    fn from(result: domain::Result<crate::entity::contact::Model>) -> Result<Self> {
        let (row, user_errors) = outcome(result)?;
        Ok(Self { contact: row.map(|row| Contact::from(std::sync::Arc::new(row))), user_errors })
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Creates a company or a person.
    async fn contact_create(
        &self,
        ctx: &Context<'_>,
        input: ContactCreateInput,
    ) -> Result<ContactPayload> {
        let context = ctx.data::<domain::Context>()?;
        let created = async { contact::create(context, input.into_domain()?).await };
        ContactPayload::from(created.await)
    }

    /// Changes a contact. A company hands its new name on to its people, and each value of its
    /// address, telephone, fax, e-mail, home page, territory, language, salesperson and
    /// correspondence type to those of them who had the old value.
    async fn contact_update(
        &self,
        ctx: &Context<'_>,
        input: ContactUpdateInput,
    ) -> Result<ContactPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async { contact::update(context, input.into_domain()?).await };
        ContactPayload::from(updated.await)
    }
}
