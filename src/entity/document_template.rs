use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::DocumentType;

/// Which interaction template goes with a type of document.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_type: DocumentType,
    pub template: String,
}

impl ActiveModelBehavior for ActiveModel {}
