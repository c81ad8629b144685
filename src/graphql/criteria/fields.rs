//! What criteria can test, for user interfaces that are built without knowing the schema by heart.

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::types_of;
use crate::{
    domain::{
        self,
        criteria::{self, CONTACT_FIELDS, Field, INTERACTION_FIELDS, Operator, Takes},
    },
    graphql::{
        code::CodeKind,
        error::{ApiError, Result},
    },
};

/// How many values are listed unless it is said.
const VALUES_DEFAULT: i32 = 20;

/// What criteria can test.
#[derive(SimpleObject)]
pub(super) struct CriteriaField {
    /// The field of `ContactCriteria` or `InteractionCriteria`.
    name: &'static str,
    /// Whether it is a field of contacts or of interactions.
    of: CriteriaFieldOf,
    /// The input type of its test.
    test_type: &'static str,
    /// The type of the values it is compared with.
    value_type: &'static str,
    /// What can be asked of it; empty if it is tested by `true` or `false` alone.
    operators: Vec<CriteriaOperator>,
    /// The code table that its values come from.
    codes: Option<CodeKind>,
    /// What it is.
    description: &'static str,
}

/// What a field belongs to.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
pub(super) enum CriteriaFieldOf {
    /// Contacts.
    Contact,
    /// Interactions.
    Interaction,
}

/// A way to test a field.
#[derive(SimpleObject)]
pub(super) struct CriteriaOperator {
    /// The field of the test's input type.
    name: &'static str,
    /// What it is given.
    takes: CriteriaOperand,
    /// What it asks.
    description: &'static str,
}

/// What an operator is given.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "Takes")]
pub(super) enum CriteriaOperand {
    /// One value.
    One,
    /// A list of values.
    Many,
    /// `from` and `to`, both included.
    Range,
    /// `true` or `false`.
    Flag,
    /// A length of time.
    Period,
    /// A filter expression.
    Expression,
}

/// A value that occurs.
#[derive(SimpleObject)]
pub(super) struct CriteriaValue {
    /// The value.
    value: String,
    /// How many contacts have it.
    contacts_count: i32,
}

fn described(of: CriteriaFieldOf, field: &'static Field) -> CriteriaField {
    let (test_type, value_type) = types_of(field.kind);
    let operator = |operator: &Operator| CriteriaOperator {
        name: operator.name(),
        takes: operator.takes().into(),
        description: operator.description(),
    };
    CriteriaField {
        name: field.name,
        of,
        test_type,
        value_type,
        operators: field.kind.operators().iter().map(operator).collect(),
        codes: field.codes.map(CodeKind::from),
        description: field.description,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CriteriaQuery;

#[Object]
impl CriteriaQuery {
    /// All fields that criteria can test, with what can be asked of each: enough to build a user
    /// interface.
    async fn criteria_fields(&self) -> Vec<CriteriaField> {
        let contact = CONTACT_FIELDS.iter().map(|it| described(CriteriaFieldOf::Contact, it));
        let interaction =
            INTERACTION_FIELDS.iter().map(|it| described(CriteriaFieldOf::Interaction, it));
        contact.chain(interaction).collect()
    }

    /// The values of a field of contacts that occur, the most frequent first.
    async fn criteria_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The field, by its name in `ContactCriteria`. Dates and flags have no list."
        )]
        field: String,
        #[graphql(desc = "Only values that begin with this, whatever the case.")] prefix: Option<
            String,
        >,
        #[graphql(desc = "How many: 1 to 100; default 20.")] first: Option<i32>,
    ) -> Result<Vec<CriteriaValue>> {
        let context = ctx.data::<domain::Context>()?;
        let prefix = prefix.unwrap_or_default();
        let values = criteria::values(context, &field, &prefix, first.unwrap_or(VALUES_DEFAULT))
            .await
            .map_err(ApiError::from)?;
        let value = |(value, count)| CriteriaValue { value, contacts_count: count };
        Ok(values.into_iter().map(value).collect())
    }
}
