//! Creating, changing and deleting campaigns.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect,
};

use super::missing;
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Rejections, Result, check, code, expect_revision, numbers,
        salesperson, text,
    },
    entity::{
        campaign, campaign_entry, interaction, interaction_template,
        kinds::{CodeKind, SeriesKind},
        opportunity, segment, segment_line, task,
    },
};

/// What to set in a campaign. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct CampaignChange {
    pub description: Option<Option<String>>,
    pub starting_date: Option<Option<NaiveDate>>,
    pub ending_date: Option<Option<NaiveDate>>,
    pub salesperson: Option<Option<String>>,
    pub status: Option<Option<String>>,
}

/// Creates a campaign. Without `no` it gets the next number of the series; if nothing is said of the
/// salesperson, whoever creates it is responsible, if they are one.
///
/// # Errors
/// [`Reason::Taken`], [`Reason::NotAllowed`] or [`Reason::Invalid`] at `no`, and what is wrong with
/// the rest.
pub async fn create(
    context: &Context,
    no: Option<&str>,
    change: CampaignChange,
) -> Result<campaign::Model> {
    db::write(&context.db, &[Table::Campaign], async |txn| {
        let now = context.clock.now();
        let mut row = campaign::ActiveModel {
            created_at: Set(now),
            updated_at: Set(now),
            revision: Set(1),
            ..Default::default()
        };
        let mut change = change.clone();
        if change.salesperson.is_none() {
            change.salesperson = Some(salesperson::who(txn, context.actor()).await?);
        }
        apply(txn, &mut row, change).await?;
        row.no = Set(match no {
            Some(no) => own_number(txn, no).await?,
            None => {
                let no = campaign::Column::No;
                numbers::take_free_number::<campaign::Entity>(txn, SeriesKind::Campaign, no).await?
            }
        });
        Ok(campaign::Entity::insert(row).exec_with_returning(txn).await?)
    })
    .await
}

/// Changes a campaign.
///
/// # Errors
/// [`Reason::NotFound`] at `campaignId`, [`Reason::Conflict`], and what is wrong with the values.
pub async fn update(
    context: &Context,
    id: i64,
    expected_revision: Option<i32>,
    change: CampaignChange,
) -> Result<campaign::Model> {
    db::write(&context.db, &[Table::Campaign], async |txn| {
        let found = locked(txn, id, expected_revision).await?;
        let revision = found.revision + 1;
        let mut row = found.into_active_model();
        apply(txn, &mut row, change.clone()).await?;
        row.revision = Set(revision);
        row.updated_at = Set(context.clock.now());
        Ok(row.update(txn).await?)
    })
    .await
}

/// Deletes a campaign with its entries.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::InUse`] if segments, lines, templates, interactions,
/// opportunities or tasks have it, at `campaignId`; [`Reason::Conflict`].
pub async fn delete(context: &Context, id: i64, expected_revision: Option<i32>) -> Result<i64> {
    db::write(&context.db, &[Table::Campaign], async |txn| {
        let found = locked(txn, id, expected_revision).await?;
        let users = users(txn, id).await?;
        if !users.is_empty() {
            let users = users.join(", ");
            let message = format!("The campaign {} is in use by {users}.", found.no);
            return Err(Error::reject(Reason::InUse, &["campaignId"], message));
        }
        campaign_entry::Entity::delete_many()
            .filter(campaign_entry::Column::CampaignId.eq(id))
            .exec(txn)
            .await?;
        campaign::Entity::delete_by_id(id).exec(txn).await?;
        Ok(id)
    })
    .await
}

async fn users(txn: &DatabaseTransaction, id: i64) -> Result<Vec<&'static str>> {
    // One of each is enough to know, and to count millions takes a while.
    let segment = segment::Entity::find().filter(segment::Column::CampaignId.eq(id));
    let line = segment_line::Entity::find().filter(segment_line::Column::CampaignId.eq(id));
    let template = interaction_template::Entity::find()
        .filter(interaction_template::Column::CampaignId.eq(id));
    let interaction = interaction::Entity::find().filter(interaction::Column::CampaignId.eq(id));
    let opportunity = opportunity::Entity::find().filter(opportunity::Column::CampaignId.eq(id));
    let task = task::Entity::find().filter(task::Column::CampaignId.eq(id));
    let users = [
        ("segments", segment.one(txn).await?.is_some()),
        ("lines", line.one(txn).await?.is_some()),
        ("interaction templates", template.one(txn).await?.is_some()),
        ("interactions", interaction.one(txn).await?.is_some()),
        ("opportunities", opportunity.one(txn).await?.is_some()),
        ("tasks", task.one(txn).await?.is_some()),
    ];
    Ok(users.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect())
}

pub(super) async fn locked(
    txn: &DatabaseTransaction,
    id: i64,
    expected_revision: Option<i32>,
) -> Result<campaign::Model> {
    let found = campaign::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    let found = found.ok_or_else(|| missing(id, &["campaignId"]))?;
    expect_revision(expected_revision, found.revision)?;
    Ok(found)
}

async fn own_number(txn: &DatabaseTransaction, no: &str) -> Result<String> {
    let no = numbers::chosen(txn, SeriesKind::Campaign, no).await?;
    if is_taken(txn, &no).await? {
        return Err(Error::reject(Reason::Taken, &["no"], format!("The number {no} is taken.")));
    }
    Ok(no)
}

async fn is_taken(txn: &DatabaseTransaction, no: &str) -> Result<bool> {
    Ok(0 < campaign::Entity::find().filter(campaign::Column::No.eq(no)).count(txn).await?)
}

/// Checks a change and sets it.
async fn apply(
    txn: &DatabaseTransaction,
    row: &mut campaign::ActiveModel,
    change: CampaignChange,
) -> Result<()> {
    let mut rejections = Rejections::default();
    if let Some(description) = &change.description {
        let text = check::text(description.as_deref(), &["description"]);
        if let Some(text) = rejections.keep(text)? {
            row.description_fold = Set(text.as_deref().map(text::fold));
            row.description = Set(text);
        }
    }
    let salesperson = change.salesperson.map(|it| it.as_deref().and_then(text::code));
    let status = change.status.map(|it| it.as_deref().and_then(text::code));
    let codes = [
        (CodeKind::Salesperson, &salesperson, "salesperson"),
        (CodeKind::CampaignStatus, &status, "status"),
    ];
    let codes: Vec<_> = codes
        .iter()
        .filter_map(|(kind, code, name)| Some((*kind, code.as_ref()?.as_deref()?, vec![*name])))
        .collect();
    rejections.keep(code::require(txn, &codes).await)?;
    macro_rules! set {
        ($($field:ident = $value:expr,)*) => {$(
            if let Some(value) = $value {
                row.$field = Set(value);
            }
        )*};
    }
    set! {
        salesperson = salesperson,
        status = status,
        starting_date = change.starting_date,
        ending_date = change.ending_date,
    }
    let date = |value: &sea_orm::ActiveValue<Option<NaiveDate>>| match value {
        Set(date) | Unchanged(date) => *date,
        _ => None,
    };
    if let (Some(start), Some(end)) = (date(&row.starting_date), date(&row.ending_date))
        && end < start
    {
        let message = format!("A campaign that starts on {start} can't end on {end}.");
        rejections.add(Reason::Invalid, &["endingDate"], message);
    }
    rejections.into_result()
}
