//! Small things that hang on a contact.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject};

use super::personal;
use crate::{
    domain::{
        amount,
        contact::{attribute::AttributeValue, relation, web},
    },
    entity::{code, contact_code},
    graphql::{
        code::Code,
        error::Result,
        kinds::AttributeType,
        scalar::{Date, Decimal},
    },
};

/// What a company is to us.
#[derive(SimpleObject)]
pub(in crate::graphql) struct BusinessRelation {
    /// The kind of relation.
    relation: Code,
    /// What the company is elsewhere, such as `CUSTOMER`.
    link_type: Option<String>,
    /// Its number there.
    link_no: Option<String>,
}

impl From<(contact_code::Model, Arc<code::Model>)> for BusinessRelation {
    fn from((row, code): (contact_code::Model, Arc<code::Model>)) -> Self {
        Self { relation: Code(code), link_type: row.link_type, link_no: row.link_no }
    }
}

/// What a contact is to us, in one word.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "relation::Summary")]
pub(in crate::graphql) enum ContactRelation {
    /// A customer: the business relation is the one that the setup has for customers.
    Customer,
    /// A vendor.
    Vendor,
    /// A bank where we have an account.
    BankAccount,
    /// An employee.
    Employee,
    /// Something that the setup has no business relation for.
    Other,
    /// More than one of these.
    Multiple,
}

/// Where a company can be looked up on the web.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactWebSource {
    /// The web source.
    web_source: Code,
    /// What to search for there; null without the scope `personal`.
    search_word: Option<String>,
    /// The address to go to: that of the web source, with the search word in place of `%1`. Null if
    /// the web source has none, or there is no word to put there; and without the scope `personal`.
    url: Option<String>,
}

impl From<(contact_code::Model, Arc<code::Model>)> for ContactWebSource {
    fn from((row, code): (contact_code::Model, Arc<code::Model>)) -> Self {
        let word = row.search_word.as_deref();
        let url = code.url.as_deref().and_then(|url| web::address(url, word));
        Self { web_source: Code(code), search_word: row.search_word, url }
    }
}

impl ContactWebSource {
    /// Takes out what is personal: most search for the name.
    pub(super) fn hide(&mut self, ctx: &Context<'_>) -> Result<()> {
        self.search_word = personal(ctx, self.search_word.take())?;
        self.url = personal(ctx, self.url.take())?;
        Ok(())
    }
}

/// The value of a custom attribute, in the field of its type; the others are null.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactAttribute {
    /// The name of the attribute.
    name: String,
    /// Its type.
    r#type: AttributeType,
    /// Of a text.
    text: Option<String>,
    /// Of a number.
    number: Option<Decimal>,
    /// Of a date.
    date: Option<Date>,
    /// Of yes or no.
    boolean: Option<bool>,
    /// Of a code.
    code: Option<String>,
}

impl From<(String, AttributeValue)> for ContactAttribute {
    fn from((name, value): (String, AttributeValue)) -> Self {
        let r#type = value.attribute_type().into();
        let mut shown =
            Self { name, r#type, text: None, number: None, date: None, boolean: None, code: None };
        match value {
            AttributeValue::Text(text) => shown.text = Some(text),
            AttributeValue::Number(number) => {
                shown.number = Some(Decimal(amount::from_stored(number)));
            }
            AttributeValue::Date(date) => shown.date = Some(Date(date)),
            AttributeValue::Boolean(flag) => shown.boolean = Some(flag),
            AttributeValue::Code(code) => shown.code = Some(code),
        }
        shown
    }
}
