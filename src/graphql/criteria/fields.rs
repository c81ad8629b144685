//! What criteria can test, for user interfaces that are built without knowing the schema by heart.

use async_graphql::{Context, Description, Enum, Object, SimpleObject};

use super::{ContactCriteria, FilterExpression, trees::CODE_SET, types_of};
use crate::{
    domain::{
        self,
        contact::attribute,
        criteria::{
            self, CLASSIFICATIONS, CONTACT_FIELDS, FieldOf, Kind, Operator, RELATIONS, Relation,
            Takes, attribute_key, has_values,
        },
    },
    entity::kinds,
    graphql::{
        code::{Code, CodeKind},
        error::{ApiError, Result},
    },
};

/// How many values are listed unless it is said.
const VALUES_DEFAULT: i32 = 20;

/// What criteria can test.
#[derive(SimpleObject)]
pub(super) struct CriteriaField {
    /// Its name: of a field, a classification or a custom attribute.
    name: String,
    /// Whether it is a field of contacts, a custom attribute, or a field of interactions and the like.
    of: CriteriaFieldOf,
    /// Where its test stands in `ContactCriteria`: `["country"]`, `["interactions", "where",
    /// "template"]`; of a custom attribute `["custom", "number"]`, beside its `name`.
    path: Vec<&'static str>,
    /// The input type of its test.
    test_type: &'static str,
    /// The type of the values it is compared with.
    value_type: &'static str,
    /// What can be asked of it; empty if it is tested by `true` or `false` alone.
    operators: Vec<CriteriaOperator>,
    /// The code table that its values come from.
    codes: Option<CodeKind>,
    /// Whether `criteriaValues` lists its values.
    has_values: bool,
    /// What it is; of a custom attribute, as it was described when it was declared.
    description: Option<String>,
}

/// What a field belongs to.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
pub(super) enum CriteriaFieldOf {
    /// Contacts, with their classifications: mailing groups and the like.
    Contact,
    /// The custom attributes of contacts.
    Attribute,
    /// Interactions.
    Interaction,
    /// What was sold and bought.
    Purchase,
    /// How contacts answer questionnaires.
    ProfileAnswer,
    /// Opportunities.
    Opportunity,
    /// Tasks.
    Task,
}

impl CriteriaFieldOf {
    /// As it belongs to the rows of a relation.
    fn rows_of(relation: &Relation) -> Self {
        match relation.name {
            "interactions" => Self::Interaction,
            "profileAnswers" => Self::ProfileAnswer,
            "purchases" => Self::Purchase,
            "opportunities" => Self::Opportunity,
            "tasks" => Self::Task,
            name => unreachable!("{name} have no value here"),
        }
    }
}

impl From<CriteriaFieldOf> for FieldOf {
    fn from(of: CriteriaFieldOf) -> Self {
        match of {
            CriteriaFieldOf::Contact => Self::Contact,
            CriteriaFieldOf::Attribute => Self::Attribute,
            of => {
                let mut relations = RELATIONS.into_iter();
                let relation = relations.find(|it| CriteriaFieldOf::rows_of(it) == of);
                Self::Row(relation.expect("every other value is that of a relation"))
            }
        }
    }
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
    /// A test of a number: an `IntTest`.
    Test,
    /// A test of a code: a `CodeTest`.
    CodeTest,
}

impl From<Takes> for CriteriaOperand {
    fn from(takes: Takes) -> Self {
        match takes {
            Takes::One => Self::One,
            Takes::Many => Self::Many,
            Takes::Range => Self::Range,
            Takes::Flag => Self::Flag,
            Takes::Period => Self::Period,
            Takes::Expression => Self::Expression,
        }
    }
}

/// A value that occurs.
#[derive(Description)]
pub(super) struct CriteriaValue {
    value: String,
    of: CriteriaFieldOf,
    count: i32,
    is_exact: bool,
    codes: Option<kinds::CodeKind>,
}

#[Object(use_type_description)]
impl CriteriaValue {
    /// The value, as tests are given it.
    async fn value(&self) -> &str {
        &self.value
    }

    /// How many have it of what it is a field of, such as contacts; of interactions, canceled and
    /// postponed ones included.
    async fn count(&self) -> i32 {
        self.count
    }

    /// How many contacts have it themselves; null for a field of something else. Industry groups, business
    /// relations and web sources are those of companies: criteria find their people through them, too, who
    /// are not counted here.
    async fn contacts_count(&self) -> Option<i32> {
        let of_contacts = [CriteriaFieldOf::Contact, CriteriaFieldOf::Attribute];
        of_contacts.contains(&self.of).then_some(self.count)
    }

    /// How many interactions have it, canceled and postponed ones included; null for a field of
    /// something else.
    async fn interactions_count(&self) -> Option<i32> {
        (self.of == CriteriaFieldOf::Interaction).then_some(self.count)
    }

    /// Whether all were counted. Of most fields of interactions and the like, the newest 20,000 alone
    /// are counted if there are more.
    async fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// What the value means, if it comes from a code table and is still there.
    async fn code(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, self.codes?, Some(&self.value)).await.transpose()
    }
}

