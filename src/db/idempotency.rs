//! Changes that may be asked for twice: that one of them was committed is written down in its own
//! transaction.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};

/// Leave to change something under a key, until another request takes the key over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key, as the table `idempotency_key` has it.
    pub id: String,
    /// A random number: no other claim has it.
    pub number: i64,
}

/// Why a transaction is not committed whose key another request has by now.
const TAKEN_OVER: &str = "another request has taken the key over";

/// Writes down that something is committed under the key.
///
/// # Errors
/// If another request has the key by now: then the transaction must not be committed.
pub(super) async fn confirm(txn: &DatabaseTransaction, claim: &Claim) -> Result<(), DbErr> {
    let update = "UPDATE idempotency_key SET committed = TRUE WHERE id = $1 AND claim = $2";
    let values = [claim.id.clone().into(), claim.number.into()];
    let backend = ConnectionTrait::get_database_backend(txn);
    let done = txn.execute_raw(Statement::from_sql_and_values(backend, update, values)).await?;
    match done.rows_affected() {
        0 => Err(DbErr::Custom(TAKEN_OVER.to_owned())),
        _ => Ok(()),
    }
}

/// Whether it was not committed because another request has the key by now.
pub(super) fn is_taken_over(err: &DbErr) -> bool {
    matches!(err, DbErr::Custom(why) if why == TAKEN_OVER)
}
