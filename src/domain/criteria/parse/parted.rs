//! Tests of flags as conditions.

use crate::domain::criteria::{Test, Tree};

/// The criteria of a test. What is asked of a flag is plain, so what is combined are the conditions.
pub(super) fn parted<L>(test: Test, leaf: &dyn Fn(Test) -> L) -> Tree<L> {
    let is_of_flag = |test: &Test| {
        let mut test = test;
        loop {
            test = match test {
                Test::Is(_) => return true,
                Test::Op(..) => return false,
                Test::Not(test) => test,
                Test::All(tests) | Test::Any(tests) => match tests.first() {
                    Some(test) => test,
                    None => return false,
                },
            }
        }
    };
    if !is_of_flag(&test) {
        return Tree::Leaf(leaf(test));
    }
    let each = |tests: Vec<Test>| tests.into_iter().map(|it| parted(it, leaf)).collect();
    match test {
        Test::All(tests) => Tree::All(each(tests)),
        Test::Any(tests) => Tree::Any(each(tests)),
        Test::Not(test) => Tree::Not(Box::new(parted(*test, leaf))),
        test => Tree::Leaf(leaf(test)),
    }
}
