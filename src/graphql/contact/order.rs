//! The orders of lists of contacts.

use async_graphql::{Enum, InputObject};

use crate::domain::contact;

/// What a list of contacts is ordered by. Text is ordered without regard to case, by code point.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "contact::OrderBy")]
pub(in crate::graphql) enum ContactOrderField {
    /// The name of the company, then the company, companies before people, then the name.
    Company,
    /// The number.
    No,
    /// The name.
    Name,
    /// The city; contacts without one come last.
    City,
    /// The post code; contacts without one come last.
    PostCode,
}

/// Which way a list runs.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum OrderDirection {
    /// From small to great, from A to Z.
    Asc,
    /// From great to small, from Z to A.
    Desc,
}

/// How to order a list of contacts.
#[derive(Copy, Clone, InputObject)]
pub(in crate::graphql) struct ContactOrder {
    /// What by.
    #[graphql(default_with = "Some(ContactOrderField::Company)")]
    by: Option<ContactOrderField>,
    /// Which way.
    #[graphql(default_with = "Some(OrderDirection::Asc)")]
    direction: Option<OrderDirection>,
}

impl From<ContactOrder> for contact::Order {
    fn from(order: ContactOrder) -> Self {
        let by = order.by.unwrap_or(ContactOrderField::Company).into();
        Self { by, descending: order.direction == Some(OrderDirection::Desc) }
    }
}
