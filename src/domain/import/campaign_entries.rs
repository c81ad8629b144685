//! Campaign entries. Like interactions they are told by what they say: one that says the same as an
//! entry from before this import is taken for that one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, NotSet, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{
    Row,
    check::{Check, Codes, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, segment::check_values, text},
    entity::{campaign_entry, kinds::CodeKind, segment},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Campaign,
    Segment,
    Date,
    Description,
    Salesperson,
    Canceled,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::Segment, &["segmentno", "segment"]),
    (Field::Date, &["date"]),
    (Field::Description, &["description"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::Canceled, &["canceled"]),
];

const IGNORED: &[&str] = &["Entry No.", "Register No.", "Document Type", "User ID"];

/// Rows of an insert: the columns of so many stay below the limit of parameters.
const INSERT_ROWS: usize = 1000;

pub(super) struct CampaignEntries {
    columns: Columns<Field>,
    create_codes: bool,
    context: Context,
    /// The first key that this import got: what has a lower one was there before.
    first_key: Option<i64>,
}

/// What the rows of a chunk refer to.
struct Known {
    codes: Codes,
    campaigns: HashMap<String, i64>,
    segments: HashMap<String, i64>,
}

impl CampaignEntries {
    pub(super) fn new(header: &[String], create_codes: bool, context: Context) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::Campaign) || !columns.has(Field::Date) {
            let message = "There have to be columns Campaign No. and Date.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes, context, first_key: None })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.first_key = self.first_key.or(written.first_key);
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut good = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let (entry, check) = self.entry(row, &known);
            match check.failed() {
                None => good.push(entry),
                Some(problems) => written.rejected.push((index, problems)),
            }
        }
        known.codes.make_for(txn, &written).await?;
        let mut before = self.before(txn, &good).await?;
        good.retain(|entry| match before.get_mut(&content(entry)) {
            Some(count) if 0 < *count => {
                *count -= 1;
                written.unchanged += 1;
                false
            }
            _ => true,
        });
        written.created = good.len() as u64;
        let rows: Vec<campaign_entry::ActiveModel> = good
            .into_iter()
            .map(|entry| campaign_entry::ActiveModel {
                id: NotSet,
                ..entry.into_active_model().reset_all()
            })
            .collect();
        for rows in rows.chunks(INSERT_ROWS) {
            let insert = campaign_entry::Entity::insert_many(rows.to_vec());
            let first = insert.exec_with_returning(txn).await?.iter().map(|it| it.id).min();
            written.first_key = written.first_key.or(first);
        }
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let texts = |field| -> BTreeSet<String> {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code).collect()
        };
        let kind_of = |field| (field == Field::Salesperson).then_some(CodeKind::Salesperson);
        let codes = self.columns.codes(rows, kind_of);
        let numbers: Vec<String> = texts(Field::Segment).into_iter().collect();
        let column = Expr::col(segment::Column::No);
        let segments: Vec<(String, i64)> = segment::Entity::find()
            .select_only()
            .columns([segment::Column::No, segment::Column::Id])
            .filter(dialect::in_texts(txn.get_database_backend(), column, &numbers))
            .into_tuple()
            .all(txn)
            .await?;
        Ok(Known {
            codes: Codes::find(txn, codes, self.create_codes).await?,
            campaigns: find::campaigns(txn, texts(Field::Campaign).into_iter().collect()).await?,
            segments: segments.into_iter().collect(),
        })
    }

    /// How often each content occurs among the entries of the same campaigns from before.
    async fn before(
        &self,
        txn: &DatabaseTransaction,
        good: &[campaign_entry::Model],
    ) -> Result<HashMap<String, u64>> {
        let campaigns: BTreeSet<i64> = good.iter().map(|it| it.campaign_id).collect();
        let dates = || good.iter().map(|it| it.date);
        let mut counts = HashMap::new();
        let (Some(from), Some(to)) = (dates().min(), dates().max()) else { return Ok(counts) };
        let before = campaign_entry::Entity::find()
            .filter(campaign_entry::Column::CampaignId.is_in(campaigns))
            .filter(campaign_entry::Column::Id.lt(self.first_key.unwrap_or(i64::MAX)))
            .filter(campaign_entry::Column::Date.between(from, to))
            .all(txn)
            .await?;
        for entry in &before {
            *counts.entry(content(entry)).or_insert(0) += 1;
        }
        Ok(counts)
    }

    /// The entry that a row says, and what is wrong with it.
    fn entry(&self, row: &Row, known: &Known) -> (campaign_entry::Model, Check) {
        let mut check = Check::new(row.line);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let caption = |field| move || self.columns.caption(field);
        let campaign = find::campaign(&known.campaigns, text(Field::Campaign));
        let campaign = check.keep(caption(Field::Campaign), campaign);
        let date = check.keep(caption(Field::Date), value::date(text(Field::Date)));
        let canceled = check.keep(caption(Field::Canceled), value::flag(text(Field::Canceled)));
        let (of, salesperson) = (caption(Field::Salesperson), text(Field::Salesperson));
        let salesperson = check.code(of, salesperson, CodeKind::Salesperson, &known.codes);
        if check.is_fine() && campaign.is_none() {
            check.add(self.columns.caption(Field::Campaign), "There has to be a campaign.");
        }
        if check.is_fine() && date.is_none() {
            check.add(self.columns.caption(Field::Date), "There has to be a date.");
        }
        let description = text::tidy(text(Field::Description));
        if let Err(err) = check_values(&[("description", description.as_deref())], None, None) {
            check.note(err, |_| self.columns.caption(Field::Description));
        }
        let entry = campaign_entry::Model {
            id: 0,
            campaign_id: campaign.unwrap_or_default(),
            // Business Central deletes segments when they are logged, so they may well be gone.
            segment_id: text::code(text(Field::Segment))
                .and_then(|no| known.segments.get(&no).copied()),
            logged_segment_id: None,
            description,
            date: date.unwrap_or_default(),
            salesperson,
            canceled,
            canceled_itself: canceled,
            actor: self.context.actor(),
        };
        (entry, check)
    }
}

/// What a row can say of an entry, in one text.
fn content(it: &campaign_entry::Model) -> String {
    format!("{:?}", (it.campaign_id, it.date, &it.description, &it.salesperson))
}
