//! The words of operators, values and days.

use super::lex::tokens;
use crate::domain::{
    contact_columns::plain,
    criteria::{Anchor, Kind, Operator},
};

/// What stands before the operand. Longer ones come before those they begin with.
pub(super) const OPERATORS: [(Operator, &str); 27] = [
    (Operator::EqIgnoreCase, "= (any case)"),
    (Operator::StartsWithIgnoreCase, "starts with (any case)"),
    (Operator::EndsWithIgnoreCase, "ends with (any case)"),
    (Operator::ContainsIgnoreCase, "contains (any case)"),
    (Operator::LikeIgnoreCase, "like (any case)"),
    (Operator::Eq, "="),
    (Operator::Ne, "<>"),
    (Operator::NotIn, "not in"),
    (Operator::InLast, "in last"),
    (Operator::InNext, "in next"),
    (Operator::In, "in"),
    (Operator::Lte, "<="),
    (Operator::Gte, ">="),
    (Operator::Lt, "<"),
    (Operator::Gt, ">"),
    (Operator::Between, "between"),
    (Operator::StartsWith, "starts with"),
    (Operator::EndsWith, "ends with"),
    (Operator::Contains, "contains"),
    (Operator::Like, "like"),
    (Operator::OnOrBefore, "on or before"),
    (Operator::OnOrAfter, "on or after"),
    (Operator::On, "on"),
    (Operator::Before, "before"),
    (Operator::After, "after"),
    (Operator::OlderThan, "older than"),
    (Operator::Matches, "matches"),
];

/// Other words for the same.
pub(super) const SYNONYMS: [(&str, Operator); 5] = [
    ("!=", Operator::Ne),
    ("==", Operator::Eq),
    ("is not", Operator::Ne),
    ("is", Operator::Eq),
    ("equals", Operator::Eq),
];

/// What signs ask of a day.
pub(super) fn on_time(operator: Operator) -> Operator {
    match operator {
        Operator::Eq => Operator::On,
        Operator::Lt => Operator::Before,
        Operator::Lte => Operator::OnOrBefore,
        Operator::Gt => Operator::After,
        Operator::Gte => Operator::OnOrAfter,
        other => other,
    }
}

pub(super) fn anchor(anchor: Anchor) -> String {
    anchor.name().to_lowercase().replace('_', " ")
}

/// The units of lengths of time, with their letters in ISO 8601; those after `T` are hours or shorter.
pub(super) const UNITS: [(&str, char, bool); 7] = [
    ("year", 'Y', false),
    ("month", 'M', false),
    ("week", 'W', false),
    ("day", 'D', false),
    ("hour", 'H', true),
    ("minute", 'M', true),
    ("second", 'S', true),
];

/// One of the names of a kind, however it is written: `Very Positive`, `very_positive`.
pub(super) fn name_of(kind: Kind, written: &str) -> Option<&'static str> {
    let written = plain(written);
    kind.names().iter().copied().find(|name| plain(name) == written)
}

/// Whether a text can stand without quotes.
pub(super) fn is_bare(text: &str) -> bool {
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':');
    // Days are counted from with a minus, so that `start-up` would be read as three words.
    let is_one_word = || matches!(&tokens(text)[..], [word, _end] if word.text == text);
    text.chars().all(is_plain)
        && !text.starts_with(['-', '.', ':'])
        && !text.eq_ignore_ascii_case("me")
        && is_one_word()
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// In quotes, unless it can do without.
pub(super) fn written(text: &str) -> String {
    if is_bare(text) { text.to_owned() } else { quoted(text) }
}
