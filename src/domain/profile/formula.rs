//! Date formulas, as Business Central writes them: `CY-1Y+1D` is the day after the last of the year
//! before.

use std::fmt::{self, Display, Formatter};

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::domain::is_storable;

/// Characters of a formula.
const CHARS_MAX: usize = 32;

/// Steps from one day to another, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula(Vec<Term>);

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Term {
    negative: bool,
    step: Step,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Step {
    /// To the last day of the unit that the day is in; to the first, if negative.
    Current(Unit),
    By(u32, Unit),
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    const ALL: [(char, Self); 5] = [
        ('D', Self::Day),
        ('W', Self::Week),
        ('M', Self::Month),
        ('Q', Self::Quarter),
        ('Y', Self::Year),
    ];

    fn letter(self) -> char {
        match self {
            Self::Day => 'D',
            Self::Week => 'W',
            Self::Month => 'M',
            Self::Quarter => 'Q',
            Self::Year => 'Y',
        }
    }

    /// The first day of the unit that `day` is in; weeks begin on Monday.
    fn first(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => Some(day),
            Self::Week => {
                day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))
            }
            Self::Month => day.with_day(1),
            Self::Quarter => day.with_day(1)?.with_month(day.month0() / 3 * 3 + 1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        }
    }

    fn moved(self, day: NaiveDate, count: u32, back: bool) -> Option<NaiveDate> {
        let months = match self {
            Self::Day | Self::Week => {
                let days = if self == Self::Week { 7 } else { 1 };
                let days = Days::new(u64::from(count) * days);
                return if back { day.checked_sub_days(days) } else { day.checked_add_days(days) };
            }
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let months = Months::new(count.checked_mul(months)?);
        if back { day.checked_sub_months(months) } else { day.checked_add_months(months) }
    }
}

impl Formula {
    /// Reads a formula; angle brackets around it mean nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_uppercase();
        let text = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(&text);
        if text.is_empty() || CHARS_MAX < text.len() {
            return None;
        }
        let mut terms = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let signed = rest.strip_prefix(['+', '-']);
            if signed.is_none() && !terms.is_empty() {
                return None;
            }
            let negative = rest.starts_with('-');
            let term = signed.unwrap_or(rest);
            let digits = term.len() - term.trim_start_matches(|it: char| it.is_ascii_digit()).len();
            let (count, word) = term.split_at(digits);
            let (current, word) = match word.strip_prefix('C') {
                Some(word) if digits == 0 => (true, word),
                _ => (false, word),
            };
            let letter = word.chars().next()?;
            let (_, unit) = Unit::ALL.into_iter().find(|(it, _)| *it == letter)?;
            let step = match current {
                true => Step::Current(unit),
                false => Step::By(count.parse().ok()?, unit),
            };
            terms.push(Term { negative, step });
            rest = &word[letter.len_utf8()..];
        }
        Some(Self(terms))
    }

    /// The day that it leads to; nothing if that is in no year from 1 to 9999.
    pub fn from(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.iter().try_fold(day, |day, term| {
            let day = match (term.step, term.negative) {
                (Step::Current(unit), true) => unit.first(day),
                (Step::Current(unit), false) => unit.moved(unit.first(day)?, 1, false)?.pred_opt(),
                (Step::By(count, unit), back) => unit.moved(day, count, back),
            };
            day.filter(|day| is_storable(*day))
        })
    }
}

impl Display for Formula {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, term) in self.0.iter().enumerate() {
            match (term.negative, index) {
                (true, _) => f.write_str("-")?,
                (false, 0) => {}
                (false, _) => f.write_str("+")?,
            }
            match term.step {
                Step::Current(unit) => write!(f, "C{}", unit.letter())?,
                Step::By(count, unit) => write!(f, "{count}{}", unit.letter())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_leads_from_one_day_to_another() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 26).unwrap();
        for (text, expected) in [
            ("CY-2Y+1D", "2026-01-01"),
            ("CY-1Y", "2026-12-31"),
            ("CY-1Y+1D", "2027-01-01"),
            ("CD", "2027-01-26"),
            ("-CD", "2027-01-26"),
            ("-CM", "2027-01-01"),
            ("CM", "2027-01-31"),
            ("CM+1M", "2027-02-28"),
            ("<-CQ>", "2027-01-01"),
            ("CQ", "2027-03-31"),
            ("-CW", "2027-01-25"),
            ("cw", "2027-01-31"),
            ("-2W", "2027-01-12"),
            ("1Q", "2027-04-26"),
            ("-0D", "2027-01-26"),
        ] {
            let formula = Formula::parse(text).unwrap();
            assert_eq!(formula.from(day).unwrap().to_string(), expected, "{text}");
            assert_eq!(Formula::parse(&formula.to_string()), Some(formula), "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_told_from_one() {
        for bad in ["", "Y", "1", "1YY", "CY1D", "C", "1X", "+", "CY-", "99999999999D", "Å"] {
            assert_eq!(Formula::parse(bad), None, "{bad}");
        }
        let day = NaiveDate::from_ymd_opt(2027, 1, 26).unwrap();
        assert_eq!(Formula::parse("4294967295Y").unwrap().from(day), None);
        assert_eq!(Formula::parse("9000Y").unwrap().from(day), None);
    }
}
