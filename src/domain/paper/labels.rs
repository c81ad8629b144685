//! Sheets of labels on A4 (LBL-1).

use super::{
    pdf::{Document, HEIGHT, WIDTH},
    text::{cut, fitting_size},
};

/// The labels of a sheet, by height and width in millimetres.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Three columns of eight.
    H36W70,
    /// Three columns of eight.
    H37W70,
    /// Two columns of eight.
    H36W105,
    /// Two columns of eight.
    H37W105,
}

impl Labels {
    pub const ALL: [Self; 4] = [Self::H36W70, Self::H37W70, Self::H36W105, Self::H37W105];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H36W70 => "36x70",
            Self::H37W70 => "37x70",
            Self::H36W105 => "36x105",
            Self::H37W105 => "37x105",
        }
    }

    fn size(self) -> (f32, f32) {
        match self {
            Self::H36W70 => (36.0, 70.0),
            Self::H37W70 => (37.0, 70.0),
            Self::H36W105 => (36.0, 105.0),
            Self::H37W105 => (37.0, 105.0),
        }
    }

    fn columns(self) -> usize {
        (WIDTH / self.size().1) as usize
    }
}

/// Rows of any sheet.
const ROWS: usize = 8;
/// Between the edge of a label and what is on it: printers are not that exact.
const MARGIN: f32 = 5.0;
/// The size of the type, in points; more lines, or longer ones, make it smaller.
const SIZE: f32 = 11.0;
/// From foot to foot, in sizes of the type.
const LEADING: f32 = 1.2;
/// Millimetres of a point.
const POINT: f32 = 25.4 / 72.0;

/// A sheet that is being filled.
pub(super) struct Sheet {
    labels: Labels,
    filled: Vec<Vec<String>>,
}

impl Sheet {
    pub(super) fn new(labels: Labels) -> Self {
        Self { labels, filled: Vec::new() }
    }

    /// Adds a label; a sheet that is full is printed.
    pub(super) fn put(&mut self, document: &mut Document, lines: Vec<String>) {
        self.filled.push(lines);
        if self.filled.len() == self.labels.columns() * ROWS {
            self.print(document);
        }
    }

    /// Prints what is left; a document has at least one page.
    pub(super) fn finish(&mut self, document: &mut Document) {
        if !self.filled.is_empty() || document.is_empty() {
            self.print(document);
        }
    }

    fn print(&mut self, document: &mut Document) {
        let (height, width) = self.labels.size();
        let columns = self.labels.columns();
        // The labels stand in the middle of the sheet.
        let top = (HEIGHT - ROWS as f32 * height) / 2.0;
        document.page(|page| {
            for (index, lines) in self.filled.drain(..).enumerate() {
                let left = (index % columns) as f32 * width + MARGIN;
                let upper = top + (index / columns) as f32 * height;
                let inner = width - 2.0 * MARGIN;
                let tallest =
                    (height - 2.0 * MARGIN) / (lines.len().max(1) as f32 * LEADING * POINT);
                let size = fitting_size(&lines, inner, SIZE.min(tallest));
                let step = size * LEADING * POINT;
                let block = lines.len() as f32 * step;
                let first = upper + (height - block).max(0.0) / 2.0 + size * POINT;
                for (line, text) in lines.iter().enumerate() {
                    let down = first + line as f32 * step;
                    page.text(left, down, size, &cut(text, inner, size));
                }
            }
        });
    }
}
