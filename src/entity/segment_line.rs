use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{CorrespondenceType, Evaluation, InformationFlow, InitiatedBy};

/// What was set on a line by hand. What is missing is inherited.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "segment_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: i64,
    pub description: Option<String>,
    pub date: Option<ChronoDate>,
    pub time: Option<ChronoTime>,
    pub salesperson: Option<String>,
    pub correspondence_type: Option<CorrespondenceType>,
    pub language: Option<String>,
    pub subject: Option<String>,
    pub interaction_group: Option<String>,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub campaign_id: Option<i64>,
    pub campaign_target: Option<bool>,
    pub campaign_response: Option<bool>,
    pub unit_cost: Option<i64>,
    pub unit_duration_min: Option<i32>,
    pub evaluation: Option<Evaluation>,
    pub attempt_failed: Option<bool>,
    pub contact_via: Option<String>,
    /// The message whose body the line has.
    pub body_message_id: Option<i64>,
    /// The message whose attachments the line has.
    pub attachments_message_id: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
