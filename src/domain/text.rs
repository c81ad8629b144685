//! How text is kept and compared: the same on every database, because it is decided here.

use std::{borrow::Cow, ops::RangeInclusive};

use icu_casemap::CaseMapper;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Text as it is stored: composed, without spaces at its ends and without control characters other
/// than tabs and ends of lines (PostgreSQL keeps no NUL); nothing if nothing is left.
pub fn tidy(text: &str) -> Option<String> {
    if is_tidy(text) {
        return Some(text.to_owned());
    }
    let text = compose(&text.chars().filter(|char| is_kept(*char)).collect::<String>());
    let trimmed = text.trim();
    match trimmed.len() {
        0 => None,
        len if len == text.len() => Some(text),
        _ => Some(trimmed.to_owned()),
    }
}

/// Whether the text is as [`tidy`] leaves it.
pub fn is_tidy(text: &str) -> bool {
    let is_composed = || text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes;
    !text.is_empty()
        && text.trim().len() == text.len()
        && text.chars().all(is_kept)
        && is_composed()
}

/// Whether there is anything to see of a text.
pub fn is_visible(text: &str) -> bool {
    let is_ignorable = |char: char| IGNORABLE.iter().any(|range| range.contains(&char));
    text.chars().any(|char| !char.is_whitespace() && !is_ignorable(char))
}

/// What Unicode says is shown as nothing by itself (`Default_Ignorable_Code_Point`): spaces without
/// width, joiners, marks of direction, fillers.
const IGNORABLE: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

fn is_kept(char: char) -> bool {
    !char.is_control() || matches!(char, '\t' | '\n')
}

/// Whether a character is not seen itself, but changes how others are: tabs, ends of lines, and what
/// turns the direction in which is written.
pub fn is_control(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Text with its case folded, by which texts that differ only in case are found equal. Unicode's
/// full folding: ß and ẞ become ss, İ becomes i with a dot above.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    compose(&CaseMapper::new().fold_string(&compose(text)))
}

/// Text in the one composed form (NFC), in which equal texts have equal bytes.
pub fn compose(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

/// A code as it is stored: tidied, in upper case. Codes are compared in this form, so their case
/// never matters.
pub fn code(text: &str) -> Option<String> {
    tidy(text).map(|text| upper(&text))
}

/// Text in upper case, composed: `ΐ` has none that is one character.
pub fn upper(text: &str) -> String {
    compose(&text.to_uppercase())
}

/// How many of something there are: `1 contact`, `2 contacts`. For nouns that take an s.
pub fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// A folded text as somebody would type it whose keyboard lacks its letters: without accents, and
/// with the letters of Latin script that are no others with an accent by the usual ones.
pub fn plain(folded: &str) -> Cow<'_, str> {
    if folded.is_ascii() {
        return Cow::Borrowed(folded);
    }
    let mut plain = String::with_capacity(folded.len());
    for char in folded.nfd().filter(|char| !ACCENTS.contains(char)) {
        match PLAIN.iter().find(|(special, _)| *special == char) {
            Some((_, usual)) => plain.push_str(usual),
            None => plain.push(char),
        }
    }
    Cow::Owned(compose(&plain))
}

/// Unicode's combining diacritical marks. Those of other scripts are letters, not ornaments.
const ACCENTS: RangeInclusive<char> = '\u{300}'..='\u{36f}';
/// What has no accent that could be left out.
const PLAIN: [(char, &str); 9] = [
    ('æ', "ae"),
    ('ð', "d"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ł', "l"),
    ('ø', "o"),
    ('œ', "oe"),
    ('þ', "th"),
];

/// The words to search a text by: runs of letters and digits, folded and [`plain`].
pub fn words(text: &str) -> Vec<String> {
    plain_words(&plain(&fold(text))).map(str::to_owned).collect()
}

/// The words of a text that is folded and [`plain`] already.
pub fn plain_words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The name of a choice as Business Central writes it: `VERY_POSITIVE` is `Very Positive`.
pub fn caption(name: &str) -> String {
    let words = name.split('_').map(|word| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_owned() + &rest.to_lowercase(),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_knows_more_than_ascii() {
        for (upper, lower) in [
            ("ÅÄÖ", "åäö"),
            ("STRASSE", "straße"),
            ("ẞ", "ß"),
            ("A\u{30a}", "å"),
            ("Σ", "ς"),
            ("😀X", "😀x"),
        ] {
            assert_eq!(fold(upper), fold(lower), "{upper} and {lower}");
        }
        assert_eq!(fold("İ"), "i\u{307}");
    }

    #[test]
    fn codes_stay_as_they_are_stored() {
        for text in ["a", "å", "ß", "ΐ", "ǰ", "ŉ", "և", "ﬁ"] {
            let stored = code(text).expect("there is a code");
            assert_eq!(code(&stored).as_ref(), Some(&stored));
        }
    }

    #[test]
    fn tidy_text_stays_and_other_text_becomes_tidy() {
        for text in ["a", "a b", "å", "a\tb\nc", "日本"] {
            assert!(is_tidy(text), "{text:?}");
            assert_eq!(tidy(text).as_deref(), Some(text));
        }
        for (text, tidied) in [
            (" a ", Some("a")),
            ("a\0b", Some("ab")),
            ("A\u{30a}", Some("Å")),
            (" \0 ", None),
            ("", None),
        ] {
            assert!(!is_tidy(text), "{text:?}");
            assert_eq!(tidy(text).as_deref(), tidied, "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_as_nothing_is_no_text() {
        for text in ["a", "!", "\u{200b}å", "👩\u{200d}👩\u{200d}👧", "·"] {
            assert!(is_visible(text), "{text:?}");
        }
        for text in ["", " ", "\u{200b}", "\u{ad} \u{feff}\u{2060}", "\u{3164}"] {
            assert!(!is_visible(text), "{text:?}");
        }
    }

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(["0 rows", "1 row", "2 rows"], [0_u64, 1, 2].map(|count| counted(count, "row")));
    }

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(words("O'Neil & Co, 2nd floor"), ["o", "neil", "co", "2nd", "floor"]);
        assert!(words(" — ").is_empty());
    }

    #[test]
    fn words_are_searched_by_the_letters_of_any_keyboard() {
        for (text, typed) in [
            ("Åsa Öberg", "asa oberg"),
            ("A\u{30a}sa", "asa"),
            ("Ærø Søn", "aero son"),
            ("ŁÓDŹ", "lodz"),
            ("Þóra Guðrún", "thora gudrun"),
            ("Straße", "strasse"),
            ("İstanbul ILGIN ılgın", "istanbul ilgin ilgin"),
            ("Αθήνα", "αθηνα"),
        ] {
            assert_eq!(words(text), words(typed), "{text}");
        }
        for text in ["がく", "김", "हिन्दी"] {
            assert_eq!(plain(text), text, "these are letters of their own");
        }
    }
}
