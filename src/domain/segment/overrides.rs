//! The values that lines have of their own: set and cleared for any number of lines at once.

use chrono::{NaiveDate, NaiveTime};
use roaring::RoaringBitmap;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Iterable,
    QueryFilter, Value,
    sea_query::{Expr, OnConflict, Query},
};

use super::{
    Target,
    header::require_campaign,
    limits::{check_cost, check_duration, check_text},
    line_messages::sweep,
    mailing::chunks,
    overridden::overriding,
    step::{announce_header, lock_open},
};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Reason, Rejections, Result, attachment, code, contact,
        criteria::{self, Criteria},
        message::{self, MessageChange},
        text,
    },
    entity::{
        self,
        kinds::{
            BodyFormat, CodeKind, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy,
        },
        segment, segment_line,
    },
};

/// Which lines to change.
#[derive(Clone, Debug)]
pub enum Which {
    /// The lines of these contacts, each of whom has to be in the segment.
    Contacts(Vec<u32>),
    /// The lines whose contacts match.
    Criteria(Criteria),
    /// The lines that have a value of their own in one of these columns.
    Overriding(Vec<segment_line::Column>),
    All,
}

macro_rules! line_change {
    ($($field:ident $column:ident $type:ty,)*) => {
        /// What to set on lines. What is `None` stays as it is; `Some(None)` clears, so that the
        /// line inherits again.
        #[derive(Clone, Debug, Default)]
        pub struct LineChange {
            $(pub $field: Option<Option<$type>>,)*
            /// The body and the attachments, which become messages of the lines.
            pub message: MessageChange,
        }

        impl LineChange {
            fn values(&self) -> Vec<(segment_line::Column, Value)> {
                let mut values = Vec::new();
                $(if let Some(value) = &self.$field {
                    values.push((segment_line::Column::$column, value.clone().into()));
                })*
                values
            }

            fn sets_something(&self) -> bool {
                false $(|| matches!(&self.$field, Some(Some(_))))*
            }

            fn is_empty(&self) -> bool {
                self.message.is_empty() $(&& self.$field.is_none())*
            }
        }
    };
}

line_change! {
    description Description String,
    date Date NaiveDate,
    time Time NaiveTime,
    salesperson Salesperson String,
    correspondence_type CorrespondenceType CorrespondenceType,
    language Language String,
    subject Subject String,
    interaction_group InteractionGroup String,
    information_flow InformationFlow InformationFlow,
    initiated_by InitiatedBy InitiatedBy,
    campaign_id CampaignId i64,
    campaign_target CampaignTarget bool,
    campaign_response CampaignResponse bool,
    unit_cost UnitCost i64,
    unit_duration_min UnitDurationMin i32,
    evaluation Evaluation Evaluation,
    attempt_failed AttemptFailed bool,
    contact_via ContactVia String,
    body_message_id BodyMessageId i64,
    attachments_message_id AttachmentsMessageId i64,
}

impl LineChange {
    /// Whether it sets what may tell of somebody.
    fn sets_a_text(&self) -> bool {
        let MessageChange { body, attachments, .. } = &self.message;
        let texts = [&self.description, &self.subject, &self.contact_via, body];
        texts.iter().any(|it| matches!(it, Some(Some(_)))) || matches!(attachments, Some(Some(_)))
    }
}

