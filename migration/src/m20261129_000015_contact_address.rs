//! Alternative addresses of contacts, and the periods in which they hold.

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
        manager.create_table(address(columns)).await?;
        manager.create_table(period(columns)).await?;
        run(manager, INDEXES).await?;
        for table in ["contact_address", "contact_address_period"] {
            shards::distribute(manager.get_connection(), table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["contact_address", "contact_address_period"]).await
    }
}

const TEXTS: [&str; 12] = [
    "company_name",
    "address",
    "address2",
    "post_code",
    "city",
    "county",
    "country",
    "phone",
    "mobile",
    "fax",
    "email",
    "home_page",
];

fn of_contact(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "contact_id")
        .to("contact", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn address(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table.table("contact_address").col(integer("contact_id")).col(columns.text("code"));
    for name in TEXTS {
        table.col(columns.text_null(name));
    }
    table
        .primary_key(Index::create().col("contact_id").col("code"))
        .foreign_key(&mut of_contact("contact_address"));
    columns.within_key(&mut table)
}

/// Of two periods in which a day lies, the one that began later counts; so no two begin on one day.
fn period(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_address_period")
        .col(integer("contact_id"))
        .col(date("starting_date"))
        .col(columns.text("code"))
        // Without an end it goes on.
        .col(date_null("ending_date"))
        .primary_key(Index::create().col("contact_id").col("starting_date"))
        .foreign_key(&mut of_contact("contact_address_period"))
        .check(
            Expr::col("ending_date")
                .is_null()
                .or(Expr::col("starting_date").lte(Expr::col("ending_date"))),
        );
    columns.within_key(&mut table)
}

const INDEXES: &[&str] = &[
    // Whether a country is in use.
    "CREATE INDEX contact_address_country_idx ON contact_address (country) \
     WHERE country IS NOT NULL",
];
