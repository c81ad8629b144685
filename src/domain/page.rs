//! Pages of lists, by keyset: a cursor says after which row to go on, so that a page costs the
//! same at any depth and rows that come and go elsewhere do not shift it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::domain::{Error, Reason, Result, is_storable};

/// Which slice of a list to fetch. `K` is what rows are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageArgs<K> {
    pub after: Option<K>,
    pub before: Option<K>,
    pub take: Take,
}

/// From which end, and how many.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Take {
    First(u64),
    Last(u64),
}

impl Take {
    pub fn count(self) -> u64 {
        match self {
            Self::First(count) | Self::Last(count) => count,
        }
    }

    pub fn is_last(self) -> bool {
        matches!(self, Self::Last(_))
    }

    /// Leaves these of a list that is there as a whole.
    pub fn of<T>(self, list: &mut Vec<T>) {
        let count = usize::try_from(self.count()).unwrap_or(usize::MAX);
        match self {
            Self::First(_) => list.truncate(count),
            Self::Last(_) => drop(list.drain(..list.len().saturating_sub(count))),
        }
    }
}

/// How many items a page has unless it is said.
pub const PAGE_DEFAULT: u64 = 50;
/// How many items a page may have.
pub const PAGE_MAX: u64 = 1000;

impl<K: DeserializeOwned> PageArgs<K> {
    /// From what a client sent.
    ///
    /// # Errors
    /// If a cursor is none of ours, both ends are asked for, or a page is too large.
    pub fn new(
        after: Option<&str>,
        before: Option<&str>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<Self> {
        let take = match (first, last) {
            (Some(_), Some(_)) => {
                let message = "Ask for the first or for the last items, not for both.";
                return Err(Error::reject(Reason::Invalid, &["last"], message));
            }
            (Some(first), None) => Take::First(size(first, "first")?),
            (None, Some(last)) => Take::Last(size(last, "last")?),
            (None, None) => Take::First(PAGE_DEFAULT),
        };
        Ok(Self { after: cursor(after, "after")?, before: cursor(before, "before")?, take })
    }
}

fn size(size: i32, name: &str) -> Result<u64> {
    match u64::try_from(size) {
        Ok(size) if size <= PAGE_MAX => Ok(size),
        _ => {
            let message = format!("A page has 0 to {PAGE_MAX} items.");
            Err(Error::reject(Reason::LimitExceeded, &[name], message))
        }
    }
}

fn cursor<K: DeserializeOwned>(text: Option<&str>, name: &str) -> Result<Option<K>> {
    let Some(text) = text else { return Ok(None) };
    let json = URL_SAFE_NO_PAD.decode(text).ok();
    let json = json.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let key = json.filter(|json| !has_nul(json)).and_then(|json| serde_json::from_value(json).ok());
    match key {
        Some(key) => Ok(Some(key)),
        None => Err(Error::reject(Reason::Invalid, &[name], "This is no cursor of this list.")),
    }
}

/// Whether there is a text with the character 0, which PostgreSQL does not take. No key has one.
fn has_nul(key: &Value) -> bool {
    match key {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A day in a key. Cursors come from outside, and may say any; databases can't compare all.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "NaiveDate")]
pub struct Day(pub(super) NaiveDate);

impl TryFrom<NaiveDate> for Day {
    type Error = &'static str;

    fn try_from(day: NaiveDate) -> Result<Self, Self::Error> {
        if is_storable(day) { Ok(Self(day)) } else { Err("no day of ours") }
    }
}

impl From<Day> for sea_query::Value {
    fn from(day: Day) -> Self {
        day.0.into()
    }
}

/// An instant in a key, as a [`Day`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "DateTime<Utc>")]
pub struct Instant(pub(super) DateTime<Utc>);

impl TryFrom<DateTime<Utc>> for Instant {
    type Error = &'static str;

    fn try_from(instant: DateTime<Utc>) -> Result<Self, Self::Error> {
        Day::try_from(instant.date_naive()).map(|_| Self(instant))
    }
}

impl From<Instant> for sea_query::Value {
    fn from(instant: Instant) -> Self {
        instant.0.into()
    }
}

/// The cursor of a row.
pub fn to_cursor(key: &impl Serialize) -> String {
    let json = serde_json::to_vec(key).expect("keys are plain values");
    URL_SAFE_NO_PAD.encode(json)
}

/// A slice of a list, each item with its key, in the order of the list.
#[derive(Clone, Debug)]
pub struct Page<K, T> {
    pub items: Vec<(K, T)>,
    pub has_previous: bool,
    pub has_next: bool,
}

/// A page without items.
impl<K, T> Default for Page<K, T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_previous: false, has_next: false }
    }
}

impl<K: Ord, T> Page<K, T> {
    /// Of a list that is there as a whole, in its order.
    pub fn of_list(items: Vec<(K, T)>, args: &PageArgs<K>) -> Self {
        let mut items: Vec<(K, T)> = items
            .into_iter()
            .filter(|(key, _)| args.after.as_ref().is_none_or(|after| after < key))
            .filter(|(key, _)| args.before.as_ref().is_none_or(|before| key < before))
            .collect();
        if args.take.is_last() {
            items.reverse();
        }
        items.truncate(usize::try_from(args.take.count() + 1).unwrap_or(usize::MAX));
        Self::from_one_extra(items, args)
    }
}

impl<K, T> Page<K, T> {
    /// From rows that were fetched in the direction of `args`, one more than the page holds.
    pub fn from_one_extra(mut items: Vec<(K, T)>, args: &PageArgs<K>) -> Self {
        let more = args.take.count() < items.len() as u64;
        if more {
            items.pop();
        }
        if args.take.is_last() {
            items.reverse();
            Self { items, has_previous: more, has_next: args.before.is_some() }
        } else {
            Self { items, has_previous: args.after.is_some(), has_next: more }
        }
    }
}
