//! Sending interactions of a logged segment again (DEL-5).

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr,
    PaginatorTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use super::delivery::{of_logged, require_logged};
use crate::{
    db::{self, Table, dialect},
    domain::{Context, Error, Reason, Result, segment::is_privacy_blocked},
    entity::{
        contact, interaction,
        interaction::Column,
        kinds::{CorrespondenceType, DeliveryStatus},
        logged_segment,
    },
};

/// What to send again, and how.
#[derive(Clone, Debug)]
pub struct Resend {
    pub logged_segment_id: i64,
    /// Only what has one of these.
    pub statuses: Vec<DeliveryStatus>,
    /// Instead of the way in which each was sent before.
    pub correspondence_type: Option<CorrespondenceType>,
    /// Find out what would happen, and write nothing.
    pub dry_run: bool,
}

/// What came of sending again, or would come of it.
#[derive(Clone, Debug)]
pub struct Resent {
    pub logged_segment: logged_segment::Model,
    /// How many are on their way again.
    pub interactions: u64,
    pub skipped_privacy_blocked: u64,
    pub skipped_unreachable: u64,
}

/// Puts interactions of a logged segment on their way again: with the texts that they were written
/// with, to the addresses that contacts have now. Who may not be contacted (D9), or can't be, stays as
/// they are.
///
/// # Errors
/// At `loggedSegmentId`: [`Reason::NotFound`], and [`Reason::NotAllowed`] if there is nothing to send.
pub async fn resend(context: &Context, request: &Resend) -> Result<Resent> {
    db::write_or_try(&context.db, request.dry_run, &[Table::Interaction], async |txn| {
        let path = ["loggedSegmentId"];
        let logged_segment = require_logged(txn, request.logged_segment_id, &path).await?;
        let selected = of_logged(request.logged_segment_id, &request.statuses)
            // Contact 0 stands for those who have been deleted.
            .add(Column::ContactId.ne(0));
        if count(txn, &selected).await? == 0 {
            let message = "There is nothing to send.";
            return Err(Error::reject(Reason::NotAllowed, &path, message));
        }
        let blocked = whose(txn, is_privacy_blocked());
        let barred = selected.clone().add(blocked.clone());
        let skipped_privacy_blocked = count(txn, &barred).await?;
        let mut sent = selected.add(blocked.not());
        let mut skipped_unreachable = 0;
        if let Some(unreachable) = unreachable(txn, request.correspondence_type) {
            skipped_unreachable = count(txn, &sent.clone().add(unreachable.clone())).await?;
            sent = sent.add(unreachable.not());
        }
        let mut update = interaction::Entity::update_many()
            .col_expr(Column::DeliveryStatus, Expr::val(DeliveryStatus::InProgress))
            .col_expr(Column::DeliveryError, Expr::val(None::<String>))
            .col_expr(Column::UpdatedAt, Expr::val(context.clock.now()))
            .filter(sent);
        if let Some(correspondence_type) = request.correspondence_type {
            update = update.col_expr(Column::CorrespondenceType, Expr::val(correspondence_type));
        }
        let interactions = update.exec(txn).await?.rows_affected;
        Ok::<_, Error>(Resent {
            logged_segment,
            interactions,
            skipped_privacy_blocked,
            skipped_unreachable,
        })
    })
    .await
}

async fn count(txn: &DatabaseTransaction, those: &Condition) -> Result<u64> {
    Ok(interaction::Entity::find().filter(those.clone()).count(txn).await?)
}

/// Interactions with contacts for whom the condition holds.
fn whose(txn: &DatabaseTransaction, condition: Expr) -> Expr {
    let (own, id) = (Column::ContactId, contact::Column::Id);
    let rows = Query::select().from(contact::Entity).and_where(condition).to_owned();
    let backend = txn.get_database_backend();
    dialect::owns(backend, own.into_simple_expr(), id.into_simple_expr(), rows)
}

/// There is no way, or one that leads to no address (D19); nothing if there can't be such.
fn unreachable(txn: &DatabaseTransaction, given: Option<CorrespondenceType>) -> Option<Expr> {
    let lost = || whose(txn, contact::Column::Email.is_null());
    match given {
        Some(CorrespondenceType::HardCopy) => None,
        Some(CorrespondenceType::Email) => Some(lost()),
        None => {
            let way = Column::CorrespondenceType;
            Some(way.is_null().or(way.eq(CorrespondenceType::Email).and(lost())))
        }
    }
}
