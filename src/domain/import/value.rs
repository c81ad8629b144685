//! Values of fields, as people and Business Central write them.

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use crate::{
    domain::{self, Error, amount, check, contact_columns::plain, error::sentences, is_storable},
    entity::kinds::{
        BodyFormat, ContactType, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy,
        Operation, PurchaseSide,
    },
};

/// Why a value can't be taken, as a sentence.
pub(super) type Result<T> = std::result::Result<T, String>;

/// Yes or no; nothing written is no.
pub(super) fn flag(text: &str) -> Result<bool> {
    match (text, plain(text).as_str()) {
        ("1", _) | (_, "yes" | "true") => Ok(true),
        ("0" | "", _) | (_, "no" | "false") => Ok(false),
        _ => Err(format!("{text:?} is neither Yes nor No.")),
    }
}

/// Yes or no, or nothing.
pub(super) fn flag_or_blank(text: &str) -> Result<Option<bool>> {
    if text.is_empty() { Ok(None) } else { flag(text).map(Some) }
}

/// What a row of recorded criteria is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum CriteriaLine {
    Action,
    /// Of the action before.
    Filter,
}

pub(super) fn criteria_line(text: &str) -> Result<Option<CriteriaLine>> {
    choice(text, &[("Action", "0", CriteriaLine::Action), ("Filter", "1", CriteriaLine::Filter)])
}

pub(super) fn action(text: &str) -> Result<Option<Operation>> {
    blank_is_0(
        text,
        &[
            ("Add Contacts", "1", Operation::Add),
            ("Remove Contacts (Reduce)", "2", Operation::Reduce),
            ("Remove Contacts (Refine)", "3", Operation::Refine),
            ("Add", "1", Operation::Add),
            ("Reduce", "2", Operation::Reduce),
            ("Refine", "3", Operation::Refine),
        ],
    )
}

pub(super) fn contact_type(text: &str) -> Result<Option<ContactType>> {
    choice(text, &[("Company", "0", ContactType::Company), ("Person", "1", ContactType::Person)])
}

pub(super) fn body_format(text: &str) -> Result<Option<BodyFormat>> {
    choice(text, &[("Text", "0", BodyFormat::Text), ("HTML", "1", BodyFormat::Html)])
}

pub(super) fn correspondence_type(text: &str) -> Result<Option<CorrespondenceType>> {
    use CorrespondenceType::{Email, HardCopy};
    blank_is_0(text, &[("Hard Copy", "1", HardCopy), ("Email", "2", Email)])
}

pub(super) fn information_flow(text: &str) -> Result<Option<InformationFlow>> {
    use InformationFlow::{Inbound, Outbound};
    blank_is_0(text, &[("Outbound", "1", Outbound), ("Inbound", "2", Inbound)])
}

pub(super) fn initiated_by(text: &str) -> Result<Option<InitiatedBy>> {
    blank_is_0(text, &[("Us", "1", InitiatedBy::Us), ("Them", "2", InitiatedBy::Them)])
}

/// Business Central counts from the best down.
pub(super) fn evaluation(text: &str) -> Result<Option<Evaluation>> {
    use Evaluation::{Negative, Neutral, Positive, VeryNegative, VeryPositive};
    blank_is_0(
        text,
        &[
            ("Very Positive", "1", VeryPositive),
            ("Positive", "2", Positive),
            ("Neutral", "3", Neutral),
            ("Negative", "4", Negative),
            ("Very Negative", "5", VeryNegative),
        ],
    )
}

/// Whose entry it is: Business Central counts a customer as 1, a vendor as 2.
pub(super) fn purchase_side(text: &str) -> Result<Option<PurchaseSide>> {
    use PurchaseSide::{Purchase, Sale};
    blank_is_0(
        text,
        &[
            ("Customer", "1", Sale),
            ("Vendor", "2", Purchase),
            ("Sale", "1", Sale),
            ("Purchase", "2", Purchase),
        ],
    )
}

pub(super) fn date(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) if is_storable(date) => Ok(Some(date)),
        _ => Err(format!("{text:?} is no date like 2026-11-02.")),
    }
}

