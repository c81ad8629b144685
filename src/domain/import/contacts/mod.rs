//! Contacts, made or changed by number or external id.

mod apply;
mod chunk;
mod save;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;
use sea_orm::{DatabaseTransaction, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect};

use super::{Problem, Row, check::Written, columns::Columns};
use crate::{
    db,
    domain::{
        self, Context, Error, Reason, Result,
        contact_columns::{self, ATTRIBUTE_PREFIX, Field},
    },
    entity::{attribute, contact, setup},
};

/// How many people may wait for a company that comes later in the file. Each takes some 50 bytes.
const WAITING_MAX: usize = 1_000_000;

/// Where contacts and what belongs to them lie.
const TABLES: [&str; 4] = ["contact", "contact_attribute", "contact_code", "contact_identifier"];
/// By this the people of companies that change are found.
const NEEDED: [&str; 1] = ["contact_company_idx"];

pub(super) struct Contacts {
    columns: Columns<Field>,
    attributes: Vec<attribute::Model>,
    /// What new contacts get for which the file has no column.
    setup: setup::Model,
    create_codes: bool,
    now: DateTime<Utc>,
    /// People, and their lines, whose company has not come yet, by its number.
    waiting: HashMap<String, Vec<(i32, u64)>>,
    waiting_count: usize,
    /// Contacts that have had a row of their own.
    mentioned: RoaringBitmap,
    /// What the file calls contacts that are called otherwise by now.
    aliases: HashMap<i32, String>,
}

impl Contacts {
    pub(super) async fn new(
        context: &Context,
        header: &[String],
        create_codes: bool,
        rehearsal: Option<&DatabaseTransaction>,
    ) -> Result<Self> {
        let attributes = attribute::Entity::find().order_by_asc(attribute::Column::Name);
        let (attributes, setup) = match rehearsal {
            Some(txn) => (attributes.all(txn).await?, domain::setup::load(txn).await?),
            None => {
                let db = context.db.reader();
                (attributes.all(db).await?, domain::setup::load(db).await?)
            }
        };
        let names: Vec<String> = attributes.iter().map(|it| it.name.clone()).collect();
        let columns = Columns::new(header, contact_columns::IGNORED, |caption| {
            contact_columns::field(caption, &names)
        })?;
        if let Some(caption) = columns.unknown.iter().find(|it| it.starts_with(ATTRIBUTE_PREFIX)) {
            let message = format!(
                "There is no custom attribute for the column {caption:?}. Declare it first, or \
                 leave the column out."
            );
            return Err(Error::reject(Reason::NotFound, &["file"], message));
        }
        if !columns.has(Field::No) && !columns.has(Field::Name) && !columns.has(surname()) {
            let message = "There has to be a column No., Name or Surname.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self {
            columns,
            attributes,
            setup,
            create_codes,
            now: context.clock.now(),
            waiting: HashMap::new(),
            waiting_count: 0,
            mentioned: RoaringBitmap::new(),
            aliases: HashMap::new(),
        })
    }

    pub(super) async fn leave_out_indexes(&self, txn: &DatabaseTransaction) -> Result<bool> {
        let is_empty = contact::Entity::find().limit(1).count(txn).await? == 0;
        if is_empty {
            db::leave_out_indexes(txn, &TABLES, &NEEDED).await?;
        }
        Ok(is_empty)
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut chunk = chunk::Chunk::load(self, txn, rows).await?;
        for (index, row) in rows.iter().enumerate() {
            chunk.take(index, row);
        }
        chunk.link();
        chunk.save(txn).await
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.mentioned |= &written.mentioned;
        self.aliases.extend(written.aliases.clone());
        for company_no in &written.companies {
            let arrived = self.waiting.remove(company_no).unwrap_or_default();
            self.waiting_count -= arrived.len();
        }
        for person in &written.waiting {
            let waiting = self.waiting.entry(person.company_no.clone()).or_default();
            waiting.push((person.contact_id, person.line));
            self.waiting_count += 1;
        }
    }

    pub(super) fn first_open_line(&self) -> Option<u64> {
        self.waiting.values().flatten().map(|(_, line)| *line).min()
    }

    pub(super) fn left_open(&self) -> Vec<Problem> {
        let of_company = |(company_no, people): (&String, &Vec<(i32, u64)>)| {
            let problem = |line| Problem {
                line,
                column: self.columns.caption(Field::CompanyNo),
                reason: format!("There is no company {company_no}; the person is without one now."),
            };
            people.iter().map(|(_, line)| problem(*line)).collect::<Vec<_>>()
        };
        let mut open: Vec<Problem> = self.waiting.iter().flat_map(of_company).collect();
        open.sort_unstable_by_key(|problem| problem.line);
        open
    }
}

/// The field of a text by its name in the API.
fn text_field(name: &str) -> Field {
    let index = contact_columns::TEXTS.iter().position(|it| it.name == name);
    Field::Text(index.expect("the names in this folder are in the table"))
}

fn surname() -> Field {
    text_field("surname")
}
