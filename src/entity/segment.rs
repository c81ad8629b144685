use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{CorrespondenceType, InformationFlow, InitiatedBy, SegmentStatus};

/// A named group of contacts, with what its lines have in common.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "segment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub no: String,
    pub description: Option<String>,
    /// `description` with its case folded.
    pub description_fold: Option<String>,
    pub status: SegmentStatus,
    pub date: ChronoDate,
    pub campaign_id: Option<i64>,
    pub campaign_target: Option<bool>,
    pub campaign_response: Option<bool>,
    pub salesperson: Option<String>,
    pub interaction_template: Option<String>,
    pub interaction_group: Option<String>,
    pub correspondence_type: Option<CorrespondenceType>,
    pub ignore_contact_correspondence_type: bool,
    pub language: Option<String>,
    pub subject: Option<String>,
    /// In ten-thousandths of the local currency.
    pub unit_cost: Option<i64>,
    pub unit_duration_min: Option<i32>,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub contacts_count: i32,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    /// Grows with every change.
    pub revision: i32,
    /// The revision at which the set changed last.
    pub set_revision: i32,
}

impl ActiveModelBehavior for ActiveModel {}
