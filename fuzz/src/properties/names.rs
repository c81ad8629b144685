//! Ids and cursors: what we make is read back, and nothing else is taken for it.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use urval::domain::{
    Error, PAGE_DEFAULT, PAGE_MAX, PageArgs, Reason, Take, contact, id, interaction, segment,
    to_cursor,
};

/// No sentence about an id is longer, however long the id.
const SENTENCE_CHARS_MAX: usize = 800;

const KINDS: [id::Kind; 8] = [
    id::Kind::Campaign,
    id::Kind::CampaignEntry,
    id::Kind::Contact,
    id::Kind::Criterion,
    id::Kind::LoggedSegment,
    id::Kind::Operation,
    id::Kind::SavedCriteria,
    id::Kind::Segment,
];

/// Takes bytes for a global id.
pub fn id(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let parsed = id::parse(text);
    for kind in KINDS {
        match kind.key(text, &["id"]) {
            Ok(key) => {
                assert_eq!(parsed, Some((kind, key)));
                assert_eq!(kind.id(key), text, "there is one way to write an id");
                assert!(0 <= key && (kind != id::Kind::Contact || key <= i64::from(i32::MAX)));
            }
            Err(err) => {
                assert!(parsed.is_none_or(|(it, _)| it != kind), "{text:?}");
                refused(&err);
            }
        }
    }
    let of_interaction = id::interaction_key(text, &["id"]);
    match &of_interaction {
        Ok((contact, key)) => {
            assert!(0 <= *contact && 0 <= *key && parsed.is_none());
            assert_eq!(id::interaction_id(*contact, *key), text);
        }
        Err(err) => refused(err),
    }
    assert_eq!(id::is_id(text), parsed.is_some() || of_interaction.is_ok());
    match id::code_key("interactionTemplate", text, &["id"]) {
        Ok(code) => assert_eq!(format!("interactionTemplate:{code}"), text),
        Err(err) => refused(&err),
    }
}

fn refused(err: &Error) {
    let Error::Rejected(rejections) = err else { panic!("{err:?}") };
    let [rejection] = &rejections[..] else { panic!("{rejections:?}") };
    assert_eq!((rejection.reason, rejection.path.join(".").as_str()), (Reason::Invalid, "id"));
    assert!(rejection.message.chars().count() <= SENTENCE_CHARS_MAX, "{}", rejection.message);
}

/// Takes bytes for a cursor of each kind of list, and for the text that a cursor of ours holds.
pub fn cursor(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    read::<i64>(text);
    read::<String>(text);
    read::<contact::Key>(text);
    read::<interaction::Key>(text);
    read::<segment::SegmentKey>(text);
    read::<segment::LineKey>(text);

    // No key holds the character 0.
    if !text.contains('\0') {
        written(text.to_owned());
        written(segment::SegmentKey::Description(text.to_owned(), i64::MAX));
    }
    if let Some(bytes) = data.first_chunk() {
        let number = i64::from_le_bytes(*bytes);
        written(number);
        written(segment::SegmentKey::Created(number));
        size(i32::try_from(number >> 32).ok());
    }
}

/// A cursor that is taken names the same place when we write it.
fn read<K: Debug + PartialEq + Serialize + DeserializeOwned>(text: &str) {
    match PageArgs::<K>::new(Some(text), None, None, None) {
        Ok(args) => {
            assert_eq!(args.take, Take::First(PAGE_DEFAULT));
            let key = args.after.expect("it was given");
            assert!(!format!("{key:?}").contains('\0'));
            written(key);
        }
        Err(Error::Rejected(rejections)) => {
            assert_eq!(rejections.len(), 1);
            assert_eq!((rejections[0].reason, &*rejections[0].path[0]), (Reason::Invalid, "after"));
        }
        Err(err) => panic!("{text:?}: {err:?}"),
    }
}

fn written<K: Debug + PartialEq + Serialize + DeserializeOwned>(key: K) {
    let cursor = to_cursor(&key);
    assert!(cursor.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_'));
    let args = PageArgs::<K>::new(None, Some(&cursor), None, None);
    let again = args.unwrap_or_else(|err| panic!("{key:?} can't be read back: {err:?}")).before;
    assert_eq!(again, Some(key));
}

/// A page has the size that was asked for, within the bounds.
fn size(asked: Option<i32>) {
    let taken = PageArgs::<i64>::new(None, None, None, asked);
    match (taken, asked) {
        (Ok(args), Some(asked)) => {
            assert_eq!(args.take, Take::Last(asked.unsigned_abs().into()));
            assert!(0 <= asked && args.take.count() <= PAGE_MAX);
        }
        (Ok(args), None) => assert_eq!(args.take, Take::First(PAGE_DEFAULT)),
        (Err(_), asked) => assert!(asked.is_some_and(|it| !(0..=1000).contains(&it)), "{asked:?}"),
    }
}
