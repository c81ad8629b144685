//! What has to hold of a stored value, and whether it does.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::text;

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Text(String),
    Number(i64),
    Flag(bool),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
}

/// What has to hold of a value. Only `Missing`, and what is made with `Not`, is true of a missing one.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predicate {
    Missing,
    Present,
    /// One of these.
    In(Vec<Scalar>),
    /// There, and none of these.
    NotIn(Vec<Scalar>),
    Less(Scalar),
    LessOrEqual(Scalar),
    Greater(Scalar),
    GreaterOrEqual(Scalar),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    Like(Vec<Piece>),
    /// The predicate holds of the text with its case folded.
    Folded(Box<Predicate>),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    /// It does not hold; of a missing value, too.
    Not(Box<Predicate>),
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// Any text, also none.
    Many,
    /// Any one character.
    One,
}

impl Predicate {
    /// The predicate for so many times the value: numbers are compared with their products.
    pub(super) fn times(self, count: i64) -> Self {
        let product = |scalar: Scalar| match scalar {
            Scalar::Number(number) => Scalar::Number(number.saturating_mul(count)),
            other => other,
        };
        let each =
            |predicates: Vec<Self>| predicates.into_iter().map(|it| it.times(count)).collect();
        match self {
            Self::In(values) => Self::In(values.into_iter().map(product).collect()),
            Self::NotIn(values) => Self::NotIn(values.into_iter().map(product).collect()),
            Self::Less(than) => Self::Less(product(than)),
            Self::LessOrEqual(than) => Self::LessOrEqual(product(than)),
            Self::Greater(than) => Self::Greater(product(than)),
            Self::GreaterOrEqual(than) => Self::GreaterOrEqual(product(than)),
            Self::All(predicates) => Self::All(each(predicates)),
            Self::Any(predicates) => Self::Any(each(predicates)),
            Self::Not(predicate) => Self::Not(Box::new(predicate.times(count))),
            other => other,
        }
    }

    /// Whether it holds of `value`. Folds text itself where it ignores case.
    pub(super) fn holds(&self, value: Option<&Scalar>) -> bool {
        let Some(value) = value else {
            return match self {
                Self::Missing => true,
                Self::Any(either) => either.iter().any(|it| it.holds(None)),
                Self::Not(predicate) => !predicate.holds(None),
                // An empty conjunction says nothing, so a missing value does not pass it.
                Self::All(each) => !each.is_empty() && each.iter().all(|it| it.holds(None)),
                _ => false,
            };
        };
        let text = match value {
            Scalar::Text(text) => text.as_str(),
            _ => "",
        };
        match self {
            Self::Missing => false,
            Self::Present => true,
            Self::In(values) => values.contains(value),
            Self::NotIn(values) => !values.contains(value),
            Self::Less(than) => value < than,
            Self::LessOrEqual(than) => value <= than,
            Self::Greater(than) => than < value,
            Self::GreaterOrEqual(than) => than <= value,
            Self::StartsWith(prefix) => text.starts_with(prefix),
            Self::EndsWith(suffix) => text.ends_with(suffix),
            Self::Contains(part) => text.contains(part),
            Self::Like(pattern) => is_like(text, pattern),
            Self::Folded(inner) => inner.holds(Some(&Scalar::Text(text::fold(text)))),
            Self::All(each) => each.iter().all(|it| it.holds(Some(value))),
            Self::Any(each) => each.iter().any(|it| it.holds(Some(value))),
            Self::Not(predicate) => !predicate.holds(Some(value)),
        }
    }
}

/// Goes through the pattern once, and on a mismatch back to the last `*`, which then takes one
/// character more.
fn is_like(text: &str, pattern: &[Piece]) -> bool {
    let (mut rest, mut pieces) = (text, pattern);
    let mut last_many: Option<(&str, &[Piece])> = None;
    loop {
        let advanced = match pieces.first() {
            None if rest.is_empty() => return true,
            None => None,
            Some(Piece::Many) => {
                pieces = &pieces[1..];
                last_many = Some((rest, pieces));
                continue;
            }
            Some(Piece::One) => rest.chars().next().map(|char| &rest[char.len_utf8()..]),
            Some(Piece::Text(text)) => rest.strip_prefix(text.as_str()),
        };
        if let Some(advanced) = advanced {
            (rest, pieces) = (advanced, &pieces[1..]);
            continue;
        }
        let Some((from, after)) = last_many else { return false };
        let Some(char) = from.chars().next() else { return false };
        let from = &from[char.len_utf8()..];
        last_many = Some((from, after));
        (rest, pieces) = (from, after);
    }
}
