//! What becomes of opportunities and tasks when contacts or interactions go.

use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    IntoSimpleExpr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};

use super::revised;
use crate::{
    db::{self, dialect},
    domain::{CONCERNED_MAX, Reason, Rejection, Result, contact, id, task::NOBODY},
    entity::{interaction, opportunity, task, task_attendee},
};

/// Checks that nothing is open with contacts who go (CON-9), unless that is `allowed`.
///
/// # Errors
/// [`Reason::InUse`] at `handOnOpen`, with the opportunities and tasks concerned.
pub(in crate::domain) async fn require_closed(
    txn: &DatabaseTransaction,
    dying: &RoaringBitmap,
    allowed: bool,
) -> Result<()> {
    if allowed {
        return Ok(());
    }
    let backend = txn.get_database_backend();
    let (mut open, mut concerned) = (Vec::new(), Vec::new());
    macro_rules! look {
        ($($table:ident $id:path, $noun:literal, $also:expr;)*) => {$(
            let theirs = $table::Column::ContactId.into_simple_expr();
            let theirs = dialect::in_ids(backend, theirs, dying.iter());
            let found = $table::Entity::find()
                .filter(Condition::any().add(theirs).add_option($also))
                .filter($table::Column::ClosedDate.is_null());
            let count = found.clone().count(txn).await?;
            if 0 < count {
                open.push(format!("{} ({count})", $noun));
                let first: Vec<(i32, i64)> = found
                    .select_only()
                    .columns([$table::Column::ContactId, $table::Column::Id])
                    .order_by_asc($table::Column::Id)
                    .limit(CONCERNED_MAX as u64)
                    .into_tuple()
                    .all(txn)
                    .await?;
                concerned.extend(first.into_iter().map(|(contact, key)| $id(contact, key)));
            }
        )*};
    }
    look! {
        opportunity id::opportunity_id, "opportunities", None::<Expr>;
        task id::task_id, "tasks", Some(attended_by(backend, dying));
    }
    if open.is_empty() {
        return Ok(());
    }
    concerned.truncate(CONCERNED_MAX);
    let message = format!("Open with it, or its people: {}.", open.join(", "));
    let mut rejection = Rejection::new(Reason::InUse, &["handOnOpen"], message);
    rejection.concerned = concerned;
    Err(rejection.into())
}

/// Whether there are opportunities or tasks, open or not, with a contact, or with people who belonged to
/// it at the time (CON-8).
pub(in crate::domain) async fn is_planned_with(
    txn: &DatabaseTransaction,
    contact_id: i32,
) -> Result<bool> {
    macro_rules! look {
        ($($table:ident)*) => {$(
            let with = Condition::any()
                .add($table::Column::ContactId.eq(contact_id))
                .add($table::Column::CompanyId.eq(contact_id));
            if $table::Entity::find().filter(with).one(txn).await?.is_some() {
                return Ok(true);
            }
        )*};
    }
    look!(opportunity task);
    Ok(false)
}

/// Hands opportunities and tasks on to another contact; 0 stands for nobody.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn hand_on(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    from: &RoaringBitmap,
    to: i32,
) -> Result<()> {
    macro_rules! hand_on {
        ($($table:ident)*) => {$(
            let contact = $table::Column::ContactId;
            // Whoever changes one of them meanwhile waits, and finds it gone.
            let locked = db::shard_by_shard(txn, Expr::col(contact), from.iter(), |these| {
                $table::Entity::find()
                    .select_only()
                    .column($table::Column::Id)
                    .filter(these)
                    .order_by_asc(contact)
                    .order_by_asc($table::Column::Id)
                    .lock_exclusive()
                    .into_tuple::<i64>()
            });
            if !locked.await?.is_empty() {
                let theirs = contact.into_simple_expr();
                let theirs = dialect::in_ids(txn.get_database_backend(), theirs, from.iter());
                revised::<$table::Entity>(now).filter(theirs).exec(txn).await?;
                contact::hand_on::<$table::Entity>(txn, contact, from, to).await?;
            }
        )*};
    }
    hand_on!(opportunity task);
    hand_on_attendance(txn, from, to).await
}

