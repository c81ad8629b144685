//! `task_attendee`: who attends a meeting with several contacts.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    columns::{Columns, drop, run},
    shards,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(attendee(columns)).await?;
        shards::distribute(manager.get_connection(), "task_attendee").await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["task_attendee"]).await
    }
}

/// Distributed by contact. The meeting is a task with the contact 0, so it lies elsewhere.
fn attendee(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("task_attendee")
        .col(integer("contact_id"))
        .col(big_integer("task_id"))
        // The company the contact belonged to at the time.
        .col(integer_null("company_id"))
        .primary_key(Index::create().col("contact_id").col("task_id"))
        .foreign_key(
            ForeignKey::create()
                .from("task_attendee", "contact_id")
                .to("contact", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    columns.within_key(&mut table)
}

const INDEXES: &[&str] = &[
    // Who attends a meeting, in the order in which they are listed.
    "CREATE INDEX task_attendee_task_idx ON task_attendee (task_id, contact_id)",
    "CREATE INDEX task_attendee_company_idx ON task_attendee (company_id, task_id)",
];
