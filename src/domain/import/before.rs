//! What was there before an import, for files whose rows have no number of their own that stays: a row is
//! taken for what says the same, and no two rows for one.

use std::collections::HashMap;

use roaring::RoaringTreemap;

use super::check::Written;

/// How far an import is in what was there before.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The first key that this import took: what has a lower one was there before.
    pub(super) first_key: Option<i64>,
    /// Keys of what rows have been taken for, in the chunks so far.
    found: RoaringTreemap,
}

impl Progress {
    pub(super) fn committed(&mut self, written: &Written) {
        self.first_key = self.first_key.or(written.first_key);
        self.found |= &written.found;
    }

    /// Of what was there before, that which no row has been taken for.
    pub(super) fn left<M>(
        &self,
        before: Vec<M>,
        key: impl Fn(&M) -> i64,
        content: impl Fn(&M) -> String,
    ) -> Left<M> {
        let mut left: HashMap<String, Vec<M>> = HashMap::new();
        for it in before {
            if !self.found.contains(key(&it).cast_unsigned()) {
                left.entry(content(&it)).or_default().push(it);
            }
        }
        Left(left)
    }
}

/// What rows can still be taken for, by what it says.
#[derive(Debug)]
pub(super) struct Left<M>(HashMap<String, Vec<M>>);

impl<M> Left<M> {
    /// Takes one that says this: best one that is the same beyond it.
    pub(super) fn take(&mut self, content: &str, is_same: impl Fn(&M) -> bool) -> Option<M> {
        let them = self.0.get_mut(content).filter(|them| !them.is_empty())?;
        let place = them.iter().position(is_same).unwrap_or(0);
        Some(them.swap_remove(place))
    }
}
