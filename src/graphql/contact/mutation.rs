//! Changing contacts.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::{
    Contact,
    duplicate::ContactDuplicate,
    erase::{ContactEraseInput, ContactErasePayload},
    input::{ContactCreateInput, ContactUpdateInput},
    merge::ContactMergePayload,
    removal::{ContactDeleteInput, ContactMergeInput},
};
use crate::{
    domain::{
        self,
        contact::{self, duplicates},
    },
    graphql::error::{Result, UserError, outcome},
};

/// A contact after a change.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(in crate::graphql) struct ContactPayload {
    /// The contact; null if there are user errors.
    contact: Option<Contact>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

impl ContactPayload {
    fn new(
        context: &domain::Context,
        result: domain::Result<crate::entity::contact::Model>,
    ) -> Result<Self> {
        let (row, user_errors) = outcome(result)?;
        let contact = row.map(|row| Contact::new(context, std::sync::Arc::new(row)));
        Ok(Self { contact, user_errors })
    }
}

#[ComplexObject]
impl ContactPayload {
    /// Who may be the same contact, the likeliest first, ten at most: among all that
    /// `contactDuplicatesFind` has looked at. They are looked for when this is asked; null if the setup
    /// does not want that (`searchOnEntry`), without the scope `personal`, and if there are user errors.
    async fn duplicates(&self, ctx: &Context<'_>) -> Result<Option<Vec<ContactDuplicate>>> {
        let Some(contact) = &self.contact else { return Ok(None) };
        let found = duplicates::on_entry(ctx.data_unchecked(), contact.row.id).await?;
        Ok(found.map(|rows| rows.into_iter().map(ContactDuplicate).collect()))
    }
}

/// What came of deleting a contact.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactDeletePayload {
    /// The id of the contact that is gone; null if there are user errors.
    deleted_id: Option<ID>,
    /// How many contacts are gone: with a company, its people may go; null if there are user
    /// errors.
    deleted_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Creates a company or a person.
    async fn contact_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new contact.")] input: ContactCreateInput,
    ) -> Result<ContactPayload> {
        let context = ctx.data::<domain::Context>()?;
        let created = async { contact::create(context, input.into_domain()?).await };
        ContactPayload::new(context, created.await)
    }

    /// Changes a contact. A company hands its new name on to its people, and each value of its
    /// address, telephone, fax, e-mail, home page, territory, language, salesperson and
    /// correspondence type to those of them who had the old value.
    async fn contact_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact, and what to change.")] input: ContactUpdateInput,
    ) -> Result<ContactPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async { contact::update(context, input.into_domain()?).await };
        ContactPayload::new(context, updated.await)
    }

    /// Deletes a contact for ever. Interactions of a person stay with their company, those of a
    /// company with nobody.
    async fn contact_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact, and what becomes of its segments and people.")]
        input: ContactDeleteInput,
    ) -> Result<ContactDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let id = input.id.clone();
        let deleted = async { contact::delete(context, input.into_domain()?).await };
        let (deleted_count, user_errors) = outcome(deleted.await)?;
        Ok(ContactDeletePayload {
            deleted_id: deleted_count.map(|_| id),
            deleted_count,
            user_errors,
        })
    }

    /// Merges a duplicate into the contact that survives. The survivor keeps its values but for those
    /// to `take`, gets the duplicate's where it has none, and then those given here. Everything that referred to the
    /// duplicate, segments and interactions included, refers to the survivor afterwards, and the
    /// duplicate's numbers find the survivor. Needs the scope `personal` besides `write`.
    async fn contact_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact survives, and which becomes part of it.")]
        input: ContactMergeInput,
    ) -> Result<ContactMergePayload> {
        let context = ctx.data::<domain::Context>()?;
        let merged = async { contact::merge(context, input.into_domain()?).await };
        ContactMergePayload::new(context, merged.await)
    }

    /// Erases all that is known of a contact, on their request: its values, codes, custom attributes,
    /// addresses and external ids, what was written on its lines, interactions, opportunities and tasks,
    /// and where criteria name it literally; all answers that are kept for requests that are sent again
    /// are forgotten. What happened is still counted: the contact stays
    /// under its number as somebody nobody knows, who can't be selected or changed. It can't be undone.
    /// Needs the scope `admin`, or `personal` besides `write`.
    async fn contact_erase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to erase, and why.")] input: ContactEraseInput,
    ) -> Result<ContactErasePayload> {
        let context = ctx.data::<domain::Context>()?;
        let erased = async { contact::erase(context, input.into_domain()?).await };
        ContactErasePayload::new(context, erased.await)
    }
}
