use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{Priority, TaskStatus, TaskType};

/// Something to be done with one contact.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// 0 if the contact has been deleted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Unique among all tasks, growing with time.
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
    pub status: TaskStatus,
    pub priority: Priority,
    /// When it is to be done.
    pub date: ChronoDate,
    pub closed_date: Option<ChronoDate>,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub revision: i32,
    pub r#type: Option<TaskType>,
    /// Of the same contact.
    pub opportunity_id: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
