use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::Operation;

/// A recorded step of a segment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "criterion")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub segment_id: i64,
    /// 1 for the first step.
    pub no: i32,
    pub operation: Operation,
    #[sea_orm(column_type = "JsonBinary")]
    pub options: Json,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub criteria: Option<Json>,
    pub as_of: ChronoDateTimeUtc,
    pub time_zone: String,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub before: i32,
    pub after: i32,
    pub added: i32,
    pub removed: i32,
    pub already_member: i32,
    pub skipped_excluded: i32,
    pub skipped_privacy_blocked: i32,
    /// Taken back, and not yet overwritten by a new step.
    pub undone: bool,
}

impl ActiveModelBehavior for ActiveModel {}
