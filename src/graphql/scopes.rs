//! What an operation needs leave for. All data is reached through fields of the roots, so they are
//! all that has to be looked at.

use async_graphql::{
    ServerError, ServerResult,
    parser::types::{Field, OperationType},
};

use super::codes::{self, coded};
use crate::domain::access::{Scope, Viewer};

/// The scopes that a field of a root needs: one of each of these.
fn needed(of: OperationType, field: &str) -> &'static [&'static [Scope]] {
    match (of, field) {
        (OperationType::Query, "auditLog") => &[&[Scope::Admin]],
        // They say what of the contact decides, and what contacts have in common.
        (OperationType::Query, "segmentExplain" | "contactDuplicates") => &[&[Scope::Personal]],
        // It says what is written to a contact, with all that is known of them.
        (OperationType::Query, "templatePreview") => &[&[Scope::Personal]],
        (OperationType::Query | OperationType::Subscription, _) => &[&[Scope::Read]],
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
        ) => &[&[Scope::Log]],
        (_, "attributeCreate" | "attributeDelete" | "numberSeriesUpdate" | "setupUpdate") => {
            &[&[Scope::Admin]]
        }
        // Whom somebody is alike, and what two disagree about, tells of them.
        (_, "contactMerge" | "contactDuplicatesFind" | "contactDuplicateDismiss") => {
            &[&[Scope::Write], &[Scope::Personal]]
        }
        (_, "contactErase") => &[&[Scope::Write], &[Scope::Personal, Scope::Admin]],
        (OperationType::Mutation, _) => &[&[Scope::Write]],
    }
}

/// Turns away an operation that the viewer may not run, before anything of it is done.
pub(super) fn check(of: OperationType, fields: &[&Field], viewer: &Viewer) -> ServerResult<()> {
    for field in fields {
        let field = field.name.node.as_str();
        let has_one = |any: &&[Scope]| any.iter().any(|scope| viewer.scopes.contains(*scope));
        if let Some(any) = needed(of, field).iter().find(|any| !has_one(any)) {
            let names: Vec<String> = any.iter().map(|it| format!("`{}`", it.name())).collect();
            let message = format!(
                "`{field}` needs the scope {}; you have `{}`.",
                names.join(" or "),
                viewer.scopes
            );
            return Err(coded(ServerError::new(message, None), codes::FORBIDDEN));
        }
    }
    Ok(())
}
