//! What an operation needs leave for. All data is reached through fields of the roots, so they are
//! all that has to be looked at.

use async_graphql::{
    ServerError, ServerResult,
    parser::types::{Field, OperationType},
};

use super::codes::{self, coded};
use crate::domain::access::{Scope, Viewer};

/// The scope that a field of a root needs.
fn needed(of: OperationType, field: &str) -> Scope {
    match (of, field) {
        (OperationType::Query, "auditLog") => Scope::Admin,
        // They say what of the contact decides, and what contacts have in common.
        (OperationType::Query, "segmentExplain" | "contactDuplicates") => Scope::Personal,
        // It says what is written to a contact, with all that is known of them.
        (OperationType::Query, "templatePreview") => Scope::Personal,
        (OperationType::Query | OperationType::Subscription, _) => Scope::Read,
        (
            _,
            "segmentLog"
            | "interactionSetDelivery"
            | "loggedSegmentResend"
            | "segmentLogCoverSheets"
            | "loggedSegmentCancel"
            | "loggedSegmentReinstate"
            | "loggedSegmentDelete"
            | "campaignEntryCancel"
            | "campaignEntryDelete"
            | "campaignEntryReinstate",
        ) => Scope::Log,
        (_, "attributeCreate" | "attributeDelete" | "numberSeriesUpdate" | "setupUpdate") => {
            Scope::Admin
        }
        (OperationType::Mutation, _) => Scope::Write,
    }
}

/// Turns away an operation that the viewer may not run, before anything of it is done.
pub(super) fn check(of: OperationType, fields: &[&Field], viewer: &Viewer) -> ServerResult<()> {
    for field in fields {
        let field = field.name.node.as_str();
        let scope = needed(of, field);
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
