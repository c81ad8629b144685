//! Contacts: companies and people.

pub mod attribute;
mod change;
pub mod classify;
mod company;
mod create;
mod derive;
mod find;
mod list;
pub mod people;
mod update;
mod validate;

pub use change::ContactChange;
pub use create::{NewContact, create};
pub use derive::{blank, derive, search_words};
pub use find::{by_ids, by_no, searched};
pub use list::{Key, Listed, Order, OrderBy, Restriction, count, list, page_of_ids};
pub use update::{UpdateContact, update};
pub use validate::validate;
