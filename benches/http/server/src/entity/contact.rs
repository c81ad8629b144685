//! Companies and people.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    pub name_fold: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub no: String,
    pub name: String,
    pub city: Option<String>,
    pub company_id: Option<i32>,
    #[sea_orm(self_ref, relation_enum = "Company", from = "company_id", to = "id")]
    pub company: BelongsTo<Option<Entity>>,
    #[sea_orm(has_many)]
    pub codes: HasMany<super::contact_code::Entity>,
    #[sea_orm(has_many)]
    pub interactions: HasMany<super::interaction::Entity>,
    #[sea_orm(has_many, via = "segment_member")]
    pub segments: HasMany<super::segment::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
