//! Date formulas as in Business Central: `CM` is the end of this month, `-CM` its beginning, `-1Y` a
//! year ago, `D10` the next 10th of a month, `WD4` the next Thursday; one after the other they go on
//! from where the one before led: `-1M+CM` is the end of last month.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::{Anchor, Period, When};

/// How many parts a formula may have.
const STEPS_MAX: usize = 8;

/// A way from today to another day, in several steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula(Vec<Step>);

/// One step of the way.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Step {
    /// To the first day of what the day lies in.
    Start(Unit),
    /// To the last.
    End(Unit),
    /// So much later, or earlier: months or days.
    Plus(Period),
    /// To the next day of a month with this number, or back to the one before.
    MonthDay { day: u32, back: bool },
    /// To the next day of the week, of which Monday is the first, or back to the one before.
    WeekDay { day: u32, back: bool },
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'D' => Self::Day,
            'W' => Self::Week,
            'M' => Self::Month,
            'Q' => Self::Quarter,
            'Y' => Self::Year,
            _ => return None,
        })
    }

    fn letter(self) -> char {
        match self {
            Self::Day => 'D',
            Self::Week => 'W',
            Self::Month => 'M',
            Self::Quarter => 'Q',
            Self::Year => 'Y',
        }
    }

    fn times(self, count: u32, negative: bool) -> Option<Period> {
        // Read in its own form, so that the same limits hold.
        let text = match self {
            Self::Quarter => format!("P{}M", count.checked_mul(3)?),
            unit => format!("P{count}{}", unit.letter()),
        };
        Period::parse(&text).map(|period| Period { negative: negative && 0 < count, ..period })
    }

    /// The first day of the one that `day` lies in.
    pub(super) fn start(self, day: NaiveDate) -> NaiveDate {
        let first = |day: NaiveDate| day.with_day(1).expect("every month has a first");
        match self {
            Self::Day => day,
            Self::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
            Self::Month => first(day),
            Self::Quarter => first(day) - Months::new(day.month0() % 3),
            Self::Year => first(day) - Months::new(day.month0()),
        }
    }

    /// Its last day; at the end of the calendar the day itself.
    pub(super) fn end(self, day: NaiveDate) -> NaiveDate {
        let start = self.start(day);
        let next = match self {
            Self::Day => return day,
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
            Self::Quarter => start.checked_add_months(Months::new(3)),
            Self::Year => start.checked_add_months(Months::new(12)),
        };
        next.and_then(|next| next.pred_opt()).unwrap_or(day)
    }
}

impl Formula {
    /// Reads a formula; nothing if it is none. White space and case don't matter.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
        let mut rest = text.as_str();
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let back = rest.starts_with('-');
            let is_signed = back || rest.starts_with('+');
            if !is_signed && !steps.is_empty() {
                return None;
            }
            rest = &rest[usize::from(is_signed)..];
            let end = rest.find(['+', '-']).unwrap_or(rest.len());
            steps.push(step(&rest[..end], back)?);
            rest = &rest[end..];
        }
        (1..=STEPS_MAX).contains(&steps.len()).then_some(Self(steps))
    }

    /// As simply as it can be said: most lead from the beginning or end of something once ahead.
    pub fn when(self) -> When {
        let mut steps = self.0.as_slice();
        let mut anchor = Anchor::Today;
        if let Some((first, others)) = steps.split_first()
            && let Some(found) = anchor_of(*first)
        {
            (anchor, steps) = (found, others);
        }
        let plus = match *steps {
            [] => Some(Period::default()),
            [Step::Plus(plus)] => Some(plus),
            [Step::Plus(months), Step::Plus(days)]
                if days.months == 0 && months.days == 0 && months.negative == days.negative =>
            {
                Some(Period { months: months.months, ..days })
            }
            _ => None,
        };
        match plus {
            Some(plus) => When::Relative { anchor, plus },
            None => When::Formula(self),
        }
    }

    /// The formula for what [`Formula::when`] made simpler; nothing if none says it.
    pub(super) fn of(anchor: Anchor, plus: Period) -> Option<Self> {
        if plus.seconds != 0 {
            return None;
        }
        let mut steps = match anchor {
            Anchor::Today => Vec::new(),
            Anchor::Now | Anchor::FirstWeek => return None,
            Anchor::WeekStart => vec![Step::Start(Unit::Week)],
            Anchor::MonthStart => vec![Step::Start(Unit::Month)],
            Anchor::QuarterStart => vec![Step::Start(Unit::Quarter)],
            Anchor::YearStart => vec![Step::Start(Unit::Year)],
            Anchor::WeekEnd => vec![Step::End(Unit::Week)],
            Anchor::MonthEnd => vec![Step::End(Unit::Month)],
            Anchor::QuarterEnd => vec![Step::End(Unit::Quarter)],
            Anchor::YearEnd => vec![Step::End(Unit::Year)],
        };
        if 0 < plus.months {
            steps.push(Step::Plus(Period { days: 0, ..plus }));
        }
        if 0 < plus.days {
            steps.push(Step::Plus(Period { months: 0, ..plus }));
        }
        if steps.is_empty() {
            steps.push(Step::End(Unit::Day));
        }
        Some(Self(steps))
    }

    /// Where it leads. Beyond the calendar it stays where it is.
    pub fn from(&self, today: NaiveDate) -> NaiveDate {
        self.0.iter().fold(today, |day, step| match *step {
            Step::Start(unit) => unit.start(day),
            Step::End(unit) => unit.end(day),
            Step::Plus(period) => period.after_day(day).unwrap_or(day),
            Step::MonthDay { day: number, back } => month_day(day, number, back).unwrap_or(day),
            Step::WeekDay { day: number, back } => {
                let now = day.weekday().number_from_monday();
                let away = if back { now + 7 - number } else { number + 7 - now };
                let days = Days::new(u64::from((away - 1) % 7 + 1));
                let found =
                    if back { day.checked_sub_days(days) } else { day.checked_add_days(days) };
                found.unwrap_or(day)
            }
        })
    }
}

