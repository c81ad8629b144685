//! How far the delivery of interactions is, as whoever delivers them says, each by itself (DEL-3).

use std::collections::HashMap;

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr,
    PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{locked, named_up_to, not_allowed};
use crate::{
    db::{self, Table, dialect},
    domain::{Context, Error, Reason, Result, id::Kind, text},
    entity::{interaction, interaction::Column, kinds::DeliveryStatus, logged_segment},
};

/// How many interactions a report may name: their ids fit into a request.
pub const REPORTED_MAX: usize = 10_000;
/// Characters of what kept something from being delivered: mail servers are wordy.
pub const DELIVERY_ERROR_CHARS_MAX: usize = 1_000;

/// What a report of deliveries is about.
#[derive(Clone, Debug)]
pub enum Reported {
    /// Interactions by their global ids.
    Ids(Vec<String>),
    /// Those of a logged segment that are not canceled and have one of these statuses.
    LoggedSegment { id: i64, statuses: Vec<DeliveryStatus> },
}

/// How far the delivery of some interactions is.
#[derive(Clone, Debug)]
pub struct Report {
    pub of: Reported,
    pub status: DeliveryStatus,
    /// Why they could not be delivered.
    pub error: Option<String>,
}

/// What came of a report.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct ReportOutcome {
    /// How many interactions it is about.
    pub interactions: u64,
    /// How many of them said something else before.
    pub changed: u64,
}

/// Sets how far the delivery of interactions is. The same report once more changes nothing.
///
/// # Errors
/// Below `of`: [`Reason::NotFound`] for what is not there, [`Reason::NotAllowed`] for interactions
/// that are postponed, or have nothing to be delivered, [`Reason::Required`] and [`Reason::LimitExceeded`] for too few or too many. At
/// `error`: [`Reason::NotAllowed`] for a delivery that went well, and [`Reason::LimitExceeded`].
pub async fn set_delivery(context: &Context, report: &Report) -> Result<ReportOutcome> {
    let error = checked(report)?;
    let keys = match &report.of {
        Reported::Ids(ids) => named_up_to(ids, REPORTED_MAX).map_err(|err| err.under(&["of"]))?,
        Reported::LoggedSegment { .. } => Vec::new(),
    };
    db::write(&context.db, &[Table::Interaction], async |txn| {
        let those = match &report.of {
            Reported::Ids(_) => {
                these(txn, &keys, report.status).await.map_err(|err: Error| err.under(&["of"]))?
            }
            Reported::LoggedSegment { id, statuses } => {
                require_logged(txn, *id, &["of", "loggedSegment", "id"]).await?;
                of_logged(*id, statuses)
            }
        };
        let interactions = interaction::Entity::find().filter(those.clone()).count(txn).await?;
        let changed = interaction::Entity::update_many()
            .col_expr(Column::DeliveryStatus, Expr::val(report.status))
            .col_expr(Column::DeliveryError, Expr::val(error.clone()))
            .col_expr(Column::UpdatedAt, Expr::val(context.clock.now()))
            .filter(those.add(differs(report.status, error.as_deref())))
            .exec(txn)
            .await?;
        Ok::<_, Error>(ReportOutcome { interactions, changed: changed.rows_affected })
    })
    .await
}

fn checked(report: &Report) -> Result<Option<String>> {
    let error = report.error.as_deref().and_then(text::tidy);
    let Some(text) = &error else { return Ok(None) };
    if report.status != DeliveryStatus::Error {
        let message = "Only what could not be delivered has an error.";
        return Err(Error::reject(Reason::NotAllowed, &["error"], message));
    }
    if DELIVERY_ERROR_CHARS_MAX < text.chars().count() {
        let message = format!("This has at most {DELIVERY_ERROR_CHARS_MAX} characters.");
        return Err(Error::reject(Reason::LimitExceeded, &["error"], message));
    }
    Ok(error)
}

