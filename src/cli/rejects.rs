//! Rows that were left out, as a file that can be put right and imported.

use std::{fs::File, path::PathBuf};

use super::Failure;
use crate::domain::import::{Problem, REASON, Row};

/// The rejects of one file. The file for them is made with the first of them.
pub(super) struct Rejects {
    path: PathBuf,
    header: Vec<String>,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, header: Vec::new(), file: None }
    }

    pub(super) fn header(&mut self, header: &[String]) {
        self.header = header.to_vec();
    }

    pub(super) fn row(&mut self, row: Option<&Row>, problems: &[Problem]) -> Result<(), Failure> {
        let failed = |err: csv::Error| Failure::new(format!("{}: {err}", self.path.display()));
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = csv::Writer::from_path(&self.path).map_err(failed)?;
                let header = self.header.iter().map(String::as_str).chain([REASON]);
                file.write_record(header).map_err(failed)?;
                self.file.insert(file)
            }
        };
        let reasons: Vec<String> = problems
            .iter()
            .map(|it| match &it.column {
                Some(column) => format!("line {}, {column}: {}", it.line, it.reason),
                None => format!("line {}: {}", it.line, it.reason),
            })
            .collect();
        let reason = reasons.join(" ");
        let fields = row.into_iter().flat_map(Row::fields);
        let fields = fields.chain(std::iter::repeat("")).take(self.header.len());
        file.write_record(fields.chain([reason.as_str()])).map_err(failed)
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        match &mut self.file {
            Some(file) => Ok(file.flush()?),
            None => Ok(()),
        }
    }
}
