//! The header of a segment: create, update, delete.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, TryIntoModel,
};

use super::{
    limits::{check_cost, check_duration, check_text},
    missing,
    step::{announce_header, forget, require_open},
    texts,
};
use crate::{
    db,
    domain::{
        Context, Error, Event, Reason, Rejections, Result, code, expect_revision, id::Kind,
        message, numbers, salesperson, text,
    },
    entity::{
        campaign, interaction_template,
        kinds::{
            CodeKind, CorrespondenceType, InformationFlow, InitiatedBy, SegmentStatus, SeriesKind,
        },
        logged_segment, segment, segment_line, segment_set,
    },
};

/// What to set in a header. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct SegmentChange {
    pub description: Option<Option<String>>,
    pub date: Option<NaiveDate>,
    pub campaign_id: Option<Option<i64>>,
    pub campaign_target: Option<Option<bool>>,
    pub campaign_response: Option<Option<bool>>,
    pub salesperson: Option<Option<String>>,
    pub interaction_template: Option<Option<String>>,
    pub interaction_group: Option<Option<String>>,
    pub correspondence_type: Option<Option<CorrespondenceType>>,
    pub ignore_contact_correspondence_type: Option<bool>,
    pub language: Option<Option<String>>,
    pub subject: Option<Option<String>>,
    /// In ten-thousandths of the local currency.
    pub unit_cost: Option<Option<i64>>,
    pub unit_duration_min: Option<Option<i32>>,
    pub information_flow: Option<Option<InformationFlow>>,
    pub initiated_by: Option<Option<InitiatedBy>>,
}

/// Creates a segment without contacts. Without `no` it gets the next number of the series; its
/// date is today unless one is given (D20). If nothing is said of the salesperson, whoever creates it is
/// responsible, if they are one (SEG-1).
///
/// # Errors
/// [`Reason::Taken`], [`Reason::NotAllowed`] or [`Reason::Invalid`] at `no`, and what is wrong with
/// the rest.
pub async fn create(
    context: &Context,
    no: Option<&str>,
    change: SegmentChange,
) -> Result<segment::Model> {
    let created =
        db::write(&context.db, &[], async |txn| insert(txn, context, no, change.clone()).await)
            .await?;
    announce_header(context, &created).await;
    Ok(created)
}

/// [`create`] as a part of something larger, which announces it.
///
/// # Errors
/// As [`create`].
pub async fn insert(
    txn: &DatabaseTransaction,
    context: &Context,
    no: Option<&str>,
    mut change: SegmentChange,
) -> Result<segment::Model> {
    if change.salesperson.is_none() {
        change.salesperson = Some(salesperson::who(txn, context.actor()).await?);
    }
    let now = context.clock.now();
    let mut row = segment::ActiveModel {
        status: Set(SegmentStatus::Open),
        date: Set(context.today()),
        ignore_contact_correspondence_type: Set(false),
        contacts_count: Set(0),
        actor: Set(context.actor()),
        created_at: Set(now),
        updated_at: Set(now),
        revision: Set(1),
        set_revision: Set(1),
        ..Default::default()
    };
    apply(txn, &mut row, change).await?;
    row.no = Set(match no {
        Some(no) => own_number(txn, no).await?,
        None => {
            let no = segment::Column::No;
            numbers::take_free_number::<segment::Entity>(txn, SeriesKind::Segment, no).await?
        }
    });
    Ok(segment::Entity::insert(row).exec_with_returning(txn).await?)
}

async fn own_number(txn: &DatabaseTransaction, no: &str) -> Result<String> {
    let no = numbers::chosen(txn, SeriesKind::Segment, no).await?;
    if is_taken(txn, &no).await? {
        return Err(Error::reject(Reason::Taken, &["no"], format!("The number {no} is taken.")));
    }
    Ok(no)
}

async fn is_taken(db: &impl ConnectionTrait, no: &str) -> Result<bool> {
    Ok(0 < segment::Entity::find().filter(segment::Column::No.eq(no)).count(db).await?)
}

/// Changes an open segment. Its lines follow, unless they have values of their own (D6).
///
/// # Errors
/// [`Reason::NotFound`] or [`Reason::NotAllowed`] at `segmentId`, [`Reason::Conflict`], and what is
/// wrong with the values.
pub async fn update(
    context: &Context,
    id: i64,
    expected_revision: Option<i32>,
    change: SegmentChange,
) -> Result<segment::Model> {
    let updated = db::write(&context.db, &[], async |txn| {
        let found = segment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
        let found = found.ok_or_else(|| missing(id, &["segmentId"]))?;
        require_open(&found, expected_revision)?;
        let revision = found.revision + 1;
        let mut row = found.clone().into_active_model();
        apply(txn, &mut row, change.clone()).await?;
        if row.clone().try_into_model()? == found {
            return Ok(found);
        }
        row.revision = Set(revision);
        row.updated_at = Set(context.clock.now());
        Ok::<_, Error>(row.update(txn).await?)
    })
    .await?;
    announce_header(context, &updated).await;
    Ok(updated)
}

