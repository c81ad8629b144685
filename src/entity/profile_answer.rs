use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::ProfilePriority;

/// An answer that a question offers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "profile_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub questionnaire: String,
    /// No question of the questionnaire has the same.
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i32,
    pub question_no: i32,
    pub description: String,
    pub priority: ProfilePriority,
    /// The least value that it classifies, in ten-thousandths.
    pub from_value: Option<i64>,
    pub to_value: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
