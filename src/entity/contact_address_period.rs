use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// From when to when an alternative address holds.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_address_period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub starting_date: ChronoDate,
    /// Of one of the contact's addresses.
    pub code: String,
    /// Its last day; without, it goes on.
    pub ending_date: Option<ChronoDate>,
}

impl ActiveModelBehavior for ActiveModel {}
