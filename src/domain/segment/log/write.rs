//! Writing what a segment is logged as: interactions, and an entry for each campaign.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Value,
    prelude::Date,
    sea_query::{CaseStatement, Expr, ExprTrait, Query},
};

use super::{
    check::{Lines, Unreachable, pieces},
    progressed,
};
use crate::{
    db::dialect,
    domain::{Context, Error, ProgressState, Reason, Result, segment::effective},
    entity::{
        campaign_entry, contact, interaction,
        kinds::{CorrespondenceType, DeliveryStatus},
        logged_segment, message_attachment, segment, segment_line,
    },
};

/// How many campaigns one segment can be logged for; its lines may bring campaigns of their own.
const CAMPAIGNS_MAX: u64 = 100;

/// What is logged, and as what.
pub(super) struct Logging<'a> {
    pub(super) context: &'a Context,
    /// The name of the operation in its progress events.
    pub(super) operation: i64,
    /// With the values it is logged with.
    pub(super) segment: &'a segment::Model,
    pub(super) logged: &'a logged_segment::Model,
    pub(super) lines: &'a Lines,
    pub(super) first_key: i64,
    pub(super) deliver: bool,
}

/// An entry for each campaign that lines may have (LOG-4). Which of them do have is known when the
/// interactions are there: see [`settle_campaign_entries`].
///
/// # Errors
/// [`Reason::LimitExceeded`] at `segmentId` if there are too many.
pub(super) async fn write_campaign_entries(
    txn: &DatabaseTransaction,
    logging: &Logging<'_>,
) -> Result<Vec<campaign_entry::Model>> {
    let mut campaigns: Vec<i64> = segment_line::Entity::find()
        .filter(segment_line::Column::SegmentId.eq(logging.segment.id))
        .filter(segment_line::Column::CampaignId.is_not_null())
        .select_only()
        .column(segment_line::Column::CampaignId)
        .distinct()
        .limit(CAMPAIGNS_MAX)
        .into_tuple()
        .all(txn)
        .await?;
    campaigns.extend(logging.lines.defaults.default_campaign());
    campaigns.sort_unstable();
    campaigns.dedup();
    if CAMPAIGNS_MAX <= campaigns.len() as u64 {
        let message = format!("The lines are for {CAMPAIGNS_MAX} campaigns or more.");
        return Err(Error::reject(Reason::LimitExceeded, &["segmentId"], message));
    }
    if campaigns.is_empty() {
        return Ok(Vec::new());
    }
    let entries = campaigns.into_iter().map(|campaign| campaign_entry::ActiveModel {
        campaign_id: Set(campaign),
        segment_id: Set(Some(logging.segment.id)),
        logged_segment_id: Set(Some(logging.logged.id)),
        description: Set(logging.segment.description.clone()),
        date: Set(logging.segment.date),
        salesperson: Set(logging.segment.salesperson.clone()),
        canceled: Set(false),
        canceled_itself: Set(false),
        actor: Set(logging.context.actor()),
        ..Default::default()
    });
    Ok(campaign_entry::Entity::insert_many(entries).exec_with_returning(txn).await?)
}

/// One interaction for each line, piece by piece, telling the world how many there are so far.
///
/// # Errors
/// What the database says.
pub(super) async fn write_interactions(
    txn: &DatabaseTransaction,
    logging: &Logging<'_>,
    entries: &[campaign_entry::Model],
) -> Result<u64> {
    let mut written = 0;
    for piece in pieces(&logging.lines.contacts) {
        let first = logging.first_key + i64::try_from(written).expect("it counts contacts");
        let columns = columns(txn, logging, entries, first);
        let (columns, expressions): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let mut rows = effective::lines(logging.segment.id);
        let id = contact::Column::Id.into_simple_expr();
        let in_piece = dialect::in_ids(txn.get_database_backend(), id, piece.into_iter());
        rows.exprs(expressions).and_where(in_piece);
        let insert = Query::insert()
            .into_table(interaction::Entity)
            .columns(columns)
            .select_from(rows)
            .expect("as many expressions as columns")
            .to_owned();
        written += txn.execute(&insert).await?.rows_affected();
        let total = Some(logging.lines.contacts.len());
        let (context, state) = (logging.context, ProgressState::Running);
        progressed(context, logging.operation, state, written, total).await;
    }
    Ok(written)
}

