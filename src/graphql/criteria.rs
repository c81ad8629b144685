//! The input types of criteria, made from the vocabulary of `domain::criteria`.
//!
//! They are registered as data instead of being derived from Rust types: the domain reads the
//! JSON itself, so that everything wrong becomes a user error with its path, and a field is
//! declared in one place only.

use std::borrow::Cow;

use async_graphql::{
    Context, Enum, ID, InputType, InputValueError, InputValueResult, Object, Scalar, ScalarType,
    SimpleObject, Value,
    indexmap::IndexMap,
    registry::{MetaInputValue, MetaType, Registry},
};

use super::{
    code::CodeKind,
    error::{ApiError, Result},
    kinds,
    scalar::{Date, Decimal},
};
use crate::domain::{
    self,
    criteria::{
        self, CONTACT_FIELDS, Choice, DEPTH_MAX, Field, INTERACTION_FIELDS, Kind, LIST_VALUES_MAX,
        NODES_MAX, Operator, Takes,
    },
};

/// Criteria as they came in. The domain reads them.
pub(super) struct ContactCriteria(pub(super) serde_json::Value);

impl InputType for ContactCriteria {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ContactCriteria")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        if !registry.types.contains_key("ContactCriteria") {
            register(registry);
        }
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        value.into_json().map(Self).map_err(|err| InputValueError::custom(err.to_string()))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

/// A length of time in ISO 8601: years, months, weeks, days, hours, minutes and seconds, such as
/// `"P90D"`, `"P1M"`, `"-P1Y"` or `"PT36H"`.
struct Duration(String);

#[Scalar(specified_by_url = "https://www.iso.org/iso-8601-date-and-time-format.html")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A filter expression as in Microsoft Dynamics 365 Business Central, such as
/// `"10000..20000|<>*test*"`.
struct FilterExpression(String);

#[Scalar]
impl ScalarType for FilterExpression {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// What a relative date counts from.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
enum DateAnchor {
    /// Today.
    Today,
    /// This instant.
    Now,
    /// Monday of this week.
    WeekStart,
    /// The first of this month.
    MonthStart,
    /// The first day of this quarter.
    QuarterStart,
    /// The first of January of this year.
    YearStart,
}

/// What of interactions can be summed and averaged.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
enum InteractionAmount {
    /// What they cost, in local currency.
    Cost,
    /// How long they took, in minutes.
    DurationMin,
}

/// Whose interactions.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
enum InteractionScope {
    /// The contact's own.
    Person,
    /// Those of the contact's company, with all its people.
    Company,
    /// Both together.
    Either,
}

/// A field of an input type: name, type, description.
type Declared<'a> = (&'a str, String, String);

fn declare<'a>(name: &'a str, ty: &str, description: &str) -> Declared<'a> {
    (name, ty.to_owned(), description.to_owned())
}