/// Sets or clears values of lines; returns the segment and how many lines it was about, without those of
/// contacts that have been erased if a text is set: none if there is nothing to set, and then the segment
/// keeps its revision.
///
/// # Errors
/// [`Reason::NotFound`] at `lines` for a contact that is not in the segment, and [`Reason::NotAllowed`] for
/// one that has been erased if a text is set, what is wrong with the criteria at `lines`
/// and with the values at `set`, and as [`lock_open`].
pub async fn update_lines(
    context: &Context,
    target: Target,
    which: &Which,
    change: LineChange,
) -> Result<(segment::Model, u64)> {
    let matching = match which {
        Which::Criteria(criteria) => {
            let found = criteria::matching(context, criteria, context.moment()).await;
            Some(found.map_err(|err| err.under(&["lines", "criteria"]))?)
        }
        _ => None,
    };
    let (segment, count, written) =
        db::write_or_try(&context.db, target.dry_run, &[], async |txn| {
            let locked =
                lock_open(context, txn, target.segment_id, target.expected_revision).await?;
            let lines = match (which, &matching) {
                (Which::Contacts(ids), _) => chosen(ids, &locked.set)?,
                (Which::Overriding(columns), _) => {
                    &*locked.set & overriding(txn, locked.segment.id, columns).await?
                }
                (_, Some(matching)) => &*locked.set & matching,
                _ => (*locked.set).clone(),
            };
            let lines =
                if change.sets_a_text() { without_erased(txn, which, lines).await? } else { lines };
            let change = checked(txn, change.clone()).await.map_err(|err| err.under(&["set"]))?;
            let count = if change.is_empty() { 0 } else { lines.len() };
            if target.dry_run || change.is_empty() {
                return Ok((locked.segment, count, false));
            }
            write(txn, locked.segment.id, &lines, change).await?;
            let revision = locked.segment.revision + 1;
            let mut segment = locked.segment.into_active_model();
            segment.revision = Set(revision);
            segment.updated_at = Set(context.clock.now());
            Ok::<_, Error>((segment.update(txn).await?, count, true))
        })
        .await?;
    if written {
        announce_header(context, &segment).await;
    }
    Ok((segment, count))
}

fn chosen(ids: &[u32], set: &RoaringBitmap) -> Result<RoaringBitmap> {
    if let Some(index) = ids.iter().position(|id| !set.contains(*id)) {
        let path = ["lines", "contactIds", &index.to_string()];
        let message = "This contact is not in the segment.";
        return Err(Error::reject(Reason::NotFound, &path, message));
    }
    Ok(ids.iter().copied().collect())
}

/// Who has been erased gets no texts any more.
async fn without_erased(
    txn: &DatabaseTransaction,
    which: &Which,
    lines: RoaringBitmap,
) -> Result<RoaringBitmap> {
    let erased = contact::erased(txn).await?;
    if let Which::Contacts(ids) = which
        && let Some(index) = ids.iter().position(|id| erased.contains(*id))
    {
        let path = ["lines", "contactIds", &index.to_string()];
        return Err(Error::reject(Reason::NotAllowed, &path, contact::ERASED));
    }
    Ok(lines - erased)
}

async fn write(
    txn: &DatabaseTransaction,
    segment_id: i64,
    lines: &RoaringBitmap,
    mut change: LineChange,
) -> Result<()> {
    let is_about_messages = !change.message.is_empty();
    say(txn, segment_id, &mut change).await.map_err(|err| err.under(&["set"]))?;
    let values = change.values();
    if values.is_empty() {
        return Ok(());
    }
    for chunk in chunks(lines) {
        if change.sets_something() {
            insert(txn, segment_id, &chunk, &values).await?;
        } else {
            clear(txn, segment_id, &chunk, &values).await?;
        }
    }
    delete_empty(txn, segment_id).await?;
    match is_about_messages {
        true => sweep(txn, segment_id).await,
        false => Ok(()),
    }
}

/// Makes messages of what lines are to say of their own: one of the body, another of the attachments,
/// for each is set and cleared by itself.
async fn say(txn: &DatabaseTransaction, segment_id: i64, change: &mut LineChange) -> Result<()> {
    let MessageChange { body, body_format, attachments, .. } = std::mem::take(&mut change.message);
    change.body_message_id = match body {
        Some(Some(body)) => {
            let body = MessageChange { body: Some(Some(body)), body_format, ..Default::default() };
            Some(Some(message::of_lines(txn, segment_id, &body).await?))
        }
        Some(None) => Some(None),
        None => None,
    };
    change.attachments_message_id = match attachments {
        Some(Some(ids)) => {
            let files = MessageChange { attachments: Some(Some(ids)), ..Default::default() };
            Some(Some(message::of_lines(txn, segment_id, &files).await?))
        }
        Some(None) => Some(None),
        None => None,
    };
    Ok(())
}

