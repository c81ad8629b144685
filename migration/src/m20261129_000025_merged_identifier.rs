//! Which numbers and external ids are those of contacts that were merged into others.

use sea_orm_migration::{prelude::*, schema::boolean};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Of contacts that were merged before, it is not known.
        let merged = boolean("merged").default(false).to_owned();
        let add = Table::alter().table("contact_identifier").add_column(merged).to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let less = Table::alter().table("contact_identifier").drop_column("merged").to_owned();
        manager.alter_table(less).await
    }
}
