use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A file that goes with messages. Its content is in `attachment_content`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    /// A media type, such as `application/pdf`.
    pub content_type: String,
    pub bytes: i64,
    /// Of the content, in lower-case hexadecimal digits.
    pub sha256: String,
    pub actor: Option<String>,
    pub created_at: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