fn add(
    registry: &mut Registry,
    name: &str,
    description: &str,
    one_of: bool,
    fields: &[Declared<'_>],
) {
    let fields = fields.iter().map(|(name, ty, description)| {
        let (ty, default) = match ty.split_once(" = ") {
            Some((ty, default)) => (ty.to_owned(), Some(default.to_owned())),
            None => (ty.clone(), None),
        };
        let field = MetaInputValue {
            name: (*name).to_owned(),
            description: Some(description.clone()),
            ty,
            deprecation: Default::default(),
            default_value: default,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        ((*name).to_owned(), field)
    });
    let meta = MetaType::InputObject {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        input_fields: IndexMap::from_iter(fields),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: one_of,
        directive_invocations: Vec::new(),
    };
    registry.types.insert(name.to_owned(), meta);
}

fn register(registry: &mut Registry) {
    register_scalars(registry);
    for (kind, description) in TESTS {
        add_test(registry, *kind, description);
    }
    for (name, value) in [
        ("CodeRange", "String!"),
        ("IntRange", "Int!"),
        ("DecimalRange", "Decimal!"),
        ("DateRange", "DateExpr!"),
    ] {
        let fields = [
            declare("from", value, "Where it begins, included."),
            declare("to", value, "Where it ends, included."),
        ];
        add(registry, name, "From one value to another, both included.", false, &fields);
    }
    register_dates(registry);
    register_relations(registry);
    register_interactions(registry);
    register_trees(registry);
}

fn register_scalars(registry: &mut Registry) {
    <ID as InputType>::create_type_info(registry);
    <String as InputType>::create_type_info(registry);
    <bool as InputType>::create_type_info(registry);
    <i32 as InputType>::create_type_info(registry);
    <Decimal as InputType>::create_type_info(registry);
    <Date as InputType>::create_type_info(registry);
    <chrono::DateTime<chrono::Utc> as InputType>::create_type_info(registry);
    <Duration as InputType>::create_type_info(registry);
    <FilterExpression as InputType>::create_type_info(registry);
    <DateAnchor as InputType>::create_type_info(registry);
    <InteractionAmount as InputType>::create_type_info(registry);
    <InteractionScope as InputType>::create_type_info(registry);
    <kinds::ContactType as InputType>::create_type_info(registry);
    <kinds::CorrespondenceType as InputType>::create_type_info(registry);
    <kinds::InformationFlow as InputType>::create_type_info(registry);
    <kinds::InitiatedBy as InputType>::create_type_info(registry);
    <kinds::DeliveryStatus as InputType>::create_type_info(registry);
    <kinds::Evaluation as InputType>::create_type_info(registry);
}

const TESTS: &[(Kind, &str)] = &[
    (Kind::Text, "What is asked of free text."),
    (Kind::ExactText, "What is asked of text that is compared to the letter."),
    (Kind::Code, "What is asked of a code. The case of codes never matters."),
    (Kind::Integer, "What is asked of a whole number."),
    (Kind::Decimal, "What is asked of an exact number."),
    (Kind::Date, "What is asked of a day."),
    (Kind::Instant, "What is asked of an instant."),
    (Kind::Evaluation, "What is asked of an evaluation. The worst is the least."),
    (Kind::Choice(Choice::ContactType), "What is asked of the type of a contact."),
    (Kind::Choice(Choice::CorrespondenceType), "What is asked of a correspondence type."),
    (Kind::Choice(Choice::InformationFlow), "What is asked of an information flow."),
    (Kind::Choice(Choice::InitiatedBy), "What is asked of who began an interaction."),
    (Kind::Choice(Choice::DeliveryStatus), "What is asked of a delivery status."),
];

/// The type of the test, and the type of its values, of a kind.
fn types_of(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Text => ("TextTest", "String"),
        Kind::ExactText => ("ExactTextTest", "String"),
        Kind::Code => ("CodeTest", "String"),
        Kind::Choice(Choice::ContactType) => ("ContactTypeTest", "ContactType"),
        Kind::Choice(Choice::CorrespondenceType) => {
            ("CorrespondenceTypeTest", "CorrespondenceType")
        }
        Kind::Choice(Choice::InformationFlow) => ("InformationFlowTest", "InformationFlow"),
        Kind::Choice(Choice::InitiatedBy) => ("InitiatedByTest", "InitiatedBy"),
        Kind::Choice(Choice::DeliveryStatus) => ("DeliveryStatusTest", "DeliveryStatus"),
        Kind::Evaluation => ("EvaluationTest", "Evaluation"),
        Kind::Flag => ("Boolean", "Boolean"),
        Kind::Integer => ("IntTest", "Int"),
        Kind::Decimal => ("DecimalTest", "Decimal"),
        Kind::Date => ("DateTest", "DateExpr"),
        Kind::Instant => ("InstantTest", "DateExpr"),
    }
}

fn add_test(registry: &mut Registry, kind: Kind, description: &str) {
    let (name, value) = types_of(kind);
    let fields: Vec<Declared<'_>> = kind
        .operators()
        .iter()
        .map(|operator| {
            let ty = match operator.takes() {
                Takes::One => value.to_owned(),
                Takes::Many => format!("[{value}!]"),
                Takes::Range => match kind {
                    Kind::Integer => "IntRange".to_owned(),
                    Kind::Decimal => "DecimalRange".to_owned(),
                    Kind::Date | Kind::Instant => "DateRange".to_owned(),
                    _ => "CodeRange".to_owned(),
                },
                Takes::Flag => "Boolean".to_owned(),
                Takes::Period => "Duration".to_owned(),
                Takes::Expression => "FilterExpression".to_owned(),
            };
            (operator.name(), ty, operator.description().to_owned())
        })
        .collect();
    let description = format!("{description} Give exactly one field. A missing value passes none.");
    add(registry, name, &description, true, &fields);
}

fn register_dates(registry: &mut Registry) {
    let fields = [
        declare("date", "Date", "A whole day, in the time zone of the request."),
        declare("instant", "DateTime", "A point in time."),
        declare("relative", "RelativeDate", "Resolved anew whenever the criteria are evaluated."),
    ];
    add(registry, "DateExpr", "A day or an instant. Give exactly one field.", true, &fields);
    let fields = [
        declare("anchor", "DateAnchor!", "What it counts from."),
        declare("plus", "Duration", "How much later; earlier if negative: `\"-P90D\"`."),
    ];
    let description = "A day that moves with the calendar, such as 90 days before today.";
    add(registry, "RelativeDate", description, false, &fields);
}

fn register_relations(registry: &mut Registry) {
    let fields = [
        declare("hasAny", "[String!]", "At least one of these codes; nobody if the list is empty."),
        declare("hasAll", "[String!]", "All of these codes; everybody if the list is empty."),
        declare("hasNone", "[String!]", "None of these codes; everybody if the list is empty."),
        declare("count", "IntTest", "How many codes."),
    ];
    let description = "What is asked of a contact's codes of one kind. Give exactly one field.";
    add(registry, "CodeSetTest", description, true, &fields);
    let fields = [
        declare("some", "Boolean", "At least one; only `true`."),
        declare("none", "Boolean", "Not one; only `true`."),
        declare("count", "IntTest", "How many."),
    ];
    let description = "How many people must match. Give exactly one field.";
    add(registry, "PeopleMeasure", description, true, &fields);
    let fields = [
        declare("where", "ContactCriteria", "Which people; all if left out."),
        declare("measure", "PeopleMeasure = {some: true}", "How many of them."),
    ];
    let description = "What is asked of the people of a company. A person has none.";
    add(registry, "PeopleTest", description, false, &fields);
    let fields = [
        declare("name", "String!", "The name of the attribute."),
        declare("text", "TextTest", "For text."),
        declare("code", "CodeTest", "For codes."),
        declare("number", "DecimalTest", "For numbers."),
        declare("date", "DateTest", "For dates."),
        declare("boolean", "Boolean", "For yes or no."),
        declare("isSet", "Boolean", "Whether the contact has a value."),
    ];
    let description = "What is asked of a custom attribute: its name and exactly one test. A test \
                       that does not fit the type of the attribute is false.";
    add(registry, "CustomAttributeTest", description, false, &fields);
    let fields = [
        declare("current", "ID", "Is in this segment now."),
        declare("asOfStep", "SegmentStepRef", "Was in a segment after one of its steps."),
        declare("ever", "ID", "Is or was in this segment after any of its steps."),
        declare(
            "logged",
            "ID",
            "Has an interaction, not canceled, from the logging of this segment; a segment or a \
             logged segment.",
        ),
    ];
    let description = "Membership of a segment. Give exactly one field.";
    add(registry, "SegmentTest", description, true, &fields);
    let fields = [
        declare("segment", "ID!", "The segment."),
        declare("step", "Int!", "The number of the step; 0 is before the first."),
    ];
    add(registry, "SegmentStepRef", "A segment after one of its steps.", false, &fields);
    let fields = [
        declare("of", "ContactCriteria", "Whom to draw from; all contacts if left out."),
        declare("fraction", "Decimal", "About this part of them, from 0 to 1. This or `take`."),
        declare("take", "Int", "Exactly this many, or all if there are fewer. This or `fraction`."),
        declare("salt", "String!", "Another salt draws others; the same draws the same."),
    ];
    let description = "A stable sample: whoever is drawn stays drawn while others come and go.";
    add(registry, "SampleTest", description, false, &fields);
}

fn register_interactions(registry: &mut Registry) {
    let fields = [
        declare("where", "InteractionCriteria", "All of it holds for the same interaction."),
        declare("within", "DateTest", "When it was."),
        declare("measure", "Measure = {some: true}", "What is measured over those that remain."),
        declare("scope", "InteractionScope = PERSON", "Whose interactions."),
        declare("includeCanceled", "Boolean! = false", "Whether canceled ones count."),
        declare("includePostponed", "Boolean! = false", "Whether postponed ones count."),
    ];
    let description = "What is asked of the interactions of a contact.";
    add(registry, "InteractionTest", description, false, &fields);
    let fields = [
        declare("some", "Boolean", "There is at least one; only `true`."),
        declare("none", "Boolean", "There is not one; only `true`."),
        declare("count", "IntTest", "How many there are."),
        declare("sum", "AmountTest", "Their sum; missing if there are none."),
        declare("avg", "AmountTest", "Their average, exact; missing if there are none."),
        declare("min", "AmountTest", "The least of them; missing if there are none."),
        declare("max", "AmountTest", "The greatest of them; missing if there are none."),
        declare("latest", "InteractionCriteria", "The latest of them is like this."),
        declare("earliest", "InteractionCriteria", "The earliest of them is like this."),
    ];
    let description = "What is measured over interactions. Give exactly one field.";
    add(registry, "Measure", description, true, &fields);
    let fields = [
        declare("field", "InteractionAmount!", "What is summed."),
        declare("test", "DecimalTest!", "What is asked of it."),
    ];
    add(registry, "AmountTest", "An amount and what is asked of it.", false, &fields);
}

fn register_trees(registry: &mut Registry) {
    let of_fields = |fields: &'static [Field]| {
        fields.iter().map(|field| declare(field.name, types_of(field.kind).0, field.description))
    };
    let combined = |name: &str, whom: [&str; 2]| {
        [
            declare(
                "all",
                &format!("[{name}!]"),
                &format!("All of these hold; {} if the list is empty.", whom[0]),
            ),
            declare(
                "any",
                &format!("[{name}!]"),
                &format!("At least one of these holds; {} if the list is empty.", whom[1]),
            ),
            declare("not", name, "This does not hold."),
        ]
    };
    let relations = [
        declare("custom", "CustomAttributeTest", "A custom attribute."),
        declare(
            "company",
            "ContactCriteria",
            "The contact's company matches; for a company, itself.",
        ),
        declare("people", "PeopleTest", "The people of the company that the contact is."),
        declare("mailingGroups", "CodeSetTest", "The mailing groups of the contact."),
        declare("industryGroups", "CodeSetTest", "The industry groups of the contact's company."),
        declare("jobResponsibilities", "CodeSetTest", "What the person answers for."),
        declare("businessRelations", "CodeSetTest", "What the contact's company is to us."),
        declare("webSources", "CodeSetTest", "The web sources of the contact's company."),
        declare("interactions", "InteractionTest", "The contact's interactions."),
        declare("inSegment", "SegmentTest", "Membership of a segment."),
        declare("ids", "[ID!]", "One of these contacts; nobody if the list is empty."),
        declare("sample", "SampleTest", "In a stable sample."),
        declare(
            "search",
            "String",
            "Each of these words begins a word of the contact's name, company, city, e-mail address, telephone number or number.",
        ),
    ];
    let mut fields = combined("ContactCriteria", ["everybody", "nobody"]).to_vec();
    fields.extend(of_fields(CONTACT_FIELDS));
    fields.extend(relations);
    let description = format!(
        "A question about a contact, true or false. Give exactly one field. Questions nest at most \
         {DEPTH_MAX} deep, with at most {NODES_MAX} conditions and {LIST_VALUES_MAX} values in lists."
    );
    add(registry, "ContactCriteria", &description, true, &fields);
    let mut fields = combined("InteractionCriteria", ["any interaction", "none"]).to_vec();
    fields.extend(of_fields(INTERACTION_FIELDS));
    let description = "A question about an interaction, true or false. Give exactly one field.";
    add(registry, "InteractionCriteria", description, true, &fields);
}

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
pub(super) struct CriteriaQuery;

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
        #[graphql(desc = "How many at most: 1 to 100.", default = 20)] first: i32,
    ) -> Result<Vec<CriteriaValue>> {
        let context = ctx.data::<domain::Context>()?;
        let prefix = prefix.unwrap_or_default();
        let values =
            criteria::values(context, &field, &prefix, first).await.map_err(ApiError::from)?;
        let value = |(value, count)| CriteriaValue { value, contacts_count: count };
        Ok(values.into_iter().map(value).collect())
    }
}
