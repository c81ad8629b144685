//! What kept interactions from being delivered, and how many of a logged segment are how far.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let error = columns.text_null("delivery_error");
        let add = Table::alter().table("interaction").add_column(error).to_owned();
        manager.alter_table(add).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX interaction_delivery_idx"]).await?;
        let less = Table::alter().table("interaction").drop_column("delivery_error").to_owned();
        manager.alter_table(less).await
    }
}

const INDEXES: &[&str] = &[
    // How many interactions of a logged segment are how far; most interactions are not in it.
    "CREATE INDEX interaction_delivery_idx \
     ON interaction (logged_segment_id, delivery_status, canceled) \
     WHERE delivery_status IS NOT NULL",
];