/// The columns of an interaction, and what they get from a line.
fn columns(
    txn: &DatabaseTransaction,
    logging: &Logging<'_>,
    entries: &[campaign_entry::Model],
    first: i64,
) -> Vec<(interaction::Column, Expr)> {
    use interaction::Column as To;
    let now = logging.context.clock.now();
    let contact = contact::Column::Id.into_simple_expr();
    let number = dialect::numbered(txn.get_database_backend(), first, contact.clone());
    let mut columns = vec![
        (To::ContactId, contact),
        (To::Id, number),
        (To::CompanyId, contact::Column::CompanyId.into_simple_expr()),
        (To::Template, Expr::val(logging.lines.template.code.as_str())),
        (To::SegmentId, Expr::val(logging.segment.id)),
        (To::LoggedSegmentId, Expr::val(logging.logged.id)),
        (To::CampaignEntryId, entry_of_line(logging, entries)),
        (To::Postponed, Expr::val(false)),
        (To::Canceled, Expr::val(false)),
        (To::CanceledItself, Expr::val(false)),
        (To::Actor, Expr::val(logging.context.actor())),
        (To::CreatedAt, Expr::val(now)),
        (To::UpdatedAt, Expr::val(now)),
    ];
    columns.extend(logging.lines.defaults.columns());
    if logging.lines.unreachable == Unreachable::LogWithoutDelivery {
        for (to, expression) in &mut columns {
            if matches!(to, To::CorrespondenceType) {
                let nothing = Expr::val(None::<CorrespondenceType>);
                let unreachable = logging.lines.defaults.unreachable();
                *expression = CaseStatement::new()
                    .case(unreachable, nothing)
                    .finally(expression.clone())
                    .into();
            }
        }
    }
    if logging.deliver {
        let status = on_its_way(&columns);
        columns.push((To::DeliveryStatus, status));
    }
    columns
}

/// LOG-7: what has a text or a file is, if it goes to somebody in some way.
fn on_its_way(columns: &[(interaction::Column, Expr)]) -> Expr {
    use interaction::Column as To;
    let value = |is_it: fn(&To) -> bool| {
        columns.iter().find(|(to, _)| is_it(to)).expect("lines have all of them").1.clone()
    };
    // A message may say that there are no files.
    let with_files = message_attachment::Entity::find()
        .select_only()
        .column(message_attachment::Column::MessageId)
        .into_query();
    let has_files = value(|it| matches!(it, To::AttachmentsMessageId)).in_subquery(with_files);
    let is_written = value(|it| matches!(it, To::BodyMessageId)).is_not_null().or(has_files);
    CaseStatement::new()
        .case(
            value(|it| matches!(it, To::CorrespondenceType)).is_not_null().and(is_written),
            Expr::val(DeliveryStatus::InProgress),
        )
        .finally(Expr::val(None::<DeliveryStatus>))
        .into()
}

/// The entry of the line's campaign.
fn entry_of_line(logging: &Logging<'_>, entries: &[campaign_entry::Model]) -> Expr {
    let nothing = Expr::val(Value::BigInt(None));
    if entries.is_empty() {
        return nothing;
    }
    let campaign = logging.lines.defaults.campaign_id();
    let mut case = CaseStatement::new();
    for entry in entries {
        case = case.case(campaign.clone().eq(entry.campaign_id), Expr::val(entry.id));
    }
    case.finally(nothing).into()
}

/// Drops the entries that no line has, and gives the others date and salesperson of their first
/// interaction.
///
/// # Errors
/// What the database says.
pub(super) async fn settle_campaign_entries(
    txn: &DatabaseTransaction,
    logging: &Logging<'_>,
    entries: &[campaign_entry::Model],
) -> Result<()> {
    use interaction::Column;
    // A few at most, mostly one.
    for entry in entries {
        let first: Option<(Date, Option<String>)> = interaction::Entity::find()
            .select_only()
            .column(Column::Date)
            .column(Column::Salesperson)
            .filter(Column::LoggedSegmentId.eq(logging.logged.id))
            .filter(Column::CampaignEntryId.eq(entry.id))
            .order_by_asc(Column::Date)
            .order_by_asc(Column::ContactId)
            .limit(1)
            .into_tuple()
            .one(txn)
            .await?;
        let Some((date, salesperson)) = first else {
            campaign_entry::Entity::delete_by_id(entry.id).exec(txn).await?;
            continue;
        };
        let mut entry: campaign_entry::ActiveModel = entry.clone().into();
        (entry.date, entry.salesperson) = (Set(date), Set(salesperson));
        entry.update(txn).await?;
    }
    Ok(())
}
