//! Campaigns that are activated and searched, and what leads from a campaign to its lines and from
//! an entry to its interactions.

use icu_casemap::CaseMapper;
use sea_orm_migration::{prelude::*, schema::*, sea_orm::Statement};
use unicode_normalization::UnicodeNormalization;

use crate::columns::{Columns, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        for column in [
            // The description with its case folded.
            columns.text_null("description_fold"),
            // Missing: not activated.
            timestamp_with_time_zone_null("activated_at"),
            columns.text_null("activated_by"),
        ] {
            let add = Table::alter().table("campaign").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        fold_descriptions(manager).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = ["segment_line_campaign_idx", "interaction_entry_idx"];
        for index in indexes {
            manager.drop_index(Index::drop().name(index).to_owned()).await?;
        }
        for column in ["description_fold", "activated_at", "activated_by"] {
            let drop = Table::alter().table("campaign").drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// No database folds case as the server does.
async fn fold_descriptions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = manager.get_database_backend();
    let all = "SELECT id, description FROM campaign WHERE description IS NOT NULL";
    for row in db.query_all_raw(Statement::from_string(backend, all)).await? {
        let (id, description): (i64, String) =
            (row.try_get("", "id")?, row.try_get("", "description")?);
        let folded: String = CaseMapper::new().fold_string(&description).nfc().collect();
        let update = "UPDATE campaign SET description_fold = $1 WHERE id = $2";
        let values = [folded.into(), id.into()];
        db.execute_raw(Statement::from_sql_and_values(backend, update, values)).await?;
    }
    Ok(())
}

const INDEXES: &[&str] = &[
    // The lines that have a campaign of their own are few, and are targets of it wherever they are.
    "CREATE INDEX segment_line_campaign_idx ON segment_line (campaign_id, segment_id, contact_id) \
     WHERE campaign_id IS NOT NULL",
    // The interactions of an entry, newest last.
    "CREATE INDEX interaction_entry_idx ON interaction (campaign_entry_id, date, contact_id) \
     WHERE campaign_entry_id IS NOT NULL",
];
