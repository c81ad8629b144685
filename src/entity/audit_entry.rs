use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that somebody changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub at: ChronoDateTimeUtc,
    pub actor: Option<String>,
    /// The fields of the mutation, or what else it was.
    pub operation: String,
    /// The first thing that it names, by its global id.
    pub subject: Option<String>,
    pub request_id: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
