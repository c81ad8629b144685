//! The relations that texts know, as the API names their parts.

use crate::domain::criteria::{Field, INTERACTION_FIELDS};

/// What a contact has any number of rows of.
pub(super) struct Relation {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    /// What can be summed: its name in the API, and the field it is of.
    pub(super) amounts: &'static [(&'static str, &'static str)],
    /// What does not count unless it is said: its name in the API, and in texts.
    pub(super) flags: &'static [(&'static str, &'static str)],
}

pub(super) static RELATIONS: [Relation; 1] = [Relation {
    name: "interactions",
    fields: INTERACTION_FIELDS,
    amounts: &[("COST", "cost"), ("DURATION_MIN", "durationMin")],
    flags: &[
        ("includeCanceled", "with canceled ones"),
        ("includePostponed", "with postponed ones"),
    ],
}];

/// Whose rows: the name in the API, and the words after the name of the relation.
pub(super) const SCOPES: [(&str, &str); 3] =
    [("PERSON", ""), ("COMPANY", "of the company"), ("EITHER", "of the contact or its company")];

/// How amounts are measured: the name in the API, and in texts.
pub(super) const MEASURES: [(&str, &str); 4] =
    [("sum", "sum of"), ("avg", "average"), ("min", "least"), ("max", "greatest")];

/// Which row alone counts: the name in the API, and in texts.
pub(super) const OUTERMOST: [(&str, &str); 2] =
    [("latest", "latest is"), ("earliest", "earliest is")];
