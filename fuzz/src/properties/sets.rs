//! Sets of contacts as they are stored. A database may be a copy that somebody brought along.

use roaring::RoaringBitmap;
use urval::domain::{
    Error,
    members::{from_bytes, to_bytes},
};

/// Takes bytes for a stored set, and for the keys of one.
pub fn members(data: &[u8]) {
    match from_bytes(data) {
        Ok(set) => stored(&set),
        Err(err) => assert!(matches!(err, Error::Corrupt(_)), "{err:?}"),
    }
    let keys = data.chunks_exact(4).map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    stored(&keys.collect());
}

fn stored(set: &RoaringBitmap) {
    let bytes = to_bytes(set);
    assert_eq!(bytes.len(), set.serialized_size());
    assert_eq!(from_bytes(&bytes).ok().as_ref(), Some(set));
    // What sets are used for, on one that came from outside.
    assert_eq!(set.iter().count() as u64, set.len());
    let twin = &set.clone();
    assert!((set ^ twin).is_empty());
    assert_eq!((set & twin).len(), set.len());
}
