//! Campaign entries. Like interactions they are told by what they say: one that says the same as an
//! entry from before this import is taken for that one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, NotSet, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{
    Row,
    before::{Left, Progress},
    check::{Check, Codes, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::dialect,
    domain::{
        Context, Error, Reason, Result, interaction::mark_canceled, segment::check_values, text,
    },
    entity::{
        campaign_entry::{self, Column},
        interaction,
        kinds::CodeKind,
        segment,
    },
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
    progress: Progress,
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
        Ok(Self { columns, create_codes, context, progress: Progress::default() })
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
            let (entry, check) = self.entry(row, &known);
            match check.failed() {
                None => good.push(entry),
                Some(problems) => written.rejected.push((index, problems)),
            }
        }
        known.codes.make_for(txn, &written).await?;
        let mut left = self.before(txn, &good).await?;
        let mut changed: [Vec<campaign_entry::Model>; 2] = Default::default();
        good.retain(|entry| {
            let is_same = |old: &campaign_entry::Model| !self.changes(old, entry);
            let Some(old) = left.take(&content(entry), is_same) else { return true };
            written.found.insert(old.id.cast_unsigned());
            if is_same(&old) {
                written.unchanged += 1;
            } else {
                written.updated += 1;
                changed[usize::from(entry.canceled)].push(old);
            }
            false
        });
        let [reinstated, canceled] = changed;
        self.set_canceled(txn, &reinstated, false).await?;
        self.set_canceled(txn, &canceled, true).await?;
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

    /// The entries of the same campaigns from before that no row has been taken for.
    async fn before(
        &self,
        txn: &DatabaseTransaction,
        good: &[campaign_entry::Model],
    ) -> Result<Left<campaign_entry::Model>> {
        let campaigns: BTreeSet<i64> = good.iter().map(|it| it.campaign_id).collect();
        let dates = || good.iter().map(|it| it.date);
        let mut before = Vec::new();
        if let (Some(from), Some(to)) = (dates().min(), dates().max()) {
            before = campaign_entry::Entity::find()
                .filter(Column::CampaignId.is_in(campaigns))
                .filter(Column::Id.lt(self.progress.first_key.unwrap_or(i64::MAX)))
                .filter(Column::Date.between(from, to))
                .order_by_asc(Column::Id)
                .all(txn)
                .await?;
        }
        Ok(self.progress.left(before, |it| it.id, content))
    }

    /// Whether an entry is canceled otherwise than the file says. One that is canceled with its logged
    /// segment is told by that.
    fn changes(&self, old: &campaign_entry::Model, new: &campaign_entry::Model) -> bool {
        let is_alone = old.logged_segment_id.is_none();
        is_alone && self.columns.has(Field::Canceled) && old.canceled != new.canceled
    }

    /// Cancels entries with their interactions, or reinstates them.
    async fn set_canceled(
        &self,
        txn: &DatabaseTransaction,
        entries: &[campaign_entry::Model],
        canceled: bool,
    ) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = entries.iter().map(|it| it.id).collect();
        let among = |id: Expr| dialect::in_numbers(txn.get_database_backend(), id, &ids);
        campaign_entry::Entity::update_many()
            .col_expr(Column::Canceled, Expr::val(canceled))
            .col_expr(Column::CanceledItself, Expr::val(canceled))
            .filter(among(Expr::col(Column::Id)))
            .exec(txn)
            .await?;
        let theirs = among(Expr::col(interaction::Column::CampaignEntryId));
        mark_canceled(txn, &self.context, Condition::all().add(theirs), canceled).await
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

/// What a row can say of an entry, in one text; but for what may change afterwards.
fn content(it: &campaign_entry::Model) -> String {
    format!("{:?}", (it.campaign_id, it.date, &it.description, &it.salesperson))
}
