//! Planning something with every contact of a segment: a row for each who has none yet, all of them
//! or none (OPP-1, TSK-1).

use roaring::RoaringBitmap;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr,
    sea_query::{Expr, Iden, Query, SelectStatement},
};

use super::{
    choose::privacy_blocked,
    effective::{self, Defaults},
    lines::template_of,
    said::Said,
    step,
};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Reason, Result,
        numbers::{self, Counter},
    },
    entity::{
        contact, interaction,
        kinds::{SegmentStatus, SeriesKind},
        segment,
    },
};

/// How many lines one statement deals with: memory stays bounded, whatever the segment.
const PIECE: usize = 5_000;

/// The contacts of a locked segment with whom something is to be planned.
#[derive(Debug)]
pub struct Plan {
    pub segment: segment::Model,
    pub defaults: Defaults,
    pub contacts: RoaringBitmap,
    /// With how many it is planned already.
    pub already_there: u64,
    pub skipped_privacy_blocked: u64,
}

/// What came of planning.
#[derive(Clone, Debug)]
pub struct Planned {
    pub segment: segment::Model,
    pub created: u64,
    pub already_there: u64,
    pub skipped_privacy_blocked: u64,
}

impl Plan {
    /// Those contacts of the segment, open or logged, who may be contacted and are not among the
    /// `planned`. The segment is locked, so that of two at once the second finds what the first did.
    ///
    /// # Errors
    /// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is canceled or empty (OPP-2), at
    /// `segmentId`.
    pub async fn new(
        context: &Context,
        txn: &DatabaseTransaction,
        segment_id: i64,
        planned: SelectStatement,
    ) -> Result<Self> {
        let locked = step::lock(context, txn, segment_id).await?;
        let (segment, set) = (locked.segment, locked.set);
        if segment.status == SegmentStatus::Canceled || set.is_empty() {
            let what = if set.is_empty() { "empty" } else { "canceled" };
            let message = format!("The segment {} is {what}.", segment.no);
            return Err(Error::reject(Reason::NotAllowed, &["segmentId"], message));
        }
        let there = &*set & db::keys(txn, planned).await?;
        let missing = &*set - &there;
        let blocked = &missing & db::keys(txn, privacy_blocked()).await?;
        // Nothing of what is written to contacts is planned.
        let template = template_of(txn, &segment).await?;
        let defaults = Defaults::new(&segment, template.as_ref(), Said::default());
        Ok(Self {
            segment,
            defaults,
            contacts: missing - &blocked,
            already_there: there.len(),
            skipped_privacy_blocked: blocked.len(),
        })
    }

    /// What holds for a line, as an expression over the lines.
    ///
    /// # Panics
    /// If lines have no such value.
    pub fn of_line(&self, wanted: interaction::Column) -> Expr {
        let mut columns = self.defaults.columns().into_iter();
        let found = columns.find(|(column, _)| column.unquoted() == wanted.unquoted());
        found.expect("only values of lines are asked for").1
    }

    /// The company of a line's contact, as an expression over the lines.
    pub fn company(&self) -> Expr {
        contact::Column::CompanyId.into_simple_expr()
    }

    /// Writes a row for each of the contacts, with a key and a number of its own; `columns` are the
    /// others, and what they get from a line.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write<E: EntityTrait>(
        &self,
        txn: &DatabaseTransaction,
        keys: [E::Column; 3],
        (counter, series): (Counter, SeriesKind),
        columns: &[(E::Column, Expr)],
    ) -> Result<u64>
    where
        E::Model: Sync,
    {
        let backend = txn.get_database_backend();
        let [contact_id, key, no] = keys;
        let mut written = 0;
        for piece in self.pieces() {
            let count = piece.len() as u64;
            // The series before the counter, as for one of them alone.
            let block = numbers::take_free_block::<E>(txn, series, count, no).await?;
            let first = numbers::take_keys(txn, counter, count).await?;
            let contact = contact::Column::Id.into_simple_expr();
            let number = dialect::numbered(backend, block.first, contact.clone());
            let mut all = vec![
                (contact_id, contact.clone()),
                (key, dialect::numbered(backend, first, contact.clone())),
                (no, dialect::padded(backend, &block.prefix, block.width, number)),
            ];
            all.extend(columns.iter().cloned());
            let (columns, expressions): (Vec<_>, Vec<_>) = all.into_iter().unzip();
            let mut rows = effective::lines(self.segment.id);
            rows.exprs(expressions).and_where(dialect::in_ids(backend, contact, piece.into_iter()));
            let insert = Query::insert()
                .into_table(E::default())
                .columns(columns)
                .select_from(rows)
                .expect("as many expressions as columns")
                .to_owned();
            written += txn.execute(&insert).await?.rows_affected();
        }
        Ok(written)
    }

    /// The contacts, as many at once as one statement deals with.
    pub fn pieces(&self) -> impl Iterator<Item = Vec<u32>> {
        let mut ids = self.contacts.iter();
        std::iter::from_fn(move || {
            let piece: Vec<u32> = ids.by_ref().take(PIECE).collect();
            (!piece.is_empty()).then_some(piece)
        })
    }

    /// What came of it.
    pub fn done(self, created: u64) -> Planned {
        Planned {
            segment: self.segment,
            created,
            already_there: self.already_there,
            skipped_privacy_blocked: self.skipped_privacy_blocked,
        }
    }
}
