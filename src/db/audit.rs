//! Who changes what: an entry in the table `audit_entry` for each write transaction, committed with the
//! rest or not at all.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};

/// Who does something, what, and from where.
#[derive(Clone, Debug)]
pub struct Signature {
    pub at: DateTime<Utc>,
    pub actor: Option<String>,
    pub operation: String,
    pub subject: Option<String>,
    pub request_id: Option<String>,
    pub address: Option<String>,
}

/// Writes down that this is done by whom the signature says.
pub(super) async fn log(txn: &DatabaseTransaction, by: &Signature) -> Result<(), DbErr> {
    let insert = "INSERT INTO audit_entry (at, actor, operation, subject, request_id, address) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let Signature { at, actor, operation, subject, request_id, address } = by.clone();
    let values = [
        at.into(),
        actor.into(),
        operation.into(),
        subject.into(),
        request_id.into(),
        address.into(),
    ];
    let backend = ConnectionTrait::get_database_backend(txn);
    txn.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await.map(drop)
}
