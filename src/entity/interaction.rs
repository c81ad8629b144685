use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{CorrespondenceType, DeliveryStatus, Evaluation, InformationFlow, InitiatedBy};

/// One recorded touch of one contact.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction")]
pub struct Model {
    /// 0 if the contact has been deleted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Unique among all interactions, growing with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The company the contact belonged to at the time.
    pub company_id: Option<i32>,
    pub date: ChronoDate,
    pub time: Option<ChronoTime>,
    pub template: Option<String>,
    pub interaction_group: Option<String>,
    pub description: Option<String>,
    pub subject: Option<String>,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub correspondence_type: Option<CorrespondenceType>,
    pub language: Option<String>,
    pub salesperson: Option<String>,
    pub evaluation: Option<Evaluation>,
    /// In ten-thousandths of the local currency.
    pub cost: i64,
    pub duration_min: i32,
    pub campaign_id: Option<i64>,
    pub campaign_entry_id: Option<i64>,
    pub campaign_target: bool,
    pub campaign_response: bool,
    pub segment_id: Option<i64>,
    pub logged_segment_id: Option<i64>,
    pub document_type: Option<String>,
    pub document_no: Option<String>,
    pub contact_via: Option<String>,
    pub delivery_status: Option<DeliveryStatus>,
    pub attempt_failed: bool,
    pub postponed: bool,
    /// Canceled in effect: itself, or with its logged segment or campaign entry.
    pub canceled: bool,
    pub canceled_itself: bool,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    /// The message whose body it was written with.
    pub body_message_id: Option<i64>,
    /// The message whose attachments went with it.
    pub attachments_message_id: Option<i64>,
    /// Why it could not be delivered.
    pub delivery_error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
