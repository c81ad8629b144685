//! What clients may send, and how much of it.

use std::path::PathBuf;

use clap::{ArgAction, Args, builder::BoolishValueParser};

use super::values::media_type;

/// A body with more operations than this would only wait for itself.
const BATCH_MAX: i64 = 100;

/// How large an attachment may be unless it is said.
pub const ATTACHMENT_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// An attachment is in memory as a whole, on its way in and out.
const ATTACHMENT_BYTES_LIMIT: u64 = 100 * 1024 * 1024;
/// The media types that attachments may have unless it is said: what letters and e-mails come with.
pub const ATTACHMENT_TYPES: &str = "application/msword,application/pdf,application/rtf,\
    application/vnd.ms-excel,application/vnd.oasis.opendocument.spreadsheet,\
    application/vnd.oasis.opendocument.text,\
    application/vnd.openxmlformats-officedocument.presentationml.presentation,\
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,\
    application/vnd.openxmlformats-officedocument.wordprocessingml.document,application/zip,\
    image/gif,image/jpeg,image/png,image/webp,text/calendar,text/csv,text/html,text/plain";

/// What clients may send, and how much of it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings of the server")]
pub struct Requests {
    /// What each client may spend a second, in the unit of `extensions.cost`, and twenty times that at
    /// once; 0 for as much as it likes. Unless it is set, 2000, and this machine as much as it likes if it
    /// is not asked for a token.
    #[arg(long, env = "URVAL_RATE_LIMIT", value_name = "COST")]
    pub rate_limit: Option<u32>,

    /// Operations that clients may name by their SHA-256: a manifest as generators of clients write
    /// it, a file of GraphQL, or a folder with some of these.
    #[arg(long, env = "URVAL_TRUSTED_OPERATIONS", value_name = "FILE|FOLDER")]
    pub trusted_operations: Option<PathBuf>,

    /// Refuse all operations but those that are trusted.
    #[arg(
        long,
        env = "URVAL_ONLY_TRUSTED",
        default_value = "false",
        default_missing_value = "true",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new()
    )]
    pub only_trusted: bool,

    /// Remember operations that clients send with their SHA-256, so that they need not be sent again:
    /// automatic persisted queries.
    #[arg(
        long,
        env = "URVAL_PERSISTED_QUERIES",
        default_value = "false",
        default_missing_value = "true",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new()
    )]
    pub persisted_queries: bool,

    /// Tell clients what the schema consists of. The explorer and generators of clients ask for it.
    #[arg(
        long,
        env = "URVAL_INTROSPECTION",
        default_value = "true",
        default_missing_value = "true",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new()
    )]
    pub introspection: bool,

    /// How many operations the body of a request may hold: with more than one, as a list. They run side
    /// by side.
    #[arg(
        long,
        env = "URVAL_BATCH_MAX",
        default_value = "1",
        value_name = "COUNT",
        value_parser = clap::value_parser!(u16).range(1..=BATCH_MAX)
    )]
    pub batch_max: u16,

    /// How many bytes an attachment may have.
    #[arg(
        long,
        env = "URVAL_ATTACHMENT_BYTES_MAX",
        default_value_t = ATTACHMENT_BYTES_MAX,
        value_name = "BYTES",
        value_parser = clap::value_parser!(u64).range(1..=ATTACHMENT_BYTES_LIMIT)
    )]
    pub attachment_bytes_max: u64,

    /// The media types that attachments may have, with commas between.
    #[arg(
        long,
        env = "URVAL_ATTACHMENT_TYPES",
        default_value = ATTACHMENT_TYPES,
        value_name = "TYPES",
        value_delimiter = ',',
        value_parser = media_type
    )]
    pub attachment_types: Vec<String>,
}

impl Requests {
    /// Whether the settings go together.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        match &self.trusted_operations {
            None if self.only_trusted => {
                Err("only-trusted needs trusted-operations, which is not set")
            }
            _ => Ok(()),
        }
    }
}
