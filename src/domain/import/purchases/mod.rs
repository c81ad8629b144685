//! Purchases: entries of customers and vendors. As with interactions, a row that says exactly what an
//! entry from before this import says is taken for the same.

mod fields;
mod known;
mod row;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};

use self::{
    fields::{FIELDS, Field, IGNORED},
    known::Known,
    row::content,
};
use super::{Row, check::Written, columns::Columns};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Reason, Result,
        numbers::{self, Counter},
    },
    entity::purchase,
};

pub(super) struct Purchases {
    columns: Columns<Field>,
    now: DateTime<Utc>,
    /// The first key that this import took: what has a lower one was there before.
    first_key: Option<i64>,
}

impl Purchases {
    pub(super) fn new(header: &[String], now: DateTime<Utc>) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        let is_told = columns.has(Field::SourceNo) || columns.has(Field::CompanyNo);
        if !is_told || !columns.has(Field::Side) || !columns.has(Field::PostingDate) {
            let message = "There have to be columns Source Type, Posting Date, and Source No. or \
                           Company No.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, now, first_key: None })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.first_key = self.first_key.or(written.first_key);
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = Known::of(txn, &self.columns, rows).await?;
        let mut written = Written::default();
        let mut good = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            match self.purchase(row, &known) {
                Ok(purchase) => good.push(purchase),
                Err(problems) => written.rejected.push((index, problems)),
            }
        }
        // The key is taken first: it holds the counter, so that nobody else imports meanwhile.
        let key = numbers::take_keys(txn, Counter::Purchase, good.len() as u64).await?;
        let first_key = self.first_key.unwrap_or(key);
        written.first_key = Some(first_key);
        let mut before = before(txn, first_key, &good).await?;
        good.retain(|purchase| match before.get_mut(&content(purchase)) {
            Some(count) if 0 < *count => {
                *count -= 1;
                written.unchanged += 1;
                false
            }
            _ => true,
        });
        for (key, purchase) in (key..).zip(&mut good) {
            purchase.id = key;
        }
        written.created +=
            db::insert_rows::<purchase::Entity>(txn, &good, OnConflict::Fail).await?;
        Ok(written)
    }
}

/// How often each content occurs among the purchases of the same companies from before.
async fn before(
    txn: &DatabaseTransaction,
    first_key: i64,
    good: &[purchase::Model],
) -> Result<HashMap<String, u64>> {
    let mut counts = HashMap::new();
    let dates = || good.iter().map(|it| it.posting_date);
    let (Some(from), Some(to)) = (dates().min(), dates().max()) else { return Ok(counts) };
    if first_key <= 1 {
        return Ok(counts);
    }
    let contacts: BTreeSet<u32> = good.iter().map(|it| it.contact_id.cast_unsigned()).collect();
    let column = Expr::col(purchase::Column::ContactId);
    let before = purchase::Entity::find()
        .filter(dialect::in_ids(txn.get_database_backend(), column, contacts.into_iter()))
        .filter(purchase::Column::Id.lt(first_key))
        .filter(purchase::Column::PostingDate.between(from, to))
        .all(txn)
        .await?;
    for purchase in &before {
        *counts.entry(content(purchase)).or_insert(0) += 1;
    }
    Ok(counts)
}
