//! The types of tests and their operands, and how any of the types is registered.

use async_graphql::{
    ID, InputType,
    indexmap::IndexMap,
    registry::{MetaEnumValue, MetaInputValue, MetaType, Registry},
};

use super::{DateAnchor, DateFormula, Duration, FilterExpression, trees, types_of};
use crate::{
    domain::criteria::{Choice, Kind, Takes},
    graphql::{
        kinds,
        scalar::{Date, Decimal},
    },
};

/// A field of an input type: name, type, description.
pub(super) type Declared<'a> = (&'a str, String, String);

pub(super) fn declare<'a>(name: &'a str, ty: &str, description: &str) -> Declared<'a> {
    (name, ty.to_owned(), description.to_owned())
}

/// Registers an input type; in the type of a field ` = ` parts a default from it.
pub(super) fn add(
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

/// Registers an enum of `values`, each with its description.
pub(super) fn add_enum(
    registry: &mut Registry,
    name: &str,
    description: &str,
    values: impl Iterator<Item = (&'static str, &'static str)>,
) {
    let value = |(name, description): (&str, &str)| {
        let mut value = MetaEnumValue::new(name);
        value.description = Some(description.to_owned());
        (name.to_owned(), value)
    };
    let meta = MetaType::Enum {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        enum_values: values.map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), meta);
}

pub(super) fn register(registry: &mut Registry) {
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
    trees::register(registry);
}

fn register_scalars(registry: &mut Registry) {
    <ID as InputType>::create_type_info(registry);
    <String as InputType>::create_type_info(registry);
    <bool as InputType>::create_type_info(registry);
    <i32 as InputType>::create_type_info(registry);
    <Decimal as InputType>::create_type_info(registry);
    <Date as InputType>::create_type_info(registry);
    <chrono::DateTime<chrono::Utc> as InputType>::create_type_info(registry);
    <DateFormula as InputType>::create_type_info(registry);
    <Duration as InputType>::create_type_info(registry);
    <FilterExpression as InputType>::create_type_info(registry);
    <DateAnchor as InputType>::create_type_info(registry);
    <kinds::ContactType as InputType>::create_type_info(registry);
    <kinds::CorrespondenceType as InputType>::create_type_info(registry);
    <kinds::InformationFlow as InputType>::create_type_info(registry);
    <kinds::InitiatedBy as InputType>::create_type_info(registry);
    <kinds::DeliveryStatus as InputType>::create_type_info(registry);
    <kinds::PurchaseSide as InputType>::create_type_info(registry);
    <kinds::OpportunityStatus as InputType>::create_type_info(registry);
    <kinds::TaskStatus as InputType>::create_type_info(registry);
    <kinds::TaskType as InputType>::create_type_info(registry);
    <kinds::Priority as InputType>::create_type_info(registry);
    <kinds::Evaluation as InputType>::create_type_info(registry);
}

const TESTS: &[(Kind, &str)] = &[
    (
        Kind::Text,
        "What is asked of free text. With `eq`, `ne`, `in` and `notIn`, `%me` is the name of whoever asks, \
         whom nothing is equal to, or unequal, if they have none; `%%me` is the text.",
    ),
    (
        Kind::ExactText,
        "What is asked of text that is compared to the letter. `%me` is as in `TextTest`.",
    ),
    (
        Kind::Code,
        "What is asked of a code. The case of codes never matters. `%me` is as in `TextTest`.",
    ),
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
    (Kind::Choice(Choice::PurchaseSide), "What is asked of the side of a purchase."),
    (Kind::Choice(Choice::OpportunityStatus), "What is asked of the status of an opportunity."),
    (Kind::Choice(Choice::TaskStatus), "What is asked of the status of a task."),
    (Kind::Choice(Choice::TaskType), "What is asked of the type of a task."),
    (Kind::Choice(Choice::Priority), "What is asked of a priority."),
];

fn add_test(registry: &mut Registry, kind: Kind, description: &str) {
    let (name, value) = types_of(kind);
    let operators = kind.operators().iter().map(|operator| {
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
    });
    let list = format!("[{name}!]");
    let fields: Vec<Declared<'_>> = operators
        .chain([
            declare("all", &list, "All of these hold of the value."),
            declare("any", &list, "At least one of these holds of the value."),
            declare("not", name, "This does not hold: also of a missing value, if this does not."),
        ])
        .collect();
    let description = format!(
        "{description} Give exactly one field. A missing value passes nothing but what says so."
    );
    add(registry, name, &description, true, &fields);
}

fn register_dates(registry: &mut Registry) {
    let fields = [
        declare("date", "Date", "A whole day, in the time zone of the request."),
        declare("instant", "DateTime", "A point in time."),
        declare("relative", "RelativeDate", "Resolved anew whenever the criteria are evaluated."),
        declare("formula", "DateFormula", "The same, found in several steps from today."),
    ];
    add(registry, "DateExpr", "A day or an instant. Give exactly one field.", true, &fields);
    let fields = [
        declare("anchor", "DateAnchor!", "What it counts from."),
        declare("plus", "Duration", "How much later; earlier if negative: `\"-P90D\"`."),
    ];
    let description = "A day that moves with the calendar, such as 90 days before today.";
    add(registry, "RelativeDate", description, false, &fields);
}
