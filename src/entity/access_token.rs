use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A token by which a program or a person is known.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// SHA-256 of the token, in hexadecimal digits.
    #[sea_orm(unique)]
    pub hash: String,
    /// What it allows: names with spaces between.
    pub scopes: String,
    pub created_at: ChronoDateTimeUtc,
    pub expires_at: Option<ChronoDateTimeUtc>,
    pub revoked_at: Option<ChronoDateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
