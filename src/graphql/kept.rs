//! Values that a change may leave as they are, but can't clear.

use async_graphql::MaybeUndefined;

use crate::domain::{Error, Reason, Result};

/// What is given for a field that always has a value, if anything is.
///
/// # Errors
/// [`Reason::Required`] at the field, for null.
pub(super) fn kept<T>(given: MaybeUndefined<T>, field: &str) -> Result<Option<T>> {
    match given {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Value(value) => Ok(Some(value)),
        MaybeUndefined::Null => {
            let message = "It can't be cleared: leave it out, and it stays.";
            Err(Error::reject(Reason::Required, &[field], message))
        }
    }
}
