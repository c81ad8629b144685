//! What is planned with contacts: opportunities and tasks.

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
        manager.create_table(opportunity(columns)).await?;
        manager.create_table(task(columns)).await?;
        run(manager, INDEXES).await?;
        for table in TABLES {
            shards::distribute(manager.get_connection(), table).await?;
        }
        for (kind, prefix) in SERIES {
            let insert = Query::insert()
                .into_table("number_series")
                .columns(["kind", "prefix", "width", "next", "manual"])
                .values_panic([kind.into(), prefix.into(), 6.into(), 1.into(), false.into()])
                .to_owned();
            manager.execute(insert).await?;
            let insert = Query::insert()
                .into_table("counter")
                .columns(["name", "next"])
                .values_panic([kind.into(), 1.into()])
                .to_owned();
            manager.execute(insert).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (kind, _) in SERIES {
            let series = Query::delete()
                .from_table("number_series")
                .and_where(Expr::col("kind").eq(kind))
                .to_owned();
            manager.execute(series).await?;
            let counter = Query::delete()
                .from_table("counter")
                .and_where(Expr::col("name").eq(kind))
                .to_owned();
            manager.execute(counter).await?;
        }
        drop(manager, &TABLES).await
    }
}

const TABLES: [&str; 2] = ["opportunity", "task"];
const SERIES: [(&str, &str); 2] = [("OPPORTUNITY", "OP"), ("TASK", "TD")];

/// The columns that both have. Distributed by contact; contact 0 stands for contacts that have been
/// deleted.
fn planned(table: &'static str, columns: Columns) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(integer("contact_id"))
        .col(big_integer("id"))
        .col(columns.text("no"))
        .col(columns.text("description"))
        // The company the contact belonged to at the time.
        .col(integer_null("company_id"))
        .col(big_integer_null("segment_id"))
        .col(big_integer_null("campaign_id"))
        // Of the same contact.
        .col(big_integer_null("interaction_id"))
        .col(columns.text_null("salesperson"))
        .col(columns.text("status"))
        .col(columns.text("priority"))
        .col(date("date"))
        .col(date_null("closed_date"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("revision"))
        .primary_key(Index::create().col("contact_id").col("id"))
        .to_owned()
}

fn opportunity(columns: Columns) -> TableCreateStatement {
    let mut table = planned("opportunity", columns);
    table
        // Ten-thousandths of the local currency.
        .col(big_integer_null("estimated_value"))
        .col(columns.text_null("close_reason"))
        .to_owned()
}

fn task(columns: Columns) -> TableCreateStatement {
    let mut table = planned("task", columns);
    table
        .col(columns.text_null("type"))
        // Of the same contact.
        .col(big_integer_null("opportunity_id"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    // Lists by date: of everybody, a company, a segment, a campaign. Those of a contact are few.
    "CREATE INDEX opportunity_date_idx ON opportunity (date, id)",
    "CREATE INDEX opportunity_company_idx ON opportunity (company_id, date, id)",
    "CREATE INDEX opportunity_segment_idx ON opportunity (segment_id, date, id)",
    "CREATE INDEX opportunity_campaign_idx ON opportunity (campaign_id, date, id)",
    "CREATE INDEX opportunity_no_idx ON opportunity (no)",
    "CREATE INDEX task_date_idx ON task (date, id)",
    "CREATE INDEX task_company_idx ON task (company_id, date, id)",
    "CREATE INDEX task_segment_idx ON task (segment_id, date, id)",
    "CREATE INDEX task_campaign_idx ON task (campaign_id, date, id)",
    "CREATE INDEX task_no_idx ON task (no)",
];
