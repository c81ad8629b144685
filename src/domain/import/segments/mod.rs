//! Segments, made or changed by number. Only those that are open can change.

mod row;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Iterable,
    NotSet, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, LockType, OnConflict},
};

use super::{
    Row,
    check::{Codes, Written},
    columns::Columns,
    find,
};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, numbers, text},
    entity::{
        kinds::{CodeKind, SeriesKind},
        segment::{self, Column},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    No,
    Description,
    Date,
    Campaign,
    CampaignTarget,
    CampaignResponse,
    Salesperson,
    Template,
    Group,
    CorrespondenceType,
    IgnoreContactCorrespondenceType,
    Language,
    Subject,
    UnitCost,
    UnitDuration,
    InformationFlow,
    InitiatedBy,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::No, &["no"]),
    (Field::Description, &["description"]),
    (Field::Date, &["date"]),
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::CampaignTarget, &["campaigntarget"]),
    (Field::CampaignResponse, &["campaignresponse"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::Template, &["interactiontemplatecode", "interactiontemplate"]),
    (Field::Group, &["interactiongroupcode", "interactiongroup"]),
    (Field::CorrespondenceType, &["correspondencetypedefault", "correspondencetype"]),
    (
        Field::IgnoreContactCorrespondenceType,
        &["ignorecontactcorrestype", "ignorecontactcorrespondencetype"],
    ),
    (Field::Language, &["languagecodedefault", "languagecode", "language"]),
    (Field::Subject, &["subjectdefault", "subject"]),
    (Field::UnitCost, &["unitcostlcy", "unitcost"]),
    (Field::UnitDuration, &["unitdurationmin"]),
    (Field::InformationFlow, &["informationflow"]),
    (Field::InitiatedBy, &["initiatedby"]),
];

/// Rows of an insert: the columns of so many stay below the limit of parameters.
const INSERT_ROWS: usize = 1000;

pub(super) struct Segments {
    columns: Columns<Field>,
    create_codes: bool,
    context: Context,
}

/// What the rows of a chunk refer to.
struct Known {
    codes: Codes,
    campaigns: HashMap<String, i64>,
    templates: HashSet<String>,
    may_choose_numbers: bool,
}

impl Segments {
    pub(super) fn new(header: &[String], create_codes: bool, context: Context) -> Result<Self> {
        let columns = Columns::of(header, &[], FIELDS)?;
        if !columns.has(Field::No) {
            return Err(Error::reject(Reason::Required, &["file"], "There is no column No."));
        }
        Ok(Self { columns, create_codes, context })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = self.known(txn, rows).await?;
        let mut segments = self.before(txn, rows).await?;
        let mut written = Written::default();
        // In the order of the numbers, so that the same file always gives the same keys.
        let mut changed: BTreeMap<String, segment::Model> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            let (segment, check) = self.segment(row, &segments, &known);
            if let Some(problems) = check.failed() {
                written.rejected.push((index, problems));
                continue;
            }
            match segments.insert(segment.no.clone(), segment.clone()) {
                Some(before) if before == segment => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => written.created += 1,
            }
            changed.insert(segment.no.clone(), segment);
        }
        known.codes.make_for(txn, &written).await?;
        written.segments = self.save(txn, changed.into_values()).await?;
        let new: HashSet<&str> =
            written.segments.iter().filter(|it| it.revision == 1).map(|it| &*it.no).collect();
        numbers::skip(txn, SeriesKind::Segment, |no| new.contains(no)).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let texts = |field| {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code)
        };
        let codes = self.columns.codes(rows, kind_of);
        Ok(Known {
            // Holds the series, so that nobody brings the same numbers meanwhile.
            may_choose_numbers: numbers::may_choose(txn, SeriesKind::Segment).await?,
            codes: Codes::find(txn, codes, self.create_codes).await?,
            campaigns: find::campaigns(txn, texts(Field::Campaign).collect()).await?,
            templates: find::templates(txn, texts(Field::Template).collect(), LockType::Share)
                .await?,
        })
    }

    async fn before(
        &self,
        txn: &DatabaseTransaction,
        rows: &[Row],
    ) -> Result<HashMap<String, segment::Model>> {
        let numbers = rows.iter().filter_map(|row| self.columns.get(row, Field::No));
        let numbers: BTreeSet<String> = numbers.filter_map(text::code).collect();
        let numbers: Vec<String> = numbers.into_iter().collect();
        let column = Expr::col(Column::No);
        let before = segment::Entity::find()
            .filter(dialect::in_texts(txn.get_database_backend(), column, &numbers))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(txn)
            .await?;
        Ok(before.into_iter().map(|row| (row.no.clone(), row)).collect())
    }

    async fn save(
        &self,
        txn: &DatabaseTransaction,
        changed: impl Iterator<Item = segment::Model>,
    ) -> Result<Vec<segment::Model>> {
        let rows: Vec<segment::ActiveModel> = changed
            .map(|row| {
                let revision = if row.id == 0 { 1 } else { row.revision + 1 };
                let mut row = row.into_active_model().reset_all();
                row.id = NotSet;
                row.revision = Set(revision);
                row.updated_at = Set(self.context.clock.now());
                row
            })
            .collect();
        let mut saved = Vec::with_capacity(rows.len());
        for rows in rows.chunks(INSERT_ROWS) {
            let is_kept = |column: &Column| {
                use Column::{Actor, ContactsCount, CreatedAt, Id, No, SetRevision, Status};
                matches!(column, Id | No | Status | ContactsCount | Actor | CreatedAt | SetRevision)
            };
            let columns = Column::iter().filter(|column| !is_kept(column));
            let overwrite = OnConflict::column(Column::No).update_columns(columns).to_owned();
            let insert = segment::Entity::insert_many(rows.to_vec()).on_conflict(overwrite);
            saved.extend(insert.exec_with_returning(txn).await?);
        }
        Ok(saved)
    }
}

/// The code table that a field refers to.
fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Salesperson => Some(CodeKind::Salesperson),
        Field::Group => Some(CodeKind::InteractionGroup),
        Field::Language => Some(CodeKind::Language),
        _ => None,
    }
}
