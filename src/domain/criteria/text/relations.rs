//! The relations that texts know, as the API names their parts.

pub(super) use crate::domain::criteria::{RELATIONS, Relation};

/// Whose rows: the name in the API, and the words after the name of the relation.
pub(super) const SCOPES: [(&str, &str); 3] =
    [("PERSON", ""), ("COMPANY", "of the company"), ("EITHER", "of the contact or its company")];

/// How amounts are measured: the name in the API, and in texts.
pub(super) const MEASURES: [(&str, &str); 4] =
    [("sum", "sum of"), ("avg", "average"), ("min", "least"), ("max", "greatest")];

/// Which row alone counts: the name in the API, and in texts.
pub(super) const OUTERMOST: [(&str, &str); 2] =
    [("latest", "latest is"), ("earliest", "earliest is")];
