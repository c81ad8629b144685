//! Page sizes that were not sent. The complexity of a list depends on `first` and `last`, and
//! async-graphql fails to add it up for `first: $first` if the variable was left out, as it may be.
//! So such variables get the default null, which means the same.

use std::collections::BTreeSet;

use async_graphql::{
    Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::{ConstValue, Value};

/// The arguments on which the complexity of lists depends.
const SIZES: [&str; 2] = ["first", "last"];

/// Gives page sizes that were not sent the default null.
pub(super) fn default_sizes(document: &mut ExecutableDocument) {
    let mut sizes = BTreeSet::new();
    for (_, operation) in document.operations.iter() {
        collect(&operation.node.selection_set.node, &mut sizes);
    }
    for fragment in document.fragments.values() {
        collect(&fragment.node.selection_set.node, &mut sizes);
    }
    if sizes.is_empty() {
        return;
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => set_defaults(&mut operation.node, &sizes),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                set_defaults(&mut operation.node, &sizes);
            }
        }
    }
}

/// The variables that are page sizes. The parser has bounded how deep this goes.
fn collect(selections: &SelectionSet, sizes: &mut BTreeSet<String>) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                for (name, value) in &field.node.arguments {
                    if let Value::Variable(variable) = &value.node
                        && SIZES.contains(&name.node.as_str())
                    {
                        sizes.insert(variable.to_string());
                    }
                }
                collect(&field.node.selection_set.node, sizes);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, sizes);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn set_defaults(operation: &mut OperationDefinition, sizes: &BTreeSet<String>) {
    for definition in &mut operation.variable_definitions {
        let (pos, definition) = (definition.pos, &mut definition.node);
        if definition.var_type.node.nullable && sizes.contains(definition.name.node.as_str()) {
            definition.default_value.get_or_insert(Positioned::new(ConstValue::Null, pos));
        }
    }
}
