//! Alternative addresses of contacts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    Row,
    check::{self, Check, Codes, Written},
    columns::Columns,
    find,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Reason, Result,
        code::CODE_CHARS_MAX,
        contact::{
            address::{self, ADDRESSES_MAX, TEXTS},
            touch,
        },
        contact_columns::{IGNORED, plain},
        text,
    },
    entity::{
        contact_address,
        kinds::{CodeKind, IdentifierKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    ContactNo,
    Code,
    /// One of [`TEXTS`].
    Text(usize),
}

pub(super) struct Addresses {
    columns: Columns<Field>,
    create_codes: bool,
    now: DateTime<Utc>,
}

type Key = (i32, String);

/// What the rows of a chunk refer to, and what there was before.
struct Known {
    contacts: HashMap<String, i32>,
    codes: Codes,
    addresses: HashMap<Key, contact_address::Model>,
    counts: HashMap<i32, usize>,
    /// Numbers of contacts that were merged, and whom they were merged into.
    merged: HashMap<String, String>,
}

impl Addresses {
    pub(super) fn new(header: &[String], create_codes: bool, now: DateTime<Utc>) -> Result<Self> {
        let columns = Columns::new(header, IGNORED, field)?;
        if !columns.has(Field::ContactNo) || !columns.has(Field::Code) {
            let message = "There have to be a column Contact No. and a column Code.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes, now })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut changed: HashMap<Key, contact_address::Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let it = match self.address(row, &known) {
                Ok(it) => it,
                Err(check) => {
                    written.rejected.push((index, check.failed().unwrap_or_default()));
                    continue;
                }
            };
            let key = (it.contact_id, it.code.clone());
            match known.addresses.insert(key.clone(), it.clone()) {
                Some(before) if before == it => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => {
                    *known.counts.entry(it.contact_id).or_default() += 1;
                    written.created += 1;
                }
            }
            changed.insert(key, it);
        }
        known.codes.make_for(txn, &written).await?;
        let changed: Vec<contact_address::Model> = changed.into_values().collect();
        db::insert_rows::<contact_address::Entity>(txn, &changed, OnConflict::Replace).await?;
        touch(txn, self.now, changed.iter().map(|row| row.contact_id.cast_unsigned())).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let texts = |field| rows.iter().filter_map(move |row| self.columns.get(row, field));
        let kind_of = |field| (field == country()).then_some(CodeKind::Country);
        let numbers = texts(Field::ContactNo).filter_map(text::code).collect();
        let contacts = find::locked_contacts(txn, numbers).await?;
        let ids = contacts.values().map(|id| id.cast_unsigned());
        let id = Expr::col(contact_address::Column::ContactId);
        let addresses = contact_address::Entity::find()
            .filter(dialect::in_ids(txn.get_database_backend(), id, ids))
            .all(txn)
            .await?;
        let mut counts: HashMap<i32, usize> = HashMap::new();
        for row in &addresses {
            *counts.entry(row.contact_id).or_default() += 1;
        }
        let addresses =
            addresses.into_iter().map(|row| ((row.contact_id, row.code.clone()), row)).collect();
        let countries = self.columns.codes(rows, kind_of);
        let codes = Codes::find(txn, countries, self.create_codes).await?;
        let merged =
            find::merged(txn, IdentifierKind::No, contacts.keys().cloned().collect()).await?;
        Ok(Known { contacts, codes, addresses, counts, merged })
    }

    /// The address as the row says it is; columns that are not in the file stay as they are.
    fn address(&self, row: &Row, known: &Known) -> Result<contact_address::Model, Check> {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let contact_id = find::contact(
            &mut check,
            caption(Field::ContactNo),
            text(Field::ContactNo),
            &known.contacts,
        );
        let code = check.keep(caption(Field::Code), check::code(text(Field::Code)));
        if code.is_none() && check.is_fine() {
            let reason = format!("There has to be a code of 1 to {CODE_CHARS_MAX} characters.");
            check.add(self.columns.caption(Field::Code), reason);
        }
        let (Some(code), Some(contact_id)) = (code, contact_id) else { return Err(check) };
        let before = known.addresses.get(&(contact_id, code.clone()));
        if before.is_none() && known.counts.get(&contact_id).is_some_and(|it| ADDRESSES_MAX <= *it)
        {
            let reason = format!("A contact has at most {ADDRESSES_MAX} alternative addresses.");
            check.add(self.columns.caption(Field::ContactNo), reason);
        }
        let mut address = before.cloned().unwrap_or_else(|| address::blank(contact_id, code));
        for (field, text) in self.columns.fields(row) {
            let Field::Text(index) = field else { continue };
            let value = match TEXTS[index].name {
                "country" => check.code(caption(field), text, CodeKind::Country, &known.codes),
                _ => Some(text.to_owned()).filter(|text| !text.is_empty()),
            };
            *(TEXTS[index].slot)(&mut address) = value;
        }
        if let Err(err) = address::complete(&mut address) {
            check.note(err, |name| self.columns.caption(text_field(name?)?));
        }
        if before.is_some_and(|before| *before != address) {
            let no = text::code(text(Field::ContactNo)).unwrap_or_default();
            find::note_merged(
                &mut check,
                self.columns.caption(Field::ContactNo),
                &known.merged,
                &no,
            );
        }
        if check.is_fine() { Ok(address) } else { Err(check) }
    }
}

fn field(caption: &str) -> Option<Field> {
    let caption = plain(caption);
    match caption.as_str() {
        "contactno" | "contact" => return Some(Field::ContactNo),
        "code" => return Some(Field::Code),
        _ => {}
    }
    let is = |name: &&str| plain(name) == caption;
    let found = TEXTS.iter().position(|it| is(&it.name) || it.captions.iter().any(is));
    found.map(Field::Text)
}

fn text_field(name: &str) -> Option<Field> {
    TEXTS.iter().position(|it| it.name == name).map(Field::Text)
}

fn country() -> Field {
    text_field("country").expect("an address has a country")
}
