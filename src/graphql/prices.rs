//! The prices of fields that cost more by themselves than the rest, and how long their lists are.

use crate::domain::{PAGE_DEFAULT, PAGE_MAX};

/// How many items a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Items {
    /// It is no list, or a short one that is there anyway.
    One,
    /// As many as `first` or `last` says, this many unless they do, and never more than the second.
    Page(u64, u64),
    /// One for each item of this argument.
    Each(&'static str),
    /// About as many, as a rule, unless it takes `first` or `last` and they say. If there are more, they
    /// cost more once they are known: see [`super::estimate`].
    About(u64),
}

/// Pages as all connections have them.
const PAGE: Items = Items::Page(PAGE_DEFAULT, PAGE_MAX);
/// Choosing contacts, or writing for each of them.
const SELECTION: u64 = 100;
/// A change of one thing, with all that goes with it.
const CHANGE: u64 = 10;

/// Fields that cost more by themselves than the rest, or are lists of their own kind. Any other
/// costs 1, a connection 2, and a mutation [`CHANGE`].
pub(super) const PRICES: &[(&str, &str, u64, Items)] = &[
    ("Campaign", "segments", 5, PAGE),
    ("Campaign", "statistics", 5, Items::One),
    ("Campaign", "targets", 20, PAGE),
    ("CampaignStatistics", "byDay", 5, Items::About(50)),
    ("CampaignStatistics", "byTemplate", 5, Items::About(10)),
    // No index has all that is added up.
    ("Code", "statistics", 20, Items::One),
    ("Contact", "addresses", 2, Items::About(2)),
    ("Contact", "campaigns", 5, Items::About(5)),
    ("Contact", "people", 5, PAGE),
    ("Contact", "profileQuestionnaires", 2, Items::About(5)),
    ("Contact", "purchaseStatistics", 5, Items::One),
    ("Contact", "segments", 5, Items::About(10)),
    ("ContactSet", "contacts", 5, PAGE),
    ("Criterion", "addedContacts", 5, PAGE),
    ("Criterion", "removedContacts", 5, PAGE),
    ("Interaction", "attachments", 1, Items::About(2)),
    ("Interaction", "comments", 2, Items::About(5)),
    ("ProfileAnswer", "contactsCount", 2, Items::One),
    ("ProfileQuestion", "answers", 1, Items::About(4)),
    ("ProfileQuestionnaire", "questions", 1, Items::About(8)),
    ("InteractionTemplate", "languages", 2, Items::About(5)),
    ("InteractionTemplate", "statistics", 20, Items::One),
    ("InteractionTemplateLanguage", "attachments", 1, Items::About(2)),
    ("Query", "auditLog", 5, PAGE),
    ("Query", "codes", 2, Items::About(50)),
    ("Query", "contactDuplicates", 5, PAGE),
    ("Query", "contacts", 5, PAGE),
    ("Query", "criteriaPreview", SELECTION, Items::One),
    ("Query", "criteriaValues", 20, Items::Page(20, 100)),
    ("Query", "nodes", 1, Items::Each("ids")),
    ("Query", "profileQuestionnaire", 2, Items::One),
    ("Query", "profileQuestionnaires", 5, PAGE),
    ("Query", "savedCriteria", 5, PAGE),
    ("Query", "segmentDiff", 10, Items::One),
    ("Query", "segmentExplain", 20, Items::About(5)),
    ("Query", "segmentOverlap", 10, Items::Each("segmentIds")),
    ("Query", "segments", 5, PAGE),
    ("Query", "templatePreview", 20, Items::One),
    ("SavedCriteria", "steps", 1, Items::About(10)),
    ("Segment", "cost", 5, Items::One),
    ("Segment", "criteria", 10, Items::About(10)),
    ("Segment", "durationMin", 5, Items::One),
    ("Segment", "lines", 10, PAGE),
    ("Segment", "overrides", 5, Items::About(10)),
    ("Segment", "reachability", SELECTION, Items::One),
    ("Segment", "texts", 2, Items::About(5)),
    ("Segment", "undoneCriteria", 10, Items::About(10)),
    ("SegmentLine", "attachments", 1, Items::About(2)),
    ("SegmentOverlap", "pairs", 1, Items::About(10)),
    ("SegmentText", "attachments", 1, Items::About(2)),
    ("SelectionSample", "added", 5, Items::Page(10, 100)),
    ("SelectionSample", "removed", 5, Items::Page(10, 100)),
    ("TemplatePreview", "attachments", 1, Items::About(2)),
    ("Mutation", "campaignEntryCancel", SELECTION, Items::One),
    ("Mutation", "campaignEntryDelete", SELECTION, Items::One),
    ("Mutation", "campaignEntryReinstate", SELECTION, Items::One),
    ("Mutation", "contactDuplicatesFind", SELECTION, Items::One),
    ("Mutation", "contactErase", SELECTION, Items::One),
    ("Mutation", "contactMerge", SELECTION, Items::One),
    ("Mutation", "contactsImport", SELECTION, Items::One),
    ("LoggedSegment", "deliveries", 5, Items::One),
    ("Mutation", "interactionSetDelivery", SELECTION, Items::One),
    ("Mutation", "loggedSegmentResend", SELECTION, Items::One),
    ("Mutation", "loggedSegmentCancel", SELECTION, Items::One),
    ("Mutation", "loggedSegmentDelete", SELECTION, Items::One),
    ("Mutation", "loggedSegmentReinstate", SELECTION, Items::One),
    ("Mutation", "profileClassify", SELECTION, Items::One),
    ("Mutation", "segmentAddContacts", SELECTION, Items::One),
    ("Mutation", "segmentApplyMailingGroup", SELECTION, Items::One),
    ("Mutation", "segmentClear", SELECTION, Items::One),
    ("Mutation", "segmentGoBack", SELECTION, Items::One),
    ("Mutation", "segmentGoForward", SELECTION, Items::One),
    ("Mutation", "segmentLog", SELECTION, Items::One),
    ("Mutation", "segmentLogCoverSheets", SELECTION, Items::One),
    ("Mutation", "segmentReduceContacts", SELECTION, Items::One),
    ("Mutation", "segmentRefineContacts", SELECTION, Items::One),
    ("Mutation", "segmentReplaceContacts", SELECTION, Items::One),
    ("Mutation", "segmentReuseCriteria", SELECTION, Items::One),
    ("Mutation", "segmentReuseLogged", SELECTION, Items::One),
    ("Campaign", "opportunityStatistics", 5, Items::One),
    ("Contact", "opportunityStatistics", 2, Items::One),
    ("Segment", "opportunityStatistics", 5, Items::One),
    ("Mutation", "segmentCreateOpportunities", SELECTION, Items::One),
    ("Mutation", "segmentCreateTasks", SELECTION, Items::One),
    ("SegmentReuseCriteriaPayload", "criteria", 1, Items::About(10)),
    ("Mutation", "segmentUpdateLines", SELECTION, Items::One),
];

/// What a field costs by itself, and how many items it has. `is_page` if it takes `first`.
pub(super) fn price(on: &str, field: &str, is_page: bool) -> (u64, Items) {
    let priced = PRICES.iter().find(|(type_name, name, ..)| (*type_name, *name) == (on, field));
    match priced {
        Some((_, _, itself, items)) => (*itself, *items),
        None if is_page => (2, PAGE),
        None if on == "Mutation" => (CHANGE, Items::One),
        None => (1, Items::One),
    }
}