/// Whether a task is a meeting that one of the contacts attends.
fn attended_by(backend: DbBackend, contacts: &RoaringBitmap) -> Expr {
    let theirs = task_attendee::Column::ContactId.into_simple_expr();
    let attended = task_attendee::Entity::find()
        .select_only()
        .column(task_attendee::Column::TaskId)
        .filter(dialect::in_ids(backend, theirs, contacts.iter()))
        .into_query();
    task::Column::ContactId.eq(NOBODY).and(task::Column::Id.in_subquery(attended))
}

/// Another contact attends in their place, once; 0 stands for nobody.
async fn hand_on_attendance(
    txn: &DatabaseTransaction,
    from: &RoaringBitmap,
    to: i32,
) -> Result<()> {
    use task_attendee::Column;
    let theirs = Column::ContactId.into_simple_expr();
    let theirs = dialect::in_ids(txn.get_database_backend(), theirs, from.iter());
    if to != NOBODY {
        let rows = Query::select()
            .expr(Expr::val(to).cast_as("integer"))
            .columns([Column::TaskId, Column::CompanyId])
            .from(task_attendee::Entity)
            .and_where(theirs.clone())
            .to_owned();
        let insert = Query::insert()
            .into_table(task_attendee::Entity)
            .columns([Column::ContactId, Column::TaskId, Column::CompanyId])
            .select_from(rows)
            .expect("as many columns as values")
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .to_owned();
        txn.execute(&insert).await?;
    }
    task_attendee::Entity::delete_many().filter(theirs).exec(txn).await?;
    Ok(())
}

/// Takes the free texts of opportunities and tasks of a contact; what, when, and how it ended stays, and so
/// do the meetings that it attends, for they are about the others, too.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn erase(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    contact_id: i32,
) -> Result<()> {
    let erased = || Expr::val("erased");
    revised::<opportunity::Entity>(now)
        .col_expr(opportunity::Column::Description, erased())
        .col_expr(opportunity::Column::CloseReason, Expr::val(None::<String>))
        .filter(opportunity::Column::ContactId.eq(contact_id))
        .exec(txn)
        .await?;
    revised::<task::Entity>(now)
        .col_expr(task::Column::Description, erased())
        .filter(task::Column::ContactId.eq(contact_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Makes opportunities and tasks of the time at one company those of another, or of none.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn change_company(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    from: i32,
    to: Option<i32>,
) -> Result<()> {
    macro_rules! change {
        ($($table:ident $update:expr;)*) => {$(
            $update
                .col_expr($table::Column::CompanyId, Expr::val(to))
                .filter($table::Column::CompanyId.eq(from))
                .exec(txn)
                .await?;
        )*};
    }
    change! {
        opportunity revised::<opportunity::Entity>(now);
        task revised::<task::Entity>(now);
        task_attendee task_attendee::Entity::update_many();
    }
    Ok(())
}

/// Makes opportunities and tasks those of no interaction whose interaction is one of those that go.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn forget_interactions(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    which: &Expr,
) -> Result<()> {
    macro_rules! forget {
        ($($table:ident)*) => {$(
            let column = |column: interaction::Column| column.into_simple_expr();
            let going = interaction::Entity::find()
                .select_only()
                .expr(Expr::val(1))
                .filter(
                    column(interaction::Column::ContactId)
                        .eq($table::Column::ContactId.into_simple_expr()),
                )
                .filter(
                    column(interaction::Column::Id)
                        .eq($table::Column::InteractionId.into_simple_expr()),
                )
                .filter(which.clone())
                .into_query();
            revised::<$table::Entity>(now)
                .col_expr($table::Column::InteractionId, Expr::val(None::<i64>))
                .filter($table::Column::InteractionId.is_not_null())
                .filter(Expr::exists(going))
                .exec(txn)
                .await?;
        )*};
    }
    forget!(opportunity task);
    Ok(())
}
