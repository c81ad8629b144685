use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::SeriesKind;

/// Where the next number of a contact, segment or campaign comes from.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "number_series")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: SeriesKind,
    pub prefix: String,
    /// Digits after the prefix.
    pub width: i32,
    pub next: i64,
    /// Whether callers may bring numbers of their own.
    pub manual: bool,
}

impl ActiveModelBehavior for ActiveModel {}
