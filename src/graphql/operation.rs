//! The operation of a request, among those of its document: what it selects, and what it is about.

use async_graphql::{
    Name, Request, ServerError, ServerResult, Value, Variables,
    parser::{
        self, parse_query,
        types::{
            DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType,
            Selection, SelectionSet,
        },
    },
};
use async_graphql_value::Value as Argument;

use super::{
    codes::{PARSE_FAILED, VALIDATION_FAILED, coded},
    limits,
};
use crate::domain::id;

/// What kind of operation would run; none if the schema is going to refuse the request anyway.
pub fn operation_type(request: &Request) -> Option<OperationType> {
    let document = parse(&request.query).ok()?;
    chosen(&document, request.operation_name.as_deref()).map(|operation| operation.ty)
}

/// Reads the text of a request.
pub(super) fn parse(query: &str) -> ServerResult<ExecutableDocument> {
    limits::check_text(query)?;
    parse_query(query).map_err(|err| coded(unreadable(err), PARSE_FAILED))
}

/// What is wrong with a text, without the text.
fn unreadable(err: parser::Error) -> ServerError {
    let parser::Error::Syntax { message, start, .. } = err else { return err.into() };
    let drawn = message.lines().find_map(|line| line.trim_start().strip_prefix("= "));
    let message = match drawn {
        Some(expected) => {
            format!("Syntax error at line {}, column {}: {expected}.", start.line, start.column)
        }
        None => message,
    };
    ServerError::new(message, Some(start))
}

/// The one that is going to run; none if the schema will refuse to choose.
pub(super) fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|it| &it.node),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|it| &it.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

pub(super) fn kind(of: OperationType) -> &'static str {
    match of {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The fields of the root that it selects, in their order, with those of fragments. Fragments have to
/// be known not to contain themselves.
pub(super) fn root_fields<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Vec<&'a Field> {
    let mut fields = Vec::new();
    collect(document, &operation.selection_set.node, &mut fields);
    fields
}

fn collect<'a>(
    document: &'a ExecutableDocument,
    selections: &'a SelectionSet,
    fields: &mut Vec<&'a Field>,
) {
    for selection in &selections.items {
        let inner = match &selection.node {
            Selection::Field(field) => {
                fields.push(&field.node);
                continue;
            }
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                fragment.map(|fragment| &fragment.node.selection_set)
            }
        };
        if let Some(inner) = inner {
            collect(document, &inner.node, fields);
        }
    }
}

/// Turns away a subscription that listens to anything but one thing: the library would listen to all, and
/// to nothing that is in a fragment.
pub(super) fn check_subscription(
    operation: &OperationDefinition,
    fields: &[&Field],
) -> ServerResult<()> {
    if operation.ty != OperationType::Subscription {
        return Ok(());
    }
    let count = fields.len();
    let items = &operation.selection_set.node.items;
    let message = match &items[..] {
        _ if count != 1 => format!("A subscription selects one field; this one selects {count}."),
        [item] if matches!(item.node, Selection::Field(_)) => return Ok(()),
        _ => "A subscription selects its field itself, not in a fragment.".to_owned(),
    };
    Err(coded(ServerError::new(message, None), VALIDATION_FAILED))
}

/// The first global id in the arguments of fields.
pub(super) fn subject(fields: &[&Field], variables: &Variables) -> Option<String> {
    let arguments = fields.iter().flat_map(|field| &field.arguments);
    arguments.into_iter().find_map(|(_, value)| id_in(&value.node, variables))
}

fn id_in(value: &Argument, variables: &Variables) -> Option<String> {
    match value {
        Argument::Variable(name) => id_in_variable(variables.get::<Name>(name)?),
        Argument::String(text) => id::is_id(text).then(|| text.clone()),
        Argument::List(items) => items.iter().find_map(|item| id_in(item, variables)),
        Argument::Object(fields) => fields.values().find_map(|value| id_in(value, variables)),
        _ => None,
    }
}

fn id_in_variable(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => id::is_id(text).then(|| text.clone()),
        Value::List(items) => items.iter().find_map(id_in_variable),
        Value::Object(fields) => fields.values().find_map(id_in_variable),
        _ => None,
    }
}