/// A filter on one field.
#[derive(Clone, SimpleObject)]
pub(super) struct CriteriaFilter {
    /// The name of the field, the classification or the custom attribute.
    field: String,
    /// What its values have to be like.
    expression: FilterExpression,
}

impl From<criteria::Filter> for CriteriaFilter {
    fn from(criteria::Filter { field, expression }: criteria::Filter) -> Self {
        Self { field, expression: FilterExpression(expression) }
    }
}

fn described(
    of: CriteriaFieldOf,
    name: &str,
    path: Vec<&'static str>,
    kind: Kind,
    description: Option<String>,
) -> CriteriaField {
    let (test_type, value_type) = types_of(kind);
    let operator = |operator: &Operator| CriteriaOperator {
        name: operator.name(),
        takes: operator.takes().into(),
        description: operator.description(),
    };
    CriteriaField {
        name: name.to_owned(),
        of,
        path,
        test_type,
        value_type,
        operators: kind.operators().iter().map(operator).collect(),
        codes: None,
        has_values: has_values(kind),
        description,
    }
}

/// The fields of contacts, then their classifications.
fn of_contacts() -> impl Iterator<Item = CriteriaField> {
    let fields = CONTACT_FIELDS.iter().map(|it| CriteriaField {
        codes: it.codes.map(CodeKind::from),
        ..described(
            CriteriaFieldOf::Contact,
            it.name,
            vec![it.name],
            it.kind,
            Some(it.description.to_owned()),
        )
    });
    let operator = |(name, takes, description)| CriteriaOperator { name, takes, description };
    let classifications = CLASSIFICATIONS.into_iter().map(move |it| CriteriaField {
        name: it.name.to_owned(),
        of: CriteriaFieldOf::Contact,
        path: vec![it.name],
        test_type: "CodeSetTest",
        value_type: "String",
        operators: CODE_SET.map(operator).into(),
        codes: Some(it.kind.into()),
        has_values: true,
        description: Some(it.description.to_owned()),
    });
    fields.chain(classifications)
}

fn of_rows(relation: &'static Relation) -> impl Iterator<Item = CriteriaField> {
    relation.fields.iter().map(|it| CriteriaField {
        codes: it.codes.map(CodeKind::from),
        ..described(
            CriteriaFieldOf::rows_of(relation),
            it.name,
            vec![relation.name, "where", it.name],
            it.kind,
            Some(it.description.to_owned()),
        )
    })
}

#[derive(Default)]
pub(in crate::graphql) struct CriteriaFieldQuery;

#[Object]
impl CriteriaFieldQuery {
    /// All fields that criteria can test, with what can be asked of each: enough to build a user
    /// interface.
    async fn criteria_fields(&self, ctx: &Context<'_>) -> Result<Vec<CriteriaField>> {
        let context = ctx.data::<domain::Context>()?;
        let attributes = attribute::attributes(context.db.reader()).await?;
        let attributes = attributes.into_iter().map(|it| {
            let kind = Kind::of_attribute(it.r#type);
            let path = vec!["custom", attribute_key(kind)];
            described(CriteriaFieldOf::Attribute, &it.name, path, kind, it.description)
        });
        Ok(of_contacts().chain(attributes).chain(RELATIONS.into_iter().flat_map(of_rows)).collect())
    }

    /// The filter expressions that ask the same as criteria, one for each field; null if none do. All of
    /// them have to hold; a contact with several codes passes with one of them.
    async fn criteria_filters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts.")] criteria: ContactCriteria,
    ) -> Result<Option<Vec<CriteriaFilter>>> {
        let context = ctx.data::<domain::Context>()?;
        let criteria = criteria.parsed(context, &["criteria"]).await.map_err(ApiError::from)?;
        let filters = criteria.filters();
        Ok(filters.map(|filters| filters.into_iter().map(CriteriaFilter::from).collect()))
    }

    /// The values of a field that occur, the most frequent first.
    async fn criteria_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The field, by its `name` among `criteriaFields`, of those with `hasValues`."
        )]
        field: String,
        #[graphql(
            desc = "What it is a field of.",
            default_with = "Some(CriteriaFieldOf::Contact)"
        )]
        of: Option<CriteriaFieldOf>,
        #[graphql(
            desc = "Only values that begin with this: whatever the case, but for text that is compared to the letter (`ExactTextTest`)."
        )]
        prefix: Option<String>,
        #[graphql(desc = "How many: 1 to 100; default 20.")] first: Option<i32>,
    ) -> Result<Vec<CriteriaValue>> {
        let context = ctx.data::<domain::Context>()?;
        let of = of.unwrap_or(CriteriaFieldOf::Contact);
        let prefix = prefix.unwrap_or_default();
        let first = first.unwrap_or(VALUES_DEFAULT);
        let values = criteria::values(context, of.into(), &field, &prefix, first);
        let criteria::Values { counted, is_exact, codes } = values.await.map_err(ApiError::from)?;
        let value = |(value, count)| CriteriaValue { value, of, count, is_exact, codes };
        Ok(counted.into_iter().map(value).collect())
    }
}
