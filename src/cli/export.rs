//! `urval export`: the contacts of a segment as a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Failure, and_replicas, open_existing, progress::Bar};
use crate::{
    config::Config,
    domain::{
        export::{self, Export},
        segment,
    },
};

#[derive(Clone, Debug, Args)]
pub(super) struct ExportArgs {
    /// The number of the segment, such as SM000001.
    #[arg(long, value_name = "NO")]
    segment: String,

    /// How the file is written. Values go out unchanged: one that begins with `=` is a formula to a
    /// spreadsheet.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,

    /// Where to write; standard output if it is not said.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Copy, Clone, Debug, ValueEnum)]
enum Format {
    /// CSV in the columns of Business Central's own export.
    Bc,
    /// CSV in all columns, by the names of the API.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

pub(super) async fn run(config: &Config, args: ExportArgs) -> Result<(), Failure> {
    let context = and_replicas(config, open_existing(config).await?).await?.for_reading().await;
    let found = segment::by_no(&context, &args.segment).await?;
    let row = found.ok_or_else(|| {
        Failure::new(format!("There is no segment {} in this database.", args.segment))
    })?;
    let format = match args.format {
        Format::Bc => export::Format::BusinessCentral,
        Format::Csv => export::Format::Csv,
        Format::Ndjson => export::Format::Ndjson,
    };
    let mut export = Export::of_segment(&context, &row, format).await?;
    match &args.output {
        Some(path) => {
            let file = tokio::fs::File::create(path).await;
            let file = file.map_err(|err| Failure::new(format!("{}: {err}", path.display())))?;
            write(&mut export, file).await?;
        }
        None => write(&mut export, tokio::io::stdout()).await?,
    }
    Ok(context.db.close().await?)
}

async fn write(export: &mut Export, mut to: impl AsyncWrite + Unpin) -> Result<(), Failure> {
    let bar = Bar::of_items("Exporting contacts", export.total());
    while let Some(piece) = export.next().await? {
        to.write_all(&piece).await?;
        bar.at(export.done);
    }
    to.flush().await?;
    bar.finish();
    Ok(())
}
