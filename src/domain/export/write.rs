//! From the JSON of the database to the lines of a file.

use std::{borrow::Cow, collections::HashMap, io::Write};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Format, Layout,
    page::{Page, rows},
};
use crate::{
    domain::{Error, Result, amount, contact_columns::Field},
    entity::kinds::CodeKind,
};

/// The captions of a CSV file.
///
/// # Errors
/// None that can happen.
pub(super) fn write_captions(layout: &Layout, to: &mut Vec<u8>) -> Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(layout.columns.iter().map(|(caption, _)| caption)).map_err(unwritable)?;
    csv.flush().map_err(unwritable)
}

/// The rows of a page, by whose they are. Values are still JSON.
pub(super) struct Rows<'a> {
    layout: &'a Layout,
    /// Their ids, those of their companies, and a value for each column that is one of contacts.
    contacts: HashMap<u32, Vec<&'a RawValue>>,
    /// Their numbers, by the JSON of their ids.
    companies: HashMap<&'a str, &'a RawValue>,
    codes: HashMap<(u32, CodeKind), Vec<Cow<'a, str>>>,
    attributes: HashMap<(u32, Cow<'a, str>), Cell<'a>>,
}

/// What a file has in one place.
#[derive(Clone, Debug)]
enum Cell<'a> {
    Nothing,
    /// Text as JSON, or null.
    Json(&'a str),
    /// Text that is the same in JSON.
    Plain(Cow<'a, str>),
    Flag(bool),
    Texts(&'a [Cow<'a, str>]),
}

/// A value of a custom attribute: whose, its name, and text, number, date or flag.
#[derive(Deserialize)]
struct Attribute<'a>(
    u32,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] &'a RawValue,
    Option<i64>,
    #[serde(borrow)] &'a RawValue,
    #[serde(borrow)] &'a RawValue,
);

/// A code of a contact.
#[derive(Deserialize)]
struct Code<'a>(u32, CodeKind, #[serde(borrow)] Cow<'a, str>);

impl<'a> Rows<'a> {
    /// # Errors
    /// If the rows are not what was asked for.
    pub(super) fn read(page: &'a Page, layout: &'a Layout) -> Result<Self> {
        let mut contacts = HashMap::with_capacity(page.ids.len());
        for row in rows::<Vec<&RawValue>>(&page.contacts)? {
            contacts.insert(row[0].get().parse().map_err(unwritable)?, row);
        }
        let companies = rows::<(&RawValue, &RawValue)>(&page.companies)?;
        let companies = companies.into_iter().map(|(id, no)| (id.get(), no)).collect();
        let mut codes = HashMap::<_, Vec<_>>::new();
        for Code(contact, kind, code) in rows(&page.codes)? {
            codes.entry((contact, kind)).or_default().push(code);
        }
        for codes in codes.values_mut() {
            codes.sort_unstable();
        }
        let mut attributes = HashMap::new();
        for Attribute(contact, name, text, number, date, flag) in rows(&page.attributes)? {
            let value = match number {
                Some(number) => Cell::Plain(amount::from_stored(number).to_string().into()),
                None if !is_null(text) => Cell::Json(text.get()),
                None if !is_null(date) => Cell::Json(date.get()),
                None if !is_null(flag) => Cell::Flag(is_true(flag)),
                None => Cell::Nothing,
            };
            attributes.insert((contact, name), value);
        }
        Ok(Self { layout, contacts, companies, codes, attributes })
    }

    pub(super) fn contains(&self, contact: u32) -> bool {
        self.contacts.contains_key(&contact)
    }

    /// A line for each of the contacts.
    ///
    /// # Errors
    /// If a value is not what was asked for.
    pub(super) fn write(&self, contacts: &[u32], to: &mut Vec<u8>) -> Result<()> {
        match self.layout.format {
            Format::Ndjson => self.write_json(contacts, to),
            Format::BusinessCentral | Format::Csv => self.write_csv(contacts, to),
        }
    }

