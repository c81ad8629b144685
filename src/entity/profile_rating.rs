use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An answer that a rating counts, and how much.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "profile_rating")]
pub struct Model {
    /// The rating.
    #[sea_orm(primary_key, auto_increment = false)]
    pub questionnaire: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub question_no: i32,
    /// The answer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub answer_questionnaire: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub answer_no: i32,
    /// The question that it answers.
    pub answer_question_no: i32,
    /// In ten-thousandths.
    pub points: i64,
}

impl ActiveModelBehavior for ActiveModel {}
