//! Algebra of sets that may stand for their complements.

use roaring::RoaringBitmap;

/// Combines what there is `so_far` with another set, or with all contacts but that set.
pub(super) fn combined_with(
    so_far: Option<(RoaringBitmap, bool)>,
    set: &RoaringBitmap,
    all_but: bool,
    any: bool,
) -> (RoaringBitmap, bool) {
    match so_far {
        None => (set.clone(), all_but),
        Some(so_far) => combine(so_far, (set, all_but), any),
    }
}

/// Intersection, or union if `any`, of sets that may stand for their complements.
fn combine(
    left: (RoaringBitmap, bool),
    right: (&RoaringBitmap, bool),
    any: bool,
) -> (RoaringBitmap, bool) {
    // A union is the complement of the complements' intersection.
    let ((left, left_all_but), (right, right_all_but)) =
        ((left.0, left.1 != any), (right.0, right.1 != any));
    let (set, all_but) = match (left_all_but, right_all_but) {
        (false, false) => (left & right, false),
        (false, true) => (left - right, false),
        (true, false) => (right - left, false),
        (true, true) => (left | right, true),
    };
    (set, all_but != any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complements_combine_like_sets() {
        let everybody: RoaringBitmap = (0..8).collect();
        let real = |(set, all_but): &(RoaringBitmap, bool)| {
            if *all_but { &everybody - set } else { set.clone() }
        };
        for bits in 0..=255_u32 {
            let left: RoaringBitmap = (0..4).filter(|key| bits >> key & 1 == 1).collect();
            let right: RoaringBitmap = (0..4).filter(|key| bits >> (key + 4) & 1 == 1).collect();
            for (left_all_but, right_all_but) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let (left, right) = ((left.clone(), left_all_but), (right.clone(), right_all_but));
                let both = combine(left.clone(), (&right.0, right.1), false);
                assert_eq!(real(&both), real(&left) & real(&right));
                let either = combine(left.clone(), (&right.0, right.1), true);
                assert_eq!(real(&either), real(&left) | real(&right));
            }
        }
    }
}