/// The first day with this number after `day`, or the last one before it. Months without such a day
/// are passed over.
fn month_day(day: NaiveDate, number: u32, back: bool) -> Option<NaiveDate> {
    let first = Unit::Month.start(day);
    (0..=2).find_map(|months| {
        let months = Months::new(months);
        let month = if back {
            first.checked_sub_months(months)?
        } else {
            first.checked_add_months(months)?
        };
        month.with_day(number).filter(|found| if back { *found < day } else { day < *found })
    })
}

fn step(text: &str, back: bool) -> Option<Step> {
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    if let Some(unit) = text.strip_prefix('C') {
        let mut letters = unit.chars();
        let unit = Unit::of(letters.next()?)?;
        let step = if back { Step::Start(unit) } else { Step::End(unit) };
        return letters.next().is_none().then_some(step);
    }
    if let Some(day) = text.strip_prefix("WD").and_then(number) {
        return (1..=7).contains(&day).then_some(Step::WeekDay { day, back });
    }
    if let Some(day) = text.strip_prefix('D').and_then(number) {
        return (1..=31).contains(&day).then_some(Step::MonthDay { day, back });
    }
    let unit = Unit::of(text.chars().next_back()?)?;
    Some(Step::Plus(unit.times(number(&text[..text.len() - 1])?, back)?))
}

fn anchor_of(step: Step) -> Option<Anchor> {
    Some(match step {
        Step::Start(Unit::Day) | Step::End(Unit::Day) => Anchor::Today,
        Step::Start(Unit::Week) => Anchor::WeekStart,
        Step::Start(Unit::Month) => Anchor::MonthStart,
        Step::Start(Unit::Quarter) => Anchor::QuarterStart,
        Step::Start(Unit::Year) => Anchor::YearStart,
        Step::End(Unit::Week) => Anchor::WeekEnd,
        Step::End(Unit::Month) => Anchor::MonthEnd,
        Step::End(Unit::Quarter) => Anchor::QuarterEnd,
        Step::End(Unit::Year) => Anchor::YearEnd,
        _ => return None,
    })
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let back = match *step {
                Step::Start(_) => true,
                Step::End(_) => false,
                Step::Plus(period) => period.negative,
                Step::MonthDay { back, .. } | Step::WeekDay { back, .. } => back,
            };
            f.write_str(if back {
                "-"
            } else if 0 < index {
                "+"
            } else {
                ""
            })?;
            match *step {
                Step::Start(unit) | Step::End(unit) => write!(f, "C{}", unit.letter())?,
                Step::Plus(Period { months, .. }) if 0 < months && months % 12 == 0 => {
                    write!(f, "{}Y", months / 12)?;
                }
                Step::Plus(Period { months, .. }) if 0 < months => write!(f, "{months}M")?,
                Step::Plus(Period { days, .. }) => write!(f, "{days}D")?,
                Step::MonthDay { day, .. } => write!(f, "D{day}")?,
                Step::WeekDay { day, .. } => write!(f, "WD{day}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    fn from_2_november(formula: &str) -> String {
        let today = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let formula = Formula::parse(formula).unwrap();
        assert_eq!(Formula::parse(&formula.to_string()), Some(formula.clone()));
        formula.from(today).to_string()
    }

    #[test]
    fn formulas_lead_from_today_to_another_day() {
        for (formula, day) in [
            ("CD", "2026-11-02"),
            ("CW", "2026-11-08"),
            ("-cw", "2026-11-02"),
            ("CM", "2026-11-30"),
            ("-CM", "2026-11-01"),
            ("CQ", "2026-12-31"),
            ("-CQ", "2026-10-01"),
            ("CY", "2026-12-31"),
            ("10D", "2026-11-12"),
            ("2W", "2026-11-16"),
            ("1Q", "2027-02-02"),
            ("-1Y", "2025-11-02"),
            ("CM + 10D", "2026-12-10"),
            ("-1M+CM", "2026-10-31"),
            ("CM-1M", "2026-10-30"),
            ("D10", "2026-11-10"),
            ("D2", "2026-12-02"),
            ("D31", "2026-12-31"),
            ("-D10", "2026-10-10"),
            ("-D2", "2026-10-02"),
            ("WD4", "2026-11-05"),
            ("WD1", "2026-11-09"),
            ("-WD1", "2026-10-26"),
            ("-WD7", "2026-11-01"),
        ] {
            assert_eq!(from_2_november(formula), day, "{formula}");
        }
        for formula in
            ["", "C", "CX", "10", "D", "D0", "D32", "WD8", "1D2M", "+", "1D+", "9999Y", "C1"]
        {
            assert_eq!(Formula::parse(formula), None, "{formula}");
        }
    }

    #[test]
    fn what_can_be_said_simply_is() {
        let simple = |formula: &str| match Formula::parse(formula).unwrap().when() {
            When::Relative { anchor, plus } => Some(format!("{} {plus}", anchor.name())),
            _ => None,
        };
        for (formula, expected) in [
            ("CM+10D", Some("MONTH_END P10D")),
            ("-90D", Some("TODAY -P90D")),
            ("-CY+1M+2D", Some("YEAR_START P1M2D")),
            ("2W", Some("TODAY P14D")),
            ("1D+1M", None),
            ("1M+1M", None),
            ("-1M+CM", None),
            ("D10", None),
        ] {
            assert_eq!(simple(formula).as_deref(), expected, "{formula}");
        }
    }
}
