use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Keys are taken from here in blocks, and never twice.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "counter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub next: i64,
}

impl ActiveModelBehavior for ActiveModel {}
