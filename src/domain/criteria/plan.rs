//! How criteria are best asked for.

use super::{CodesTest, Criteria, Leaf, Measure, PeopleMeasure, Test, Tree};

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
            let any = |code: &String| CodesTest::HasAny(vec![code.clone()]);
            let each =
                codes.iter().map(|it| Tree::Leaf(Leaf::Codes { kind: *kind, test: any(it) }));
            Some(Tree::All(each.collect()))
        }
        Leaf::Codes { kind, test: CodesTest::HasNone(codes) } => {
            not(Leaf::Codes { kind: *kind, test: CodesTest::HasAny(codes.clone()) })
        }
        Leaf::Interactions(test) if test.measure == Measure::None => {
            let mut some = test.clone();
            some.measure = Measure::Some;
            not(Leaf::Interactions(some))
        }
        Leaf::People { filter, measure: PeopleMeasure::None } => {
            not(Leaf::People { filter: filter.clone(), measure: PeopleMeasure::Some })
        }
        Leaf::Field(field) if field.test == Test::Is(false) => {
            let mut is = field.clone();
            is.test = Test::Is(true);
            not(Leaf::Field(is))
        }
        _ => None,
    }
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
