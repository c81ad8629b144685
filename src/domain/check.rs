//! What descriptions, costs and durations may be, wherever they occur.

use crate::domain::{Error, Reason, Result, text};

/// Characters a description, subject or comment may have.
pub const TEXT_CHARS_MAX: usize = 250;
/// What one interaction may cost, in ten-thousandths: a hundred million of them can still be added
/// up.
pub const COST_MAX: i64 = 1_000_000 * 10_000;
/// What an entry of a purchase may amount to, either way, and how many pieces it may be about, in
/// ten-thousandths: millions of them can still be added up.
pub const ENTRY_MAX: i64 = 100_000_000 * 10_000;
/// What one opportunity may be worth, in ten-thousandths: millions of them can still be added up.
pub const VALUE_MAX: i64 = 100_000_000 * 10_000;
/// What one interaction may last, in minutes: a year.
pub const MINUTES_MAX: i32 = 366 * 24 * 60;

/// The text as it is stored.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `path`.
pub fn text(given: Option<&str>, path: &[&str]) -> Result<Option<String>> {
    let tidied = given.and_then(text::tidy);
    if tidied.as_ref().is_none_or(|text| text.chars().count() <= TEXT_CHARS_MAX) {
        return Ok(tidied);
    }
    let message = format!("This has at most {TEXT_CHARS_MAX} characters.");
    Err(Error::reject(Reason::LimitExceeded, path, message))
}

/// A cost in ten-thousandths.
///
/// # Errors
/// [`Reason::Invalid`] at `path`.
pub fn cost(given: i64, path: &[&str]) -> Result<i64> {
    if (0..=COST_MAX).contains(&given) {
        return Ok(given);
    }
    let message = "The cost of an interaction lies between 0 and 1,000,000.";
    Err(Error::reject(Reason::Invalid, path, message))
}

/// What an opportunity may be worth, in ten-thousandths.
///
/// # Errors
/// [`Reason::Invalid`] at `path`.
pub fn value(given: i64, path: &[&str]) -> Result<i64> {
    if (0..=VALUE_MAX).contains(&given) {
        return Ok(given);
    }
    let message = "The value of an opportunity lies between 0 and 100,000,000.";
    Err(Error::reject(Reason::Invalid, path, message))
}

/// # Errors
/// [`Reason::Invalid`] at `path`.
pub fn minutes(given: i32, path: &[&str]) -> Result<i32> {
    if (0..=MINUTES_MAX).contains(&given) {
        return Ok(given);
    }
    Err(Error::reject(Reason::Invalid, path, "The duration lies between 0 minutes and a year."))
}
