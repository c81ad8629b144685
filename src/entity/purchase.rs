use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::PurchaseSide;

/// An entry of what was sold to a company, or bought from it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "purchase")]
pub struct Model {
    /// The company that is the customer or the vendor.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contact_id: i32,
    /// Unique among all entries.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The person whom the document names.
    pub document_contact_id: Option<i32>,
    pub side: PurchaseSide,
    /// The number of the customer or the vendor.
    pub source_no: Option<String>,
    pub item: Option<String>,
    pub variant: Option<String>,
    pub posting_date: ChronoDate,
    pub posting_group: Option<String>,
    /// In ten-thousandths.
    pub quantity: i64,
    /// In ten-thousandths of the local currency.
    pub amount: i64,
    pub document_type: Option<String>,
    pub document_no: Option<String>,
    pub created_at: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
