//! Criteria as people read and write them, such as `country in (SE, NO) and interactions(template = BUS
//! and evaluation >= POSITIVE) in last 90 days count >= 2`.
//!
//! Texts and the JSON form say the same, word for word: `write` and `read` go from one to the other by
//! the same tables (`words`, `relations`), and the parser of JSON knows what it means. `check` reads a
//! text for somebody who is still typing, with `lint` for what makes sense and may not be meant.

mod check;
mod expand;
mod lex;
mod lint;
mod numbered;
mod read;
mod relations;
mod spanned;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use check::{Checked, Diagnostic, DiagnosticCode, Severity, check, from_text};
pub use expand::{expanded, in_input, place_in};
pub use lex::Span;

use super::{Criteria, Kind, Names, json::ME};
use write::Writer;

/// How many values of a list are written out.
pub(super) const LIST_MAX: usize = 10;
/// How long a text may be.
const CHARS_MAX: usize = 200_000;

/// The types of custom attributes, as the API names them in tests.
const ATTRIBUTE_TYPES: [(&str, Kind); 5] = [
    ("text", Kind::Text),
    ("code", Kind::Code),
    ("number", Kind::Decimal),
    ("date", Kind::Date),
    ("boolean", Kind::Flag),
];

impl Criteria {
    /// As people read it. Long lists are cut, so that it stays short.
    pub fn text(&self) -> String {
        self.text_with(&Names::new())
    }

    /// The same, with what people call [what it names](Self::named).
    pub fn text_with(&self, names: &Names) -> String {
        Writer { names, values_max: LIST_MAX, me: ME }.criteria(&self.to_json())
    }

    /// The same, with all there is: it can be read back.
    pub fn whole_text(&self, names: &Names) -> String {
        Writer { names, values_max: usize::MAX, me: ME }.criteria(&self.to_json())
    }
}

/// The one of `names` that is most like `written`, if one is like it.
pub(super) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let written = written.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&written, &name.to_lowercase());
    let liked = names.map(|name| (likeness(name), name)).filter(|(like, _)| LIKE_MIN <= *like);
    liked.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name.to_owned())
}

/// What is less like something is something else.
const LIKE_MIN: f64 = 0.85;
