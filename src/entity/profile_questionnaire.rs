use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{ContactType, ProfilePriority};

/// Questions about contacts of one kind.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "profile_questionnaire")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub description: Option<String>,
    /// Missing where it is for companies and people.
    pub contact_type: Option<ContactType>,
    /// The business relation that a contact's company has, if it has to have one.
    pub business_relation: Option<String>,
    pub priority: ProfilePriority,
}

impl ActiveModelBehavior for ActiveModel {}
