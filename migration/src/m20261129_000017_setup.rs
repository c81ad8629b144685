//! `setup`: one row of what holds for the whole business, and the templates of documents.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(setup(columns)).await?;
        let table = Table::create()
            .table("document_template")
            .col(columns.text("document_type").primary_key())
            .col(columns.text("template"))
            .to_owned();
        manager.create_table(table).await?;
        run(manager, &[ROW]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["setup", "document_template"]).await
    }
}

/// What people take over from their company, then what is done about duplicates.
const FLAGS: [&str; 7] = [
    "inherit_salesperson",
    "inherit_territory",
    "inherit_country",
    "inherit_language",
    "inherit_address",
    "inherit_communication",
    "search_on_entry",
];

const CODES: [&str; 11] = [
    "salesperson",
    "territory",
    "country",
    "language",
    "correspondence_type",
    "company_salutation",
    "person_salutation",
    "customer_relation",
    "vendor_relation",
    "bank_account_relation",
    "employee_relation",
];

fn setup(columns: Columns) -> TableCreateStatement {
    // There is one row, and its id is 1.
    let mut table = Table::create().table("setup").col(integer("id").primary_key()).to_owned();
    for name in FLAGS {
        table.col(boolean(name));
    }
    for name in CODES {
        table.col(columns.text_null(name));
    }
    table
        .col(integer("search_hit_percent"))
        .col(columns.text_null("time_zone"))
        .col(integer("revision"));
    table
}

/// As Business Central sets it up: everything is taken over.
const ROW: &str = "INSERT INTO setup (id, inherit_salesperson, inherit_territory, \
    inherit_country, inherit_language, inherit_address, inherit_communication, \
    search_on_entry, search_hit_percent, revision) \
    VALUES (1, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, 60, 1)";
