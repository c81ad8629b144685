use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Two contacts that may be one, the one with the smaller key first.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_duplicate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub other_id: i32,
    /// How many of a hundred search strings that both have are equal.
    pub percentage: i32,
    /// Which, as bits by their places.
    pub places: i64,
    /// Somebody has said that they are two.
    pub dismissed: bool,
}

impl ActiveModelBehavior for ActiveModel {}
