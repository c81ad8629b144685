//! The criteria recorded on segments, which become saved criteria under the number of the segment:
//! nothing is executed. The rows about a segment belong together and are taken whole or not at all.

mod filter;
mod set;

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, NotSet, QueryFilter, QueryOrder,
    QuerySelect, Set as To,
    sea_query::{Expr, OnConflict},
};

use super::{check::Written, chunk::Chunk, columns::Columns};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, segment::saved, text},
    entity::{
        saved_criteria::{self, Column},
        segment,
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Segment,
    Type,
    Action,
    ExpandCompanies,
    IncludeCompanies,
    IgnoreExclusion,
    EntireCompanies,
    Table,
    Filter,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Segment, &["segmentno", "segment"]),
    (Field::Type, &["type"]),
    (Field::Action, &["action"]),
    (Field::ExpandCompanies, &["expandcontact", "expandcompanies"]),
    (Field::IncludeCompanies, &["allowcompanywithpersons", "includecompanies"]),
    (Field::IgnoreExclusion, &["ignoreexclusion"]),
    (Field::EntireCompanies, &["entirecompanies"]),
    (Field::Table, &["table"]),
    (Field::Filter, &["filter"]),
];

/// That a contact may be there twice is nothing we know.
const IGNORED: &[&str] = &["Line No.", "Allow Existing Contacts"];

/// Rows of an insert: the columns of so many stay below the limit of parameters.
const INSERT_ROWS: usize = 1000;

pub(super) struct SegmentCriteria {
    columns: Columns<Field>,
    context: Context,
    /// The segments whose rows have been seen.
    seen: HashSet<String>,
}

impl SegmentCriteria {
    pub(super) fn new(header: &[String], context: Context) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        let needed = [Field::Segment, Field::Type, Field::Action, Field::Table, Field::Filter];
        if needed.iter().any(|field| !columns.has(*field)) {
            let message = "There have to be columns Segment No., Type, Action, Table and Filter.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, context, seen: HashSet::new() })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    /// The column whose rows stay in one chunk as long as it says the same.
    pub(super) fn group(&self) -> Option<usize> {
        self.columns.index(Field::Segment)
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.seen.extend(written.criteria_of.iter().cloned());
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, chunk: &Chunk) -> Result<Written> {
        let sets = self.sets(chunk);
        let mut numbers: Vec<String> = sets.iter().map(|set| set.no.clone()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let descriptions = descriptions(txn, &numbers).await?;
        let before = before(txn, &numbers).await?;
        let mut written = Written::default();
        let mut sets_of: HashMap<&str, usize> = HashMap::new();
        for set in &sets {
            *sets_of.entry(&set.no).or_default() += 1;
        }
        let mut changed: BTreeMap<String, saved_criteria::Model> = BTreeMap::new();
        for set in &sets {
            let is_torn = 1 < sets_of[set.no.as_str()] || self.seen.contains(&set.no);
            let steps = match self.steps(chunk, set, is_torn) {
                Ok(steps) => steps,
                Err(problems) => {
                    written.rejected.extend(problems);
                    continue;
                }
            };
            let old = before.get(&set.no);
            let mut row = old.cloned().unwrap_or_else(|| self.blank(&set.no));
            row.steps = saved::to_stored(&steps);
            if let Some(description) = descriptions.get(&set.no) {
                row.description.clone_from(description);
            }
            let rows = set.rows.len() as u64;
            match old {
                Some(old) if *old == row => {
                    written.unchanged += rows;
                    continue;
                }
                Some(_) => written.updated += rows,
                None => written.created += rows,
            }
            changed.insert(set.no.clone(), row);
        }
        self.save(txn, changed.into_values()).await?;
        written.criteria_of = numbers;
        Ok(written)
    }

    fn blank(&self, no: &str) -> saved_criteria::Model {
        let now = self.context.clock.now();
        saved_criteria::Model {
            id: 0,
            name: no.to_owned(),
            name_fold: text::fold(no),
            description: None,
            steps: serde_json::Value::Null,
            actor: self.context.actor(),
            created_at: now,
            updated_at: now,
        }
    }

    async fn save(
        &self,
        txn: &DatabaseTransaction,
        changed: impl Iterator<Item = saved_criteria::Model>,
    ) -> Result<()> {
        let rows: Vec<saved_criteria::ActiveModel> = changed
            .map(|row| saved_criteria::ActiveModel {
                id: NotSet,
                name: To(row.name),
                name_fold: To(row.name_fold),
                description: To(row.description),
                steps: To(row.steps),
                actor: To(row.actor),
                created_at: To(row.created_at),
                updated_at: To(self.context.clock.now()),
            })
            .collect();
        for rows in rows.chunks(INSERT_ROWS) {
            let columns = [Column::Description, Column::Steps, Column::UpdatedAt];
            let overwrite = OnConflict::column(Column::Name).update_columns(columns).to_owned();
            let insert = saved_criteria::Entity::insert_many(rows.to_vec()).on_conflict(overwrite);
            insert.exec(txn).await?;
        }
        Ok(())
    }
}

/// The descriptions of the segments with these numbers.
async fn descriptions(
    txn: &DatabaseTransaction,
    numbers: &[String],
) -> Result<HashMap<String, Option<String>>> {
    let column = Expr::col(segment::Column::No);
    let rows: Vec<(String, Option<String>)> = segment::Entity::find()
        .select_only()
        .columns([segment::Column::No, segment::Column::Description])
        .filter(dialect::in_texts(txn.get_database_backend(), column, numbers))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn before(
    txn: &DatabaseTransaction,
    names: &[String],
) -> Result<HashMap<String, saved_criteria::Model>> {
    let column = Expr::col(Column::Name);
    let rows = saved_criteria::Entity::find()
        .filter(dialect::in_texts(txn.get_database_backend(), column, names))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(txn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name.clone(), row)).collect())
}
