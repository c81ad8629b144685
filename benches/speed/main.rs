//! How long the main jobs take, beside the best SQL by hand for the same question on the same
//! database in the same run.
//!
//! ```text
//! cargo bench --bench speed -- --contacts 1000000 --database-url sqlite://bench.db
//! ```
//!
//! An empty database is filled with invented data first; a filled one is used as it is. Requests go
//! through the whole schema, as clients send them. Prints medians as a table, and as JSON on demand.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and may fail loudly"
)]

mod bulk;
mod criteria;
mod harness;
mod reading;
mod relations;
mod selection;

use std::{fs, path::PathBuf};

use clap::Parser;

use self::harness::Bench;

#[derive(Parser)]
struct Arguments {
    /// Contacts to invent where the database is empty; each has about five interactions.
    #[arg(long, default_value_t = 100_000)]
    contacts: u32,
    /// The databases to measure, one after the other.
    #[arg(long, default_value = "sqlite://bench.db")]
    database_url: Vec<String>,
    /// How often each case runs; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Measure only these: all of them unless it is said.
    #[arg(long, value_enum)]
    only: Vec<Group>,
    /// Where to write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What belongs together.
#[derive(Copy, Clone, PartialEq, clap::ValueEnum)]
enum Group {
    Selection,
    Reading,
    Criteria,
    Relations,
    Bulk,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut report = Vec::new();
    for url in &arguments.database_url {
        let mut bench = Bench::open(url, &arguments).await;
        bench.run(&arguments.only).await;
        report.push(bench.report());
    }
    if let Some(path) = arguments.json {
        fs::write(path, serde_json::to_string_pretty(&report).unwrap()).unwrap();
    }
}
