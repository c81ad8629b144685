//! Noting that contacts have changed by something that belongs to them (CON-10).

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::{db::dialect, domain::Result, entity::contact};

/// Makes it the next revision of the contacts, as of now.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn touch(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    contacts: impl Iterator<Item = u32>,
) -> Result<()> {
    let id = Expr::col(contact::Column::Id);
    contact::Entity::update_many()
        .col_expr(contact::Column::UpdatedAt, Expr::value(now))
        .col_expr(contact::Column::Revision, Expr::col(contact::Column::Revision).add(1))
        .filter(dialect::in_ids(txn.get_database_backend(), id, contacts))
        .exec(txn)
        .await?;
    Ok(())
}
