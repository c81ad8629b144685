//! One test binary: it links once, and tests find each other.

#![expect(clippy::unwrap_used, reason = "in a test, to panic is to fail")]

mod app;
mod browser;
mod campaign;
mod campaign_entry;
mod check;
mod cli;
mod cli_import;
mod code;
mod contact;
mod contact_codes;
mod contact_delete;
mod contact_list;
mod contact_merge;
mod contacts_import;
mod criteria;
mod criteria_text;
mod criteria_values;
mod demo;
mod edge;
mod effective;
mod entities;
mod examples;
mod explorer;
mod export;
mod export_http;
mod http;
mod import;
mod import_criteria;
mod import_http;
mod import_segments;
mod interaction;
mod killed_import;
mod limits;
mod log;
mod log_whole;
mod schema;
mod segment;
mod socket;
mod statements;
mod stub;
mod subscription;
mod template;
mod tidy;
mod wrong;
