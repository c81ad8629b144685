//! Criteria as text: what is read is written as text that means the same, and what is wrong has a place
//! in it.

use urval::domain::criteria::{Criteria, Names, from_text};

pub fn criteria_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match from_text(text) {
        Ok(criteria) => {
            let written = criteria.whole_text(&Names::new());
            assert_eq!(
                from_text(&written).as_ref(),
                Ok(&criteria),
                "{text:?} is written {written:?}"
            );
            let again = Criteria::parse(&criteria.to_json(), &[]);
            assert_eq!(again.ok(), Some(criteria), "{text:?}");
        }
        Err(diagnostics) => {
            let end = text.chars().count();
            assert!(!diagnostics.is_empty(), "{text:?}");
            for it in diagnostics {
                assert!(it.span.start <= it.span.end && it.span.end <= end, "{text:?}: {it:?}");
                assert!(!it.message.is_empty(), "{text:?}");
            }
        }
    }
}
