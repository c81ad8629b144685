use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A remark on an interaction.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction_comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub interaction_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    pub date: ChronoDate,
    pub comment: String,
    pub actor: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
