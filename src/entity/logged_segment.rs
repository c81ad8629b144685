use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The logging of a segment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "logged_segment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub segment_id: i64,
    pub description: String,
    pub created_at: ChronoDateTimeUtc,
    pub actor: Option<String>,
    pub canceled: bool,
    pub interactions_count: i32,
}

impl ActiveModelBehavior for ActiveModel {}
