//! What an operation needs leave for. All data is reached through fields of the roots, so they are
//! all that has to be looked at.

use std::collections::HashSet;

use async_graphql::{
    Name, ServerError, ServerResult,
    parser::types::{
        ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::codes::{self, coded};
use crate::domain::access::{Scope, Viewer};

/// The scope that a field of a root needs.
fn needed(of: OperationType, field: &str) -> Scope {
    match (of, field) {
        // It says what of the contact decides.
        (OperationType::Query, "segmentExplain") => Scope::Personal,
        (OperationType::Query | OperationType::Subscription, _) => Scope::Read,
        (
            _,
            "segmentLog"
            | "loggedSegmentCancel"
            | "loggedSegmentReinstate"
            | "loggedSegmentDelete"
            | "campaignEntryCancel"
            | "campaignEntryReinstate",
        ) => Scope::Log,
        (_, "attributeCreate" | "attributeDelete" | "numberSeriesUpdate") => Scope::Admin,
        (OperationType::Mutation, _) => Scope::Write,
    }
}

/// Turns away an operation that the viewer may not run, before anything of it is done. Fragments
/// have to be known not to contain themselves.
pub(super) fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    viewer: &Viewer,
) -> ServerResult<()> {
    let mut fields = HashSet::new();
    collect(document, &operation.selection_set.node, &mut fields);
    for field in fields {
        let scope = needed(operation.ty, field);
        if !viewer.scopes.contains(scope) {
            let message = format!(
                "`{field}` needs the scope `{}`; you have `{}`.",
                scope.name(),
                viewer.scopes
            );
            return Err(coded(ServerError::new(message, None), codes::FORBIDDEN));
        }
    }
    Ok(())
}

/// The fields of the root, with those of fragments.
fn collect<'a>(
    document: &'a ExecutableDocument,
    selections: &'a SelectionSet,
    fields: &mut HashSet<&'a Name>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                fields.insert(&field.node.name.node);
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment {
                    collect(document, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}
