//! Samples: the same contacts on every machine, for ever, for stored segments may depend on them.

use roaring::RoaringBitmap;
use rust_decimal::Decimal;

use super::{Sample, SampleSize};

/// Draws a sample. Whether a contact is in a fraction depends on the contact alone; how many are
/// taken by number does not change who comes first.
pub(super) fn draw(of: &RoaringBitmap, sample: &Sample) -> RoaringBitmap {
    let salt = salt_of(&sample.salt);
    match &sample.size {
        SampleSize::Fraction(fraction) => {
            // A contact is in if its mix falls below this part of all 64-bit numbers.
            let parts = Decimal::from(u64::MAX) * fraction;
            let limit = u64::try_from(parts.round()).unwrap_or(u64::MAX);
            of.iter().filter(|key| mix(salt, *key) <= limit && limit != 0).collect()
        }
        SampleSize::Take(take) => {
            let take = usize::try_from(*take).unwrap_or(usize::MAX);
            let mut mixed: Vec<(u64, u32)> = of.iter().map(|key| (mix(salt, key), key)).collect();
            if take < mixed.len() {
                mixed.select_nth_unstable(take);
                mixed.truncate(take);
            }
            mixed.into_iter().map(|(_, key)| key).collect()
        }
    }
}

/// FNV-1a, 64 bits.
fn salt_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Spreads keys evenly over 64 bits, differently for each salt: the finaliser of SplitMix64.
fn mix(salt: u64, key: u32) -> u64 {
    let mut mixed = salt ^ u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::criteria::Tree;

    fn drawn(size: SampleSize) -> RoaringBitmap {
        let sample = Sample { size, salt: "spring".to_owned(), of: Tree::All(Vec::new()) };
        draw(&(1..=10_000).collect(), &sample)
    }

    #[test]
    fn samples_never_change() {
        assert_eq!(salt_of(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(drawn(SampleSize::Take(4)).iter().collect::<Vec<_>>(), [283, 1268, 3335, 5084]);
    }

    #[test]
    fn a_fraction_is_about_as_large_as_it_says() {
        let quarter = drawn(SampleSize::Fraction(Decimal::new(25, 2)));
        assert!((2_400..=2_600).contains(&quarter.len()), "{}", quarter.len());
        assert!(drawn(SampleSize::Fraction(Decimal::ZERO)).is_empty());
        assert_eq!(drawn(SampleSize::Fraction(Decimal::ONE)).len(), 10_000);
    }

    #[test]
    fn more_taken_are_the_same_and_more() {
        let (few, many) = (drawn(SampleSize::Take(10)), drawn(SampleSize::Take(100)));
        assert!(few.len() == 10 && many.len() == 100 && few.is_subset(&many));
        assert_eq!(drawn(SampleSize::Take(20_000)).len(), 10_000);
    }
}
