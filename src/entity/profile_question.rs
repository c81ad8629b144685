use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{ProfileMeasure, ProfileMethod, ProfileSorting};

/// A question of a questionnaire.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "profile_question")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub questionnaire: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i32,
    pub description: String,
    pub multiple_answers: bool,
    /// By what it classifies contacts; missing where people answer.
    pub measure: Option<ProfileMeasure>,
    pub method: Option<ProfileMethod>,
    pub sorting: Option<ProfileSorting>,
    /// A date formula.
    pub starting_date: Option<String>,
    pub ending_date: Option<String>,
    /// To how many digits after the point a value is rounded; before it, if negative.
    pub decimals: i32,
    /// Of ratings, in ten-thousandths.
    pub answered_percent_min: i64,
}

impl ActiveModelBehavior for ActiveModel {}
