//! Campaigns, made or changed by number.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, NotSet, QueryFilter, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    Row,
    check::{self, Check, Codes, Written},
    columns::Columns,
    value,
};
use crate::{
    db::dialect,
    domain::{Error, Reason, Result, numbers, text},
    entity::{
        campaign,
        kinds::{CodeKind, SeriesKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    No,
    Description,
    StartingDate,
    EndingDate,
    Salesperson,
    Status,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::No, &["no"]),
    (Field::Description, &["description"]),
    (Field::StartingDate, &["startingdate"]),
    (Field::EndingDate, &["endingdate"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::Status, &["statuscode", "status"]),
];

/// Rows of an insert: the columns of so many stay below the limit of parameters.
const INSERT_ROWS: usize = 1000;

pub(super) struct Campaigns {
    columns: Columns<Field>,
    create_codes: bool,
    now: DateTime<Utc>,
}

/// What holds for the rows of a chunk.
struct Known {
    codes: Codes,
    may_choose_numbers: bool,
}

impl Campaigns {
    pub(super) fn new(header: &[String], create_codes: bool, now: DateTime<Utc>) -> Result<Self> {
        let columns = Columns::of(header, &[], FIELDS)?;
        if !columns.has(Field::No) {
            return Err(Error::reject(Reason::Required, &["file"], "There is no column No."));
        }
        Ok(Self { columns, create_codes, now })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = Known {
            // Holds the series, so that nobody brings the same numbers meanwhile.
            may_choose_numbers: numbers::may_choose(txn, SeriesKind::Campaign).await?,
            codes: Codes::find(txn, self.columns.codes(rows, kind_of), self.create_codes).await?,
        };
        let mut campaigns = self.before(txn, rows).await?;
        let mut written = Written::default();
        // In the order of the numbers, so that the same file always gives the same keys.
        let mut changed: BTreeMap<String, campaign::Model> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            let (campaign, check) = self.campaign(row, &campaigns, &known);
            if let Some(problems) = check.failed() {
                written.rejected.push((index, problems));
                continue;
            }
            let before = campaigns.insert(campaign.no.clone(), campaign.clone());
            match before {
                Some(before) if before == campaign => written.unchanged += 1,
                before => {
                    *(if before.is_some() {
                        &mut written.updated
                    } else {
                        &mut written.created
                    }) += 1;
                    changed.insert(campaign.no.clone(), campaign);
                }
            }
        }
        known.codes.make_for(txn, &written).await?;
        let new: HashSet<String> =
            changed.values().filter(|it| it.id == 0).map(|it| it.no.clone()).collect();
        self.save(txn, changed.into_values()).await?;
        numbers::skip(txn, SeriesKind::Campaign, |no| new.contains(no)).await?;
        Ok(written)
    }

    async fn before(
        &self,
        txn: &DatabaseTransaction,
        rows: &[Row],
    ) -> Result<HashMap<String, campaign::Model>> {
        let numbers = rows.iter().filter_map(|row| self.columns.get(row, Field::No));
        let numbers: BTreeSet<String> = numbers.filter_map(text::code).collect();
        let numbers: Vec<String> = numbers.into_iter().collect();
        let column = Expr::col(campaign::Column::No);
        let before = campaign::Entity::find()
            .filter(dialect::in_texts(txn.get_database_backend(), column, &numbers))
            .lock_exclusive()
            .all(txn)
            .await?;
        Ok(before.into_iter().map(|row| (row.no.clone(), row)).collect())
    }

    fn campaign(
        &self,
        row: &Row,
        campaigns: &HashMap<String, campaign::Model>,
        known: &Known,
    ) -> (campaign::Model, Check) {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let no = self.columns.get(row, Field::No).unwrap_or_default();
        let no = check.keep(caption(Field::No), check::code(no)).unwrap_or_default();
        if no.is_empty() {
            check.add(self.columns.caption(Field::No), "There has to be a number.");
        }
        if !known.may_choose_numbers && !campaigns.contains_key(&no) {
            check.add(self.columns.caption(Field::No), numbers::NOT_CHOSEN);
        }
        let mut campaign = campaigns.get(&no).cloned().unwrap_or_else(|| blank(no, self.now));
        for (field, text) in self.columns.fields(row) {
            let code = kind_of(field)
                .and_then(|kind| check.code(caption(field), text, kind, &known.codes));
            match field {
                Field::No => {}
                Field::Description => {
                    campaign.description = check.keep(caption(field), value::words(text));
                    campaign.description_fold = campaign.description.as_deref().map(text::fold);
                }
                Field::StartingDate => {
                    campaign.starting_date = check.keep(caption(field), value::date(text));
                }
                Field::EndingDate => {
                    campaign.ending_date = check.keep(caption(field), value::date(text));
                }
                Field::Salesperson => campaign.salesperson = code,
                Field::Status => campaign.status = code,
            }
        }
        if let (Some(start), Some(end)) = (campaign.starting_date, campaign.ending_date)
            && end < start
        {
            check.add(self.columns.caption(Field::EndingDate), "It ends before it starts.");
        }
        (campaign, check)
    }

    async fn save(
        &self,
        txn: &DatabaseTransaction,
        changed: impl Iterator<Item = campaign::Model>,
    ) -> Result<()> {
        use campaign::Column;
        let rows: Vec<campaign::ActiveModel> = changed
            .map(|row| campaign::ActiveModel {
                id: NotSet,
                no: Set(row.no),
                description: Set(row.description),
                description_fold: Set(row.description_fold),
                starting_date: Set(row.starting_date),
                ending_date: Set(row.ending_date),
                salesperson: Set(row.salesperson),
                status: Set(row.status),
                created_at: Set(row.created_at),
                updated_at: Set(self.now),
                revision: Set(if row.id == 0 { 1 } else { row.revision + 1 }),
                activated_at: Set(row.activated_at),
                activated_by: Set(row.activated_by),
            })
            .collect();
        for rows in rows.chunks(INSERT_ROWS) {
            let columns = [
                Column::Description,
                Column::DescriptionFold,
                Column::StartingDate,
                Column::EndingDate,
                Column::Salesperson,
                Column::Status,
                Column::UpdatedAt,
                Column::Revision,
            ];
            let overwrite = OnConflict::column(Column::No).update_columns(columns).to_owned();
            campaign::Entity::insert_many(rows.to_vec()).on_conflict(overwrite).exec(txn).await?;
        }
        Ok(())
    }
}

/// The code table that a field refers to.
fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Salesperson => Some(CodeKind::Salesperson),
        Field::Status => Some(CodeKind::CampaignStatus),
        _ => None,
    }
}

fn blank(no: String, now: DateTime<Utc>) -> campaign::Model {
    campaign::Model {
        id: 0,
        no,
        description: None,
        description_fold: None,
        starting_date: None,
        ending_date: None,
        salesperson: None,
        status: None,
        created_at: now,
        updated_at: now,
        revision: 1,
        activated_at: None,
        activated_by: None,
    }
}
