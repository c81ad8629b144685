use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What is in attachments: each content once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attachment_content")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    #[sea_orm(column_type = "Blob")]
    pub content: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
