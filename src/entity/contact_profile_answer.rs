use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An answer of a contact.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_profile_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub questionnaire: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub answer_no: i32,
    pub question_no: i32,
    pub updated_on: ChronoDate,
    /// Of ratings, in ten-thousandths: how many of the questions were answered.
    pub answered_percent: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
