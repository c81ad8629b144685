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
    match plain(text).as_str() {
        "1" => link_type_of(PurchaseSide::Sale).to_owned(),
        "2" => link_type_of(PurchaseSide::Purchase).to_owned(),
        other => other.to_owned(),
    }
}

/// That of customers, or of vendors.
pub fn link_type_of(side: PurchaseSide) -> &'static str {
    match side {
        PurchaseSide::Sale => "customer",
        PurchaseSide::Purchase => "vendor",
    }
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
    let both = |text: &str| [text::tidy(text), text::code(text)];
    let mut numbers: Vec<String> = numbers.flat_map(both).flatten().collect();
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
        let Some(kind) = relation.link_type.as_deref().map(link_type) else { continue };
        let no = relation.link_no.as_deref().and_then(text::code).unwrap_or_default();
        let contacts = linked.entry((kind, no)).or_default();
        if !contacts.contains(&relation.contact_id) {
            contacts.push(relation.contact_id);
        }
    }
    Ok(linked)
}
