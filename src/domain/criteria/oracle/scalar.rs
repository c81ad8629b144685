//! Values of rows, as predicates compare them.

use sea_orm::Value;

use crate::domain::criteria::predicate::Scalar;

/// The value of a column, unless it is missing.
pub(super) fn scalar(value: Value) -> Option<Scalar> {
    match value {
        Value::String(text) => text.map(Scalar::Text),
        Value::SmallInt(number) => number.map(|number| Scalar::Number(number.into())),
        Value::Int(number) => number.map(|number| Scalar::Number(number.into())),
        Value::BigInt(number) => number.map(Scalar::Number),
        Value::Bool(flag) => flag.map(Scalar::Flag),
        Value::ChronoDate(date) => date.map(Scalar::Date),
        Value::ChronoDateTimeUtc(instant) => instant.map(Scalar::Instant),
        _ => None,
    }
}
