//! Code tables: a code and what it means.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{
    Row,
    check::{Check, Written},
    columns::Columns,
    value,
};
use crate::{
    db::{self, OnConflict},
    domain::{
        Error, Reason, Result,
        code::{blank, validate, why_no_entry},
        text,
    },
    entity::{code, kinds::CodeKind},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Code,
    Description,
    Email,
    Url,
    Blocked,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Code, &["code"]),
    (Field::Description, &["description", "name"]),
    (Field::Email, &["email"]),
    (Field::Url, &["url"]),
    (Field::Blocked, &["blocked"]),
];

const IGNORED: &[&str] = &["Commission %", "ISO Numeric Code"];

pub(super) struct Codes {
    kind: CodeKind,
    columns: Columns<Field>,
}

impl Codes {
    pub(super) fn new(kind: CodeKind, header: &[String]) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::Code) {
            return Err(Error::reject(Reason::Required, &["file"], "There is no column Code."));
        }
        Ok(Self { kind, columns })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let before = code::Entity::find().filter(code::Column::Kind.eq(self.kind)).all(txn).await?;
        let mut entries: HashMap<String, code::Model> =
            before.into_iter().map(|row| (row.code.clone(), row)).collect();
        let mut written = Written::default();
        let mut changed: HashMap<String, code::Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let (entry, check) = self.entry(row, &entries);
            if let Some(problems) = check.failed() {
                written.rejected.push((index, problems));
                continue;
            }
            match entries.insert(entry.code.clone(), entry.clone()) {
                Some(before) if before == entry => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => written.created += 1,
            }
            changed.insert(entry.code.clone(), entry);
        }
        let changed: Vec<code::Model> = changed.into_values().collect();
        db::insert_rows::<code::Entity>(txn, &changed, OnConflict::Replace).await?;
        Ok(written)
    }

    fn entry(&self, row: &Row, entries: &HashMap<String, code::Model>) -> (code::Model, Check) {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let code = self.columns.get(row, Field::Code).unwrap_or_default();
        let code = text::code(code).unwrap_or_default();
        let new = Some(code.as_str()).filter(|code| !entries.contains_key(*code));
        if code.is_empty() {
            check.add(self.columns.caption(Field::Code), "There has to be a code.");
        } else if let Some(reason) = new.and_then(why_no_entry) {
            check.add(self.columns.caption(Field::Code), reason);
        }
        let mut entry = entries.get(&code).cloned().unwrap_or_else(|| blank(self.kind, code));
        for (field, text) in self.columns.fields(row) {
            match field {
                Field::Description => entry.description = text::tidy(text),
                Field::Email => entry.email = text::tidy(text),
                Field::Url => entry.url = text::tidy(text),
                Field::Blocked => entry.blocked = check.keep(caption(field), value::flag(text)),
                Field::Code => {}
            }
        }
        if let Err(err) = validate(&entry).into_result() {
            check.note(err, |path| {
                self.columns.caption(match path {
                    Some("email") => Field::Email,
                    Some("url") => Field::Url,
                    _ => Field::Description,
                })
            });
        }
        (entry, check)
    }
}
