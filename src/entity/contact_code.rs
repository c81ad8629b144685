use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::CodeKind;

/// A code that a contact has: it is in a mailing group, has a job responsibility …
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: CodeKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Of business relations: what the contact is elsewhere, such as Customer.
    pub link_type: Option<String>,
    /// Its number there.
    pub link_no: Option<String>,
    /// Of web sources.
    pub search_word: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
