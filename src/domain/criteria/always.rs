//! Whether conditions on one value can hold at all, or hold always.

use chrono::{Days, TimeDelta};

use super::{
    EVALUATIONS, Kind,
    predicate::{Predicate, Scalar},
};

/// How many comparisons are made at most: lists may be long, and there may be many.
const COMPARISONS_MAX: usize = 100_000;

/// Whether all of these hold of every value, or of none; nothing if it depends on the value, is not
/// known or takes too long to find out. What is compared changes its answer only at the values it is
/// compared with: so those are tried, and what lies beside them. What some of them rule out is ruled out
/// by all.
pub(super) fn always(kind: Kind, all: &[Predicate]) -> Option<bool> {
    let mut candidates: Vec<Option<Scalar>> = vec![None];
    let listed = all.iter().find_map(|predicate| match predicate {
        Predicate::In(values) => Some(values),
        _ => None,
    });
    let mut known: Vec<&Predicate> = all.iter().collect();
    let mut compared = Vec::new();
    match listed {
        // Nothing else passes.
        Some(values) => candidates.extend(values.iter().cloned().map(Some)),
        None => {
            known.retain(|it| collect(it, &mut compared));
            let mut values: Vec<Scalar> = compared.iter().flat_map(beside).collect();
            values.extend(names(kind));
            if values.is_empty() {
                // Any value will do, for none is compared.
                values.push(Scalar::Flag(true));
            }
            candidates.extend(values.into_iter().map(Some));
        }
    }
    // A list alone depends on the value, unless it is empty.
    let can_be_always = listed.is_none() && known.len() == all.len();
    let effort: usize = known.iter().map(|it| comparisons(it)).sum();
    let tried = COMPARISONS_MAX / effort.max(1);
    let (mut some_pass, mut some_fail) = (false, !can_be_always);
    for value in candidates.iter().take(tried) {
        match known.iter().all(|it| it.holds(value.as_ref())) {
            true => some_pass = true,
            false => some_fail = true,
        }
        if some_pass && some_fail {
            return None;
        }
    }
    (candidates.len() <= tried).then_some(some_pass)
}

/// How many comparisons it takes to see whether it holds, at most.
fn comparisons(predicate: &Predicate) -> usize {
    match predicate {
        Predicate::In(values) | Predicate::NotIn(values) => values.len().max(1),
        Predicate::All(each) | Predicate::Any(each) => each.iter().map(comparisons).sum(),
        Predicate::Not(inner) | Predicate::Folded(inner) => comparisons(inner),
        _ => 1,
    }
}

/// The values that are compared with; false if something else is asked, too.
fn collect(predicate: &Predicate, compared: &mut Vec<Scalar>) -> bool {
    match predicate {
        Predicate::Missing | Predicate::Present => true,
        Predicate::In(values) | Predicate::NotIn(values) => {
            compared.extend(values.iter().cloned());
            true
        }
        Predicate::Less(value)
        | Predicate::LessOrEqual(value)
        | Predicate::Greater(value)
        | Predicate::GreaterOrEqual(value) => {
            compared.push(value.clone());
            true
        }
        Predicate::All(each) | Predicate::Any(each) => each.iter().all(|it| collect(it, compared)),
        Predicate::Not(inner) => collect(inner, compared),
        Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::Contains(_)
        | Predicate::Like(_)
        | Predicate::Folded(_) => false,
    }
}

/// A value, and the next ones on both sides, as far as there are any.
fn beside(value: &Scalar) -> Vec<Scalar> {
    let both = match value {
        Scalar::Text(text) => {
            vec![Scalar::Text(String::new()), Scalar::Text(format!("{text}\u{1}"))]
        }
        Scalar::Number(number) => {
            vec![Scalar::Number(number.saturating_sub(1)), Scalar::Number(number.saturating_add(1))]
        }
        Scalar::Flag(flag) => vec![Scalar::Flag(!flag)],
        Scalar::Date(date) => {
            let days = [date.checked_sub_days(Days::new(1)), date.checked_add_days(Days::new(1))];
            days.into_iter().flatten().map(Scalar::Date).collect()
        }
        Scalar::Instant(instant) => {
            let least = TimeDelta::microseconds(1);
            vec![Scalar::Instant(*instant - least), Scalar::Instant(*instant + least)]
        }
    };
    both.into_iter().chain([value.clone()]).collect()
}

/// The values of a kind that has few.
fn names(kind: Kind) -> Vec<Scalar> {
    match kind {
        Kind::Choice(choice) => {
            choice.names().iter().map(|name| Scalar::Text((*name).to_owned())).collect()
        }
        Kind::Evaluation => {
            let count = i64::try_from(EVALUATIONS.len()).expect("there are five");
            (1..=count).map(Scalar::Number).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: i64) -> Scalar {
        Scalar::Number(value)
    }

    #[test]
    fn what_can_not_hold_is_known() {
        for (all, expected) in [
            (vec![Predicate::Less(number(3)), Predicate::Greater(number(2))], Some(false)),
            (vec![Predicate::LessOrEqual(number(3)), Predicate::Greater(number(2))], None),
            (vec![Predicate::In(vec![number(1)]), Predicate::In(vec![number(2)])], Some(false)),
            (vec![Predicate::In(Vec::new())], Some(false)),
            (vec![Predicate::Any(vec![Predicate::Missing, Predicate::Present])], Some(true)),
            (vec![Predicate::Present], None),
            (vec![Predicate::Missing, Predicate::Present], Some(false)),
            (vec![Predicate::StartsWith("a".into()), Predicate::StartsWith("b".into())], None),
            (
                vec![
                    Predicate::Less(number(3)),
                    Predicate::StartsWith("a".into()),
                    Predicate::Greater(number(5)),
                ],
                Some(false),
            ),
            (vec![Predicate::StartsWith("a".into()), Predicate::NotIn(vec![number(1)])], None),
            (vec![Predicate::NotIn((0..10_000).map(number).collect())], None),
            (
                vec![Predicate::Not(Box::new(Predicate::All(vec![
                    Predicate::Less(number(1)),
                    Predicate::Greater(number(2)),
                ])))],
                Some(true),
            ),
        ] {
            assert_eq!(always(Kind::Integer, &all), expected, "{all:?}");
        }
    }
}
