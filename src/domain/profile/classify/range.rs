//! Which values a classifying answer stands for (PRO-6). Values are whole ten-thousandths, and so are
//! ranges; what a value comes to is rounded before it is compared, half away from zero.

use std::ops::RangeInclusive;

use crate::entity::profile_answer;

/// To how many digits after the point values can be rounded: what is stored has no more. Before the
/// point, nobody needs more.
pub const DECIMALS: RangeInclusive<i32> = -9..=4;

/// What a number comes to: so many times as much.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) times: i64,
    /// More than 0.
    pub(super) per: i64,
}

impl Scale {
    /// Of values in ten-thousandths.
    pub(super) const VALUE: Self = Self { times: 1, per: 10_000 };

    /// Per cent of a total; all are 0 of a total that is not above it.
    pub(super) fn percent_of(total: i64) -> Self {
        match 0 < total {
            true => Self { times: 100, per: total },
            false => Self { times: 0, per: 1 },
        }
    }

    /// What `number` comes to, rounded, in units of the last digit.
    fn rounded(self, number: i64, decimals: i32) -> i128 {
        let (mut above, mut below) =
            (i128::from(number) * i128::from(self.times), i128::from(self.per));
        match decimals {
            0.. => above *= power(decimals),
            _ => below *= power(-decimals),
        }
        let half_up = (2 * above.abs() + below) / (2 * below);
        half_up * above.signum()
    }
}

/// Of ten; the exponents are few.
fn power(exponent: i32) -> i128 {
    (0..exponent).fold(1, |power, _| power * 10)
}

/// The numbers, each coming to what `scale` says, that the answer stands for; none if it has
/// neither end.
pub(super) fn range(
    answer: &profile_answer::Model,
    scale: Scale,
    decimals: i32,
) -> Option<RangeInclusive<i64>> {
    let decimals = decimals.clamp(*DECIMALS.start(), *DECIMALS.end());
    // A unit of the last digit, in ten-thousandths.
    let unit = power(4 - decimals);
    let from = answer.from_value.map(|from| -(-i128::from(from)).div_euclid(unit));
    let to = answer.to_value.map(|to| i128::from(to).div_euclid(unit));
    if from.is_none() && to.is_none() {
        return None;
    }
    let reaches = |number| from.is_none_or(|from| from <= scale.rounded(number, decimals));
    let exceeds = |number| to.is_some_and(|to| to < scale.rounded(number, decimals));
    let (first, end) = (first_with(reaches), first_with(exceeds));
    (first < end).then(|| first..=end - 1)
}

/// What is beyond is no value, and can be multiplied by what it is here.
const BEYOND: i64 = 1 << 60;

/// The least number with something that all greater ones have, too.
fn first_with(has: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (-BEYOND, BEYOND);
    while low < high {
        let middle = low + (high - low) / 2;
        match has(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::kinds::ProfilePriority;

    fn answer(from_value: Option<i64>, to_value: Option<i64>) -> profile_answer::Model {
        profile_answer::Model {
            questionnaire: "Q".to_owned(),
            no: 1,
            question_no: 1,
            description: String::new(),
            priority: ProfilePriority::Normal,
            from_value,
            to_value,
        }
    }

    #[test]
    fn values_are_rounded_before_they_are_compared() {
        for (from, to, decimals, inside, outside) in [
            // 1 to 3, by whole numbers.
            (Some(10_000), Some(30_000), 0, vec![5_000, 34_999], vec![4_999, 35_000]),
            (Some(10_000), None, 0, vec![5_000, 1 << 50], vec![4_999, -5_000]),
            (None, Some(0), 0, vec![4_999, 0, -70_000], vec![5_000]),
            // -1 and below: half goes away from zero.
            (None, Some(-10_000), 0, vec![-5_000, -5_001], vec![-4_999, 0]),
            (Some(10_000), Some(10_000), 4, vec![10_000], vec![9_999, 10_001]),
            (Some(15_000), Some(15_000), 0, vec![], vec![15_000, 20_000]),
            (Some(10_000), Some(10_000), 1, vec![9_500, 10_499], vec![9_499, 10_500]),
            // 100, by hundreds.
            (Some(1_000_000), Some(1_000_000), -2, vec![500_000, 1_499_999], vec![499_999]),
        ] {
            let range = range(&answer(from, to), Scale::VALUE, decimals);
            let has = |number: &i64| range.as_ref().is_some_and(|it| it.contains(number));
            assert!(inside.iter().all(has), "{from:?} {to:?} {decimals} {range:?}");
            assert!(!outside.iter().any(has), "{from:?} {to:?} {decimals} {range:?}");
        }
        assert_eq!(range(&answer(None, None), Scale::VALUE, 0), None);
    }

    #[test]
    fn ranks_and_shares_are_per_cent() {
        // The first and the last quarter of seven, by whole per cent.
        let (first, last) = (answer(None, Some(250_000)), answer(Some(760_000), None));
        let of_seven = Scale::percent_of(7);
        assert_eq!(range(&first, of_seven, 0), Some(-BEYOND..=1));
        assert_eq!(range(&last, of_seven, 0).map(|it| *it.start()), Some(6));
        let nothing = Scale::percent_of(0);
        assert!(range(&first, nothing, 0).is_some_and(|it| it.contains(&5)));
        assert_eq!(range(&last, nothing, 0), None);
    }
}
