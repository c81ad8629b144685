//! `urval import`: table files into the database.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use sea_orm::DatabaseTransaction;

use super::{Failure, open, progress::Bar, rejects::Rejects};
use crate::{
    config::Config,
    db,
    domain::{
        Context,
        import::{self, FileKind, Notice, Options, Outcome, Problem, Stop},
        text,
    },
};

/// How many problems are printed; the file of rejects has all.
const PRINTED_MAX: u64 = 20;

#[derive(Clone, Debug, Args)]
pub(super) struct Import {
    /// Files, or folders of files. CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or
    /// Windows-1252: all this is found out. The first line names the columns, by the names of the
    /// API (`externalId`, `mailingGroups` with codes parted by `;`, `attribute.NAME`) or by the
    /// captions of Business Central (`External ID`). What a file is about is told from that.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,

    /// What the file is about, if its header does not tell: contacts, mailing_groups …
    #[arg(long, value_parser = kind)]
    kind: Option<FileKind>,

    /// What to do about a bad row: leave it out, or stop before the chunk of 10,000 rows it is in.
    #[arg(long, value_enum, default_value_t = OnError::Skip)]
    on_error: OnError,

    /// Write the rows that are left out to this file, with the reason in a column of its own; with
    /// several files to import, to files of their names in this folder. Put right, such a file can
    /// be imported as it is.
    #[arg(long, value_name = "FILE|FOLDER")]
    rejects: Option<PathBuf>,

    /// Skip the rows above this line, because an import that stopped has dealt with them.
    #[arg(long, value_name = "LINE", default_value_t = 1)]
    from_line: u64,

    /// Add codes that are not in their table yet. With `false`, rows that have some are left out.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    create_codes: bool,

