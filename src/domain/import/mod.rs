//! Import: table files become rows. A file is read row by row and written in chunks, a transaction
//! each; a bad row is reported and costs only itself.

mod campaigns;
mod check;
mod codes;
mod columns;
mod contact_codes;
mod contacts;
mod find;
mod importer;
mod interactions;
mod kind;
mod reader;
mod run;
mod source;
mod templates;
mod value;

pub use check::Problem;
pub use columns::REASON;
pub use kind::FileKind;
pub use reader::Row;
pub use run::{Notice, OnError, Options, Outcome, Stop, Summary, recognise, run};
