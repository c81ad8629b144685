//! Code tables, number series and counters: what everything else refers to; which indexes are left
//! out while tables are filled; and a log of what has changed.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager
            .create_table(
                Table::create()
                    .table("code")
                    .col(columns.text("kind"))
                    .col(columns.text("code"))
                    .col(columns.text_null("description"))
                    .col(columns.text_null("email"))
                    .col(columns.text_null("url"))
                    .col(boolean("blocked"))
                    .primary_key(Index::create().col("kind").col("code"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("number_series")
                    .col(columns.text("kind").primary_key())
                    .col(columns.text("prefix"))
                    .col(integer("width"))
                    .col(big_integer("next"))
                    .col(boolean("manual"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("counter")
                    .col(columns.text("name").primary_key())
                    .col(big_integer("next"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("left_out_index")
                    .col(columns.text("name").primary_key())
                    .col(columns.text("sql"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("change")
                    // On PostgreSQL the number of the transaction.
                    .col(big_pk_auto("id"))
                    .col(integer("tables"))
                    .to_owned(),
            )
            .await?;
        let series = [("CONTACT", "CT"), ("SEGMENT", "SM"), ("CAMPAIGN", "CP")];
        for (kind, prefix) in series {
            let insert = Query::insert()
                .into_table("number_series")
                .columns(["kind", "prefix", "width", "next", "manual"])
                .values_panic([kind.into(), prefix.into(), 6.into(), 1.into(), true.into()])
                .to_owned();
            manager.execute(insert).await?;
        }
        for name in ["CONTACT", "INTERACTION", "DELETION", "CHANGE"] {
            let insert = Query::insert()
                .into_table("counter")
                .columns(["name", "next"])
                .values_panic([name.into(), 1.into()])
                .to_owned();
            manager.execute(insert).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["code", "number_series", "counter", "left_out_index", "change"]).await
    }
}
