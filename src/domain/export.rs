//! Export: the contacts of a segment as a file, in the order of its lines, a page at a time.
//!
//! Each contact goes out once, also if others change while the file is written: who moves in the
//! order meanwhile is neither lost nor there twice.
//!
//! Values go out as they are, also those that a spreadsheet takes for a formula: what comes in again
//! must be what went out.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde::Serializer;
use serde_json::Value;

use crate::{
    db::dialect,
    domain::{
        Context, Error, PageArgs, Result, Take, amount,
        contact::{Key, Order, Restriction, by_ids, page_of_ids},
        contact_columns::{ATTRIBUTE_PREFIX, BUSINESS_CENTRAL, CODES, FLAGS, Field, TEXTS, field},
    },
    entity::{
        attribute,
        contact::{self, Model},
        contact_attribute, contact_code,
        kinds::*,
        segment,
    },
};

/// Contacts of a page.
const PAGE: u64 = 5000;

/// How a file is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV in the columns of Business Central's own export (EXP-1).
    BusinessCentral,
    /// CSV in all columns, by the names of the API.
    Csv,
    /// A JSON object a line, with the same names.
    Ndjson,
}

/// A file on its way out.
pub struct Export {
    context: Context,
    set: Arc<RoaringBitmap>,
    /// Who has not gone out yet.
    left: RoaringBitmap,
    format: Format,
    columns: Vec<(String, Option<Field>)>,
    attributes: Vec<String>,
    after: Option<Key>,
    begun: bool,
    ended: bool,
    /// How many contacts have gone out.
    pub done: u64,
}

/// What belongs to the contacts of a page.
struct Belongings {
    /// The numbers of their companies.
    companies: HashMap<i32, String>,
    codes: HashMap<(i32, CodeKind), Vec<Value>>,
    attributes: HashMap<(i32, String), Value>,
}

