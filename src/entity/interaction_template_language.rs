use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What an interaction template says in one language.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction_template_language")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub template: String,
    /// Missing for the text for whoever has none in a language of their own.
    pub language: Option<String>,
    pub description: Option<String>,
    pub message_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
