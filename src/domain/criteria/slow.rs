//! Criteria that take long go into the log, without what may tell of a person.

use std::time::{Duration, Instant};

use super::{
    AttributeTest, Criteria, FieldTest, Kind, Leaf, Measure, Operand, RelatedTest, RowCriteria,
    Sample, Test, Tree,
};

/// What stands for what is left out.
const HIDDEN: &str = "…";

/// Watches how long criteria take, until it is dropped, which it is too when they are given up.
pub(super) struct Watch<'a> {
    criteria: &'a Criteria,
    since: Instant,
    limit: Duration,
}

impl<'a> Watch<'a> {
    pub(super) fn new(criteria: &'a Criteria, limit: Duration) -> Self {
        Self { criteria, since: Instant::now(), limit }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let taken = self.since.elapsed();
        if self.limit < taken {
            let (ms, criteria) = (taken.as_millis(), impersonal(self.criteria).text());
            tracing::warn!(ms, criteria, "slow criteria");
        }
    }
}

/// The same question, but of texts only those that come from a table of codes or a few names. What
/// anybody could have written may be a name or an address, and so may custom attributes.
fn impersonal(criteria: &Criteria) -> Criteria {
    mapped(criteria, &|leaf| match leaf {
        Leaf::Field(test) => Leaf::Field(field(test)),
        Leaf::Attribute { name, test: AttributeTest::Value(kind, test) } => {
            let (name, test) = (name.clone(), AttributeTest::Value(*kind, hidden(test)));
            Leaf::Attribute { name, test }
        }
        Leaf::Company(criteria) => Leaf::Company(Box::new(impersonal(criteria))),
        Leaf::People { filter, measure } => {
            let (filter, measure) = (Box::new(impersonal(filter)), measure.clone());
            Leaf::People { filter, measure }
        }
        Leaf::Related(test) => Leaf::Related(Box::new(related(test))),
        Leaf::Sample(sample) => {
            let (of, size) = (impersonal(&sample.of), sample.size.clone());
            Leaf::Sample(Box::new(Sample { of, size, salt: HIDDEN.to_owned() }))
        }
        Leaf::Search(_) => Leaf::Search(HIDDEN.to_owned()),
        Leaf::Attribute { test: AttributeTest::IsSet(_), .. }
        | Leaf::Codes { .. }
        | Leaf::Segment(_)
        | Leaf::Ids(_) => leaf.clone(),
    })
}

fn related(test: &RelatedTest) -> RelatedTest {
    let filter = |criteria: &RowCriteria| mapped(criteria, &field);
    let measure = match &test.measure {
        Measure::Latest(criteria) => Measure::Latest(filter(criteria)),
        Measure::Earliest(criteria) => Measure::Earliest(filter(criteria)),
        measure => measure.clone(),
    };
    RelatedTest { filter: filter(&test.filter), measure, ..test.clone() }
}

fn field(test: &FieldTest) -> FieldTest {
    let FieldTest { field, test } = test;
    let is_text = matches!(field.kind, Kind::Text | Kind::ExactText | Kind::Code);
    let test = match is_text && field.codes.is_none() {
        true => hidden(test),
        false => test.clone(),
    };
    FieldTest { field, test }
}

/// The same without its values.
fn hidden(test: &Test) -> Test {
    let all = |tests: &[Test]| tests.iter().map(hidden).collect();
    let (operator, operands) = match test {
        Test::Is(_) => return test.clone(),
        Test::All(tests) => return Test::All(all(tests)),
        Test::Any(tests) => return Test::Any(all(tests)),
        Test::Not(test) => return Test::Not(Box::new(hidden(test))),
        Test::Op(operator, operands) => (operator, operands),
    };
    let operands = operands.iter().map(|operand| match operand {
        Operand::Flag(flag) => Operand::Flag(*flag),
        _ => Operand::Text(HIDDEN.to_owned()),
    });
    Test::Op(*operator, operands.collect())
}

/// The parser has bounded how deep this goes.
fn mapped<L>(tree: &Tree<L>, leaf: &dyn Fn(&L) -> L) -> Tree<L> {
    let all = |trees: &[Tree<L>]| trees.iter().map(|tree| mapped(tree, leaf)).collect();
    match tree {
        Tree::All(trees) => Tree::All(all(trees)),
        Tree::Any(trees) => Tree::Any(all(trees)),
        Tree::Not(tree) => Tree::Not(Box::new(mapped(tree, leaf))),
        Tree::Leaf(it) => Tree::Leaf(leaf(it)),
    }
}