    fn write_csv(&self, contacts: &[u32], to: &mut Vec<u8>) -> Result<()> {
        let mut csv = csv::Writer::from_writer(to);
        for contact in contacts {
            self.each_cell(*contact, |_, cell| {
                let text = match cell {
                    Cell::Nothing => Cow::Borrowed(""),
                    Cell::Json(json) => text(json)?,
                    Cell::Plain(text) => text,
                    Cell::Flag(true) => "Yes".into(),
                    Cell::Flag(false) => "No".into(),
                    Cell::Texts(texts) => texts.join(";").into(),
                };
                csv.write_field(text.as_bytes()).map_err(unwritable)
            })?;
            csv.write_record(None::<&[u8]>).map_err(unwritable)?;
        }
        csv.flush().map_err(unwritable)
    }

    fn write_json(&self, contacts: &[u32], to: &mut Vec<u8>) -> Result<()> {
        for contact in contacts {
            let mut before = b'{';
            self.each_cell(*contact, |name, cell| {
                to.push(before);
                before = b',';
                serde_json::to_writer(&mut *to, name).map_err(unwritable)?;
                to.push(b':');
                match cell {
                    Cell::Nothing => to.extend(b"null"),
                    Cell::Json(json) => to.extend(json.as_bytes()),
                    Cell::Plain(text) => write!(to, "\"{text}\"").map_err(unwritable)?,
                    Cell::Flag(flag) => write!(to, "{flag}").map_err(unwritable)?,
                    Cell::Texts(texts) => {
                        serde_json::to_writer(&mut *to, texts).map_err(unwritable)?;
                    }
                }
                Ok(())
            })?;
            to.extend(b"}\n");
        }
        Ok(())
    }

    /// Goes through the columns of the file.
    fn each_cell(
        &self,
        contact: u32,
        mut each: impl FnMut(&'a str, Cell<'_>) -> Result<()>,
    ) -> Result<()> {
        let row = &self.contacts[&contact];
        let company = row[1].get();
        let mut own = row[2..].iter();
        for (name, field) in &self.layout.columns {
            let mut own = || own.next().map_or("null", |value| value.get());
            let cell = match field {
                None => Cell::Nothing,
                Some(Field::No | Field::Name | Field::Text(_)) => Cell::Json(own()),
                Some(Field::Type | Field::CorrespondenceType) => self.choice(own()),
                Some(Field::Flag(_)) => Cell::Flag(is_yes(own())),
                Some(Field::CompanyNo) => {
                    self.companies.get(company).map_or(Cell::Nothing, |no| Cell::Json(no.get()))
                }
                Some(Field::Codes(kind)) => {
                    let codes = self.codes.get(&(contact, *kind));
                    Cell::Texts(codes.map_or(&[], Vec::as_slice))
                }
                Some(Field::Attribute(index)) => {
                    let name = Cow::Borrowed(self.layout.attributes[*index].as_str());
                    self.attributes.get(&(contact, name)).cloned().unwrap_or(Cell::Nothing)
                }
            };
            each(name, cell)?;
        }
        Ok(())
    }

    /// Business Central has numbers for names.
    fn choice(&self, json: &'a str) -> Cell<'a> {
        if self.layout.format != Format::BusinessCentral {
            return Cell::Json(json);
        }
        Cell::Plain(Cow::Borrowed(match json {
            r#""PERSON""# | r#""HARD_COPY""# => "1",
            r#""EMAIL""# => "2",
            _ => "0",
        }))
    }
}

fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

fn is_true(value: &RawValue) -> bool {
    is_yes(value.get())
}

/// SQLite has numbers for flags.
fn is_yes(json: &str) -> bool {
    matches!(json, "true" | "1")
}

/// The text that a JSON string says; none for null.
fn text(json: &str) -> Result<Cow<'_, str>> {
    let quoted = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Ok(match quoted {
        None => Cow::Borrowed(""),
        Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
        Some(_) => serde_json::from_str::<String>(json).map_err(unwritable)?.into(),
    })
}

fn unwritable(err: impl std::error::Error) -> Error {
    Error::Corrupt(format!("a row can't be written: {err}"))
}
