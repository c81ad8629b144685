use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A search string of a contact, by which it is compared with others.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_duplicate_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Which; 0 says that the contact has been looked at.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// Of the string.
    pub hash: i64,
    /// Of the contact, when it was looked at.
    pub revision: i32,
}

impl ActiveModelBehavior for ActiveModel {}
