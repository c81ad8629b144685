use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which attachments a message has, and in which order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "message_attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    pub attachment_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
