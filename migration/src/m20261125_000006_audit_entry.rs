//! Who changed what, and from where.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let table = Table::create()
            .table("audit_entry")
            .col(big_pk_auto("id"))
            .col(timestamp_with_time_zone("at"))
            .col(columns.text_null("actor"))
            .col(columns.text("operation"))
            .col(columns.text_null("subject"))
            .col(columns.text_null("request_id"))
            .col(columns.text_null("address"))
            .to_owned();
        manager.create_table(table).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["audit_entry"]).await
    }
}

/// By what entries are looked for.
const INDEXES: &[&str] = &[
    "CREATE INDEX audit_entry_subject_idx ON audit_entry (subject, id)",
    "CREATE INDEX audit_entry_actor_idx ON audit_entry (actor, id)",
];
