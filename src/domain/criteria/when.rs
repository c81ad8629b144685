//! Days and instants, also relative ones that are made certain only when criteria are evaluated.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::formula::{Formula, Unit};
use crate::domain::Moment;

/// A day or an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    /// `anchor` and this much later, or earlier if the period is negative.
    Relative {
        anchor: Anchor,
        plus: Period,
    },
    /// A day found in several steps.
    Formula(Formula),
}

/// What a relative date counts from.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    Today,
    Now,
    /// Monday of this week.
    WeekStart,
    MonthStart,
    QuarterStart,
    YearStart,
    /// Sunday of this week.
    WeekEnd,
    MonthEnd,
    QuarterEnd,
    YearEnd,
    /// Monday of week 1 of this year, by ISO 8601.
    FirstWeek,
}

impl Anchor {
    pub const ALL: [Self; 11] = [
        Self::Today,
        Self::Now,
        Self::WeekStart,
        Self::MonthStart,
        Self::QuarterStart,
        Self::YearStart,
        Self::WeekEnd,
        Self::MonthEnd,
        Self::QuarterEnd,
        Self::YearEnd,
        Self::FirstWeek,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "TODAY",
            Self::Now => "NOW",
            Self::WeekStart => "WEEK_START",
            Self::MonthStart => "MONTH_START",
            Self::QuarterStart => "QUARTER_START",
            Self::YearStart => "YEAR_START",
            Self::WeekEnd => "WEEK_END",
            Self::MonthEnd => "MONTH_END",
            Self::QuarterEnd => "QUARTER_END",
            Self::YearEnd => "YEAR_END",
            Self::FirstWeek => "FIRST_WEEK",
        }
    }
}

/// A length of time. Months come first, then days, then seconds; all have the same sign.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    pub negative: bool,
    pub months: u32,
    pub days: u32,
    pub seconds: u32,
}

/// The longest period: 200 years in each unit, so that no sum overflows a date.
const YEARS_MAX: u32 = 200;

impl Period {
    /// From ISO 8601, such as `P90D`, `-P1M`, `P1Y6M`, `P2W` or `PT36H`; nothing if it is none, or
    /// if a unit goes beyond 200 years.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let rest = rest.strip_prefix('P')?;
        let (date, time) = match rest.split_once('T') {
            Some((date, time)) if !time.is_empty() => (date, time),
            Some(_) => return None,
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let [years, months, weeks, days] = units(date, ['Y', 'M', 'W', 'D'])?;
        let [hours, minutes, seconds] = units(time, ['H', 'M', 'S'])?;
        let months = years.checked_mul(12)?.checked_add(months)?;
        let days = weeks.checked_mul(7)?.checked_add(days)?;
        let seconds =
            hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
        let small = months <= YEARS_MAX * 12
            && days <= YEARS_MAX * 366
            && u64::from(seconds) <= u64::from(u32::MAX);
        small.then_some(Self { negative, months, days, seconds })
    }

    pub(super) fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    pub(super) fn after_day(self, day: NaiveDate) -> Option<NaiveDate> {
        let (months, days) = (Months::new(self.months), Days::new(self.days.into()));
        if self.negative {
            day.checked_sub_months(months)?.checked_sub_days(days)
        } else {
            day.checked_add_months(months)?.checked_add_days(days)
        }
    }

    /// Whole days are days of the calendar there: a day may have 23 hours.
    pub(super) fn after_instant(self, instant: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = instant.with_timezone(&zone).naive_local();
        let day = self.after_day(local.date())?;
        let moved = if day == local.date() {
            instant
        } else {
            local_to_utc(zone, day.and_time(local.time()))
        };
        let seconds = TimeDelta::seconds(self.seconds.into());
        if self.negative {
            moved.checked_sub_signed(seconds)
        } else {
            moved.checked_add_signed(seconds)
        }
    }
}

/// The numbers before the units, which come in their order, each at most once.
fn units<const N: usize>(mut text: &str, units: [char; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    for (number, unit) in numbers.iter_mut().zip(units) {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if 0 < digits && text[digits..].starts_with(unit) {
            *number = text[..digits].parse().ok()?;
            text = &text[digits + 1..];
        }
    }
    text.is_empty().then_some(numbers)
}

/// As ISO 8601.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        f.write_str("P")?;
        if 0 < self.months {
            write!(f, "{}M", self.months)?;
        }
        if 0 < self.days || (self.months == 0 && self.seconds == 0) {
            write!(f, "{}D", self.days)?;
        }
        if 0 < self.seconds {
            write!(f, "T{}S", self.seconds)?;
        }
        Ok(())
    }
}

/// A [`When`] that has become certain: a whole day, or a point in time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Certain {
    Day(NaiveDate),
    Point(DateTime<Utc>),
}

