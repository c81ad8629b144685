//! What the rows of a chunk refer to.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::fields::Field;
use crate::{
    db,
    domain::{
        Result,
        contact::link::{Linked, link_type_of, linked},
        import::{Row, columns::Columns, find},
        text,
    },
    entity::{
        contact,
        kinds::{ContactType, IdentifierKind, PurchaseSide},
    },
};

pub(super) struct Known {
    contacts: find::Identifiers,
    types: HashMap<i32, ContactType>,
    /// Who is a customer or a vendor of this number.
    linked: Linked,
}

impl Known {
    pub(super) async fn of(
        txn: &DatabaseTransaction,
        columns: &Columns<Field>,
        rows: &[Row],
    ) -> Result<Self> {
        let texts = |field| rows.iter().filter_map(move |row| columns.get(row, field));
        let numbers = texts(Field::CompanyNo).chain(texts(Field::ContactNo));
        let numbers = numbers.filter_map(text::code).collect();
        let contacts = find::contacts(txn, IdentifierKind::No, numbers).await?;
        let linked = linked(txn, texts(Field::SourceNo)).await?;
        let ids = contacts.values().chain(linked.values().flatten());
        let id = Expr::col(contact::Column::Id);
        let types = db::shard_by_shard(txn, id, ids.map(|id| id.cast_unsigned()), |these| {
            contact::Entity::find()
                .select_only()
                .columns([contact::Column::Id, contact::Column::Type])
                .filter(these)
                .lock_shared()
                .into_tuple()
        });
        Ok(Self { types: types.await?.into_iter().collect(), contacts, linked })
    }

    /// The company that is this customer or vendor.
    pub(super) fn source(&self, side: PurchaseSide, text: &str) -> Result<i32, String> {
        let what = link_type_of(side);
        if text.is_empty() {
            return Err(format!("There has to be the number of a company, or of a {what}."));
        }
        match self.linked(side, text) {
            Some([company]) => Ok(*company),
            Some(_) => Err(format!("Several contacts are the {what} {text:?}.")),
            None => Err(format!("No contact is the {what} {text:?} by a business relation.")),
        }
    }

    /// Whether others are this customer or vendor than the company.
    pub(super) fn is_another(&self, company: i32, side: PurchaseSide, text: &str) -> bool {
        self.linked(side, text).is_some_and(|them| !them.contains(&company))
    }

    fn linked(&self, side: PurchaseSide, text: &str) -> Option<&[i32]> {
        let key = (link_type_of(side).to_owned(), text::code(text)?);
        self.linked.get(&key).map(Vec::as_slice)
    }

    pub(super) fn company(&self, text: &str) -> Result<i32, String> {
        let id = self.contact(text)?;
        match self.types.get(&id) {
            Some(ContactType::Company) => Ok(id),
            _ => Err(format!("The contact {text:?} is no company.")),
        }
    }

    /// The person of this number; nobody if it is a company.
    pub(super) fn person(&self, text: &str) -> Result<Option<i32>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let id = self.contact(text)?;
        Ok(Some(id).filter(|id| self.types.get(id) == Some(&ContactType::Person)))
    }

    fn contact(&self, text: &str) -> Result<i32, String> {
        let no = text::code(text).map(|no| (IdentifierKind::No, no));
        let found = no.and_then(|key| self.contacts.get(&key).copied());
        found.ok_or_else(|| format!("There is no contact {text:?}."))
    }
}
