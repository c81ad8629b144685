//! What contacts are elsewhere, as their business relations say: the case does not matter, nor does it
//! whether a type is written as a word or as Business Central's number.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    db::dialect,
    domain::{Result, contact_columns::plain, text},
    entity::{
        contact_code,
        kinds::{CodeKind, PurchaseSide},
    },
};

/// Contacts by what they are elsewhere: the [type](link_type) and the number in upper case.
pub type Linked = HashMap<(String, String), Vec<i32>>;

/// A type as all are compared.
pub fn link_type(text: &str) -> String {
    let plain = plain(text);
    let sides = [PurchaseSide::Sale, PurchaseSide::Purchase];
    let side = sides.into_iter().find(|side| link_types_of(*side).contains(&plain.as_str()));
    side.map_or(plain, |side| link_type_of(side).to_owned())
}

/// What a relation says its contact is elsewhere, if it says so.
pub fn key(relation: &contact_code::Model) -> Option<(String, String)> {
    Some((link_type(relation.link_type.as_deref()?), text::code(relation.link_no.as_deref()?)?))
}

/// That of customers, or of vendors.
pub fn link_type_of(side: PurchaseSide) -> &'static str {
    match side {
        PurchaseSide::Sale => "customer",
        PurchaseSide::Purchase => "vendor",
    }
}

/// How it is written, in lower case.
pub fn link_types_of(side: PurchaseSide) -> [&'static str; 2] {
    let number = match side {
        PurchaseSide::Sale => "1",
        PurchaseSide::Purchase => "2",
    };
    [link_type_of(side), number]
}

/// The contacts that have one of these numbers elsewhere.
///
/// # Errors
/// What the database says.
pub async fn linked<'a>(
    txn: &DatabaseTransaction,
    numbers: impl Iterator<Item = &'a str>,
) -> Result<Linked> {
    // Of what relations say, the case has been kept.
    let spelt = |text: &str| {
        let tidy = text::tidy(text)?;
        Some([text::upper(&tidy), tidy.to_lowercase(), tidy])
    };
    let mut numbers: Vec<String> = numbers.filter_map(spelt).flatten().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut linked = Linked::new();
    if numbers.is_empty() {
        return Ok(linked);
    }
    let column = Expr::col(contact_code::Column::LinkNo);
    let relations = contact_code::Entity::find()
        .filter(contact_code::Column::Kind.eq(CodeKind::BusinessRelation))
        .filter(dialect::in_texts(txn.get_database_backend(), column, &numbers))
        .all(txn)
        .await?;
    for relation in relations {
        let Some(key) = key(&relation) else { continue };
        let contacts = linked.entry(key).or_default();
        if !contacts.contains(&relation.contact_id) {
            contacts.push(relation.contact_id);
        }
    }
    Ok(linked)
}
