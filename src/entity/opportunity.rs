use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{OpportunityStatus, Priority};

/// A chance to sell something to one contact.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "opportunity")]
pub struct Model {
    /// 0 if the contact has been deleted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Unique among all opportunities, growing with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub no: String,
    pub description: String,
    /// The company the contact belonged to at the time.
    pub company_id: Option<i32>,
    pub segment_id: Option<i64>,
    pub campaign_id: Option<i64>,
    /// Of the same contact.
    pub interaction_id: Option<i64>,
    pub salesperson: Option<String>,
    pub status: OpportunityStatus,
    pub priority: Priority,
    /// When it was created.
    pub date: ChronoDate,
    pub closed_date: Option<ChronoDate>,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub revision: i32,
    /// In ten-thousandths of the local currency.
    pub estimated_value: Option<i64>,
    pub close_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
