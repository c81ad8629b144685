//! Indexes by which the opportunities and tasks of interactions are found.

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
        let drop = ["DROP INDEX opportunity_interaction_idx", "DROP INDEX task_interaction_idx"];
        run(manager, &drop).await
    }
}

/// Most come of no interaction, and are not in it.
const INDEXES: &[&str] = &[
    "CREATE INDEX opportunity_interaction_idx ON opportunity (contact_id, interaction_id) \
     WHERE interaction_id IS NOT NULL",
    "CREATE INDEX task_interaction_idx ON task (contact_id, interaction_id) \
     WHERE interaction_id IS NOT NULL",
];
