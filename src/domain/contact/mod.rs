//! Contacts: companies and people.

mod derive;
mod validate;

pub use derive::{blank, derive, search_words};
pub use validate::validate;
