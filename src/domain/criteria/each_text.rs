//! Changing what criteria ask of contacts, text by text.

use super::{Criteria, Leaf, Operand, Test, Tree};

/// What is searched, beside the names of fields.
pub const SEARCH: &str = "search";

impl Criteria {
    /// Calls `each` with every text that is asked of a field of contacts, and with the field's name; and
    /// with what is searched, as [`SEARCH`]. What is asked of their codes, custom attributes and rows of
    /// relations is left alone. Whatever the texts become, criteria stay criteria, except for names of
    /// a choice, which have to stay such.
    pub fn each_text(&mut self, each: &mut dyn FnMut(&'static str, &mut String)) {
        match self {
            Tree::All(trees) | Tree::Any(trees) => {
                trees.iter_mut().for_each(|tree| tree.each_text(each));
            }
            Tree::Not(tree) | Tree::Leaf(Leaf::Company(tree)) => tree.each_text(each),
            Tree::Leaf(Leaf::People { filter, .. }) => filter.each_text(each),
            Tree::Leaf(Leaf::Sample(sample)) => sample.of.each_text(each),
            Tree::Leaf(Leaf::Field(it)) => {
                let name = it.field.name;
                it.test.each_text(&mut |text| each(name, text));
            }
            Tree::Leaf(Leaf::Search(words)) => each(SEARCH, words),
            Tree::Leaf(
                Leaf::Attribute { .. }
                | Leaf::Codes { .. }
                | Leaf::Related(_)
                | Leaf::Segment(_)
                | Leaf::Ids(_),
            ) => {}
        }
    }
}

impl Test {
    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Is(_) => {}
            Self::Op(_, operands) => {
                for operand in operands {
                    if let Operand::Text(text) = operand {
                        each(text);
                    }
                }
            }
            Self::All(tests) | Self::Any(tests) => {
                tests.iter_mut().for_each(|test| test.each_text(each));
            }
            Self::Not(test) => test.each_text(each),
        }
    }
}
