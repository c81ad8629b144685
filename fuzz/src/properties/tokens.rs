//! Tokens are counted before a text is parsed, to bound what parsing it takes. So there must be no way
//! to have more in a text than is counted.

use async_graphql::parser::{
    parse_query,
    types::{Directive, DocumentOperations, OperationDefinition, Selection, SelectionSet},
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;
use urval::graphql::count_tokens;

/// Deeper than this nothing is looked at: the server turns it away by then, and we would recurse.
const NESTING_MAX: usize = 200;

/// Takes bytes for JSON and for GraphQL.
pub fn tokens(data: &[u8]) {
    let counted = count_tokens(data);
    assert!(counted <= data.len());
    if let Ok(json) = serde_json::from_slice(data) {
        let there = of_json(&json);
        assert!(there <= counted, "{there} values and names, {counted} tokens");
    }
    let Ok(text) = str::from_utf8(data) else { return };
    let depth = text.bytes().filter(|it| matches!(it, b'{' | b'[')).count();
    if NESTING_MAX < depth {
        return;
    }
    let Ok(document) = parse_query(text) else { return };
    let operations = match &document.operations {
        DocumentOperations::Single(operation) => of_operation(&operation.node),
        DocumentOperations::Multiple(operations) => {
            operations.values().map(|it| 1 + of_operation(&it.node)).sum()
        }
    };
    let fragments = document.fragments.values().map(|it| {
        let fragment = &it.node;
        4 + of_directives(&fragment.directives) + of_selections(&fragment.selection_set.node)
    });
    let there = operations + fragments.sum::<usize>();
    assert!(there <= counted, "{there} names and values, {counted} tokens in {text:?}");
}

fn of_json(json: &serde_json::Value) -> usize {
    1 + match json {
        serde_json::Value::Array(items) => items.iter().map(of_json).sum(),
        serde_json::Value::Object(fields) => fields.values().map(|it| 1 + of_json(it)).sum(),
        _ => 0,
    }
}

fn of_operation(operation: &OperationDefinition) -> usize {
    let variables = operation.variable_definitions.iter().map(|it| {
        let variable = &it.node;
        let default = variable.default_value.as_ref();
        2 + default.map_or(0, |it| of_value(&it.node.clone().into_value()))
            + of_directives(&variable.directives)
    });
    variables.sum::<usize>()
        + of_directives(&operation.directives)
        + of_selections(&operation.selection_set.node)
}

fn of_selections(selections: &SelectionSet) -> usize {
    let each = selections.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            1 + usize::from(field.alias.is_some())
                + of_arguments(&field.arguments)
                + of_directives(&field.directives)
                + of_selections(&field.selection_set.node)
        }
        Selection::FragmentSpread(spread) => 2 + of_directives(&spread.node.directives),
        Selection::InlineFragment(fragment) => {
            let fragment = &fragment.node;
            1 + of_directives(&fragment.directives) + of_selections(&fragment.selection_set.node)
        }
    });
    each.sum()
}

fn of_directives(directives: &[Positioned<Directive>]) -> usize {
    directives.iter().map(|it| 2 + of_arguments(&it.node.arguments)).sum()
}

fn of_arguments(arguments: &[(Positioned<Name>, Positioned<Value>)]) -> usize {
    arguments.iter().map(|(_, value)| 1 + of_value(&value.node)).sum()
}

fn of_value(value: &Value) -> usize {
    1 + match value {
        Value::List(items) => items.iter().map(of_value).sum(),
        Value::Object(fields) => fields.values().map(|it| 1 + of_value(it)).sum(),
        _ => 0,
    }
}
