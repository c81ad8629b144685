use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a logged segment did for a campaign.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "campaign_entry")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub campaign_id: i64,
    pub segment_id: Option<i64>,
    pub logged_segment_id: Option<i64>,
    pub description: Option<String>,
    pub date: ChronoDate,
    pub salesperson: Option<String>,
    /// Canceled in effect: itself, or with its logged segment.
    pub canceled: bool,
    pub canceled_itself: bool,
    pub actor: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
