//! Where a company is looked up on the web.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Stands for the search word in the address of a web source.
const PLACE: &str = "%1";
/// What has to be written otherwise: all but the characters that RFC 3986 reserves for nothing.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address with the search word in its place; nothing if there is a place, and no word.
pub fn address(url: &str, search_word: Option<&str>) -> Option<String> {
    if !url.contains(PLACE) {
        return Some(url.to_owned());
    }
    let word = utf8_percent_encode(search_word?, ENCODED).to_string();
    Some(url.replace(PLACE, &word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_word_takes_its_place() {
        for (url, word, expected) in [
            (
                "https://x.example/?q=%1&l=1",
                Some("Åre & Co"),
                Some("https://x.example/?q=%C3%85re%20%26%20Co&l=1"),
            ),
            (
                "https://x.example/%1/%1",
                Some("a-b_c.d~e"),
                Some("https://x.example/a-b_c.d~e/a-b_c.d~e"),
            ),
            ("https://x.example/?q=%1", Some("%1"), Some("https://x.example/?q=%251")),
            ("https://x.example/", Some("x"), Some("https://x.example/")),
            ("https://x.example/", None, Some("https://x.example/")),
            ("https://x.example/?q=%1", None, None),
        ] {
            assert_eq!(address(url, word).as_deref(), expected, "{url}");
        }
    }
}
