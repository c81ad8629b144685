//! What the values of headers and lines may be.

use crate::domain::{Error, Reason, Rejections, Result};

/// Characters a description or subject may have.
pub const TEXT_CHARS_MAX: usize = 250;
/// What a line may cost, in ten-thousandths: a hundred million lines can still be added up.
const UNIT_COST_MAX: i64 = 1_000_000 * 10_000;
/// What a line may last: a year.
const UNIT_DURATION_MIN_MAX: i32 = 366 * 24 * 60;

/// Checks values of a header or a line that are to be stored; the texts by their names.
///
/// # Errors
/// All that is wrong, at the names of the values.
pub fn check_values(
    texts: &[(&str, Option<&str>)],
    unit_cost: Option<i64>,
    unit_duration_min: Option<i32>,
) -> Result<()> {
    let mut rejections = Rejections::default();
    for (name, text) in texts {
        rejections.keep(check_text(*text, name))?;
    }
    rejections.keep(check_cost(unit_cost))?;
    rejections.keep(check_duration(unit_duration_min))?;
    rejections.into_result()
}

/// # Errors
/// [`Reason::LimitExceeded`] at `name`.
pub(super) fn check_text(text: Option<&str>, name: &str) -> Result<()> {
    if text.is_none_or(|text| text.chars().count() <= TEXT_CHARS_MAX) {
        return Ok(());
    }
    let message = format!("This has at most {TEXT_CHARS_MAX} characters.");
    Err(Error::reject(Reason::LimitExceeded, &[name], message))
}

/// # Errors
/// [`Reason::Invalid`] at `unitCost`.
pub(super) fn check_cost(cost: Option<i64>) -> Result<()> {
    if cost.is_none_or(|cost| (0..=UNIT_COST_MAX).contains(&cost)) {
        return Ok(());
    }
    let message = "The cost of a contact lies between 0 and 1,000,000.";
    Err(Error::reject(Reason::Invalid, &["unitCost"], message))
}

/// # Errors
/// [`Reason::Invalid`] at `unitDurationMin`.
pub(super) fn check_duration(duration: Option<i32>) -> Result<()> {
    if duration.is_none_or(|minutes| (0..=UNIT_DURATION_MIN_MAX).contains(&minutes)) {
        return Ok(());
    }
    let message = "The duration lies between 0 minutes and a year.";
    Err(Error::reject(Reason::Invalid, &["unitDurationMin"], message))
}
