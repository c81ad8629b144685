use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A key under which a mutation was sent that may be sent again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// SHA-256 of whose key it is, and of the key, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of the request, in hexadecimal digits.
    pub fingerprint: String,
    /// What whoever sent it was allowed: names with spaces between.
    pub scopes: String,
    /// A random number of the request that has the key now.
    pub claim: i64,
    pub claimed_at: ChronoDateTimeUtc,
    /// Whether something was committed under the key.
    pub committed: bool,
    /// Whether nothing more is going to be.
    pub ended: bool,
    /// The body of the answer, if it is kept.
    pub answer: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
