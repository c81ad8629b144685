//! `urval export`: the contacts of a segment, or those that criteria select, as a file, or on paper.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{
    Failure, and_replicas, count::left_out, criteria::CriteriaArgs, open_existing, progress::Bar,
};
use crate::{
    config::Config,
    domain::{
        Context,
        export::{self, Export},
        paper::{self, Kind, Paper, log_cover_sheets},
        segment::{self, Options},
    },
    entity::{kinds::Operation, segment::Model as Segment},
};

#[derive(Clone, Debug, Args)]
pub(super) struct ExportArgs {
    /// The number of the segment, such as SM000001.
    #[arg(long, value_name = "NO", conflicts_with_all = ["text", "filter"])]
    segment: Option<String>,

    #[command(flatten)]
    criteria: CriteriaArgs,

    /// How the file is written. Values go out unchanged: one that begins with `=` is a formula to a
    /// spreadsheet.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,

    /// Of labels, their height and width in millimetres.
    #[arg(long, value_enum, default_value_t = Labels::H36W70)]
    labels: Labels,

    /// The code of the country in which it is posted, which labels and cover sheets need not name.
    #[arg(long, value_name = "CODE")]
    home_country: Option<String>,

    /// Record an interaction for each contact that a cover sheet was printed for, once it is written.
    #[arg(long)]
    record: bool,

    /// Where to write; standard output if it is not said, or `-`.
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
    /// Labels for addresses, as PDF for sheets of A4.
    Labels,
    /// A page for each contact, with their address, as PDF.
    CoverSheets,
}

impl Format {
    /// What is printed, if it is for paper.
    fn paper(self, labels: Labels) -> Option<Kind> {
        match self {
            Self::Labels => Some(Kind::Labels(labels.into())),
            Self::CoverSheets => Some(Kind::CoverSheets),
            Self::Bc | Self::Csv | Self::Ndjson => None,
        }
    }

    fn table(self) -> export::Format {
        match self {
            Self::Bc => export::Format::BusinessCentral,
            Self::Ndjson => export::Format::Ndjson,
            _ => export::Format::Csv,
        }
    }
}

/// Labels by height and width.
#[derive(Copy, Clone, Debug, ValueEnum)]
enum Labels {
    /// Three columns.
    #[value(name = "36x70")]
    H36W70,
    /// Three columns.
    #[value(name = "37x70")]
    H37W70,
    /// Two columns.
    #[value(name = "36x105")]
    H36W105,
    /// Two columns.
    #[value(name = "37x105")]
    H37W105,
}

impl From<Labels> for paper::Labels {
    fn from(labels: Labels) -> Self {
        match labels {
            Labels::H36W70 => Self::H36W70,
            Labels::H37W70 => Self::H37W70,
            Labels::H36W105 => Self::H36W105,
            Labels::H37W105 => Self::H37W105,
        }
    }
}

/// A file on its way out.
enum Outgoing {
    Table(Box<Export>),
    Paper(Box<Paper>),
}

impl Outgoing {
    async fn of_segment(
        context: &Context,
        row: &Segment,
        args: &ExportArgs,
    ) -> Result<Self, Failure> {
        let Some(kind) = args.format.paper(args.labels) else {
            let format = args.format.table();
            return Ok(Self::Table(Box::new(Export::of_segment(context, row, format).await?)));
        };
        let options = paper::Options { kind, home_country: args.home_country.clone() };
        let paper = Paper::of_segment(context, row, &options).await?;
        left_out(0, paper.skipped_privacy_blocked);
        Ok(Self::Paper(Box::new(paper)))
    }

    /// Whom the criteria select.
    async fn of_criteria(context: &Context, args: &ExportArgs) -> Result<Self, Failure> {
        if args.format.paper(args.labels).is_some() {
            return Err(Failure::new("Labels and cover sheets are of a segment: add --segment."));
        }
        let request = args.criteria.request(context, Operation::Add, Options::default()).await?;
        let found = segment::preview(context, &request, context.moment(), false).await?.chosen;
        left_out(found.excluded, found.privacy_blocked);
        let contacts = Arc::new(found.contacts);
        Ok(Self::Table(Box::new(Export::of(context, contacts, args.format.table()).await?)))
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        Ok(match self {
            Self::Table(export) => export.next().await?,
            Self::Paper(paper) => paper.next().await?,
        })
    }

    fn total(&self) -> u64 {
        match self {
            Self::Table(export) => export.total(),
            Self::Paper(paper) => paper.total(),
        }
    }

    fn done(&self) -> u64 {
        match self {
            Self::Table(export) => export.done,
            Self::Paper(paper) => paper.done,
        }
    }
}

pub(super) async fn run(config: &Config, args: ExportArgs) -> Result<(), Failure> {
    let all = and_replicas(config, open_existing(config).await?).await?;
    let context = all.for_reading().await;
    if args.record && !matches!(args.format, Format::CoverSheets) {
        return Err(Failure::new("--record is for cover sheets: add --format cover-sheets."));
    }
    let row = match &args.segment {
        Some(no) => {
            let missing = || Failure::new(format!("There is no segment {no} in this database."));
            Some(segment::by_no(&context, no).await?.ok_or_else(missing)?)
        }
        None if args.criteria.is_empty() => {
            return Err(Failure::new(
                "Say what to export: --segment SM000001, criteria, or --filter.",
            ));
        }
        None => None,
    };
    let mut export = match &row {
        Some(row) => Outgoing::of_segment(&context, row, &args).await?,
        None => Outgoing::of_criteria(&context, &args).await?,
    };
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let file = tokio::fs::File::create(path).await;
            let file = file.map_err(|err| Failure::new(format!("{}: {err}", path.display())))?;
            write(&mut export, file).await?;
        }
        None => write(&mut export, tokio::io::stdout()).await?,
    }
    if let Some(row) = row.filter(|_| args.record) {
        log_cover_sheets(&all.doing("export", None), row.id, None).await?;
    }
    Ok(context.db.close().await?)
}

async fn write(export: &mut Outgoing, mut to: impl AsyncWrite + Unpin) -> Result<(), Failure> {
    let bar = Bar::of_items("Exporting contacts", export.total());
    while let Some(piece) = export.next().await? {
        to.write_all(&piece).await?;
        bar.at(export.done());
    }
    to.flush().await?;
    bar.finish();
    Ok(())
}
