//! The tables, one per file. No behaviour.

pub mod access_token;
pub mod attribute;
pub mod audit_entry;
pub mod campaign;
pub mod campaign_entry;
pub mod code;
pub mod contact;
pub mod contact_address;
pub mod contact_address_period;
pub mod contact_attribute;
pub mod contact_code;
pub mod contact_identifier;
pub mod counter;
pub mod criterion;
pub mod criterion_set;
pub mod idempotency_key;
pub mod interaction;
pub mod interaction_comment;
pub mod interaction_template;
pub mod kinds;
pub mod logged_segment;
pub mod number_series;
pub mod saved_criteria;
pub mod segment;
pub mod segment_line;
pub mod segment_set;
