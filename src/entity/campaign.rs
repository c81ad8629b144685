use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A marketing effort that segments serve.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub no: String,
    pub description: Option<String>,
    /// `description` with its case folded.
    pub description_fold: Option<String>,
    pub starting_date: Option<ChronoDate>,
    pub ending_date: Option<ChronoDate>,
    pub salesperson: Option<String>,
    pub status: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub revision: i32,
    /// Missing: not activated.
    pub activated_at: Option<ChronoDateTimeUtc>,
    pub activated_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
