//! From a test to a plain predicate over stored values, with dates made certain. Compiling and
//! explaining both start here, so they can't disagree on what a test means.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Kind, Operand, Operator, Period, Test, When,
    field::EVALUATIONS,
    predicate::{Piece, Predicate, Scalar},
    when::{Certain, start_of},
};
use crate::domain::{Moment, amount, text};

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
        _ => plain(kind, operator, operands, asked),
    }
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

/// A half-open stretch of time; an end may be open.
struct Stretch {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

fn time(kind: Kind, operator: Operator, operands: &[Operand], moment: Moment) -> Predicate {
    if let [Operand::Period(period)] = operands {
        return recent(kind, operator, *period, moment);
    }
    let whens: Vec<&When> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::When(when) => Some(when),
            _ => None,
        })
        .collect();
    let zone = moment.time_zone;
    // Where it begins, and where what comes after it begins.
    let start = |when: &When| match when.certain(moment) {
        Certain::Day(day) => start_of(day, zone),
        Certain::Point(point) => point,
    };
    let end = |when: &When| match when.certain(moment) {
        Certain::Day(day) => start_of(day.succ_opt().unwrap_or(day), zone),
        // Instants are kept to the microsecond.
        Certain::Point(point) => point + TimeDelta::microseconds(1),
    };
    let stretch = match (operator, whens.as_slice()) {
        (Operator::On, [when]) => {
            let day = match when.certain(moment) {
                Certain::Day(day) => day,
                Certain::Point(point) => point.with_timezone(&zone).date_naive(),
            };
            let next = day.succ_opt().unwrap_or(day);
            Stretch { from: Some(start_of(day, zone)), to: Some(start_of(next, zone)) }
        }
        (Operator::Before, [when]) => Stretch { from: None, to: Some(start(when)) },
        (Operator::OnOrBefore, [when]) => Stretch { from: None, to: Some(end(when)) },
        (Operator::After, [when]) => Stretch { from: Some(end(when)), to: None },
        (Operator::OnOrAfter, [when]) => Stretch { from: Some(start(when)), to: None },
        (Operator::Between, [from, to]) => Stretch { from: Some(start(from)), to: Some(end(to)) },
        _ => unreachable!("the parser lets only operators of the kind through"),
    };
    within(kind, stretch, moment)
}

fn recent(kind: Kind, operator: Operator, period: Period, moment: Moment) -> Predicate {
    let Moment { as_of, time_zone } = moment;
    let shifted = |from: DateTime<Utc>, by: Period| by.after_instant(from, time_zone);
    let stretch = if kind == Kind::Date && period.seconds == 0 {
        let today = start_of(moment.today(), time_zone);
        let tomorrow = start_of(moment.today().succ_opt().unwrap_or(moment.today()), time_zone);
        match operator {
            Operator::InLast => {
                Stretch { from: shifted(tomorrow, period.negated()), to: Some(tomorrow) }
            }
            Operator::InNext => Stretch { from: Some(today), to: shifted(today, period) },
            _ => Stretch { from: None, to: shifted(tomorrow, period.negated()) },
        }
    } else {
        let now = as_of + TimeDelta::microseconds(1);
        match operator {
            Operator::InLast => Stretch { from: shifted(as_of, period.negated()), to: Some(now) },
            Operator::InNext => Stretch { from: Some(as_of), to: shifted(as_of, period) },
            _ => Stretch { from: None, to: shifted(as_of, period.negated()) },
        }
    };
    within(kind, stretch, moment)
}

/// A day lies in a stretch if it begins there.
fn within(kind: Kind, stretch: Stretch, moment: Moment) -> Predicate {
    let scalar = |point: DateTime<Utc>| match kind {
        Kind::Date => {
            let day = point.with_timezone(&moment.time_zone).date_naive();
            let begun = start_of(day, moment.time_zone) < point;
            Scalar::Date(if begun { day.succ_opt().unwrap_or(day) } else { day })
        }
        _ => Scalar::Instant(point),
    };
    let mut ends = Vec::new();
    ends.extend(stretch.from.map(|from| Predicate::GreaterOrEqual(scalar(from))));
    ends.extend(stretch.to.map(|to| Predicate::Less(scalar(to))));
    if ends.is_empty() { Predicate::Present } else { Predicate::All(ends) }
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
    use super::*;

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
