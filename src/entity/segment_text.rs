use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a segment says in one language. What is missing in it comes from the template.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "segment_text")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub segment_id: i64,
    /// Missing for the text for whoever has none in a language of their own.
    pub language: Option<String>,
    pub message_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
