//! Criteria: questions about a contact that are either true or false.
//!
//! One tree serves all: what a client sends, what is stored (the same JSON, with a version), what
//! is shown as text, what is compiled to SQL and what explains a single contact.
//!
//! - `parse` reads the JSON and says what is wrong and where; `json` writes it; `text` writes and reads
//!   it in words.
//! - `field`, `relation` and `operator` are the vocabulary: which fields there are, of contacts and of
//!   what they have several of, and what can be asked of each. The API's input types are made from them.
//! - `filter_expression` reads Business Central's filter expressions into tests, and writes them;
//!   `formula` does so with its date formulas, and `captions` knows what it calls fields.
//! - `resolve` turns a test into a plain predicate, with dates made certain.
//! - `compile` turns trees into SQL, `evaluate` into sets (`segments` finds those of segments, `sample`
//!   draws from them), `oracle` into an answer for one contact.
//!
//! Meaning is two-valued: a test on a missing value is false, whatever it asks, except whether the
//! value is missing; `not` is the complement among all living contacts.

mod always;
pub mod captions;
mod choice;
mod combine;
mod compile;
mod each_text;
mod evaluate;
mod field;
pub mod filter_expression;
mod filters;
mod formula;
mod json;
mod names;
mod operator;
mod oracle;
mod parse;
mod plan;
mod predicate;
mod references;
mod relation;
mod resolve;
mod sample;
mod segments;
mod slow;
mod text;
mod values;
mod when;

use rust_decimal::Decimal;

use crate::entity::kinds::CodeKind;

pub use choice::Choice;
pub use each_text::SEARCH;
pub use evaluate::{Place, Stage, condition, evaluate, funnel, matching};
pub use field::{CLASSIFICATIONS, CONTACT_FIELDS, EVALUATIONS, Field, Kind};
pub use filters::{Filter, of_filters};
pub use formula::Formula;
pub use json::{attribute_key, stored, upgrade};
pub use names::{Named, Names, names, names_of};
pub use operator::{Operator, Takes};
pub use oracle::{Verdict, World, explain};
pub use parse::{DEPTH_MAX, LIST_VALUES_MAX, NODES_MAX};
pub use references::{are_personal, require};
pub use relation::{
    Amount, Flag, INTERACTION_FIELDS, PROFILE_ANSWER_FIELDS, PURCHASE_FIELDS, RELATIONS, Relation,
};
pub use text::{
    Checked, Diagnostic, DiagnosticCode, Severity, Span, check as check_text, expanded, from_text,
    in_input, place_in,
};
pub use values::{FieldOf, Values, has_values, values};
pub use when::{Anchor, Period, When};

/// A combination of conditions.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree<L> {
    /// All of these hold; everybody if there are none.
    All(Vec<Tree<L>>),
    /// At least one of these holds; nobody if there are none.
    Any(Vec<Tree<L>>),
    /// This does not hold.
    Not(Box<Tree<L>>),
    Leaf(L),
}

/// A question about a contact.
pub type Criteria = Tree<Leaf>;
/// A question about a row of a relation.
pub type RowCriteria = Tree<FieldTest>;

/// One condition on a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    Field(FieldTest),
    Attribute {
        name: String,
        test: AttributeTest,
    },
    /// The contact's company, for a company itself, answers yes.
    Company(Box<Criteria>),
    /// The people of the company that the contact is.
    People {
        filter: Box<Criteria>,
        measure: PeopleMeasure,
    },
    /// Mailing groups and the like.
    Codes {
        kind: CodeKind,
        test: CodesTest,
    },
    /// Interactions and the like.
    Related(Box<RelatedTest>),
    Segment(SegmentTest),
    Ids(Vec<u32>),
    Sample(Box<Sample>),
    /// Found by these words.
    Search(String),
}

/// A field and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldTest {
    pub field: &'static Field,
    pub test: Test,
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Whether a flag is set like this.
    Is(bool),
    /// An operator with its operands, as many as it takes.
    Op(Operator, Vec<Operand>),
    /// All of these hold of the value; whatever it is, if there are none.
    All(Vec<Test>),
    /// At least one of these holds of the value; never, if there are none.
    Any(Vec<Test>),
    /// This does not hold: also of a missing value, if this does not.
    Not(Box<Test>),
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Text; codes and choices in upper case.
    Text(String),
    /// The name of whoever asks.
    Me,
    Number(Decimal),
    Flag(bool),
    When(When),
    Period(Period),
}

impl Operand {
    /// Its text, if it is one.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            _ => String::new(),
        }
    }
}

/// What is asked of a custom attribute. The test fits the type of the attribute, or is false.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeTest {
    IsSet(bool),
    /// The column for the type, and the test on it.
    Value(Kind, Test),
}

#[derive(Clone, Debug, PartialEq)]
pub enum PeopleMeasure {
    Some,
    None,
    Count(Test),
}

/// What is asked of the codes a contact has of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum CodesTest {
    HasAny(Vec<String>),
    HasAll(Vec<String>),
    HasNone(Vec<String>),
    /// One of them is like this.
    Has(Test),
    Count(Test),
}

/// What is asked of a contact's rows of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedTest {
    pub relation: &'static Relation,
    /// All conditions hold for the same row.
    pub filter: RowCriteria,
    /// When it was.
    pub within: Option<Test>,
    pub measure: Measure,
    pub scope: Scope,
    /// What counts though it is left out by default.
    pub included: Vec<&'static Flag>,
}

/// What is measured over the rows that remain.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    Some,
    None,
    Count(Test),
    Sum(&'static Amount, Test),
    Average(&'static Amount, Test),
    Least(&'static Amount, Test),
    Greatest(&'static Amount, Test),
    /// The latest of them is like this.
    Latest(RowCriteria),
    Earliest(RowCriteria),
}

/// Whose rows.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The contact's own.
    Person,
    /// Those of its company.
    Company,
    /// Both together.
    Either,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Person, Self::Company, Self::Either];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Company => "COMPANY",
            Self::Either => "EITHER",
        }
    }
}

/// Membership of a segment.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum SegmentTest {
    /// Is in it now.
    Current(i64),
    /// Was in it after a step.
    AsOfStep { segment: i64, step: i32 },
    /// Is or was in it at any of its steps.
    Ever(i64),
    /// Has an interaction, not canceled, from its logging.
    Logged(LoggedIn),
}

impl SegmentTest {
    /// The segment whose set decides, if one does.
    fn segment_id(&self) -> Option<i64> {
        match *self {
            Self::Current(id) | Self::AsOfStep { segment: id, .. } | Self::Ever(id) => Some(id),
            Self::Logged(_) => None,
        }
    }
}

/// A logging, by the segment or by itself.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum LoggedIn {
    Segment(i64),
    LoggedSegment(i64),
}

/// A stable part of those who match: the same salt picks the same contacts, whoever else comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub of: Criteria,
    pub size: SampleSize,
    pub salt: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SampleSize {
    /// About this part, from 0 to 1.
    Fraction(Decimal),
    /// Exactly this many, or all if there are fewer.
    Take(u64),
}
