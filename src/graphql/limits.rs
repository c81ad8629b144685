//! How large a request may be. Whoever goes beyond is told the limit, and what to do.

use std::{collections::HashMap, num::NonZeroU32};

use async_graphql::{
    Name, Positioned, SchemaBuilder, ServerError, ServerResult,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use super::{
    codes::{self, coded},
    tokens,
};

/// Nested fields. GraphiQL's introspection query needs 15.
const DEPTH_MAX: usize = 16;
/// Nested selections, those of fragments included.
const NESTING_MAX: usize = 32;
/// What an operation may cost: see [`super::cost`].
pub(super) const COST_MAX: NonZeroU32 = NonZeroU32::new(10_000).expect("it is not zero");
/// Names, values and punctuation of the text: room for criteria with 10,000 values, no more.
const TOKENS_MAX: usize = 25_000;
/// Bytes of the text, whatever they mean: the parser looks at blanks, comments and strings several
/// times, a byte at a time. Room for criteria with 10,000 values of ten letters.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Fields and fragments, with those of a fragment counted wherever it is spread. Fragments that
/// spread each other twice double what there is to check with each of them.
const SELECTIONS_MAX: usize = 10_000;
/// More than any screen needs, and too few to multiply a costly field.
const ALIASES_MAX: usize = 64;
/// Of one field.
const DIRECTIVES_MAX: usize = 4;
/// Lists of the schema within lists of it. GraphiQL's introspection query needs 1, and each multiplies
/// what is returned.
const SCHEMA_LISTS_MAX: usize = 3;

/// The limits that the library keeps: it knows what fields return.
pub(super) fn kept<Q, M, S>(schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    schema.limit_depth(DEPTH_MAX)
}

/// What to say of a query that the library found too large.
pub(super) fn exceeded_by(err: &ServerError) -> Option<ServerError> {
    let is_too_deep = err.message == "Query is nested too deep.";
    is_too_deep.then(|| exceeded(format!("The query nests more than {DEPTH_MAX} fields.")))
}

fn exceeded(message: impl Into<String>) -> ServerError {
    coded(ServerError::new(message, None), codes::LIMIT_EXCEEDED)
}

/// Turns away a text that is too long to be read.
pub(super) fn check_text(query: &str) -> ServerResult<()> {
    let limit = match query {
        _ if TEXT_BYTES_MAX < query.len() => format!("{TEXT_BYTES_MAX} bytes"),
        _ if TOKENS_MAX < tokens::count(query.as_bytes()) => format!("{TOKENS_MAX} tokens"),
        _ => return Ok(()),
    };
    Err(exceeded(format!("The query has more than {limit}. Long lists belong into variables.")))
}

/// Turns away what costs too much.
pub(super) fn check_cost(cost: u64) -> ServerResult<()> {
    let max = COST_MAX.get();
    if u64::from(max) < cost {
        let message = format!(
            "The operation costs {cost}, more than {max}. Ask for shorter lists, with `first` or \
             `last`, or for fewer fields of their items."
        );
        return Err(exceeded(message));
    }
    Ok(())
}

/// Turns away what is too large before work is spent on it.
pub(super) fn check(document: &ExecutableDocument) -> ServerResult<()> {
    let mut sizes = Sizes { fragments: &document.fragments, known: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let size = sizes.of(&operation.node.selection_set.node, 1)?;
        if SELECTIONS_MAX < size.selections {
            let message = format!(
                "The query selects more than {SELECTIONS_MAX} fields, with those of its fragments \
                 counted wherever they are spread."
            );
            return Err(exceeded(message));
        }
        if ALIASES_MAX < size.aliases {
            let message = format!("The query has more than {ALIASES_MAX} aliases.");
            return Err(exceeded(message));
        }
        if SCHEMA_LISTS_MAX < size.schema_lists {
            let message = format!(
                "The query nests more than {SCHEMA_LISTS_MAX} lists of what the schema consists of."
            );
            return Err(exceeded(message));
        }
    }
    Ok(())
}

/// Whether a field is a list that introspection can nest without end: types have fields, which have
/// types.
fn is_schema_list(field: &str) -> bool {
    matches!(field, "fields" | "inputFields" | "interfaces" | "possibleTypes")
}

/// What a selection amounts to with its fragments in their places.
#[derive(Copy, Clone, Default)]
struct Size {
    selections: usize,
    aliases: usize,
    /// The most lists of the schema within each other.
    schema_lists: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.schema_lists = self.schema_lists.max(other.schema_lists);
    }
}

/// The sizes of fragments, each found once.
struct Sizes<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Nothing for one that is being looked at.
    known: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Sizes<'a> {
    fn of(&mut self, selections: &'a SelectionSet, nesting: usize) -> ServerResult<Size> {
        if NESTING_MAX < nesting {
            let message = format!("The query nests more than {NESTING_MAX} selections.");
            return Err(exceeded(message));
        }
        let mut size = Size::default();
        for selection in &selections.items {
            size.selections += 1;
            match &selection.node {
                Selection::Field(field) => {
                    if DIRECTIVES_MAX < field.node.directives.len() {
                        let message = format!(
                            "The field `{}` has more than {DIRECTIVES_MAX} directives.",
                            field.node.name.node
                        );
                        return Err(exceeded(message));
                    }
                    size.aliases += usize::from(field.node.alias.is_some());
                    let mut inner = self.of(&field.node.selection_set.node, nesting + 1)?;
                    inner.schema_lists += usize::from(is_schema_list(&field.node.name.node));
                    size.add(inner);
                }
                Selection::InlineFragment(fragment) => {
                    size.add(self.of(&fragment.node.selection_set.node, nesting + 1)?);
                }
                Selection::FragmentSpread(spread) => {
                    size.add(self.of_fragment(&spread.node.fragment_name.node, nesting)?);
                }
            }
        }
        Ok(size)
    }

    fn of_fragment(&mut self, name: &Name, nesting: usize) -> ServerResult<Size> {
        // The validation says which fragment is missing.
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Size::default());
        };
        match self.known.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                let message = format!("The fragment `{name}` contains itself.");
                let err = ServerError::new(message, Some(fragment.pos));
                return Err(coded(err, codes::VALIDATION_FAILED));
            }
            None => {}
        }
        self.known.insert(name, None);
        let size = self.of(&fragment.node.selection_set.node, nesting + 1)?;
        self.known.insert(name, Some(size));
        Ok(size)
    }
}
