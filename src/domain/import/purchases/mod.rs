//! Purchases: entries of customers and vendors. As with interactions, a row that says exactly what an
//! entry from before this import says is taken for the same.

mod fields;
mod known;
mod row;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};

use self::{
    fields::{FIELDS, Field, IGNORED},
    known::Known,
    row::content,
};
use super::{
    Problem, Row,
    before::{Left, Progress},
    check::Written,
    columns::Columns,
};
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
    progress: Progress,
    /// How many rows were passed over, for they are about no customer or vendor, and where the first is.
    passed: u64,
    passed_from: Option<u64>,
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
        Ok(Self { columns, now, progress: Progress::default(), passed: 0, passed_from: None })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.progress.committed(written);
        self.passed += written.passed;
        self.passed_from = self.passed_from.or(written.passed_from);
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = Known::of(txn, &self.columns, rows).await?;
        let mut written = Written::default();
        let mut good = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if self.is_of_nobody(row) {
                written.passed += 1;
                written.passed_from.get_or_insert(row.line);
                continue;
            }
            match self.purchase(row, &known) {
                Ok(purchase) => good.push(purchase),
                Err(problems) => written.rejected.push((index, problems)),
            }
        }
        // The key is taken first: it holds the counter, so that nobody else imports meanwhile.
        let key = numbers::take_keys(txn, Counter::Purchase, good.len() as u64).await?;
        let first_key = self.progress.first_key.unwrap_or(key);
        written.first_key = Some(first_key);
        let mut left = self.before(txn, first_key, &good).await?;
        good.retain(|purchase| {
            let found = left.take(&content(purchase), |_| true);
            written.unchanged += u64::from(found.is_some());
            written.found.extend(found.as_ref().map(|old| old.id.cast_unsigned()));
            found.is_none()
        });
        for (key, purchase) in (key..).zip(&mut good) {
            purchase.id = key;
        }
        written.created +=
            db::insert_rows::<purchase::Entity>(txn, &good, OnConflict::Fail).await?;
        Ok(written)
    }

    /// The purchases of the same companies from before that no row has been taken for.
    async fn before(
        &self,
        txn: &DatabaseTransaction,
        first_key: i64,
        good: &[purchase::Model],
    ) -> Result<Left<purchase::Model>> {
        let dates = || good.iter().map(|it| it.posting_date);
        let mut before = Vec::new();
        if let (Some(from), Some(to), true) = (dates().min(), dates().max(), 1 < first_key) {
            let contacts: BTreeSet<u32> =
                good.iter().map(|it| it.contact_id.cast_unsigned()).collect();
            let column = Expr::col(purchase::Column::ContactId);
            before = purchase::Entity::find()
                .filter(dialect::in_ids(txn.get_database_backend(), column, contacts.into_iter()))
                .filter(purchase::Column::Id.lt(first_key))
                .filter(purchase::Column::PostingDate.between(from, to))
                .all(txn)
                .await?;
        }
        Ok(self.progress.left(before, |it| it.id, content))
    }

    /// What was passed over.
    pub(super) fn left_open(&self) -> Vec<Problem> {
        let problem = self.passed_from.map(|line| Problem {
            line,
            column: self.columns.caption(Field::Side),
            reason: format!(
                "Rows about no customer or vendor were passed over: {} in all.",
                self.passed
            ),
        });
        problem.into_iter().collect()
    }
}
