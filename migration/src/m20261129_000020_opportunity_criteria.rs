//! Indexes by which criteria find the opportunities and tasks of contacts.

use sea_orm_migration::prelude::*;

use crate::columns::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX opportunity_status_idx", "DROP INDEX task_status_idx"]).await
    }
}

/// Criteria ask for a status, since a date or at all: with what is summed, or what kind of task it is, so
/// that the index alone answers.
const INDEXES: &[&str] = &[
    "CREATE INDEX opportunity_status_idx ON opportunity \
     (status, date, contact_id, estimated_value)",
    "CREATE INDEX task_status_idx ON task (status, date, contact_id, type)",
];
