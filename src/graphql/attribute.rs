//! Custom attributes of contacts.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    error::{Result, UserError, outcome},
    kinds::AttributeType,
};
use crate::{
    domain::{self, contact::attribute},
    entity,
};

/// An attribute that contacts can have beside their own fields.
#[derive(SimpleObject)]
pub(super) struct Attribute {
    /// Its name; at most 50 characters, whose case matters.
    name: String,
    /// The type of its values.
    r#type: AttributeType,
    /// What it means.
    description: Option<String>,
}

impl From<entity::attribute::Model> for Attribute {
    fn from(row: entity::attribute::Model) -> Self {
        Self { name: row.name, r#type: row.r#type.into(), description: row.description }
    }
}

#[derive(Default)]
pub(super) struct AttributeQuery;

#[Object]
impl AttributeQuery {
    /// The custom attributes that contacts can have, in the order of their names.
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Vec<Attribute>> {
        let context = ctx.data::<domain::Context>()?;
        let all = attribute::attributes(context.db.reader()).await?;
        Ok(all.into_iter().map(Attribute::from).collect())
    }
}

/// A new custom attribute.
#[derive(InputObject)]
pub(super) struct AttributeCreateInput {
    /// Its name: at most 50 characters, whose case matters.
    name: String,
    /// The type of its values. It can't be changed later.
    r#type: AttributeType,
    /// What it means.
    description: Option<String>,
}

/// Which custom attribute to delete.
#[derive(InputObject)]
pub(super) struct AttributeDeleteInput {
    /// Its name.
    name: String,
    /// Whether to delete the values that contacts have for it, too; it is refused otherwise.
    #[graphql(default_with = "Some(false)")]
    with_values: Option<bool>,
}

/// A custom attribute after a change.
#[derive(SimpleObject)]
pub(super) struct AttributePayload {
    /// The attribute; null if there are user errors.
    attribute: Option<Attribute>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting a custom attribute.
#[derive(SimpleObject)]
pub(super) struct AttributeDeletePayload {
    /// The name of the attribute that is gone; null if there are user errors.
    deleted_name: Option<String>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct AttributeMutation;

#[Object]
impl AttributeMutation {
    /// Declares a custom attribute; there are at most 200.
    async fn attribute_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new custom attribute.")] input: AttributeCreateInput,
    ) -> Result<AttributePayload> {
        let context = ctx.data::<domain::Context>()?;
        let (r#type, description) = (input.r#type.into(), input.description.as_deref());
        let created = attribute::attribute_create(context, &input.name, r#type, description).await;
        let (attribute, user_errors) = outcome(created)?;
        Ok(AttributePayload { attribute: attribute.map(Attribute::from), user_errors })
    }

    /// Deletes a custom attribute.
    async fn attribute_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which custom attribute to delete.")] input: AttributeDeleteInput,
    ) -> Result<AttributeDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let with_values = input.with_values.unwrap_or(false);
        let deleted = attribute::attribute_delete(context, &input.name, with_values).await;
        let (deleted_name, user_errors) = outcome(deleted)?;
        Ok(AttributeDeletePayload { deleted_name, user_errors })
    }
}
