use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::IdentifierKind;

/// A number or external id, and the contact it means. After a merge two point at one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_identifier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: IdentifierKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
    pub contact_id: i32,
    /// Whether it is that of a contact which was merged into this one.
    pub merged: bool,
}

impl ActiveModelBehavior for ActiveModel {}
