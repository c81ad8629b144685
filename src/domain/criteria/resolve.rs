//! From a test to a plain predicate over stored values, with dates made certain. Compiling and
//! explaining both start here, so they can't disagree on what a test means.

use super::{
    Kind, Operand, Operator, Test,
    field::EVALUATIONS,
    predicate::{Piece, Predicate, Scalar},
};
use crate::domain::{Moment, amount, text};

mod time;

use time::time;

/// When criteria are asked, and by whom: nobody has an empty name.
#[derive(Copy, Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) moment: Moment,
    pub(super) by: &'a str,
}

/// What `test` asks of a value of `kind`.
pub(super) fn resolve(kind: Kind, test: &Test, asked: Asked<'_>) -> Predicate {
    let (operator, operands) = match test {
        Test::Is(flag) => return Predicate::In(vec![Scalar::Flag(*flag)]),
        Test::Op(operator, operands) => (*operator, operands),
        // Nothing asked of a value is passed by all, and none of nothing by no one.
        Test::All(tests) if tests.is_empty() => {
            return Predicate::Any(vec![Predicate::Missing, Predicate::Present]);
        }
        Test::Any(tests) if tests.is_empty() => return Predicate::In(Vec::new()),
        Test::All(tests) => {
            return Predicate::All(tests.iter().map(|it| resolve(kind, it, asked)).collect());
        }
        Test::Any(tests) => {
            return Predicate::Any(tests.iter().map(|it| resolve(kind, it, asked)).collect());
        }
        Test::Not(test) => return Predicate::Not(Box::new(resolve(kind, test, asked))),
    };
    match (operator, operands.as_slice()) {
        (Operator::IsEmpty, [Operand::Flag(true)]) | (Operator::IsSet, [Operand::Flag(false)]) => {
            Predicate::Missing
        }
        (Operator::IsEmpty | Operator::IsSet, _) => Predicate::Present,
        _ if matches!(kind, Kind::Date | Kind::Instant) => {
            time(kind, operator, operands, asked.moment)
        }
        _ if asked.by.is_empty() && operands.contains(&Operand::Me) => {
            of_nobody(kind, operator, operands, asked)
        }
        _ => plain(kind, operator, operands, asked),
    }
}

/// Nobody has a name that a value could be, or could be none of.
fn of_nobody(kind: Kind, operator: Operator, operands: &[Operand], asked: Asked<'_>) -> Predicate {
    let named: Vec<Operand> = match operator {
        Operator::In => operands.iter().filter(|it| **it != Operand::Me).cloned().collect(),
        _ => Vec::new(),
    };
    plain(kind, Operator::In, &named, asked)
}

fn plain(kind: Kind, operator: Operator, operands: &[Operand], asked: Asked<'_>) -> Predicate {
    let scalar = |operand: &Operand| match operand {
        Operand::Me => Scalar::Text(me(kind, asked.by)),
        operand => scalar(kind, operand),
    };
    let scalars = || operands.iter().map(scalar).collect();
    let first = || scalar(&operands[0]);
    let text = || match &operands[0] {
        Operand::Text(text) => text.clone(),
        Operand::Me => me(kind, asked.by),
        _ => String::new(),
    };
    let folded = || text::fold(&text());
    match operator {
        Operator::Eq | Operator::In => Predicate::In(scalars()),
        Operator::Ne | Operator::NotIn => Predicate::NotIn(scalars()),
        Operator::Lt => Predicate::Less(first()),
        Operator::Lte => Predicate::LessOrEqual(first()),
        Operator::Gt => Predicate::Greater(first()),
        Operator::Gte => Predicate::GreaterOrEqual(first()),
        Operator::Between => Predicate::All(vec![
            Predicate::GreaterOrEqual(first()),
            Predicate::LessOrEqual(scalar(&operands[1])),
        ]),
        Operator::StartsWith => Predicate::StartsWith(text()),
        Operator::EndsWith => Predicate::EndsWith(text()),
        Operator::Contains => Predicate::Contains(text()),
        Operator::EqIgnoreCase => {
            Predicate::Folded(Box::new(Predicate::In(vec![Scalar::Text(folded())])))
        }
        Operator::StartsWithIgnoreCase => {
            Predicate::Folded(Box::new(Predicate::StartsWith(folded())))
        }
        Operator::EndsWithIgnoreCase => Predicate::Folded(Box::new(Predicate::EndsWith(folded()))),
        Operator::ContainsIgnoreCase => Predicate::Folded(Box::new(Predicate::Contains(folded()))),
        Operator::Like => Predicate::Like(pieces(&text())),
        Operator::LikeIgnoreCase => Predicate::Folded(Box::new(Predicate::Like(pieces(&folded())))),
        _ => unreachable!("the parser lets only operators of the kind through"),
    }
}

