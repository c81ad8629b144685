//! Contacts: companies and people.

pub mod address;
pub mod attribute;
mod change;
pub mod classify;
mod company;
mod create;
mod delete;
mod derive;
mod find;
mod insert;
mod leave;
mod list;
mod listed;
mod merge;
pub mod people;
mod touch;
mod update;
mod validate;
pub mod web;

pub use change::ContactChange;
pub(super) use company::push as push_to_people;
pub use create::{NewContact, create};
pub use delete::{DeleteContact, People, delete};
pub use derive::{blank, derive, search_words};
pub(super) use find::locked;
pub use find::{by_ids, by_no, searched};
pub use insert::insert_new;
pub use list::{Key, Order, OrderBy, Restriction, order, page_of_ids};
pub use listed::{Listed, Whole, list};
pub use merge::{MergeContacts, merge};
pub(super) use touch::touch;
pub use update::{UpdateContact, update};
pub(super) use validate::are_addresses;
pub use validate::validate;