/// A time of day.
pub(super) fn time(text: &str) -> Result<Option<NaiveTime>> {
    if text.is_empty() {
        return Ok(None);
    }
    let time = ["%H:%M:%S", "%H:%M"].iter().find_map(|it| NaiveTime::parse_from_str(text, it).ok());
    time.map(Some).ok_or_else(|| format!("{text:?} is no time like 14:30."))
}

/// An exact number, in the form in which it is stored.
pub(super) fn number(text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_plain = !text.contains(['e', 'E', '_']);
    let number: Option<Decimal> = text.parse().ok().filter(|_| is_plain);
    let stored = number.and_then(|number| amount::to_stored(number, &[]).ok());
    match stored {
        Some(stored) => Ok(Some(stored)),
        None => Err(format!("{text:?} is no number like 1234.50, with at most four decimals.")),
    }
}

/// A whole number of something that can't be negative.
pub(super) fn count(text: &str) -> Result<Option<i32>> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i32>() {
        Ok(count) if 0 <= count => Ok(Some(count)),
        _ => Err(format!("{text:?} is no whole number from 0 on.")),
    }
}

/// What an interaction costs; nothing written is nothing.
pub(super) fn cost(text: &str) -> Result<i64> {
    let cost = number(text)?.unwrap_or(0);
    sentence(check::cost(cost, &[]))
}

/// How many minutes an interaction lasts; nothing written is none.
pub(super) fn minutes(text: &str) -> Result<i32> {
    let minutes = count(text)?.unwrap_or(0);
    sentence(check::minutes(minutes, &[]))
}

/// A description, a subject or the like.
pub(super) fn words(text: &str) -> Result<Option<String>> {
    sentence(check::text(Some(text), &[]))
}

/// What the domain takes, or what it says of it.
pub(super) fn sentence<T>(checked: domain::Result<T>) -> Result<T> {
    checked.map_err(|err| match err {
        Error::Rejected(rejections) => sentences(&rejections),
        other => other.to_string(),
    })
}

pub(super) fn blank_is_0<T: Copy>(text: &str, choices: &[(&str, &str, T)]) -> Result<Option<T>> {
    if text == "0" { Ok(None) } else { choice(text, choices) }
}

/// One of the choices, by its name or by the number that Business Central stores.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, &str, T)]) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    let wanted = plain(text);
    let found = choices.iter().find(|(name, no, _)| plain(name) == wanted || *no == text);
    match found {
        Some((_, _, value)) => Ok(Some(*value)),
        None => {
            let names: Vec<&str> = choices.iter().map(|(name, _, _)| *name).collect();
            Err(format!("{text:?} is none of: {}.", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_written_by_people_and_by_business_central() {
        assert_eq!(flag("Yes"), Ok(true));
        assert_eq!(flag(""), Ok(false));
        assert_eq!((flag("TRUE"), flag("1"), flag("0")), (Ok(true), Ok(true), Ok(false)));
        for bad in ["maybe", "✓", "-1", "??"] {
            assert!(flag(bad).is_err() && flag_or_blank(bad).is_err(), "{bad}");
            assert!(contact_type(bad).is_err() && evaluation(bad).is_err(), "{bad}");
        }
        assert_eq!(contact_type("0"), Ok(Some(ContactType::Company)));
        assert_eq!(contact_type("PERSON"), Ok(Some(ContactType::Person)));
        assert_eq!(correspondence_type("0"), Ok(None));
        assert_eq!(correspondence_type("HARD_COPY"), Ok(Some(CorrespondenceType::HardCopy)));
        assert_eq!(correspondence_type("E-Mail"), Ok(Some(CorrespondenceType::Email)));
        assert_eq!(evaluation("5"), Ok(Some(Evaluation::VeryNegative)));
        assert_eq!(number("12.5"), Ok(Some(125_000)));
        for bad in ["1,5", "1e3", "0.00001", "x", "1_000"] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert!(date("02/11/2026").is_err());
        assert!(date("0000-01-01").is_err());
        assert!(count("-1").is_err());
    }
}
