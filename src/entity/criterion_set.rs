use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Whom a step added and removed, as Roaring bitmaps in the portable format.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "criterion_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub criterion_id: i64,
    #[sea_orm(column_type = "Blob")]
    pub added: Vec<u8>,
    #[sea_orm(column_type = "Blob")]
    pub removed: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
