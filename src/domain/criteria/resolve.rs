//! From a test to a plain predicate over stored values, with dates made certain. Compiling and
//! explaining both start here, so they can't disagree on what a test means.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    Kind, Operand, Operator, Period, Test, Tree, When,
    field::EVALUATIONS,
    filter_expression::{self, Term},
    when::{Certain, start_of},
};
use crate::domain::{Moment, amount, text};

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Text(String),
    Number(i64),
    Flag(bool),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
}

/// What has to hold of a value. All but `Missing` are false of a missing one.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predicate {
    Missing,
    Present,
    /// One of these.
    In(Vec<Scalar>),
    /// There, and none of these.
    NotIn(Vec<Scalar>),
    Less(Scalar),
    LessOrEqual(Scalar),
    Greater(Scalar),
    GreaterOrEqual(Scalar),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// There, and like this, or not like this.
    Like {
        pattern: Vec<Piece>,
        negated: bool,
    },
    /// The predicate holds of the text with its case folded.
    Folded(Box<Predicate>),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// Any text, also none.
    Many,
    /// Any one character.
    One,
}

/// What `test` asks of a value of `kind`.
pub(super) fn resolve(kind: Kind, test: &Test, moment: Moment) -> Predicate {
    let (operator, operands) = match test {
        Test::Is(flag) => return Predicate::In(vec![Scalar::Flag(*flag)]),
        Test::Op(operator, operands) => (*operator, operands),
    };
    match (operator, operands.as_slice()) {
        (Operator::IsEmpty, [Operand::Flag(true)]) | (Operator::IsSet, [Operand::Flag(false)]) => {
            Predicate::Missing
        }
        (Operator::IsEmpty | Operator::IsSet, _) => Predicate::Present,
        (Operator::Filter, [Operand::Text(expression)]) => filter(kind, expression, moment),
        _ if matches!(kind, Kind::Date | Kind::Instant) => time(kind, operator, operands, moment),
        _ => plain(kind, operator, operands),
    }
}

