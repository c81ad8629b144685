//! Interactions. They have no number of their own that stays, so a row that says what an interaction
//! from before this import says is taken for the same.

mod again;
mod fields;
mod row;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

use self::fields::{FIELDS, Field, IGNORED, kind_of};
use super::{
    Row,
    before::Progress,
    check::{Codes, Written},
    columns::Columns,
    find,
};
use crate::{
    db::{self, OnConflict},
    domain::{
        Error, Reason, Result,
        numbers::{self, Counter},
        text,
    },
    entity::{contact, interaction, kinds::IdentifierKind},
};

pub(super) struct Interactions {
    columns: Columns<Field>,
    create_codes: bool,
    now: DateTime<Utc>,
    actor: Option<String>,
    progress: Progress,
}

/// What the rows of a chunk refer to.
struct Known {
    contacts: find::Identifiers,
    companies: HashMap<i32, Option<i32>>,
    erased: HashSet<i32>,
    campaigns: HashMap<String, i64>,
    codes: Codes,
    templates: HashSet<String>,
}

impl Interactions {
    pub(super) fn new(
        header: &[String],
        create_codes: bool,
        now: DateTime<Utc>,
        actor: Option<String>,
    ) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::ContactNo) || !columns.has(Field::Date) {
            let message = "There have to be columns Contact No. and Date.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes, now, actor, progress: Progress::default() })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.progress.committed(written);
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut good = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let (interaction, check) = self.interaction(row, &known);
            match check.failed() {
                None => good.push(interaction),
                Some(problems) => written.rejected.push((index, problems)),
            }
        }
        known.codes.make_for(txn, &written).await?;
        // The key is taken first: it holds the counter, so that nobody else imports meanwhile.
        let key = numbers::take_keys(txn, Counter::Interaction, good.len() as u64).await?;
        let first_key = self.progress.first_key.unwrap_or(key);
        written.first_key = Some(first_key);
        self.settle(txn, first_key, &mut good, &mut written).await?;
        for (key, interaction) in (key..).zip(&mut good) {
            interaction.id = key;
        }
        written.created +=
            db::insert_rows::<interaction::Entity>(txn, &good, OnConflict::Fail).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let texts = |field| {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code)
        };
        let numbers = texts(Field::ContactNo).chain(texts(Field::CompanyNo)).collect();
        let contacts = find::contacts(txn, IdentifierKind::No, numbers).await?;
        let ids = contacts.values().map(|id| id.cast_unsigned());
        let id = Expr::col(contact::Column::Id);
        let found = db::shard_by_shard(txn, id, ids, |these| {
            contact::Entity::find()
                .select_only()
                .column(contact::Column::Id)
                .column(contact::Column::CompanyId)
                .column(contact::Column::ErasedAt)
                .filter(these)
                .lock_shared()
                .into_tuple()
        });
        let found: Vec<(i32, Option<i32>, Option<DateTime<Utc>>)> = found.await?;
        let companies = found.iter().map(|(id, company, _)| (*id, *company)).collect();
        let erased = found.iter().filter(|(.., erased_at)| erased_at.is_some());
        let erased = erased.map(|(id, ..)| *id).collect();
        let codes = self.columns.codes(rows, kind_of);
        Ok(Known {
            contacts,
            companies,
            erased,
            campaigns: find::campaigns(txn, texts(Field::Campaign).collect()).await?,
            codes: Codes::find(txn, codes, self.create_codes).await?,
            templates: find::templates(txn, texts(Field::Template).collect(), LockType::Share)
                .await?,
        })
    }
}
