//! Contacts that may be one and the same, and contacts that were erased.

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
        // Two statements, for SQLite adds one column at a time.
        for column in
            [timestamp_with_time_zone_null("erased_at"), columns.text_null("erasure_reason")]
        {
            let add = Table::alter().table("contact").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        manager.create_table(key(columns)).await?;
        manager.create_table(pair(columns)).await?;
        run(manager, INDEXES).await?;
        for table in ["contact_duplicate", "contact_duplicate_key"] {
            shards::distribute(manager.get_connection(), table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["contact_duplicate", "contact_duplicate_key"]).await?;
        for column in ["erased_at", "erasure_reason"] {
            let gone = Table::alter().table("contact").drop_column(column).to_owned();
            manager.alter_table(gone).await?;
        }
        Ok(())
    }
}

fn of_contact(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "contact_id")
        .to("contact", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// What contacts are compared by: hashes of pieces of their values, for what is equal is found by an
/// index, and nobody reads names out of it.
fn key(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_duplicate_key")
        .col(integer("contact_id"))
        // Which search string; 0 says that the contact has been looked at.
        .col(integer("place"))
        .col(big_integer("hash"))
        // Of the contact, when it was looked at.
        .col(integer("revision"))
        .primary_key(Index::create().col("contact_id").col("place"))
        .foreign_key(&mut of_contact("contact_duplicate_key"));
    columns.within_key(&mut table)
}

/// Two contacts that are alike, the one with the smaller key first. The other may be on another
/// machine, so nothing but the contact itself takes it along.
fn pair(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_duplicate")
        .col(integer("contact_id"))
        .col(integer("other_id"))
        .col(integer("percentage"))
        // The search strings that are equal, as bits by their places.
        .col(big_integer("places"))
        // Somebody has said that they are two.
        .col(boolean("dismissed"))
        .primary_key(Index::create().col("contact_id").col("other_id"))
        .foreign_key(&mut of_contact("contact_duplicate"));
    columns.within_key(&mut table)
}

const INDEXES: &[&str] = &[
    // Who else has a string.
    "CREATE INDEX contact_duplicate_key_hash_idx ON contact_duplicate_key (hash, contact_id)",
    // The pairs of the contact that is named second.
    "CREATE INDEX contact_duplicate_other_idx ON contact_duplicate (other_id)",
    // The likeliest first.
    "CREATE INDEX contact_duplicate_percentage_idx \
     ON contact_duplicate (dismissed, percentage, contact_id, other_id)",
];