/// A line without values of its own has no row.
pub(super) async fn delete_empty(txn: &DatabaseTransaction, segment_id: i64) -> Result<()> {
    delete_empty_among(txn, segment_line::Column::SegmentId.eq(segment_id)).await
}

pub(super) async fn delete_empty_among(txn: &DatabaseTransaction, these: Expr) -> Result<()> {
    let mut empty = segment_line::Entity::delete_many().filter(these);
    for column in segment_line::Column::iter() {
        let is_key =
            matches!(column, segment_line::Column::ContactId | segment_line::Column::SegmentId);
        if !is_key {
            empty = empty.filter(column.is_null());
        }
    }
    empty.exec(txn).await?;
    Ok(())
}

async fn insert(
    txn: &DatabaseTransaction,
    segment_id: i64,
    contacts: &[u32],
    values: &[(segment_line::Column, Value)],
) -> Result<()> {
    let id = Expr::col((entity::contact::Entity, entity::contact::Column::Id));
    let mut rows = Query::select();
    rows.expr(id.clone())
        .expr(Expr::val(segment_id))
        .from(entity::contact::Entity)
        .and_where(dialect::in_ids(txn.get_database_backend(), id, contacts.iter().copied()));
    for (_, value) in values {
        rows.expr(Expr::val(value.clone()));
    }
    let key = [segment_line::Column::ContactId, segment_line::Column::SegmentId];
    let changed = values.iter().map(|(column, _)| *column);
    let insert = Query::insert()
        .into_table(segment_line::Entity)
        .columns(key.into_iter().chain(changed.clone()))
        .select_from(rows)
        .map_err(|err| Error::Corrupt(err.to_string()))?
        .on_conflict(OnConflict::columns(key).update_columns(changed).to_owned())
        .to_owned();
    txn.execute(&insert).await?;
    Ok(())
}

async fn clear(
    txn: &DatabaseTransaction,
    segment_id: i64,
    contacts: &[u32],
    values: &[(segment_line::Column, Value)],
) -> Result<()> {
    let contact = Expr::col(segment_line::Column::ContactId);
    let among = dialect::in_ids(txn.get_database_backend(), contact, contacts.iter().copied());
    let mut update = segment_line::Entity::update_many()
        .filter(segment_line::Column::SegmentId.eq(segment_id))
        .filter(among);
    for (column, value) in values {
        update = update.col_expr(*column, Expr::val(value.clone()));
    }
    update.exec(txn).await?;
    Ok(())
}

/// The change with its texts tidied and its codes in upper case, if all of it is acceptable.
async fn checked(txn: &DatabaseTransaction, mut change: LineChange) -> Result<LineChange> {
    let mut rejections = Rejections::default();
    if let Some(subject) = &change.subject {
        let subject = message::subject_of(subject.as_deref(), &["subject"]);
        change.subject = Some(rejections.keep(subject)?.flatten());
    }
    let MessageChange { body, body_format, attachments, .. } = &change.message;
    if let Some(Some(ids)) = attachments {
        rejections.keep(attachment::require(txn, ids, &["attachmentIds"]).await)?;
    }
    if body_format.is_some() && !matches!(body, Some(Some(_))) {
        let message = "Give the body that has this format.";
        rejections.add(Reason::Required, &["body"], message);
    }
    if let Some(Some(body)) = body {
        let format = body_format.unwrap_or(BodyFormat::Text);
        rejections.keep(message::checked(None, Some(body), format))?;
    }
    for (text, name) in
        [(&mut change.description, "description"), (&mut change.contact_via, "contactVia")]
    {
        *text = text.take().map(|text| text.as_deref().and_then(text::tidy));
        rejections.keep(check_text(text.as_ref().and_then(Option::as_deref), name))?;
    }
    rejections.keep(check_cost(change.unit_cost.flatten()))?;
    rejections.keep(check_duration(change.unit_duration_min.flatten()))?;
    for code in [&mut change.salesperson, &mut change.interaction_group, &mut change.language] {
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
    if let Some(Some(campaign)) = change.campaign_id {
        rejections.keep(require_campaign(txn, campaign).await)?;
    }
    rejections.into_result()?;
    Ok(change)
}