/// The named interactions, locked, all of which have taken place, and have something to be delivered if
/// they are to be on their way (DEL-1).
async fn these(
    txn: &DatabaseTransaction,
    keys: &[(i32, i64)],
    status: DeliveryStatus,
) -> Result<Condition> {
    let rows = locked(txn, keys).await?;
    not_allowed(rows.iter().filter(|row| row.postponed), |count| {
        format!("{count} of the interactions are postponed: finish them first.")
    })?;
    let has_nothing = |row: &&interaction::Model| {
        let is_written = row.body_message_id.or(row.attachments_message_id).is_some();
        row.correspondence_type.is_none() || !is_written
    };
    let idle = rows.iter().filter(|_| status == DeliveryStatus::InProgress).filter(has_nothing);
    not_allowed(idle, |count| {
        format!("{count} of the interactions have no text or file, or no way to be delivered.")
    })?;
    let backend = txn.get_database_backend();
    let contacts = rows.iter().map(|row| row.contact_id.cast_unsigned());
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    // Ids are unique, so the contacts only say where they lie.
    Ok(Condition::all()
        .add(dialect::in_ids(backend, Column::ContactId.into_simple_expr(), contacts))
        .add(dialect::in_numbers(backend, Column::Id.into_simple_expr(), &ids)))
}

/// Those of a logged segment, without canceled ones.
pub(super) fn of_logged(id: i64, statuses: &[DeliveryStatus]) -> Condition {
    Condition::all()
        .add(Column::LoggedSegmentId.eq(id))
        .add(Column::Canceled.eq(false))
        .add(Column::DeliveryStatus.is_in(statuses.iter().copied()))
}

/// The contacts of a logged segment whose delivery is so far.
///
/// # Errors
/// What the database says.
pub async fn delivered_to(
    context: &Context,
    logged_segment: i64,
    status: DeliveryStatus,
) -> Result<RoaringBitmap> {
    let mut contacts = interaction::Entity::find()
        .select_only()
        .column_as(Column::ContactId, "id")
        .filter(of_logged(logged_segment, &[status]));
    Ok(db::keys(context.db.reader(), QuerySelect::query(&mut contacts).to_owned()).await?)
}

fn differs(status: DeliveryStatus, error: Option<&str>) -> Condition {
    let other = Condition::any()
        .add(Column::DeliveryStatus.is_null())
        .add(Column::DeliveryStatus.ne(status));
    match error {
        None => other.add(Column::DeliveryError.is_not_null()),
        Some(error) => {
            other.add(Column::DeliveryError.is_null()).add(Column::DeliveryError.ne(error))
        }
    }
}

/// The logged segment.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub(super) async fn require_logged(
    txn: &DatabaseTransaction,
    id: i64,
    path: &[&str],
) -> Result<logged_segment::Model> {
    let found = logged_segment::Entity::find_by_id(id).one(txn).await?;
    found.ok_or_else(|| {
        let message = format!("There is no logged segment {}.", Kind::LoggedSegment.id(id));
        Error::reject(Reason::NotFound, path, message)
    })
}

/// How many interactions of a logged segment are how far. Canceled ones do not count.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    pub in_progress: u64,
    pub delivered: u64,
    pub failed: u64,
}

/// Those of each logged segment, with one statement.
///
/// # Errors
/// What the database says.
pub async fn deliveries(context: &Context, logged: &[i64]) -> Result<HashMap<i64, Deliveries>> {
    let rows: Vec<(i64, DeliveryStatus, i64)> = interaction::Entity::find()
        .select_only()
        .column(Column::LoggedSegmentId)
        .column(Column::DeliveryStatus)
        .column_as(Column::Id.count(), "count")
        .filter(Column::LoggedSegmentId.is_in(logged.iter().copied()))
        .filter(Column::DeliveryStatus.is_not_null())
        .filter(Column::Canceled.eq(false))
        .group_by(Column::LoggedSegmentId)
        .group_by(Column::DeliveryStatus)
        .into_tuple()
        .all(context.db.reader())
        .await?;
    let mut all: HashMap<i64, Deliveries> =
        logged.iter().map(|id| (*id, Deliveries::default())).collect();
    for (id, status, count) in rows {
        let of_logged = all.entry(id).or_default();
        let count_of = match status {
            DeliveryStatus::InProgress => &mut of_logged.in_progress,
            DeliveryStatus::Delivered => &mut of_logged.delivered,
            DeliveryStatus::Error => &mut of_logged.failed,
        };
        *count_of = count.cast_unsigned();
    }
    Ok(all)
}
