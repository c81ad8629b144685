//! Whether contacts are found by their words, all of them and no others.

use std::hash::{DefaultHasher, Hash, Hasher};

use roaring::RoaringBitmap;

use super::{FINDINGS_MAX, Run};
use crate::{db, domain::Result, entity::contact};

/// For each contact, by its key: the words it should be found by, less those it is found by, as sums
/// of hashes. Nothing is left where they are the same. Eight bytes a contact.
#[derive(Default)]
pub(super) struct Words(Vec<u64>);

impl Words {
    /// The contact should be found by its words.
    pub(super) fn expect(&mut self, row: &contact::Model) {
        let Ok(index) = usize::try_from(row.id) else { return };
        if self.0.len() <= index {
            self.0.resize(index + 1, 0);
        }
        for word in row.search_text.as_deref().unwrap_or_default().split_terminator(' ') {
            self.0[index] = self.0[index].wrapping_add(hash(word));
        }
    }

    pub(super) async fn check(mut self, run: &mut Run<'_>) -> Result<()> {
        run.begin("Words", 1);
        // Beyond the last contact.
        let mut strays = RoaringBitmap::new();
        let is_ours =
            db::indexed_words(&run.txn, |word, contact| match self.0.get_mut(contact as usize) {
                Some(left) => *left = left.wrapping_sub(hash(word)),
                None => _ = strays.insert(contact),
            })
            .await?;
        run.at(1);
        if !is_ours {
            return Ok(());
        }
        let wrong = (0..).zip(&self.0).filter(|(_, left)| **left != 0).map(|(key, _)| key);
        for (done, key) in (0..).zip(wrong.chain(&strays)) {
            if done == FINDINGS_MAX {
                run.found("… and more of the kind.");
                break;
            }
            run.found(&format!("contact {key}: it is searched by other words than it has."));
        }
        Ok(())
    }
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}
