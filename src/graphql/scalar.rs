//! Scalars of ours.

use async_graphql::{Description, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime, Timelike};
use chrono_tz::Tz;
use rust_decimal::Decimal as Exact;

use super::error::Result;
use crate::domain::{Error, Reason, is_storable};

/// Minutes that were added up.
///
/// # Errors
/// If they are more than an `Int` of GraphQL holds.
pub(super) fn minutes(sum: i64) -> Result<i32> {
    let fitting = i32::try_from(sum).map_err(|_| {
        let message = format!("They come to {sum} minutes, more than an Int holds.");
        Error::reject(Reason::LimitExceeded, &[], message)
    });
    Ok(fitting?)
}

/// An exact decimal number as a string, such as `"12.50"`. Numbers are accepted, too.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Description)]
pub(super) struct Decimal(pub(super) Exact);

#[Scalar(use_type_description)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        match text.parse().or_else(|_| Exact::from_scientific(&text)) {
            Ok(number) => Ok(Self(number)),
            Err(_) => Err(InputValueError::custom("not a decimal number")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time zone by its IANA name, such as `"Europe/Stockholm"`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Description)]
pub(super) struct TimeZone(pub(super) Tz);

#[Scalar(use_type_description)]
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(name) => match name.parse() {
                Ok(zone) => Ok(Self(zone)),
                Err(_) => Err(InputValueError::custom("not the name of a time zone")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.name().to_owned())
    }
}

/// A day of the years 1 to 9999, such as `"2026-11-23"`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Description)]
pub(super) struct Date(pub(super) NaiveDate);

#[Scalar(use_type_description)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match text.parse() {
                Ok(date) if is_storable(date) => Ok(Self(date)),
                _ => Err(InputValueError::custom("not a date such as 2026-11-23")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time of day, such as `"14:30:00"`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Description)]
pub(super) struct Time(pub(super) NaiveTime);

#[Scalar(use_type_description)]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            // Whole seconds: PostgreSQL has no leap seconds, and nobody needs fractions.
            Value::String(text) => match NaiveTime::parse_from_str(text, "%H:%M:%S")
                .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"))
            {
                Ok(time) => Ok(Self(time.with_nanosecond(0).unwrap_or(time))),
                Err(_) => Err(InputValueError::custom("not a time of day such as 14:30:00")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%H:%M:%S").to_string())
    }
}
