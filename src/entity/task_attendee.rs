use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A contact who attends a meeting with several.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_attendee")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// A task that has no contact of its own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: i64,
    /// The company the contact belonged to at the time.
    pub company_id: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