/// The stored form of an operand that is compared as it is.
fn scalar(kind: Kind, operand: &Operand) -> Scalar {
    match operand {
        Operand::Text(name) if kind == Kind::Evaluation => {
            let rank = EVALUATIONS.iter().position(|it| it == name).map_or(0, |rank| rank + 1);
            Scalar::Number(i64::try_from(rank).expect("there are five"))
        }
        Operand::Text(text) => Scalar::Text(text.clone()),
        Operand::Number(number) if kind == Kind::Integer => {
            Scalar::Number(i64::try_from(*number).expect("the parser checked the range"))
        }
        Operand::Number(number) => {
            Scalar::Number(amount::to_stored(*number, &[]).expect("the parser checked the range"))
        }
        Operand::Flag(flag) => Scalar::Flag(*flag),
        Operand::Me | Operand::When(_) | Operand::Period(_) => {
            unreachable!("names, dates and periods are resolved before")
        }
    }
}

fn me(kind: Kind, name: &str) -> String {
    if kind == Kind::Code { text::upper(name) } else { name.to_owned() }
}

/// The pieces of a pattern.
fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for char in pattern.chars() {
        match (char, pieces.last_mut()) {
            ('*', Some(Piece::Many)) => {}
            ('*', _) => pieces.push(Piece::Many),
            ('?', _) => pieces.push(Piece::One),
            (char, Some(Piece::Text(text))) => text.push(char),
            (char, _) => pieces.push(Piece::Text(char.into())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::criteria::{Criteria, FieldTest, Leaf, Tree};

    #[test]
    fn nobody_has_no_name_to_be_asked_about() {
        let predicate = |criteria: Value| match Criteria::parse(&criteria, &[]).unwrap() {
            Tree::Leaf(Leaf::Field(FieldTest { field, test })) => {
                let moment = Moment {
                    as_of: "2026-11-02T12:00:00Z".parse().unwrap(),
                    time_zone: chrono_tz::UTC,
                };
                resolve(field.kind, &test, Asked { moment, by: "" })
            }
            other => panic!("{other:?}"),
        };
        let never = Predicate::In(Vec::new());
        for test in
            [json!({ "eq": "%me" }), json!({ "ne": "%me" }), json!({ "notIn": ["BC", "%me"] })]
        {
            assert_eq!(predicate(json!({ "salesperson": test })), never, "{test}");
        }
        let either = predicate(json!({ "salesperson": { "in": ["BC", "%me"] } }));
        assert_eq!(either, Predicate::In(vec![Scalar::Text("BC".to_owned())]));
        let literal = predicate(json!({ "name": { "eq": "%%me" } }));
        assert_eq!(literal, Predicate::In(vec![Scalar::Text("%me".to_owned())]));
    }

    #[test]
    fn patterns_match_whole_texts() {
        let is_like = |text: &str, pattern: &str| {
            let predicate = Predicate::Like(pieces(pattern));
            predicate.holds(Some(&Scalar::Text(text.to_owned())))
        };
        for (text, pattern, expected) in [
            ("Hansen", "Hans?n", true),
            ("Hansson", "Hans?n", false),
            ("Åse Co", "*Co*", true),
            ("Co", "*Co", true),
            ("aaab", "*ab", true),
            ("aaab", "*a?", true),
            ("abc", "*b", false),
            ("", "*", true),
            ("", "?", false),
            ("😀", "?", true),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text} like {pattern}");
        }
    }
}
