//! What interaction templates say in each language, and the files that go with it.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(attachment_content(columns)).await?;
        manager.create_table(attachment(columns)).await?;
        manager.create_table(message(columns)).await?;
        manager.create_table(message_attachment()).await?;
        manager.create_table(template_language(columns)).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "attachment_content",
            "attachment",
            "message",
            "message_attachment",
            "interaction_template_language",
        ];
        drop(manager, &tables).await
    }
}

/// Each content once, however many attachments have it.
fn attachment_content(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("attachment_content")
        .col(columns.text("sha256").primary_key())
        .col(blob("content"))
        .to_owned()
}

fn attachment(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("attachment")
        .col(big_pk_auto("id"))
        .col(columns.text("name"))
        .col(columns.text("content_type"))
        .col(big_integer("bytes"))
        .col(columns.text("sha256"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}

/// Subject, body and attachments. What is NULL is inherited, where there is something to inherit.
fn message(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("message")
        .col(big_pk_auto("id"))
        .col(columns.text_null("subject"))
        .col(columns.text_null("body"))
        .col(columns.text("body_format"))
        // Whether it says which attachments there are; otherwise they are inherited.
        .col(boolean("has_attachments"))
        .to_owned()
}

fn message_attachment() -> TableCreateStatement {
    Table::create()
        .table("message_attachment")
        .col(big_integer("message_id"))
        .col(integer("place"))
        .col(big_integer("attachment_id"))
        .primary_key(Index::create().col("message_id").col("place"))
        .to_owned()
}

fn template_language(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("interaction_template_language")
        .col(big_pk_auto("id"))
        .col(columns.text("template"))
        // NULL for the text that is for whoever has no text in a language of their own.
        .col(columns.text_null("language"))
        .col(columns.text_null("description"))
        .col(big_integer("message_id"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    // Who uploads the same file again gets the attachment there is; and who has a content.
    "CREATE UNIQUE INDEX attachment_file_idx ON attachment (sha256, name, content_type)",
    // Whether an attachment is in use.
    "CREATE INDEX message_attachment_idx ON message_attachment (attachment_id)",
    "CREATE UNIQUE INDEX interaction_template_language_idx ON interaction_template_language \
     (template, COALESCE(language, ''))",
];
