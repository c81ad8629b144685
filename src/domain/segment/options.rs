//! The options of a step, as they are given, recorded and replayed.

use serde::{Deserialize, Serialize};

/// How a step treats companies and exclusion. Recorded with it, and replayed with every option.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// Each match that has a company stands for all contacts of the company.
    #[serde(skip_serializing_if = "is_off")]
    pub expand_companies: bool,
    /// The companies of the people that come in come in, too.
    #[serde(skip_serializing_if = "is_off")]
    pub include_companies: bool,
    /// Contacts that are excluded from segments are selected all the same.
    #[serde(skip_serializing_if = "is_off")]
    pub ignore_exclusion: bool,
    /// One match is enough to remove, or to keep, all contacts of its company.
    #[serde(skip_serializing_if = "is_off")]
    pub entire_companies: bool,
    /// Missing when somebody asked for the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// What made us record a step that nobody asked for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cause {
    /// A contact was deleted, and left the segment.
    ContactDeleted,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_off(option: &bool) -> bool {
    !option
}
