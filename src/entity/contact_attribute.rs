use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The value of a custom attribute of a contact, in the column for its type.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_attribute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Text, and codes.
    pub text: Option<String>,
    pub text_fold: Option<String>,
    /// In ten-thousandths.
    pub number: Option<i64>,
    pub date: Option<ChronoDate>,
    pub flag: Option<bool>,
}

impl ActiveModelBehavior for ActiveModel {}
