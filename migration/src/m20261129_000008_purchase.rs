//! `purchase`: what was sold to and bought from contacts, entry by entry.

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
        manager.create_table(purchase(columns)).await?;
        shards::distribute(manager.get_connection(), "purchase").await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["DROP INDEX contact_code_link_idx", "DELETE FROM counter WHERE name = 'PURCHASE'"],
        )
        .await?;
        drop(manager, &["purchase"]).await
    }
}

fn purchase(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("purchase")
        // The company that is the customer or the vendor.
        .col(integer("contact_id"))
        .col(big_integer("id"))
        // The person whom the document names; never the company itself.
        .col(integer_null("document_contact_id"))
        .col(columns.text("side"))
        // The number of the customer or the vendor in the system that the entry comes from.
        .col(columns.text_null("source_no"))
        .col(columns.text_null("item"))
        .col(columns.text_null("variant"))
        .col(date("posting_date"))
        .col(columns.text_null("posting_group"))
        // Ten-thousandths, both; the amount in local currency.
        .col(big_integer("quantity"))
        .col(big_integer("amount"))
        .col(columns.text_null("document_type"))
        .col(columns.text_null("document_no"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("contact_id").col("id"))
        .foreign_key(
            ForeignKey::create()
                .from("purchase", "contact_id")
                .to("contact", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

const INDEXES: &[&str] = &[
    "INSERT INTO counter (name, next) VALUES ('PURCHASE', 1)",
    // Criteria ask for an item since a date, or for anything since a date: with both owners and what
    // is summed, so that the index alone answers.
    "CREATE INDEX purchase_item_idx ON purchase \
     (item, posting_date, contact_id, document_contact_id, amount, quantity)",
    "CREATE INDEX purchase_date_idx ON purchase \
     (posting_date, contact_id, document_contact_id, side, posting_group, amount)",
    // Those on whose documents a person is.
    "CREATE INDEX purchase_document_contact_idx ON purchase (document_contact_id, posting_date) \
     WHERE document_contact_id IS NOT NULL",
    // Who a customer or a vendor is.
    "CREATE INDEX contact_code_link_idx ON contact_code (link_no) WHERE link_no IS NOT NULL",
];
