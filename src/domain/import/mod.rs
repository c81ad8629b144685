//! Import: table files become rows. A file is read row by row and written in chunks, a transaction
//! each; a bad row is reported and costs only itself.

mod address_periods;
mod addresses;
mod batch;
mod before;
mod campaign_entries;
mod campaigns;
mod check;
mod chunk;
mod codes;
mod columns;
mod contact_codes;
mod contacts;
mod find;
mod importer;
mod interactions;
mod kind;
mod profile_answers;
mod profile_lines;
mod profile_questionnaires;
mod profile_value;
mod purchases;
mod reader;
mod report;
mod run;
mod segment_criteria;
mod segment_lines;
mod segments;
mod source;
mod template_languages;
mod templates;
mod value;

pub use batch::{BATCH_ROWS_MAX, Batch, contacts};
pub use check::Problem;
pub use columns::REASON;
pub use kind::FileKind;
pub use reader::{Read, Reader, Row};
pub use report::{Notice, OnError, Options, Outcome, Stop, Summary};
pub use run::{recognise, rehearse, run};
