use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{CorrespondenceType, InformationFlow, InitiatedBy};

/// A kind of interaction, with what its interactions have in common.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub description: Option<String>,
    pub interaction_group: Option<String>,
    /// In ten-thousandths of the local currency.
    pub unit_cost: i64,
    pub unit_duration_min: i32,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub campaign_id: Option<i64>,
    pub campaign_target: bool,
    pub campaign_response: bool,
    pub correspondence_type: Option<CorrespondenceType>,
    pub language: Option<String>,
    pub ignore_contact_correspondence_type: bool,
}

impl ActiveModelBehavior for ActiveModel {}
