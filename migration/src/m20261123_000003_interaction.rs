//! Campaigns, interaction templates, interactions and what belongs to them.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(campaign(columns)).await?;
        manager.create_table(campaign_entry(columns)).await?;
        manager.create_table(template(columns)).await?;
        manager.create_table(logged_segment(columns)).await?;
        manager.create_table(interaction(columns)).await?;
        manager.create_table(comment(columns)).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "campaign",
            "campaign_entry",
            "interaction_template",
            "logged_segment",
            "interaction",
            "interaction_comment",
        ];
        drop(manager, &tables).await
    }
}

fn campaign(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("campaign")
        .col(big_pk_auto("id"))
        .col(columns.text("no").unique_key())
        .col(columns.text_null("description"))
        .col(date_null("starting_date"))
        .col(date_null("ending_date"))
        .col(columns.text_null("salesperson"))
        .col(columns.text_null("status"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("revision"))
        .to_owned()
}

/// What a logged segment did for a campaign.
fn campaign_entry(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("campaign_entry")
        .col(big_pk_auto("id"))
        .col(big_integer("campaign_id"))
        .col(big_integer_null("segment_id"))
        .col(big_integer_null("logged_segment_id"))
        .col(columns.text_null("description"))
        .col(date("date"))
        .col(columns.text_null("salesperson"))
        // Canceled on its own, or because its logged segment is.
        .col(boolean("canceled"))
        .col(boolean("canceled_itself"))
        .col(columns.text_null("actor"))
        .to_owned()
}

fn template(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("interaction_template")
        .col(columns.text("code").primary_key())
        .col(columns.text_null("description"))
        .col(columns.text_null("interaction_group"))
        // Ten-thousandths of the local currency.
        .col(big_integer("unit_cost"))
        .col(integer("unit_duration_min"))
        .col(columns.text_null("information_flow"))
        .col(columns.text_null("initiated_by"))
        .col(big_integer_null("campaign_id"))
        .col(boolean("campaign_target"))
        .col(boolean("campaign_response"))
        .col(columns.text_null("correspondence_type"))
        .col(columns.text_null("language"))
        .col(boolean("ignore_contact_correspondence_type"))
        .to_owned()
}

fn logged_segment(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("logged_segment")
        .col(big_pk_auto("id"))
        .col(big_integer("segment_id"))
        .col(columns.text("description"))
        .col(timestamp_with_time_zone("created_at"))
        .col(columns.text_null("actor"))
        .col(boolean("canceled"))
        .col(integer("interactions_count"))
        .to_owned()
}

/// Distributed by contact. Contact 0 stands for contacts that have been deleted.
fn interaction(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("interaction")
        .col(integer("contact_id"))
        .col(big_integer("id"))
        .col(integer_null("company_id"))
        .col(date("date"))
        .col(time_null("time"))
        .col(columns.text_null("template"))
        .col(columns.text_null("interaction_group"))
        .col(columns.text_null("description"))
        .col(columns.text_null("subject"))
        .col(columns.text_null("information_flow"))
        .col(columns.text_null("initiated_by"))
        .col(columns.text_null("correspondence_type"))
        .col(columns.text_null("language"))
        .col(columns.text_null("salesperson"))
        // 1 very negative … 5 very positive.
        .col(small_integer_null("evaluation"))
        // Ten-thousandths of the local currency.
        .col(big_integer("cost"))
        .col(integer("duration_min"))
        .col(big_integer_null("campaign_id"))
        .col(big_integer_null("campaign_entry_id"))
        .col(boolean("campaign_target"))
        .col(boolean("campaign_response"))
        .col(big_integer_null("segment_id"))
        .col(big_integer_null("logged_segment_id"))
        .col(columns.text_null("document_type"))
        .col(columns.text_null("document_no"))
        .col(columns.text_null("contact_via"))
        .col(columns.text_null("delivery_status"))
        .col(boolean("attempt_failed"))
        .col(boolean("postponed"))
        // Canceled on its own, or because its logged segment or campaign entry is.
        .col(boolean("canceled"))
        .col(boolean("canceled_itself"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().col("contact_id").col("id"))
        .to_owned()
}

fn comment(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("interaction_comment")
        .col(integer("contact_id"))
        .col(big_integer("interaction_id"))
        .col(integer("line_no"))
        .col(date("date"))
        .col(columns.text("comment"))
        .col(columns.text_null("actor"))
        .primary_key(Index::create().col("contact_id").col("interaction_id").col("line_no"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX campaign_entry_campaign_idx ON campaign_entry (campaign_id, id)",
    "CREATE INDEX campaign_entry_logged_idx ON campaign_entry (logged_segment_id)",
    "CREATE UNIQUE INDEX logged_segment_segment_idx ON logged_segment (segment_id)",
    // Criteria ask for a template since a date, or for anything since a date: with the flags that
    // leave interactions out, so that the index alone answers.
    "CREATE INDEX interaction_template_idx ON interaction \
     (template, date, contact_id, canceled, postponed)",
    "CREATE INDEX interaction_date_idx ON interaction (date, contact_id, canceled, postponed)",
    // The interactions of a campaign, a logged segment, a segment, a company, newest last.
    "CREATE INDEX interaction_campaign_idx ON interaction (campaign_id, date, contact_id)",
    "CREATE INDEX interaction_logged_idx ON interaction (logged_segment_id, date, contact_id) \
     WHERE logged_segment_id IS NOT NULL",
    "CREATE INDEX interaction_segment_idx ON interaction (segment_id, date, contact_id) \
     WHERE segment_id IS NOT NULL",
    "CREATE INDEX interaction_company_idx ON interaction (company_id, date, contact_id)",
];
