//! How text is kept and compared: the same on every database, because it is decided here.

use icu_casemap::CaseMapper;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Text as it is stored: composed, without spaces at its ends and without control characters other
/// than tabs and ends of lines (PostgreSQL keeps no NUL); nothing if nothing is left.
pub fn tidy(text: &str) -> Option<String> {
    let kept = |char: &char| !char.is_control() || matches!(char, '\t' | '\n');
    let text = match text.chars().all(|char| kept(&char)) {
        true => compose(text),
        false => compose(&text.chars().filter(kept).collect::<String>()),
    };
    let trimmed = text.trim();
    match trimmed.len() {
        0 => None,
        len if len == text.len() => Some(text),
        _ => Some(trimmed.to_owned()),
    }
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
    tidy(text).map(|text| text.to_uppercase())
}

/// The folded words of a text: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
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
    fn words_are_letters_and_digits() {
        assert_eq!(words("O'Neil & Søn, 2nd floor"), ["o", "neil", "søn", "2nd", "floor"]);
        assert!(words(" — ").is_empty());
    }
}
