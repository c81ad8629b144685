//! The input types of criteria, made from the vocabulary of `domain::criteria`.
//!
//! They are registered as data instead of being derived from Rust types: the domain reads the
//! JSON itself, so that everything wrong becomes a user error with its path, and a field is
//! declared in one place only.

mod fields;
mod inputs;
mod text;
mod trees;

use std::borrow::Cow;

use async_graphql::{
    Context, Enum, InputType, InputValueError, InputValueResult, MergedObject, Scalar, ScalarType,
    Value, registry::Registry,
};

use super::{error::Result, loaders::Loaders};
use crate::domain::{
    self,
    criteria::{Choice, Criteria, Kind, Stage},
};

/// What can be asked about criteria.
#[derive(Default, MergedObject)]
pub(super) struct CriteriaQuery(fields::CriteriaFieldQuery, text::CriteriaTextQuery);

/// Criteria as they came in. The domain reads them.
pub(in crate::graphql) struct ContactCriteria(serde_json::Value);

impl ContactCriteria {
    /// As the domain reads them: each text among them has become criteria.
    ///
    /// # Errors
    /// What is wrong with a text, at its path below `path`.
    pub(in crate::graphql) async fn read(
        &self,
        context: &domain::Context,
        path: &[&str],
    ) -> domain::Result<serde_json::Value> {
        domain::criteria::expanded(context, &self.0, path).await
    }

    /// The same as criteria.
    ///
    /// # Errors
    /// What is wrong with them, at its path in the input below `path`.
    pub(in crate::graphql) async fn parsed(
        &self,
        context: &domain::Context,
        path: &[&str],
    ) -> domain::Result<Criteria> {
        let criteria = self.read(context, path).await?;
        Criteria::parse(&criteria, path).map_err(|err| self.placed(err, path))
    }

    /// What is wrong with the criteria at `path`, where it stands in the input.
    pub(in crate::graphql) fn placed(&self, err: domain::Error, path: &[&str]) -> domain::Error {
        domain::criteria::in_input(err, &self.0, path)
    }

    /// What remains after each condition, with where that stands in the input.
    pub(in crate::graphql) fn placed_stages(&self, stages: Vec<Stage>) -> Vec<Stage> {
        let placed = |stage: Stage| {
            let path = domain::criteria::place_in(&self.0, &stage.path);
            Stage { path, ..stage }
        };
        stages.into_iter().map(placed).collect()
    }
}

impl InputType for ContactCriteria {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ContactCriteria")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        if !registry.types.contains_key("ContactCriteria") {
            inputs::register(registry);
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

struct Duration(String);

/// A length of time in ISO 8601: years, months, weeks, days, hours, minutes and seconds, such as
/// `"P90D"`, `"P1M"`, `"-P1Y"` or `"PT36H"`.
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

struct DateFormula(String);

/// A date formula as in Microsoft Dynamics 365 Business Central: `"-1Y"` is a year ago, `"CM"` the end of
/// this month, `"-CM"` its beginning, `"WD4"` the next Thursday, `"D10"` the next 10th; `"-1M+CM"` is the
/// end of last month.
#[Scalar]
impl ScalarType for DateFormula {
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

#[derive(Clone)]
struct FilterExpression(String);

/// A filter expression as in Microsoft Dynamics 365 Business Central, such as
/// `"10000..20000|<>*test*"`: ranges with `..`, choices with `|`, both with `&`, `<>` and comparisons,
/// parentheses, `*` and `?` as wildcards, `@` to ignore case, `''` for missing, quotes around what holds
/// such signs; `Yes` and `No`, captions and their numbers; days such as `2026-11-23`, `221126`, `today`,
/// `mon25`, `-90D` and `CM+10D`, which stay relative; `%me` for whoever asks.
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
    /// Sunday of this week.
    WeekEnd,
    /// The last of this month.
    MonthEnd,
    /// The last day of this quarter.
    QuarterEnd,
    /// The last of December of this year.
    YearEnd,
    /// Monday of week 1 of this year, by ISO 8601.
    FirstWeek,
}

/// The criteria, unless they ask about what the viewer may not see.
pub(super) fn shown(ctx: &Context<'_>, criteria: Option<Criteria>) -> Result<Option<Criteria>> {
    let viewer = &ctx.data::<domain::Context>()?.viewer;
    Ok(criteria.filter(|it| viewer.sees_personal_data() || !domain::criteria::are_personal(it)))
}

/// The text of criteria for people, what they name being looked up in a batch with others.
pub(super) async fn text_of(ctx: &Context<'_>, criteria: &Criteria) -> Result<String> {
    let named = criteria.named();
    if named.is_empty() {
        return Ok(criteria.text());
    }
    let names = ctx.data::<Loaders>()?.names.load_many(named).await?;
    Ok(criteria.text_with(&names))
}

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
        Kind::Choice(Choice::PurchaseSide) => ("PurchaseSideTest", "PurchaseSide"),
        Kind::Choice(Choice::OpportunityStatus) => ("OpportunityStatusTest", "OpportunityStatus"),
        Kind::Choice(Choice::TaskStatus) => ("TaskStatusTest", "TaskStatus"),
        Kind::Choice(Choice::TaskType) => ("TaskTypeTest", "TaskType"),
        Kind::Choice(Choice::Priority) => ("PriorityTest", "Priority"),
        Kind::Evaluation => ("EvaluationTest", "Evaluation"),
        Kind::Flag => ("Boolean", "Boolean"),
        Kind::Integer => ("IntTest", "Int"),
        Kind::Decimal => ("DecimalTest", "Decimal"),
        Kind::Date => ("DateTest", "DateExpr"),
        Kind::Instant => ("InstantTest", "DateExpr"),
    }
}
