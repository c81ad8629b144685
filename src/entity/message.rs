use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::BodyFormat;

/// What is written to contacts: subject, body and attachments. What is missing is inherited, where
/// there is something to inherit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub body_format: BodyFormat,
    /// Whether it says which attachments there are, be it none.
    pub has_attachments: bool,
    /// The segment whose lines have it, if it is theirs.
    pub segment_id: Option<i64>,
    /// Whether interactions have it: then it never changes again.
    pub frozen: bool,
}

impl ActiveModelBehavior for ActiveModel {}