    /// Do everything, print everything, and keep nothing. Others wait for it to end before they can
    /// write.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
enum OnError {
    Skip,
    Abort,
}

fn kind(name: &str) -> Result<FileKind, String> {
    FileKind::by_name(name).ok_or_else(|| {
        let names: Vec<String> = FileKind::all().into_iter().map(|(name, _)| name).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

pub(super) async fn run(config: &Config, import: Import) -> Result<(), Failure> {
    let files = files(&import).await?;
    if files.len() != 1 && (1 < import.from_line || import.kind.is_some()) {
        return Err(Failure::new("--from-line and --kind are about one file: name just that one."));
    }
    let context = open(config).await?.doing("import", None);
    if let Some(folder) = import.rejects.as_ref().filter(|_| files.len() != 1) {
        fs::create_dir_all(folder).map_err(|err| about(folder, err))?;
    }
    let done = if import.dry_run {
        let rehearsal =
            async |txn: &DatabaseTransaction| all(&context, &import, &files, Some(txn)).await;
        let done = db::rehearse(&context.db, rehearsal).await;
        super::say("This was a dry run: nothing was kept.");
        done
    } else {
        all(&context, &import, &files, None).await
    };
    context.db.close().await?;
    done
}

/// The files, what they depend on first.
async fn files(import: &Import) -> Result<Vec<(PathBuf, FileKind)>, Failure> {
    let mut files = Vec::new();
    for path in &import.paths {
        if !path.is_dir() {
            let kind = match import.kind {
                Some(kind) => kind,
                None => recognise(path).await?.map_err(|why| about(path, why))?,
            };
            files.push((path.clone(), kind));
            continue;
        }
        let entries = fs::read_dir(path).map_err(|err| unreadable(path, &err))?;
        let mut entries: Vec<PathBuf> =
            entries.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
        entries.sort();
        for path in entries {
            let is_table = |it: &str| ["csv", "tsv", "txt"].contains(&it.to_lowercase().as_str());
            if !path.extension().and_then(|it| it.to_str()).is_some_and(is_table) {
                continue;
            }
            match recognise(&path).await? {
                Ok(kind) => files.push((path, kind)),
                Err(_) => {
                    let name = path.display();
                    super::say(&format!("{name}: left out, for its header is none that is known."));
                }
            }
        }
    }
    if files.is_empty() {
        return Err(Failure::new("There is no file to import."));
    }
    files.sort_by_key(|(path, kind)| (*kind, path.clone()));
    Ok(files)
}

async fn recognise(path: &Path) -> Result<Result<FileKind, Failure>, Failure> {
    let file = tokio::fs::File::open(path).await.map_err(|err| unreadable(path, &err))?;
    Ok(import::recognise(file, &stem(path)).await.map_err(Failure::from))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A file or folder can't be read: why, and what to do about it.
fn unreadable(path: &Path, err: &io::Error) -> Failure {
    let what = match err.kind() {
        io::ErrorKind::NotFound => {
            "there is no such file. Check its name; one without a folder is looked for where you are."
        }
        io::ErrorKind::PermissionDenied => "you may not read it. Ask whoever owns it.",
        _ => return about(path, err),
    };
    about(path, what)
}

fn about(path: &Path, what: impl std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {what}", path.display()))
}

async fn all(
    context: &Context,
    import: &Import,
    files: &[(PathBuf, FileKind)],
    rehearsal: Option<&DatabaseTransaction>,
) -> Result<(), Failure> {
    let mut rejected = 0;
    for (path, kind) in files {
        let rejects = import.rejects.as_ref().map(|rejects| match files {
            [_] => rejects.clone(),
            _ => rejects.join(path.file_name().unwrap_or_default()),
        });
        let rejects = rejects.map(Rejects::at);
        let outcome = one(context, import, path, *kind, rehearsal, rejects).await?;
        rejected += outcome.summary.rejected;
        finish(path, import, &outcome)?;
    }
    let rows = text::counted(rejected, "row");
    match (rejected, import.dry_run) {
        (0, _) => Ok(()),
        (_, true) => Err(Failure::new(format!("{rows} would be left out."))),
        (1, _) => Err(Failure::new("1 row was left out; everything else was imported.")),
        _ => Err(Failure::new(format!("{rows} were left out; everything else was imported."))),
    }
}

async fn one(
    context: &Context,
    import: &Import,
    path: &Path,
    kind: FileKind,
    rehearsal: Option<&DatabaseTransaction>,
    mut rejects: Option<Rejects>,
) -> Result<Outcome, Failure> {
    let file = tokio::fs::File::open(path).await.map_err(|err| unreadable(path, &err))?;
    let size = file.metadata().await.map_or(0, |it| it.len());
    let bar = Bar::of_bytes(&path.display().to_string(), size);
    let options = Options {
        kind: Some(kind),
        file: stem(path),
        on_error: match import.on_error {
            OnError::Skip => import::OnError::Skip,
            OnError::Abort => import::OnError::Abort,
        },
        create_codes: import.create_codes,
        from_line: import.from_line,
    };
    let mut printed = 0;
    let mut failed = Ok(());
    let mut tell = |notice: Notice<'_>| match notice {
        Notice::Header(header) => {
            if let Some(rejects) = &mut rejects {
                rejects.header(header);
            }
        }
        Notice::Rejected { row, problems } => {
            for problem in problems {
                print(&bar, path, problem, &mut printed);
            }
            if let (Some(rejects), Ok(())) = (&mut rejects, &failed) {
                failed = rejects.row(row, problems);
            }
        }
        Notice::Warning(problem) => print(&bar, path, problem, &mut printed),
        Notice::Committed(summary) => {
            let rows = text::counted(summary.rows(), "row");
            bar.message(format!("{rows}, up to line {}", summary.next_line));
        }
    };
    let source = bar.reading(file);
    let outcome = import::run(context, source, &options, rehearsal, &mut tell).await;
    bar.finish();
    failed?;
    rejects.as_mut().map_or(Ok(()), Rejects::finish)?;
    outcome.map_err(|err| about(path, Failure::from(err)))
}

fn print(bar: &Bar, path: &Path, problem: &Problem, printed: &mut u64) {
    *printed += 1;
    if *printed == PRINTED_MAX + 1 {
        bar.say("… and more; --rejects FILE writes all rows that were left out.");
    }
    if PRINTED_MAX < *printed {
        return;
    }
    let column = problem.column.as_ref().map(|it| format!(", column {it}")).unwrap_or_default();
    bar.say(&format!("{}, line {}{column}: {}", path.display(), problem.line, problem.reason));
}

/// Says what became of a file.
fn finish(path: &Path, import: &Import, outcome: &Outcome) -> Result<(), Failure> {
    let summary = &outcome.summary;
    let path = path.display();
    super::say(&format!(
        "{path}: {} created, {} updated, {} unchanged, {} left out",
        summary.created, summary.updated, summary.unchanged, summary.rejected
    ));
    if !outcome.unknown_columns.is_empty() {
        super::say(&format!("{path}: not looked at: {}", outcome.unknown_columns.join(", ")));
    }
    let why = match &outcome.stopped {
        None => return Ok(()),
        Some(Stop::Rejected) => "a row is bad".to_owned(),
        Some(Stop::Unreadable(why)) => why.clone(),
        Some(Stop::Failed(err)) => err.to_string(),
    };
    let line = summary.next_line;
    let kept = if import.dry_run { "" } else { " What came before is kept." };
    Err(Failure::new(format!(
        "{path}: stopped before line {line}: {why}.{kept} Go on with --from-line {line}."
    )))
}
