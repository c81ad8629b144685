//! Tokens by which the server knows who asks.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let table = Table::create()
            .table("access_token")
            .col(columns.text("name").primary_key())
            // Of the token itself, nothing else is kept.
            .col(columns.text("hash").unique_key())
            .col(columns.text("scopes"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["access_token"]).await
    }
}
