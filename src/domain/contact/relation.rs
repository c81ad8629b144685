//! What contacts are to us, in one word (REL-1).

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;

use super::classify::codes_of_each;
use crate::{
    domain::{Result, setup},
    entity::{kinds::CodeKind, setup::Model as Setup},
};

/// What a contact is to us by its business relations; of a person, by those of the company.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Summary {
    Customer,
    Vendor,
    BankAccount,
    Employee,
    /// Something that the setup does not know.
    Other,
    /// Several of these.
    Multiple,
}

/// What the contacts are to us that have business relations themselves.
///
/// # Errors
/// What the database says.
pub async fn of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Summary>> {
    let setup = setup::load(db).await?;
    let codes = codes_of_each(db, contacts).await?;
    let relations = codes.into_iter().filter(|((kind, _), _)| *kind == CodeKind::BusinessRelation);
    let summed = relations.filter_map(|((_, contact), rows)| {
        let all: BTreeSet<_> = rows.iter().map(|row| meant(&setup, &row.code)).collect();
        let summary = if 1 < all.len() { Some(Summary::Multiple) } else { all.first().copied() };
        Some((contact, summary?))
    });
    Ok(summed.collect())
}

fn meant(setup: &Setup, code: &str) -> Summary {
    let known = [
        (&setup.customer_relation, Summary::Customer),
        (&setup.vendor_relation, Summary::Vendor),
        (&setup.bank_account_relation, Summary::BankAccount),
        (&setup.employee_relation, Summary::Employee),
    ];
    let found = known.into_iter().find(|(known, _)| known.as_deref() == Some(code));
    found.map_or(Summary::Other, |(_, summary)| summary)
}