impl When {
    /// What it is at `moment`. Beyond the calendar it stays at its end.
    pub(super) fn certain(&self, moment: Moment) -> Certain {
        let today = moment.today();
        let (anchor, plus) = match self {
            Self::Date(date) => return Certain::Day(*date),
            Self::Instant(instant) => return Certain::Point(*instant),
            Self::Formula(formula) => return Certain::Day(formula.from(today)),
            Self::Relative { anchor, plus } => (*anchor, *plus),
        };
        let day = match anchor {
            Anchor::Now => {
                let point = plus.after_instant(moment.as_of, moment.time_zone);
                return Certain::Point(point.unwrap_or(moment.as_of));
            }
            Anchor::Today => today,
            Anchor::WeekStart => Unit::Week.start(today),
            Anchor::MonthStart => Unit::Month.start(today),
            Anchor::QuarterStart => Unit::Quarter.start(today),
            Anchor::YearStart => Unit::Year.start(today),
            Anchor::WeekEnd => Unit::Week.end(today),
            Anchor::MonthEnd => Unit::Month.end(today),
            Anchor::QuarterEnd => Unit::Quarter.end(today),
            Anchor::YearEnd => Unit::Year.end(today),
            Anchor::FirstWeek => {
                NaiveDate::from_isoywd_opt(today.year(), 1, Weekday::Mon).unwrap_or(today)
            }
        };
        if plus.seconds == 0 {
            return Certain::Day(plus.after_day(day).unwrap_or(day));
        }
        let start = start_of(day, moment.time_zone);
        Certain::Point(plus.after_instant(start, moment.time_zone).unwrap_or(start))
    }
}

/// When a day begins there: at midnight, or at the end of the gap if the clock skips midnight.
pub(super) fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    local_to_utc(zone, day.and_time(chrono::NaiveTime::MIN))
}

fn local_to_utc(zone: Tz, local: chrono::NaiveDateTime) -> DateTime<Utc> {
    // Gaps are at most a day long, where a country crossed the date line.
    let candidates = (0..=24 * 4).map(|quarters| local + TimeDelta::minutes(15 * quarters));
    candidates
        .filter_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|at| at.with_timezone(&Utc))
        .next()
        .unwrap_or_else(|| local.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(as_of: &str, zone: &str) -> Moment {
        Moment { as_of: as_of.parse().unwrap(), time_zone: zone.parse().unwrap() }
    }

    #[test]
    fn periods_are_read_and_written() {
        for (text, written) in [
            ("P90D", "P90D"),
            ("-P1M", "-P1M"),
            ("P1Y6M", "P18M"),
            ("P2W", "P14D"),
            ("PT36H", "PT129600S"),
            ("P1DT1M", "P1DT60S"),
            ("P0D", "P0D"),
        ] {
            assert_eq!(Period::parse(text).unwrap().to_string(), written);
            assert_eq!(Period::parse(written), Period::parse(text));
        }
        for text in ["", "P", "PT", "P1", "1D", "P1DT", "P1D1M", "P99999999999Y", "P-1D", "P1.5D"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn anchors_are_days_of_the_business() {
        // It is already Monday in Stockholm.
        let moment = moment("2026-11-01T23:30:00Z", "Europe/Stockholm");
        let at = |anchor| When::Relative { anchor, plus: Period::default() }.certain(moment);
        let day = |text: &str| Certain::Day(text.parse().unwrap());
        assert_eq!(at(Anchor::Today), day("2026-11-02"));
        assert_eq!(at(Anchor::WeekStart), day("2026-11-02"));
        assert_eq!(at(Anchor::MonthStart), day("2026-11-01"));
        assert_eq!(at(Anchor::QuarterStart), day("2026-10-01"));
        assert_eq!(at(Anchor::YearStart), day("2026-01-01"));
        assert_eq!(at(Anchor::WeekEnd), day("2026-11-08"));
        assert_eq!(at(Anchor::MonthEnd), day("2026-11-30"));
        assert_eq!(at(Anchor::QuarterEnd), day("2026-12-31"));
        assert_eq!(at(Anchor::YearEnd), day("2026-12-31"));
        assert_eq!(at(Anchor::FirstWeek), day("2025-12-29"));
        assert_eq!(at(Anchor::Now), Certain::Point(moment.as_of));
    }

    #[test]
    fn a_day_begins_when_the_clock_says_so() {
        let at = |day: &str, zone: &str| {
            start_of(day.parse().unwrap(), zone.parse().unwrap()).to_rfc3339()
        };
        assert_eq!(at("2026-06-01", "Europe/Stockholm"), "2026-05-31T22:00:00+00:00");
        // Midnight was skipped: the clock went from 23:59 to 01:00.
        assert_eq!(at("2018-11-04", "America/Sao_Paulo"), "2018-11-04T03:00:00+00:00");
        // The day was skipped altogether.
        assert_eq!(at("2011-12-30", "Pacific/Apia"), "2011-12-30T10:00:00+00:00");
    }
}
