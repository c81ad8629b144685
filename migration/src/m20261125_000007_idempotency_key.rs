//! Keys of mutations that may be sent again, and what they were answered.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let table = Table::create()
            .table("idempotency_key")
            .col(columns.text("id").primary_key())
            .col(columns.text("fingerprint"))
            .col(columns.text("scopes"))
            .col(big_integer("claim"))
            .col(timestamp_with_time_zone("claimed_at"))
            .col(boolean("committed"))
            .col(boolean("ended"))
            .col(columns.text_null("answer"))
            .to_owned();
        manager.create_table(table).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["idempotency_key"]).await
    }
}

/// What is kept no longer is found by it.
const INDEXES: &[&str] =
    &["CREATE INDEX idempotency_key_claimed_idx ON idempotency_key (claimed_at)"];
