use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::AttributeType;

/// A custom attribute that contacts may have.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attribute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub r#type: AttributeType,
    pub description: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
