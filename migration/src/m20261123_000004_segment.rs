//! Segments, their sets, their steps and their lines.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(segment(columns)).await?;
        manager.create_table(segment_set()).await?;
        manager.create_table(criterion(columns)).await?;
        manager.create_table(criterion_set()).await?;
        manager.create_table(saved_criteria(columns)).await?;
        manager.create_table(line(columns)).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, UNCOMPRESSED).await?;
        }
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "segment",
            "segment_set",
            "criterion",
            "criterion_set",
            "saved_criteria",
            "segment_line",
        ];
        drop(manager, &tables).await
    }
}

fn segment(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("segment")
        .col(big_pk_auto("id"))
        .col(columns.text("no").unique_key())
        .col(columns.text_null("description"))
        .col(columns.text_null("description_fold"))
        .col(columns.text("status"))
        .col(date("date"))
        .col(big_integer_null("campaign_id"))
        .col(boolean_null("campaign_target"))
        .col(boolean_null("campaign_response"))
        .col(columns.text_null("salesperson"))
        .col(columns.text_null("interaction_template"))
        .col(columns.text_null("interaction_group"))
        .col(columns.text_null("correspondence_type"))
        .col(boolean("ignore_contact_correspondence_type"))
        .col(columns.text_null("language"))
        .col(columns.text_null("subject"))
        // Ten-thousandths of the local currency.
        .col(big_integer_null("unit_cost"))
        .col(integer_null("unit_duration_min"))
        .col(columns.text_null("information_flow"))
        .col(columns.text_null("initiated_by"))
        // How many contacts the set holds, so that lists never read a set.
        .col(integer("contacts_count"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        // Grows with every change.
        .col(integer("revision"))
        // The revision at which the set changed last: names a version of the set for ever.
        .col(integer("set_revision"))
        .to_owned()
}

/// Roaring compresses the sets already: that PostgreSQL tries once more takes longer than all the
/// rest of a step.
const UNCOMPRESSED: &[&str] = &[
    "ALTER TABLE segment_set ALTER contacts SET STORAGE EXTERNAL",
    "ALTER TABLE criterion_set ALTER added SET STORAGE EXTERNAL",
    "ALTER TABLE criterion_set ALTER removed SET STORAGE EXTERNAL",
];

/// The current set, in pieces of 65,536 contact keys: the high half of a key picks the piece. So
/// one contact's membership is read, and a small change written, without the rest of the set.
fn segment_set() -> TableCreateStatement {
    Table::create()
        .table("segment_set")
        .col(big_integer("segment_id"))
        .col(integer("piece"))
        .col(blob("contacts"))
        .primary_key(Index::create().col("segment_id").col("piece"))
        .to_owned()
}

fn criterion(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("criterion")
        .col(big_pk_auto("id"))
        .col(big_integer("segment_id"))
        .col(integer("no"))
        .col(columns.text("operation"))
        .col(json_binary("options"))
        .col(json_binary_null("criteria"))
        .col(timestamp_with_time_zone("as_of"))
        .col(columns.text("time_zone"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(integer("before"))
        .col(integer("after"))
        .col(integer("added"))
        .col(integer("removed"))
        .col(integer("already_member"))
        .col(integer("skipped_excluded"))
        .col(integer("skipped_privacy_blocked"))
        // Taken back, and not yet overwritten by a new step.
        .col(boolean("undone"))
        .to_owned()
}

fn criterion_set() -> TableCreateStatement {
    Table::create()
        .table("criterion_set")
        .col(big_integer("criterion_id").primary_key())
        .col(blob("added"))
        .col(blob("removed"))
        .to_owned()
}

fn saved_criteria(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("saved_criteria")
        .col(big_pk_auto("id"))
        .col(columns.text("name").unique_key())
        .col(columns.text("name_fold"))
        .col(columns.text_null("description"))
        .col(json_binary("steps"))
        .col(columns.text_null("actor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .to_owned()
}

/// What was set on one line by hand. No row, nothing set. Distributed by contact.
fn line(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("segment_line")
        .col(integer("contact_id"))
        .col(big_integer("segment_id"))
        .col(columns.text_null("description"))
        .col(date_null("date"))
        .col(time_null("time"))
        .col(columns.text_null("salesperson"))
        .col(columns.text_null("correspondence_type"))
        .col(columns.text_null("language"))
        .col(columns.text_null("subject"))
        .col(columns.text_null("interaction_group"))
        .col(columns.text_null("information_flow"))
        .col(columns.text_null("initiated_by"))
        .col(big_integer_null("campaign_id"))
        .col(boolean_null("campaign_target"))
        .col(boolean_null("campaign_response"))
        .col(big_integer_null("unit_cost"))
        .col(integer_null("unit_duration_min"))
        .col(small_integer_null("evaluation"))
        .col(boolean_null("attempt_failed"))
        .col(columns.text_null("contact_via"))
        .primary_key(Index::create().col("contact_id").col("segment_id"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    // Segments are listed by status, newest last.
    "CREATE INDEX segment_status_idx ON segment (status, id)",
    "CREATE INDEX segment_campaign_idx ON segment (campaign_id)",
    // Which segments a contact is in: one piece of each segment.
    "CREATE INDEX segment_set_piece_idx ON segment_set (piece, segment_id)",
    "CREATE UNIQUE INDEX criterion_segment_idx ON criterion (segment_id, no)",
    "CREATE INDEX segment_line_segment_idx ON segment_line (segment_id, contact_id)",
];