/// Deletes a segment with its steps and lines. One that was logged stays, for its interactions
/// point at it, until its logging is deleted.
///
/// # Errors
/// [`Reason::NotFound`] or [`Reason::InUse`] at `segmentId`, [`Reason::Conflict`].
pub async fn delete(context: &Context, id: i64, expected_revision: Option<i32>) -> Result<i64> {
    db::write(&context.db, &[], async |txn| {
        let found = segment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
        let found = found.ok_or_else(|| missing(id, &["segmentId"]))?;
        expect_revision(expected_revision, found.revision)?;
        let logged =
            logged_segment::Entity::find().filter(logged_segment::Column::SegmentId.eq(id));
        if 0 < logged.count(txn).await? {
            let message = format!(
                "The segment {} has been logged: delete its logged segment first.",
                found.no
            );
            return Err(Error::reject(Reason::InUse, &["segmentId"], message));
        }
        forget(txn, id, false).await?;
        segment_set::Entity::delete_many()
            .filter(segment_set::Column::SegmentId.eq(id))
            .exec(txn)
            .await?;
        segment_line::Entity::delete_many()
            .filter(segment_line::Column::SegmentId.eq(id))
            .exec(txn)
            .await?;
        texts::delete_all(txn, id).await?;
        segment::Entity::delete_by_id(id).exec(txn).await?;
        Ok(())
    })
    .await?;
    context.events.publish(&context.db, Event::SegmentDeleted { id }).await;
    Ok(id)
}

/// Checks a change and sets it.
async fn apply(
    txn: &DatabaseTransaction,
    row: &mut segment::ActiveModel,
    change: SegmentChange,
) -> Result<()> {
    let change = checked(txn, change).await?;
    if let Some(description) = change.description {
        row.description_fold = Set(description.as_deref().map(text::fold));
        row.description = Set(description);
    }
    if let Some(date) = change.date {
        row.date = Set(date);
    }
    if let Some(ignore) = change.ignore_contact_correspondence_type {
        row.ignore_contact_correspondence_type = Set(ignore);
    }
    macro_rules! set {
        ($($field:ident)*) => {$(
            if let Some(value) = change.$field {
                row.$field = Set(value);
            }
        )*};
    }
    set!(
        campaign_id campaign_target campaign_response salesperson interaction_template
        interaction_group correspondence_type language subject unit_cost unit_duration_min
        information_flow initiated_by
    );
    Ok(())
}

/// The change with its texts tidied and its codes in upper case, if all of it is acceptable.
async fn checked(txn: &DatabaseTransaction, mut change: SegmentChange) -> Result<SegmentChange> {
    let mut rejections = Rejections::default();
    change.description = change.description.map(|it| it.as_deref().and_then(text::tidy));
    let description = change.description.as_ref().and_then(Option::as_deref);
    rejections.keep(check_text(description, "description"))?;
    if let Some(subject) = &change.subject {
        let subject = message::subject_of(subject.as_deref(), &["subject"]);
        change.subject = Some(rejections.keep(subject)?.flatten());
    }
    rejections.keep(check_cost(change.unit_cost.flatten()))?;
    rejections.keep(check_duration(change.unit_duration_min.flatten()))?;
    for code in [
        &mut change.salesperson,
        &mut change.interaction_template,
        &mut change.interaction_group,
        &mut change.language,
    ] {
        *code = code.take().map(|code| code.as_deref().and_then(text::code));
    }
    let codes = [
        (CodeKind::Salesperson, &change.salesperson, "salesperson"),
        (CodeKind::InteractionGroup, &change.interaction_group, "interactionGroup"),
        (CodeKind::Language, &change.language, "language"),
    ];
    let codes: Vec<_> = codes
        .iter()
        .filter_map(|(kind, code, name)| Some((*kind, code.as_ref()?.as_deref()?, vec![*name])))
        .collect();
    rejections.keep(code::require(txn, &codes).await)?;
    if let Some(Some(template)) = &change.interaction_template {
        rejections.keep(require_template(txn, template).await)?;
    }
    if let Some(Some(campaign)) = change.campaign_id {
        rejections.keep(require_campaign(txn, campaign).await)?;
    }
    rejections.into_result()?;
    Ok(change)
}

async fn require_template(txn: &DatabaseTransaction, template: &str) -> Result<()> {
    let found = interaction_template::Entity::find_by_id(template.to_owned()).lock_shared();
    if found.one(txn).await?.is_some() {
        return Ok(());
    }
    let message = format!("There is no interaction template {template}.");
    Err(Error::reject(Reason::NotFound, &["interactionTemplate"], message))
}

/// # Errors
/// [`Reason::NotFound`] at `campaignId`.
pub(super) async fn require_campaign(txn: &DatabaseTransaction, id: i64) -> Result<()> {
    if campaign::Entity::find_by_id(id).lock_shared().one(txn).await?.is_some() {
        return Ok(());
    }
    let message = format!("There is no campaign {}.", Kind::Campaign.id(id));
    Err(Error::reject(Reason::NotFound, &["campaignId"], message))
}
