//! Custom attributes: declared once with a name and a type, then set on contacts.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::{
    db::{self, OnConflict, Table, dialect},
    domain::{Context, Error, Reason, Rejections, Result, code::CODE_CHARS_MAX, text},
    entity::{attribute, contact::Model, contact_attribute, kinds::AttributeType},
};

/// Characters of the name of an attribute and of a text.
const NAME_CHARS_MAX: usize = 50;
const TEXT_CHARS_MAX: usize = 1_000;
/// Attributes that can be declared.
const ATTRIBUTES_MAX: u64 = 200;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    /// In ten-thousandths.
    Number(i64),
    Date(NaiveDate),
    Boolean(bool),
    Code(String),
}

impl AttributeValue {
    /// The type of attributes with such values.
    pub fn attribute_type(&self) -> AttributeType {
        match self {
            Self::Text(_) => AttributeType::Text,
            Self::Number(_) => AttributeType::Number,
            Self::Date(_) => AttributeType::Date,
            Self::Boolean(_) => AttributeType::Boolean,
            Self::Code(_) => AttributeType::Code,
        }
    }
}

/// A value to set, or none to clear.
#[derive(Clone, Debug)]
pub struct AttributeChange {
    pub name: String,
    pub value: Option<AttributeValue>,
}

/// The declared attributes, in the order of their names.
///
/// # Errors
/// What the database says.
pub async fn attributes(db: &impl ConnectionTrait) -> Result<Vec<attribute::Model>> {
    Ok(attribute::Entity::find().order_by_asc(attribute::Column::Name).all(db).await?)
}

/// Declares an attribute.
///
/// # Errors
/// [`Reason::Invalid`] or [`Reason::Taken`] at `name`; [`Reason::LimitExceeded`].
pub async fn attribute_create(
    context: &Context,
    name: &str,
    r#type: AttributeType,
    description: Option<&str>,
) -> Result<attribute::Model> {
    let name = text::tidy(name).filter(|name| name.chars().count() <= NAME_CHARS_MAX);
    let name = name.ok_or_else(|| {
        let message = format!("A name has 1 to {NAME_CHARS_MAX} characters.");
        Error::reject(Reason::Invalid, &["name"], message)
    })?;
    let row = attribute::Model { name, r#type, description: description.and_then(text::tidy) };
    db::write(&context.db, &[], async |txn| {
        if ATTRIBUTES_MAX <= attribute::Entity::find().count(txn).await? {
            let message = format!("There are at most {ATTRIBUTES_MAX} attributes.");
            return Err(Error::reject(Reason::LimitExceeded, &[], message));
        }
        let rows = std::slice::from_ref(&row);
        db::insert_rows::<attribute::Entity>(txn, rows, OnConflict::Fail).await.map_err(|err| {
            Error::if_taken(err, || {
                let message = format!("There is an attribute {:?} already.", row.name);
                Error::reject(Reason::Taken, &["name"], message)
            })
        })?;
        Ok(row.clone())
    })
    .await
}

/// Deletes an attribute with the values of all contacts, or, unless told to, only one without.
///
/// # Errors
/// [`Reason::NotFound`] or [`Reason::InUse`] at `name`.
pub async fn attribute_delete(context: &Context, name: &str, with_values: bool) -> Result<String> {
    let name = text::tidy(name).unwrap_or_default();
    db::write(&context.db, &[Table::ContactAttribute], async |txn| {
        let row = attribute::Entity::find_by_id(name.clone()).lock_exclusive().one(txn).await?;
        let row = row.ok_or_else(|| missing(&name, &["name"]))?;
        if !with_values {
            let values = contact_attribute::Entity::find()
                .filter(contact_attribute::Column::Name.eq(&name))
                .count(txn)
                .await?;
            if 0 < values {
                let message = format!("It is in use by {}.", text::counted(values, "contact"));
                return Err(Error::reject(Reason::InUse, &["name"], message));
            }
        }
        contact_attribute::Entity::delete_many()
            .filter(contact_attribute::Column::Name.eq(&name))
            .exec(txn)
            .await?;
        row.delete(txn).await?;
        Ok(name.clone())
    })
    .await
}

/// The values that contacts have, by contact and in the order of the names.
///
/// # Errors
/// What the database says.
pub async fn attributes_of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Vec<(String, AttributeValue)>>> {
    let contact_id = Expr::col((contact_attribute::Entity, contact_attribute::Column::ContactId));
    let rows = contact_attribute::Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), contact_id, contacts))
        .order_by_asc(contact_attribute::Column::Name)
        .all(db)
        .await?;
    let mut values: HashMap<i32, Vec<_>> = HashMap::new();
    for row in rows {
        let contact_id = row.contact_id;
        if let Some(value) = value_of(&row) {
            values.entry(contact_id).or_default().push((row.name, value));
        }
    }
    Ok(values)
}