fn plain(kind: Kind, operator: Operator, operands: &[Operand]) -> Predicate {
    let scalars = || operands.iter().map(|operand| scalar(kind, operand)).collect();
    let first = || scalar(kind, &operands[0]);
    let text = || match &operands[0] {
        Operand::Text(text) => text.clone(),
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
            Predicate::LessOrEqual(scalar(kind, &operands[1])),
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
        Operand::When(_) | Operand::Period(_) => {
            unreachable!("dates and periods are resolved by `time`")
        }
    }
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
    let whens: Vec<When> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::When(when) => Some(*when),
            _ => None,
        })
        .collect();
    let zone = moment.time_zone;
    // Where it begins, and where what comes after it begins.
    let start = |when: When| match when.certain(moment) {
        Certain::Day(day) => start_of(day, zone),
        Certain::Point(point) => point,
    };
    let end = |when: When| match when.certain(moment) {
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
        (Operator::Before, [when]) => Stretch { from: None, to: Some(start(*when)) },
        (Operator::OnOrBefore, [when]) => Stretch { from: None, to: Some(end(*when)) },
        (Operator::After, [when]) => Stretch { from: Some(end(*when)), to: None },
        (Operator::OnOrAfter, [when]) => Stretch { from: Some(start(*when)), to: None },
        (Operator::Between, [from, to]) => Stretch { from: Some(start(*from)), to: Some(end(*to)) },
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

/// An expression, and whether a missing value, which counts as blank, passes it.
fn filter(kind: Kind, expression: &str, moment: Moment) -> Predicate {
    let tree = filter_expression::parse(kind, expression).expect("it was read when it came in");
    let present = terms(kind, &tree, moment);
    if blank_passes(&tree) { Predicate::Any(vec![Predicate::Missing, present]) } else { present }
}

fn terms(kind: Kind, tree: &Tree<Term>, moment: Moment) -> Predicate {
    let each = |trees: &[Tree<Term>]| trees.iter().map(|tree| terms(kind, tree, moment)).collect();
    match tree {
        Tree::All(trees) => Predicate::All(each(trees)),
        Tree::Any(trees) => Predicate::Any(each(trees)),
        Tree::Not(_) => unreachable!("expressions have no negation but <>"),
        Tree::Leaf(term) => of_term(kind, term, moment),
    }
}

fn of_term(kind: Kind, term: &Term, moment: Moment) -> Predicate {
    let is_time = matches!(kind, Kind::Date | Kind::Instant);
    let test = |operator: Operator, on_time: Operator, operand: &Operand| {
        let operands = [operand.clone()];
        if is_time {
            time(kind, on_time, &operands, moment)
        } else {
            plain(kind, operator, &operands)
        }
    };
    match term {
        Term::Equal(value) => test(Operator::Eq, Operator::On, value),
        Term::NotEqual(value) if is_time => Predicate::Any(vec![
            test(Operator::Lt, Operator::Before, value),
            test(Operator::Gt, Operator::After, value),
        ]),
        Term::NotEqual(value) => test(Operator::Ne, Operator::On, value),
        Term::Less(value) => test(Operator::Lt, Operator::Before, value),
        Term::LessOrEqual(value) => test(Operator::Lte, Operator::OnOrBefore, value),
        Term::Greater(value) => test(Operator::Gt, Operator::After, value),
        Term::GreaterOrEqual(value) => test(Operator::Gte, Operator::OnOrAfter, value),
        Term::Range(from, to) => {
            let from = from.as_ref().map(|it| test(Operator::Gte, Operator::OnOrAfter, it));
            let to = to.as_ref().map(|it| test(Operator::Lte, Operator::OnOrBefore, it));
            Predicate::All(from.into_iter().chain(to).collect())
        }
        Term::Pattern { pattern, ignore_case, negated } => {
            like(kind, pattern, *ignore_case, *negated)
        }
        Term::Blank { negated: true } => Predicate::Present,
        // Present values are never blank; missing ones are dealt with as a whole.
        Term::Blank { negated: false } => Predicate::In(Vec::new()),
    }
}

fn like(kind: Kind, pattern: &str, ignore_case: bool, negated: bool) -> Predicate {
    let fold = ignore_case && kind == Kind::Text;
    let text = match kind {
        Kind::Code => pattern.to_uppercase(),
        _ if fold => text::fold(pattern),
        _ => pattern.to_owned(),
    };
    let mut pieces = Vec::new();
    for char in text.chars() {
        match (char, pieces.last_mut()) {
            ('*', Some(Piece::Many)) => {}
            ('*', _) => pieces.push(Piece::Many),
            ('?', _) => pieces.push(Piece::One),
            (char, Some(Piece::Text(text))) => text.push(char),
            (char, _) => pieces.push(Piece::Text(char.into())),
        }
    }
    let like = Predicate::Like { pattern: pieces, negated };
    if fold { Predicate::Folded(Box::new(like)) } else { like }
}

fn blank_passes(tree: &Tree<Term>) -> bool {
    match tree {
        Tree::All(trees) => trees.iter().all(blank_passes),
        Tree::Any(trees) => trees.iter().any(blank_passes),
        Tree::Not(tree) => !blank_passes(tree),
        Tree::Leaf(term) => match term {
            Term::Blank { negated } => !negated,
            Term::Equal(_) | Term::Greater(_) | Term::GreaterOrEqual(_) => false,
            Term::NotEqual(_) | Term::Less(_) | Term::LessOrEqual(_) => true,
            Term::Range(from, _) => from.is_none(),
            Term::Pattern { pattern, negated, .. } => {
                pattern.chars().all(|char| char == '*') != *negated
            }
        },
    }
}

impl Predicate {
    /// The predicate for so many times the value: numbers are compared with their products.
    pub(super) fn times(self, count: i64) -> Self {
        let product = |scalar: Scalar| match scalar {
            Scalar::Number(number) => Scalar::Number(number.saturating_mul(count)),
            other => other,
        };
        let each =
            |predicates: Vec<Self>| predicates.into_iter().map(|it| it.times(count)).collect();
        match self {
            Self::In(values) => Self::In(values.into_iter().map(product).collect()),
            Self::NotIn(values) => Self::NotIn(values.into_iter().map(product).collect()),
            Self::Less(than) => Self::Less(product(than)),
            Self::LessOrEqual(than) => Self::LessOrEqual(product(than)),
            Self::Greater(than) => Self::Greater(product(than)),
            Self::GreaterOrEqual(than) => Self::GreaterOrEqual(product(than)),
            Self::All(predicates) => Self::All(each(predicates)),
            Self::Any(predicates) => Self::Any(each(predicates)),
            other => other,
        }
    }

    /// Whether it holds of `value`. Folds text itself where it ignores case.
    pub(super) fn holds(&self, value: Option<&Scalar>) -> bool {
        let Some(value) = value else {
            return match self {
                Self::Missing => true,
                Self::Any(either) => either.iter().any(|it| it.holds(None)),
                // An empty conjunction says nothing, so a missing value does not pass it.
                Self::All(each) => !each.is_empty() && each.iter().all(|it| it.holds(None)),
                _ => false,
            };
        };
        let text = match value {
            Scalar::Text(text) => text.as_str(),
            _ => "",
        };
        match self {
            Self::Missing => false,
            Self::Present => true,
            Self::In(values) => values.contains(value),
            Self::NotIn(values) => !values.contains(value),
            Self::Less(than) => value < than,
            Self::LessOrEqual(than) => value <= than,
            Self::Greater(than) => than < value,
            Self::GreaterOrEqual(than) => than <= value,
            Self::StartsWith(prefix) => text.starts_with(prefix),
            Self::EndsWith(suffix) => text.ends_with(suffix),
            Self::Contains(part) => text.contains(part),
            Self::Like { pattern, negated } => is_like(text, pattern) != *negated,
            Self::Folded(inner) => inner.holds(Some(&Scalar::Text(text::fold(text)))),
            Self::All(each) => each.iter().all(|it| it.holds(Some(value))),
            Self::Any(each) => each.iter().any(|it| it.holds(Some(value))),
        }
    }
}

/// Goes through the pattern once, and on a mismatch back to the last `*`, which then takes one
/// character more.
fn is_like(text: &str, pattern: &[Piece]) -> bool {
    let (mut rest, mut pieces) = (text, pattern);
    let mut last_many: Option<(&str, &[Piece])> = None;
    loop {
        let advanced = match pieces.first() {
            None if rest.is_empty() => return true,
            None => None,
            Some(Piece::Many) => {
                pieces = &pieces[1..];
                last_many = Some((rest, pieces));
                continue;
            }
            Some(Piece::One) => rest.chars().next().map(|char| &rest[char.len_utf8()..]),
            Some(Piece::Text(text)) => rest.strip_prefix(text.as_str()),
        };
        if let Some(advanced) = advanced {
            (rest, pieces) = (advanced, &pieces[1..]);
            continue;
        }
        let Some((from, after)) = last_many else { return false };
        let Some(char) = from.chars().next() else { return false };
        let from = &from[char.len_utf8()..];
        last_many = Some((from, after));
        (rest, pieces) = (from, after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        let pieces = |pattern: &str| match like(Kind::ExactText, pattern, false, false) {
            Predicate::Like { pattern, .. } => pattern,
            other => panic!("{other:?}"),
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
            assert_eq!(is_like(text, &pieces(pattern)), expected, "{text} like {pattern}");
        }
    }
}
