use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::CodeKind;

/// An entry of a code table: a mailing group, a country, a salesperson …
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: CodeKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub description: Option<String>,
    /// Of salespeople.
    pub email: Option<String>,
    /// Of web sources; `%1` stands for the search word.
    pub url: Option<String>,
    /// A blocked salesperson can no longer be chosen.
    pub blocked: bool,
}

impl ActiveModelBehavior for ActiveModel {}