/// Sets and clears values of a contact whose row is locked. Returns whether anything changed.
///
/// # Errors
/// [`Reason::NotFound`] for an attribute that is not declared, [`Reason::Invalid`] for a value of
/// another type, both below `attributes`.
pub(super) async fn change(
    txn: &DatabaseTransaction,
    row: &Model,
    changes: &[AttributeChange],
) -> Result<bool> {
    if changes.is_empty() {
        return Ok(false);
    }
    // Shared: nobody deletes an attribute while it gets a value.
    let declared = attribute::Entity::find().lock_shared().all(txn).await?;
    let mut rejections = Rejections::default();
    let (mut cleared, mut written) = (Vec::new(), Vec::new());
    for (index, change) in changes.iter().enumerate() {
        let name = text::tidy(&change.name).unwrap_or_default();
        let stored = match &change.value {
            None if declared.iter().any(|it| it.name == name) => {
                cleared.push(name);
                continue;
            }
            None => Err(missing(&name, &["name"])),
            Some(value) => stored(row.id, &name, value, &declared),
        };
        let stored = stored.map_err(|err| err.under(&["attributes", &index.to_string()]));
        written.extend(rejections.keep(stored)?);
    }
    rejections.into_result()?;
    // Of two values for one name the later holds.
    let written: HashMap<_, _> = written.into_iter().map(|row| (row.name.clone(), row)).collect();
    let written: Vec<_> = written.into_values().collect();
    let own = contact_attribute::Column::ContactId.eq(row.id);
    let name = Expr::col((contact_attribute::Entity, contact_attribute::Column::Name));
    contact_attribute::Entity::delete_many()
        .filter(own)
        .filter(dialect::in_texts(txn.get_database_backend(), name, &cleared))
        .exec(txn)
        .await?;
    db::insert_rows::<contact_attribute::Entity>(txn, &written, OnConflict::Replace).await?;
    Ok(true)
}

/// The row that holds a value.
///
/// # Errors
/// As `change`, at `name` or `value`.
pub fn stored(
    contact_id: i32,
    name: &str,
    value: &AttributeValue,
    declared: &[attribute::Model],
) -> Result<contact_attribute::Model> {
    let declared = declared.iter().find(|it| it.name == name);
    let declared = declared.ok_or_else(|| missing(name, &["name"]))?;
    if declared.r#type != value.attribute_type() {
        let message = format!("The attribute {name:?} has values of another type.");
        return Err(Error::reject(Reason::Invalid, &["value"], message));
    }
    let name = name.to_owned();
    let mut row = contact_attribute::Model {
        contact_id,
        name,
        text: None,
        text_fold: None,
        number: None,
        date: None,
        flag: None,
    };
    match value {
        AttributeValue::Text(text) => {
            row.text = Some(limited(text::tidy(text), TEXT_CHARS_MAX)?);
            row.text_fold = row.text.as_deref().map(text::fold);
        }
        AttributeValue::Code(code) => row.text = Some(limited(text::code(code), CODE_CHARS_MAX)?),
        AttributeValue::Number(number) => row.number = Some(*number),
        AttributeValue::Date(date) => row.date = Some(*date),
        AttributeValue::Boolean(flag) => row.flag = Some(*flag),
    }
    Ok(row)
}

fn limited(text: Option<String>, chars_max: usize) -> Result<String> {
    text.filter(|text| text.chars().count() <= chars_max).ok_or_else(|| {
        let message = format!("A value has 1 to {chars_max} characters.");
        Error::reject(Reason::Invalid, &["value"], message)
    })
}

/// The value in a row. Text has its case folded beside it, a code has not.
fn value_of(row: &contact_attribute::Model) -> Option<AttributeValue> {
    match (&row.text, &row.text_fold) {
        (Some(text), Some(_)) => return Some(AttributeValue::Text(text.clone())),
        (Some(code), None) => return Some(AttributeValue::Code(code.clone())),
        (None, _) => {}
    }
    let number = row.number.map(AttributeValue::Number);
    let date = row.date.map(AttributeValue::Date);
    number.or(date).or(row.flag.map(AttributeValue::Boolean))
}

fn missing(name: &str, path: &[&str]) -> Error {
    Error::reject(Reason::NotFound, path, format!("There is no attribute {name:?}."))
}
