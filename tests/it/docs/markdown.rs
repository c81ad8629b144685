//! The blocks of code in a page.

use std::{fs, ops::Range, path::PathBuf};

/// A page, by its path in the repository.
pub(super) struct Page {
    path: PathBuf,
    pub(super) text: String,
}

/// A block of code.
pub(super) struct Block {
    /// What stands behind the opening fence: `graphql`, `json event`.
    pub(super) kind: String,
    /// Where its lines are in the page.
    pub(super) range: Range<usize>,
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self { path, text }
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(String, usize)> = None;
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            if let Some(kind) = line.strip_prefix("```") {
                match open.take() {
                    Some((kind, start)) => blocks.push(Block { kind, range: start..at }),
                    None => open = Some((kind.trim().to_owned(), at + line.len())),
                }
            }
            at += line.len();
        }
        assert!(open.is_none(), "{}: a block is left open", self.path.display());
        blocks
    }

    /// Fails if the page says something else than `text`, or writes it if the variable `update` is set.
    pub(super) fn expect(&self, text: &str, update: &str) {
        if std::env::var_os(update).is_some() {
            fs::write(&self.path, text).unwrap();
            return;
        }
        let place = self.text.lines().zip(text.lines()).position(|(old, new)| old != new);
        let line = place.unwrap_or_else(|| self.text.lines().count().min(text.lines().count()));
        let (old, new) = (self.text.lines().nth(line), text.lines().nth(line));
        let path = self.path.display();
        assert!(
            self.text == text,
            "{path}:{} is not true any more: it says {old:?}, and it is {new:?}; run the test with {update}=1",
            line + 1
        );
    }
}
