use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Another address of a contact, which holds in some periods.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_address")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Tells it from the contact's others.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub company_name: Option<String>,
    pub address: Option<String>,
    pub address2: Option<String>,
    pub post_code: Option<String>,
    pub city: Option<String>,
    pub county: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
    pub fax: Option<String>,
    pub email: Option<String>,
    pub home_page: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
