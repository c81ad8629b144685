use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A piece of the set of a segment: the contacts whose keys share their high 16 bits.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "segment_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub piece: i32,
    /// A Roaring bitmap of whole keys, in the portable format.
    #[sea_orm(column_type = "Blob")]
    pub contacts: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
