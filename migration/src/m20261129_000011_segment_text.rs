//! What segments say in each language, what lines say of their own, and what interactions were logged
//! with.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(segment_text(columns)).await?;
        for table in ["segment_line", "interaction"] {
            // Where the body comes from, and where the attachments do.
            for column in ["body_message_id", "attachments_message_id"] {
                let add =
                    Table::alter().table(table).add_column(big_integer_null(column)).to_owned();
                manager.alter_table(add).await?;
            }
        }
        for column in [
            // The segment whose lines have it, if it is theirs.
            big_integer_null("segment_id"),
            // Whether interactions have it: then it never changes again.
            boolean("frozen").default(false).to_owned(),
        ] {
            let add = Table::alter().table("message").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["segment_line", "interaction"] {
            for column in ["body_message_id", "attachments_message_id"] {
                let less = Table::alter().table(table).drop_column(column).to_owned();
                manager.alter_table(less).await?;
            }
        }
        run(manager, &["DROP INDEX message_segment_idx"]).await?;
        for column in ["segment_id", "frozen"] {
            let less = Table::alter().table("message").drop_column(column).to_owned();
            manager.alter_table(less).await?;
        }
        drop(manager, &["segment_text"]).await
    }
}

fn segment_text(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("segment_text")
        .col(big_pk_auto("id"))
        .col(big_integer("segment_id"))
        // NULL for the text that is for whoever has no text in a language of their own.
        .col(columns.text_null("language"))
        .col(big_integer("message_id"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX segment_text_idx ON segment_text (segment_id, COALESCE(language, ''))",
    "CREATE INDEX message_segment_idx ON message (segment_id) WHERE segment_id IS NOT NULL",
];
