//! What has to hold of whatever comes from outside. The targets for fuzzing try it with bytes that are
//! made up, and `tests/it/corpus.rs` with the corpus that is kept of those.
//!
//! A property panics where it does not hold. Bytes of which it can't make anything pass.

mod criteria;
mod criteria_text;
mod filter_expression;
mod names;
mod server;
mod sets;
mod table;
mod tokens;

pub use criteria::criteria;
pub use criteria_text::criteria_text;
pub use filter_expression::filter_expression;
pub use names::{cursor, id};
pub use server::{Server, import, request};
pub use sets::members;
pub use table::table;
pub use tokens::tokens;

/// A property of one text by itself.
pub type Property = fn(&[u8]);

/// The targets that need no server, by their names. Of those that do, there are [`import`] and
/// [`request`].
pub const PROPERTIES: [(&str, Property); 8] = [
    ("criteria", criteria),
    ("criteria_text", criteria_text),
    ("cursor", cursor),
    ("filter_expression", filter_expression),
    ("id", id),
    ("members", members),
    ("table", table),
    ("tokens", tokens),
];
