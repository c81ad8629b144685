//! How large a request may be. Whoever goes beyond is told the limit, and what to do.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, SchemaBuilder, ServerError, ServerResult,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use super::codes::{self, coded};

/// Nested fields. GraphiQL's introspection query needs 15.
const DEPTH_MAX: usize = 16;
/// Nested selections, those of fragments included.
const NESTING_MAX: usize = 32;
/// Fields, with those of lists counted once for each item asked for.
const COMPLEXITY_MAX: usize = 10_000;
/// Fields and fragments, with those of a fragment counted wherever it is spread. Fragments that
/// spread each other twice double what there is to check with each of them.
const SELECTIONS_MAX: usize = 10_000;
/// More than any screen needs, and too few to multiply a costly field.
const ALIASES_MAX: usize = 64;
/// Of one field.
const DIRECTIVES_MAX: usize = 4;

/// The limits that the library keeps: it knows what fields return.
pub(super) fn kept<Q, M, S>(schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    schema.limit_depth(DEPTH_MAX).limit_complexity(COMPLEXITY_MAX)
}

/// What to say of a query that the library found too large.
pub(super) fn exceeded_by(err: &ServerError) -> Option<ServerError> {
    Some(exceeded(match err.message.as_str() {
        "Query is nested too deep." => format!("The query nests more than {DEPTH_MAX} fields."),
        "Query is too complex." => format!(
            "The query may return more than {COMPLEXITY_MAX} values. Ask for shorter lists, with \
             `first` or `last`, or for fewer fields of their items."
        ),
        _ => return None,
    }))
}

fn exceeded(message: impl Into<String>) -> ServerError {
    coded(ServerError::new(message, None), codes::LIMIT_EXCEEDED)
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
    }
    Ok(())
}

/// What a selection amounts to with its fragments in their places.
#[derive(Copy, Clone, Default)]
struct Size {
    selections: usize,
    aliases: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
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
            size.add(Size { selections: 1, aliases: 0 });
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
                    size.add(self.of(&field.node.selection_set.node, nesting + 1)?);
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
