//! The database schema, one migration per file, oldest first.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`MigrationTrait` leaves the lifetime of `SchemaManager` out, and so must we"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod columns;
mod m20261123_000001_code;
mod m20261123_000002_contact;
mod m20261123_000003_interaction;
mod m20261123_000004_segment;
mod m20261125_000005_access_token;
mod m20261125_000006_audit_entry;
mod m20261125_000007_idempotency_key;
mod m20261129_000008_purchase;
mod m20261129_000009_profile;
mod m20261129_000010_template_language;
mod m20261129_000011_segment_text;
mod m20261129_000013_campaign;
mod m20261129_000014_opportunity;
mod m20261129_000015_contact_address;
mod m20261129_000016_duplicates;
mod m20261129_000017_setup;
mod m20261129_000019_profile_rating;
mod m20261129_000020_opportunity_criteria;
mod m20261129_000021_task_attendee;
mod m20261129_000023_delivery;
mod m20261129_000024_planned_of_interaction;
mod m20261129_000025_merged_identifier;
pub mod shards;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_code::Migration),
            Box::new(m20261123_000002_contact::Migration),
            Box::new(m20261123_000003_interaction::Migration),
            Box::new(m20261123_000004_segment::Migration),
            Box::new(m20261125_000005_access_token::Migration),
            Box::new(m20261125_000006_audit_entry::Migration),
            Box::new(m20261125_000007_idempotency_key::Migration),
            Box::new(m20261129_000009_profile::Migration),
            Box::new(m20261129_000010_template_language::Migration),
            Box::new(m20261129_000011_segment_text::Migration),
            Box::new(m20261129_000013_campaign::Migration),
            Box::new(m20261129_000014_opportunity::Migration),
            Box::new(m20261129_000015_contact_address::Migration),
            Box::new(m20261129_000019_profile_rating::Migration),
            Box::new(m20261129_000016_duplicates::Migration),
            Box::new(m20261129_000008_purchase::Migration),
            Box::new(m20261129_000017_setup::Migration),
            Box::new(m20261129_000020_opportunity_criteria::Migration),
            Box::new(m20261129_000021_task_attendee::Migration),
            Box::new(m20261129_000023_delivery::Migration),
            Box::new(m20261129_000024_planned_of_interaction::Migration),
            Box::new(m20261129_000025_merged_identifier::Migration),
        ]
    }
}
