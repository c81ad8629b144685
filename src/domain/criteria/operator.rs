//! What can be asked of a value, and by which words.

/// What an operator is given.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One value of the field's kind.
    One,
    /// A list of values.
    Many,
    /// `from` and `to`, both included.
    Range,
    /// Yes or no.
    Flag,
    /// A length of time.
    Period,
    /// A filter expression.
    Expression,
}

/// A way to test a value.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Eq,
    Ne,
    In,
    NotIn,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    StartsWith,
    EndsWith,
    Contains,
    EqIgnoreCase,
    StartsWithIgnoreCase,
    EndsWithIgnoreCase,
    ContainsIgnoreCase,
    Like,
    LikeIgnoreCase,
    On,
    Before,
    OnOrBefore,
    After,
    OnOrAfter,
    InLast,
    InNext,
    OlderThan,
    IsEmpty,
    IsSet,
    Matches,
}

impl Operator {
    /// The word for it in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::NotIn => "notIn",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Between => "between",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Contains => "contains",
            Self::EqIgnoreCase => "eqIgnoreCase",
            Self::StartsWithIgnoreCase => "startsWithIgnoreCase",
            Self::EndsWithIgnoreCase => "endsWithIgnoreCase",
            Self::ContainsIgnoreCase => "containsIgnoreCase",
            Self::Like => "like",
            Self::LikeIgnoreCase => "likeIgnoreCase",
            Self::On => "on",
            Self::Before => "before",
            Self::OnOrBefore => "onOrBefore",
            Self::After => "after",
            Self::OnOrAfter => "onOrAfter",
            Self::InLast => "inLast",
            Self::InNext => "inNext",
            Self::OlderThan => "olderThan",
            Self::IsEmpty => "isEmpty",
            Self::IsSet => "isSet",
            Self::Matches => "matches",
        }
    }

    pub fn takes(self) -> Takes {
        match self {
            Self::In | Self::NotIn => Takes::Many,
            Self::Between => Takes::Range,
            Self::InLast | Self::InNext | Self::OlderThan => Takes::Period,
            Self::IsEmpty | Self::IsSet => Takes::Flag,
            Self::Matches => Takes::Expression,
            _ => Takes::One,
        }
    }

    /// Whether it takes whoever asks for a value: they are somebody, or one of several.
    pub fn takes_me(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn)
    }

    /// What it asks, for users of the API.
    pub fn description(self) -> &'static str {
        match self {
            Self::Eq => "Equal to this.",
            Self::Ne => "There, and not equal to this.",
            Self::In => "One of these; nobody if the list is empty.",
            Self::NotIn => "There, and none of these.",
            Self::Lt => "Less than this.",
            Self::Lte => "Less than or equal to this.",
            Self::Gt => "Greater than this.",
            Self::Gte => "Greater than or equal to this.",
            Self::Between => "In this range, both ends included.",
            Self::StartsWith => "Begins with this, to the letter.",
            Self::EndsWith => "Ends with this, to the letter.",
            Self::Contains => "Contains this, to the letter.",
            Self::EqIgnoreCase => "Equal to this, whatever the case.",
            Self::StartsWithIgnoreCase => "Begins with this, whatever the case.",
            Self::EndsWithIgnoreCase => "Ends with this, whatever the case.",
            Self::ContainsIgnoreCase => "Contains this, whatever the case.",
            Self::Like => "Like this pattern, to the letter: `*` is any text, `?` any character.",
            Self::LikeIgnoreCase => {
                "Like this pattern, whatever the case: `*` is any text, `?` any character."
            }
            Self::On => "On this day; for an instant, on its day.",
            Self::Before => "Before this day or instant.",
            Self::OnOrBefore => "Before the end of this day, or not after this instant.",
            Self::After => "After the end of this day, or after this instant.",
            Self::OnOrAfter => "Since the beginning of this day, or since this instant.",
            Self::InLast => {
                "In this length of time up to now; for dates, in as many days up to today, \
                 today included: `P1D` is today."
            }
            Self::InNext => {
                "In this length of time from now on; for dates, in as many days from today on, \
                 today included: `P1D` is today."
            }
            Self::OlderThan => "Before everything that `inLast` finds.",
            Self::IsEmpty | Self::IsSet => {
                "Whether there is a value. The only way to find missing values."
            }
            Self::Matches => {
                "What a filter expression asks, such as `10000..20000|<>*test*`: it is read once, and \
                 kept as the tests that it stands for."
            }
        }
    }
}

use Operator as Op;

/// What can be asked of free text that has a folded twin.
pub(super) const TEXT: &[Operator] = &[
    Op::Eq,
    Op::Ne,
    Op::In,
    Op::NotIn,
    Op::StartsWith,
    Op::EndsWith,
    Op::Contains,
    Op::EqIgnoreCase,
    Op::StartsWithIgnoreCase,
    Op::EndsWithIgnoreCase,
    Op::ContainsIgnoreCase,
    Op::Like,
    Op::LikeIgnoreCase,
    Op::Lt,
    Op::Lte,
    Op::Gt,
    Op::Gte,
    Op::Between,
    Op::IsEmpty,
    Op::Matches,
];
/// What can be asked of text that is compared to the letter only.
pub(super) const EXACT_TEXT: &[Operator] = &[
    Op::Eq,
    Op::Ne,
    Op::In,
    Op::NotIn,
    Op::StartsWith,
    Op::EndsWith,
    Op::Contains,
    Op::Like,
    Op::Lt,
    Op::Lte,
    Op::Gt,
    Op::Gte,
    Op::Between,
    Op::IsEmpty,
    Op::Matches,
];
pub(super) const CODE: &[Operator] = &[
    Op::Eq,
    Op::Ne,
    Op::In,
    Op::NotIn,
    Op::StartsWith,
    Op::Like,
    Op::Lt,
    Op::Lte,
    Op::Gt,
    Op::Gte,
    Op::Between,
    Op::IsSet,
    Op::Matches,
];
pub(super) const CHOICE: &[Operator] = &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::IsSet, Op::Matches];
pub(super) const RANK: &[Operator] =
    &[Op::Eq, Op::Ne, Op::In, Op::NotIn, Op::Lt, Op::Lte, Op::Gt, Op::Gte, Op::IsSet, Op::Matches];
pub(super) const NUMBER: &[Operator] = &[
    Op::Eq,
    Op::Ne,
    Op::In,
    Op::NotIn,
    Op::Lt,
    Op::Lte,
    Op::Gt,
    Op::Gte,
    Op::Between,
    Op::IsSet,
    Op::Matches,
];
pub(super) const TIME: &[Operator] = &[
    Op::On,
    Op::Before,
    Op::OnOrBefore,
    Op::After,
    Op::OnOrAfter,
    Op::Between,
    Op::InLast,
    Op::InNext,
    Op::OlderThan,
    Op::IsSet,
    Op::Matches,
];
