//! Which column of a file holds what.

use crate::{
    domain::{Error, Reason, Result, contact_columns::plain, import::Row},
    entity::kinds::CodeKind,
};

/// The caption of the column that says why a row was rejected. A file of rejects can come in again.
pub const REASON: &str = "Reason";

/// The columns of a file that its importer knows.
#[derive(Debug)]
pub(super) struct Columns<F> {
    known: Vec<(usize, F)>,
    captions: Vec<String>,
    /// Captions that mean nothing to the importer.
    pub(super) unknown: Vec<String>,
}

impl<F: Copy + PartialEq> Columns<F> {
    /// From the captions of the header and what each means. Those that are `ignored` are known, and
    /// not looked at.
    ///
    /// # Errors
    /// If two columns hold the same.
    pub(super) fn new(
        header: &[String],
        ignored: &[&str],
        field: impl Fn(&str) -> Option<F>,
    ) -> Result<Self> {
        let mut known: Vec<(usize, F)> = Vec::new();
        let mut unknown = Vec::new();
        for (index, caption) in header.iter().enumerate() {
            let Some(field) = field(caption) else {
                let is_known = |name: &&str| plain(name) == plain(caption);
                if *caption != REASON && !ignored.iter().any(is_known) {
                    unknown.push(caption.clone());
                }
                continue;
            };
            if let Some((first, _)) = known.iter().find(|(_, it)| *it == field) {
                let message = format!(
                    "The columns {:?} and {caption:?} hold the same. Leave one of them out.",
                    header[*first]
                );
                return Err(Error::reject(Reason::Invalid, &["file"], message));
            }
            known.push((index, field));
        }
        Ok(Self { known, captions: header.to_vec(), unknown })
    }

    /// From a list of fields with the captions they go by.
    pub(super) fn of(header: &[String], ignored: &[&str], fields: &[(F, &[&str])]) -> Result<Self> {
        Self::new(header, ignored, |caption| {
            let caption = plain(caption);
            let known = fields.iter().find(|(_, names)| names.contains(&caption.as_str()));
            known.map(|(field, _)| *field)
        })
    }

    /// All known fields of a row, in the order of the file.
    pub(super) fn fields<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = (F, &'r str)> {
        self.known.iter().map(|(index, field)| (*field, row.field(*index).trim()))
    }

    /// The cells that hold codes, by what says `kind_of` a field, with the places of their rows.
    pub(super) fn codes<'r>(
        &'r self,
        rows: &'r [Row],
        kind_of: impl Fn(F) -> Option<CodeKind>,
    ) -> impl Iterator<Item = (usize, CodeKind, &'r str)> {
        let kinds =
            self.known.iter().filter_map(move |(_, field)| Some((*field, kind_of(*field)?)));
        kinds.flat_map(move |(field, kind)| {
            let cell = move |(place, row)| Some((place, kind, self.get(row, field)?));
            rows.iter().enumerate().filter_map(cell)
        })
    }

    /// One field of a row; nothing if the file has no such column.
    pub(super) fn get<'r>(&self, row: &'r Row, field: F) -> Option<&'r str> {
        let (index, _) = self.known.iter().find(|(_, it)| *it == field)?;
        Some(row.field(*index).trim())
    }

    pub(super) fn has(&self, field: F) -> bool {
        self.known.iter().any(|(_, it)| *it == field)
    }

    /// Where the field is in a row.
    pub(super) fn index(&self, field: F) -> Option<usize> {
        self.known.iter().find(|(_, it)| *it == field).map(|(index, _)| *index)
    }

    /// What the file calls the field.
    pub(super) fn caption(&self, field: F) -> Option<String> {
        let (index, _) = self.known.iter().find(|(_, it)| *it == field)?;
        Some(self.captions[*index].clone())
    }

    pub(super) fn known(&self) -> impl Iterator<Item = F> {
        self.known.iter().map(|(_, field)| *field)
    }
}
