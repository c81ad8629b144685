//! How criteria are best asked for.

use super::{
    CodesTest, Criteria, FieldTest, Leaf, Measure, Operand, Operator, PeopleMeasure, Test, Tree,
    compile::of_company,
};
use crate::entity::kinds::CodeKind;

/// Each value of a longer list would be a statement too many.
const SHORT_MAX: usize = 8;

/// What an answer costs, the least first.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effort {
    /// It is a set already.
    Set,
    /// An index names the contacts.
    Index,
    /// Rows of other tables are gone through.
    Rows,
    /// All contacts are looked at.
    Scan,
}

/// The same in terms of conditions that are more likely known, or that an index can tell.
pub(super) fn in_simpler_terms(leaf: &Leaf) -> Option<Criteria> {
    let not = |leaf| Some(Tree::Not(Box::new(Tree::Leaf(leaf))));
    match leaf {
        Leaf::Codes { kind, test: CodesTest::HasAll(codes) } => {
            Some(Tree::All(each_code(*kind, codes)))
        }
        Leaf::Codes { kind, test: CodesTest::HasAny(codes) }
            if is_short(codes) && !of_company(*kind) =>
        {
            Some(Tree::Any(each_code(*kind, codes)))
        }
        Leaf::Field(FieldTest { field, test: Test::Op(Operator::In, values) })
            if is_short(values) && field.has_index() =>
        {
            let is = |value: &Operand| Test::Op(Operator::Eq, vec![value.clone()]);
            let each =
                values.iter().map(|it| Tree::Leaf(Leaf::Field(FieldTest { field, test: is(it) })));
            Some(Tree::Any(each.collect()))
        }
        Leaf::Codes { kind, test: CodesTest::HasNone(codes) } => {
            not(Leaf::Codes { kind: *kind, test: CodesTest::HasAny(codes.clone()) })
        }
        Leaf::Related(test) if test.measure == Measure::None => {
            let mut some = test.clone();
            some.measure = Measure::Some;
            not(Leaf::Related(some))
        }
        Leaf::People { filter, measure: PeopleMeasure::None } => {
            not(Leaf::People { filter: filter.clone(), measure: PeopleMeasure::Some })
        }
        Leaf::Field(FieldTest { field, test: Test::Not(test) }) if field.has_index() => {
            not(Leaf::Field(FieldTest { field, test: (**test).clone() }))
        }
        Leaf::Field(FieldTest { field, test: Test::Any(tests) }) if field.has_index() => {
            let leaf =
                |test: &Test| Tree::Leaf(Leaf::Field(FieldTest { field, test: test.clone() }));
            Some(Tree::Any(tests.iter().map(leaf).collect()))
        }
        Leaf::Field(field) if field.test == Test::Is(false) => {
            let mut is = field.clone();
            is.test = Test::Is(true);
            not(Leaf::Field(is))
        }
        _ => None,
    }
}

/// Whether the values of a list are best asked for one by one: whoever adds one, or takes one away,
/// leaves the others known.
fn is_short<T>(values: &[T]) -> bool {
    (2..=SHORT_MAX).contains(&values.len())
}

fn each_code(kind: CodeKind, codes: &[String]) -> Vec<Criteria> {
    let has = |code: &String| CodesTest::HasAny(vec![code.clone()]);
    codes.iter().map(|it| Tree::Leaf(Leaf::Codes { kind, test: has(it) })).collect()
}

pub(super) fn effort(criteria: &Criteria) -> Effort {
    match criteria {
        Tree::All(criteria) | Tree::Any(criteria) => {
            criteria.iter().map(effort).max().unwrap_or(Effort::Set)
        }
        Tree::Not(criteria) => effort(criteria),
        Tree::Leaf(leaf) => match leaf {
            Leaf::Ids(_) => Effort::Set,
            Leaf::Segment(test) if test.segment_id().is_some() => Effort::Set,
            Leaf::Sample(sample) => effort(&sample.of),
            Leaf::Codes { .. } | Leaf::Search(_) | Leaf::Segment(_) => Effort::Index,
            Leaf::Field(test) if test.field.has_index() => Effort::Index,
            Leaf::Field(_) => Effort::Scan,
            _ => Effort::Rows,
        },
    }
}
