use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A named list of steps, to be replayed on other segments.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "saved_criteria")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub name: String,
    pub name_fold: String,
    pub description: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub steps: Json,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
