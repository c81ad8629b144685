//! Days as they are typed in Business Central. Those without a year stay relative: they are of the
//! month, week or year in which they are asked for.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{
    criteria::{Anchor, Formula, Kind, Period, When},
    is_storable,
};

pub(super) const EXPECTED: &[&str] = &[
    "a date such as 2026-11-23 or 23112026",
    "today",
    "a day of the week such as mon or mon25",
    "a date formula such as -90D or CM+10D",
];

const WEEKDAYS: [&str; 7] =
    ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
/// The date of work is today: there is one clock.
const TODAY: [&str; 4] = ["TODAY", "T", "WORKDATE", "W"];

/// What day, or instant, a text is; or why it is none, as a sentence.
pub(super) fn when(kind: Kind, text: &str) -> Result<When, String> {
    if let Some(date) = text.parse().ok().filter(|date| is_storable(*date)) {
        return Ok(When::Date(date));
    }
    if let Ok(instant) = text.parse::<DateTime<Utc>>()
        && kind == Kind::Instant
        && is_storable(instant.date_naive())
    {
        return Ok(When::Instant(instant));
    }
    let upper: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    if is_number(&upper) {
        return digits(&upper);
    }
    if upper.strip_prefix('P').is_some_and(is_number) {
        return Err("There are no accounting periods here: give the days, as from..to.".to_owned());
    }
    if upper.strip_prefix('C').is_some_and(is_number) {
        return Err("There are no closing dates here: give the day itself.".to_owned());
    }
    let found = weekday(&upper)
        .or_else(|| from_today(&upper))
        .or_else(|| Formula::parse(&upper).map(Formula::when));
    found.ok_or_else(|| {
        format!("{text:?} is not a date such as 2026-11-23, today, mon25, -90D or CM+10D.")
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `22` of this month, `2212` of this year, `221226` or `22122026`: the day first, whatever the
/// language. Years of two digits are those from 1930 to 2029, as there.
fn digits(digits: &str) -> Result<When, String> {
    let at = |from: usize| digits.get(from..from + 2).and_then(|it| it.parse::<u32>().ok());
    let day = at(0).filter(|day| (1..=31).contains(day));
    let month = at(2).filter(|month| (1..=12).contains(month));
    // In a leap year, as 1904 was.
    let occurs = |day, month| NaiveDate::from_ymd_opt(1904, month, day).is_some();
    let later = |anchor, months, days| When::Relative {
        anchor,
        plus: Period { months, days, ..Period::default() },
    };
    let year = match digits.len() {
        6 => at(4).map(|year| if year < 30 { 2000 + year } else { 1900 + year }),
        8 => digits[4..].parse().ok(),
        _ => None,
    };
    let found = match (digits.len(), day, month) {
        (2, Some(day), _) => Some(later(Anchor::MonthStart, 0, day - 1)),
        (4, Some(day), Some(month)) if occurs(day, month) => {
            Some(later(Anchor::YearStart, month - 1, day - 1))
        }
        (6 | 8, Some(day), Some(month)) => year
            .and_then(|year| NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day))
            .filter(|date| is_storable(*date))
            .map(When::Date),
        _ => None,
    };
    found.ok_or_else(|| {
        format!(
            "{digits} is not a date: write the day (22), with the month (2212), and with the year \
             (221226 or 22122026)."
        )
    })
}

/// A day of this week, or with a number, of that week of this year by ISO 8601: `MON`, `FRIDAY25`.
fn weekday(upper: &str) -> Option<When> {
    let name = upper.trim_end_matches(|char: char| char.is_ascii_digit());
    let is = |day: &&str| *day == name || day[..3] == *name;
    let day = u32::try_from(WEEKDAYS.iter().position(is)?).ok()?;
    let days = |days| Period { days, ..Period::default() };
    match &upper[name.len()..] {
        "" => Some(When::Relative { anchor: Anchor::WeekStart, plus: days(day) }),
        week => {
            let week: u32 = week.parse().ok().filter(|week| (1..=53).contains(week))?;
            Some(When::Relative { anchor: Anchor::FirstWeek, plus: days((week - 1) * 7 + day) })
        }
    }
}

/// `T`, `TODAY`, and from there: `T-90D`.
fn from_today(upper: &str) -> Option<When> {
    let today = TODAY.iter().find_map(|today| {
        let rest = upper.strip_prefix(today)?;
        (rest.is_empty() || rest.starts_with(['+', '-'])).then_some(rest)
    })?;
    match today {
        "" => Some(When::Relative { anchor: Anchor::Today, plus: Period::default() }),
        formula => Formula::parse(formula).map(Formula::when),
    }
}