impl Export {
    /// Begins to export a segment as it is now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of_segment(
        context: &Context,
        segment: &segment::Model,
        format: Format,
    ) -> Result<Self> {
        let db = context.db.reader();
        let set = context.members.load(db, segment).await?;
        let attributes: Vec<String> = attribute::Entity::find()
            .order_by_asc(attribute::Column::Name)
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.name)
            .collect();
        let captions = match format {
            Format::BusinessCentral => BUSINESS_CENTRAL.iter().map(|&it| it.to_owned()).collect(),
            Format::Csv | Format::Ndjson => native(&attributes),
        };
        let columns = captions
            .into_iter()
            .map(|caption| {
                let field = field(&caption, &attributes);
                (caption, field)
            })
            .collect();
        let left = RoaringBitmap::clone(&set);
        let (context, after) = (context.clone(), None);
        let (begun, ended, done) = (false, false, 0);
        Ok(Self { context, set, left, format, columns, attributes, after, begun, ended, done })
    }

    /// How many contacts there are.
    pub fn total(&self) -> u64 {
        self.done + self.left.len()
    }

    /// The next piece of the file; nothing at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
        }
        let db = self.context.db.reader();
        let args = PageArgs { after: self.after.take(), before: None, take: Take::First(PAGE) };
        let restriction = Restriction::to(&self.set);
        let page = page_of_ids(db, &restriction, Order::default(), &args).await?;
        self.after = page.items.last().map(|(key, _)| key.clone());
        let is_last = !page.has_next;
        let ids: Vec<u32> = page.items.into_iter().map(|(_, id)| id).collect();
        let mut rows = by_ids(db, ids.iter().copied()).await?;
        let belongings = self.belongings(&rows).await?;
        let mut piece = Vec::new();
        if !self.begun && self.format != Format::Ndjson {
            let captions = self.columns.iter().map(|(caption, _)| caption.as_str());
            write_row(&mut piece, captions)?;
        }
        self.begun = true;
        for id in ids {
            // One who was deleted meanwhile is left out, one who moved down the list comes once.
            let Some(row) = rows.remove(&id.cast_signed()) else { continue };
            if !self.left.remove(id) {
                continue;
            }
            self.write(&mut piece, Arc::unwrap_or_clone(row), &belongings)?;
            self.done += 1;
        }
        if is_last {
            // Who is left was deleted, or moved up the list meanwhile: they are looked for until
            // nobody is found.
            self.ended = self.left.len() == self.set.len() || self.left.is_empty();
            self.set = Arc::new(self.left.clone());
            self.after = None;
        }
        Ok(Some(piece))
    }

    async fn belongings(&self, rows: &HashMap<i32, Arc<Model>>) -> Result<Belongings> {
        let db = self.context.db.reader();
        let backend = db.get_database_backend();
        let companies = rows.values().filter_map(|row| row.company_id);
        let companies: RoaringBitmap = companies.map(|id| id.cast_unsigned()).collect();
        let id = Expr::col(contact::Column::Id);
        let companies: Vec<(i32, String)> = contact::Entity::find()
            .select_only()
            .columns([contact::Column::Id, contact::Column::No])
            .filter(dialect::in_ids(backend, id, companies.iter()))
            .into_tuple()
            .all(db)
            .await?;
        let companies = companies.into_iter().collect();
        let mut belongings =
            Belongings { companies, codes: HashMap::new(), attributes: HashMap::new() };
        if self.format == Format::BusinessCentral {
            return Ok(belongings);
        }
        let keys = || rows.keys().map(|id| id.cast_unsigned());
        let id = Expr::col(contact_code::Column::ContactId);
        let codes = contact_code::Entity::find()
            .filter(contact_code::Column::Kind.is_in(CODES.iter().map(|(_, kind)| *kind)))
            .filter(dialect::in_ids(backend, id, keys()))
            .order_by_asc(contact_code::Column::Code)
            .all(db)
            .await?;
        for row in codes {
            let key = (row.contact_id, row.kind);
            belongings.codes.entry(key).or_default().push(row.code.into());
        }
        let id = Expr::col(contact_attribute::Column::ContactId);
        let values = contact_attribute::Entity::find()
            .filter(dialect::in_ids(backend, id, keys()))
            .all(db)
            .await?;
        for row in values {
            let number = row.number.map(|it| amount::from_stored(it).to_string().into());
            let date = row.date.map(|it| it.to_string().into());
            let value = row.text.map(Value::from).or(number).or(date).or(row.flag.map(Value::from));
            belongings.attributes.insert((row.contact_id, row.name), value.unwrap_or_default());
        }
        Ok(belongings)
    }

    fn write(&self, piece: &mut Vec<u8>, mut row: Model, belongings: &Belongings) -> Result<()> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (_, field) in &self.columns {
            values.push(match field {
                Some(field) => self.value(*field, &mut row, belongings),
                None => Value::Null,
            });
        }
        if self.format == Format::Ndjson {
            let names = self.columns.iter().map(|(name, _)| name);
            let written = serde_json::Serializer::new(&mut *piece).collect_map(names.zip(&values));
            written.map_err(|err| unwritable(&err))?;
            piece.push(b'\n');
            return Ok(());
        }
        let texts: Vec<String> = values.into_iter().map(as_text).collect();
        write_row(piece, texts.iter().map(String::as_str))
    }

    fn value(&self, field: Field, row: &mut Model, belongings: &Belongings) -> Value {
        let is_theirs = self.format == Format::BusinessCentral;
        match field {
            Field::No => row.no.as_str().into(),
            Field::Name => row.name.as_str().into(),
            Field::Type => match (row.r#type, is_theirs) {
                (ContactType::Company, true) => "0".into(),
                (ContactType::Person, true) => "1".into(),
                (ContactType::Company, false) => "COMPANY".into(),
                (ContactType::Person, false) => "PERSON".into(),
            },
            Field::CorrespondenceType => match (row.correspondence_type, is_theirs) {
                (None, true) => "0".into(),
                (None, false) => Value::Null,
                (Some(CorrespondenceType::HardCopy), true) => "1".into(),
                (Some(CorrespondenceType::Email), true) => "2".into(),
                (Some(CorrespondenceType::HardCopy), false) => "HARD_COPY".into(),
                (Some(CorrespondenceType::Email), false) => "EMAIL".into(),
            },
            Field::CompanyNo => {
                let company = row.company_id.and_then(|id| belongings.companies.get(&id));
                company.map(String::as_str).into()
            }
            Field::Text(index) => (TEXTS[index].slot)(row).take().into(),
            Field::Flag(index) => (*(FLAGS[index].slot)(row)).into(),
            Field::Codes(kind) => {
                belongings.codes.get(&(row.id, kind)).cloned().unwrap_or_default().into()
            }
            Field::Attribute(index) => {
                let key = (row.id, self.attributes[index].clone());
                belongings.attributes.get(&key).cloned().unwrap_or_default()
            }
        }
    }
}

/// Our own columns.
fn native(attributes: &[String]) -> Vec<String> {
    let first = ["no", "type", "name", "companyNo", "correspondenceType"];
    let texts = TEXTS.iter().map(|it| it.name);
    let flags = FLAGS.iter().map(|it| it.name);
    let codes = CODES.iter().map(|(name, _)| *name);
    let all = first.into_iter().chain(texts).chain(flags).chain(codes).map(str::to_owned);
    all.chain(attributes.iter().map(|name| format!("{ATTRIBUTE_PREFIX}{name}"))).collect()
}

fn as_text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Array(items) => items.into_iter().map(as_text).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

fn write_row<'a>(piece: &mut Vec<u8>, fields: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut csv = csv::Writer::from_writer(piece);
    csv.write_record(fields).map_err(|err| unwritable(&err))?;
    csv.flush().map_err(|err| unwritable(&err))
}

fn unwritable(err: &dyn std::error::Error) -> Error {
    Error::Corrupt(format!("a row can't be written: {err}"))
}
