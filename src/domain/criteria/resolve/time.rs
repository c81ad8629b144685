//! From a test of days or instants to bounds that are certain.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::domain::{
    Moment, YEARS,
    criteria::{
        Kind, Operand, Operator, Period, When,
        predicate::{Predicate, Scalar},
        when::{Certain, start_of},
    },
};

/// A half-open stretch of time, between beginnings of days or instants; an end may be open.
struct Stretch {
    from: Option<Certain>,
    to: Option<Certain>,
}

/// What a test of days or instants asks.
pub(super) fn time(
    kind: Kind,
    operator: Operator,
    operands: &[Operand],
    moment: Moment,
) -> Predicate {
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
    let start = |when: &When| when.certain(moment);
    // Where what comes after it begins.
    let end = |when: &When| match when.certain(moment) {
        Certain::Day(day) => Certain::Day(after(day)),
        // Instants are kept to the microsecond.
        Certain::Point(point) => Certain::Point(point + TimeDelta::microseconds(1)),
    };
    let stretch = match (operator, whens.as_slice()) {
        (Operator::On, [when]) => {
            let day = match when.certain(moment) {
                Certain::Day(day) => day,
                Certain::Point(point) => point.with_timezone(&moment.time_zone).date_naive(),
            };
            Stretch { from: Some(Certain::Day(day)), to: Some(Certain::Day(after(day))) }
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
    let back = period.negated();
    let stretch = if kind == Kind::Date && period.seconds == 0 {
        // Days are counted as days: the clock may skip midnight.
        let (today, tomorrow) = (moment.today(), after(moment.today()));
        let shifted = |from: NaiveDate, by: Period| by.after_day(from).map(Certain::Day);
        match operator {
            Operator::InLast => {
                Stretch { from: shifted(tomorrow, back), to: Some(Certain::Day(tomorrow)) }
            }
            Operator::InNext => {
                Stretch { from: Some(Certain::Day(today)), to: shifted(today, period) }
            }
            _ => Stretch { from: None, to: shifted(tomorrow, back) },
        }
    } else {
        let Moment { as_of, time_zone } = moment;
        let shifted = |by: Period| by.after_instant(as_of, time_zone).map(Certain::Point);
        let after_now = as_of + TimeDelta::microseconds(1);
        match operator {
            Operator::InLast => {
                Stretch { from: shifted(back), to: Some(Certain::Point(after_now)) }
            }
            Operator::InNext => Stretch { from: Some(Certain::Point(as_of)), to: shifted(period) },
            _ => Stretch { from: None, to: shifted(back) },
        }
    };
    within(kind, stretch, moment)
}

/// The day after it; at the end of the calendar the day itself.
fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// A day lies in a stretch if it begins there. All values are of the years 1 to 9999, and so are those
/// that a database is asked about: it orders others in a way of its own.
fn within(kind: Kind, stretch: Stretch, moment: Moment) -> Predicate {
    let scalar = |bound: Certain| match (kind, bound) {
        (Kind::Date, Certain::Day(day)) => Scalar::Date(day),
        (Kind::Date, Certain::Point(point)) => {
            let day = point.with_timezone(&moment.time_zone).date_naive();
            let has_begun = start_of(day, moment.time_zone) < point;
            Scalar::Date(if has_begun { after(day) } else { day })
        }
        (_, Certain::Day(day)) => Scalar::Instant(start_of(day, moment.time_zone)),
        (_, Certain::Point(point)) => Scalar::Instant(point),
    };
    let mut ends = Vec::new();
    if let Some(from) = stretch.from.map(scalar) {
        match beyond(&from) {
            Ordering::Less => {}
            Ordering::Equal => ends.push(Predicate::GreaterOrEqual(from)),
            Ordering::Greater => return Predicate::In(Vec::new()),
        }
    }
    if let Some(to) = stretch.to.map(scalar) {
        match beyond(&to) {
            Ordering::Less => return Predicate::In(Vec::new()),
            Ordering::Equal => ends.push(Predicate::Less(to)),
            Ordering::Greater => {}
        }
    }
    if ends.is_empty() { Predicate::Present } else { Predicate::All(ends) }
}

/// On which side of all that is stored it lies, or among it.
fn beyond(scalar: &Scalar) -> Ordering {
    let year = match scalar {
        Scalar::Date(day) => day.year(),
        Scalar::Instant(instant) => instant.year(),
        _ => return Ordering::Equal,
    };
    year.cmp(&year.clamp(*YEARS.start(), *YEARS.end()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::criteria::{
        AttributeTest, Criteria, FieldTest, Leaf, Tree,
        resolve::{Asked, resolve},
    };

    fn asked(kind: Kind, test: &serde_json::Value, as_of: &str, zone: &str) -> Predicate {
        let criteria = match kind {
            Kind::Date => json!({ "custom": { "name": "d", "date": test } }),
            _ => json!({ "createdAt": test }),
        };
        let moment = Moment { as_of: as_of.parse().unwrap(), time_zone: zone.parse().unwrap() };
        match Criteria::parse(&criteria, &[]).unwrap() {
            Tree::Leaf(
                Leaf::Attribute { test: AttributeTest::Value(_, test), .. }
                | Leaf::Field(FieldTest { test, .. }),
            ) => resolve(kind, &test, Asked { moment, by: "" }),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_lies_beyond_all_days_bounds_nothing() {
        let day = |day: &str| json!({ "date": day });
        let ever = json!({ "relative": { "anchor": "TODAY", "plus": "P200Y" } });
        let never = Predicate::In(Vec::new());
        for kind in [Kind::Date, Kind::Instant] {
            let at = |test: Value, as_of: &str| asked(kind, &test, as_of, "UTC");
            let now = now();
            assert_eq!(at(json!({ "onOrBefore": day("9999-12-31") }), now), Predicate::Present);
            assert_eq!(at(json!({ "after": day("9999-12-31") }), now), never);
            let last = at(json!({ "on": day("9999-12-31") }), now);
            assert!(matches!(last, Predicate::All(ends) if ends.len() == 1));
            assert_eq!(at(json!({ "before": ever }), "9900-01-01T00:00:00Z"), Predicate::Present);
            assert_eq!(at(json!({ "onOrAfter": ever }), "9900-01-01T00:00:00Z"), never);
            assert_eq!(at(json!({ "olderThan": "P200Y" }), "0100-01-01T00:00:00Z"), never);
        }
        let first =
            asked(Kind::Instant, &json!({ "before": day("0001-01-01") }), now(), "Asia/Tokyo");
        assert_eq!(first, never);
    }

    fn now() -> &'static str {
        "2026-11-02T12:00:00Z"
    }

    #[test]
    fn days_are_days_where_the_clock_skips_midnight() {
        let date = |text: &str| Scalar::Date(text.parse().unwrap());
        let between = |from: &str, to: &str| {
            Predicate::All(vec![Predicate::GreaterOrEqual(date(from)), Predicate::Less(date(to))])
        };
        // The next day begins at one in the morning.
        let at = |test: Value| asked(Kind::Date, &test, "2026-04-23T10:00:00Z", "Africa/Cairo");
        assert_eq!(at(json!({ "inLast": "P1D" })), between("2026-04-23", "2026-04-24"));
        assert_eq!(at(json!({ "inNext": "P1D" })), between("2026-04-23", "2026-04-24"));
        assert_eq!(at(json!({ "inNext": "P2D" })), between("2026-04-23", "2026-04-25"));
        let older = Predicate::All(vec![Predicate::Less(date("2026-04-23"))]);
        assert_eq!(at(json!({ "olderThan": "P1D" })), older);
        // A day that was skipped altogether may still be stored.
        let skipped = json!({ "on": { "date": "2011-12-30" } });
        let found = asked(Kind::Date, &skipped, now(), "Pacific/Apia");
        assert_eq!(found, between("2011-12-30", "2011-12-31"));
    }
}
