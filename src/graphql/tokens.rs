//! How many tokens a text has, be it GraphQL or JSON: found in one pass that keeps nothing, before a
//! parser spends time and memory on them.

/// The tokens of a text: names, numbers, strings and punctuation. Commas are none, nor is what
/// stands between tokens. A text that is neither GraphQL nor JSON has some number of them, too.
pub fn count(text: &[u8]) -> usize {
    let (mut rest, mut tokens) = (text, 0);
    while let [first, after @ ..] = rest {
        rest = match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = skip_while(after, |byte| !matches!(byte, b'\n' | b'\r'));
                continue;
            }
            b'"' if after.starts_with(b"\"\"") => after_block(&after[2..]),
            b'"' => after_string(after),
            b'.' => skip_while(after, |byte| byte == b'.'),
            byte if is_word(*byte) => skip_while(after, is_word),
            _ => after,
        };
        tokens += 1;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.')
}

fn skip_while(text: &[u8], is_skipped: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !is_skipped(*byte)).unwrap_or(text.len());
    &text[end..]
}

/// What follows the end of a string, or the line on which it should have ended.
fn after_string(mut text: &[u8]) -> &[u8] {
    while let [byte, after @ ..] = text {
        text = match byte {
            b'"' | b'\n' | b'\r' => return after,
            b'\\' => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    text
}

/// What follows the end of a string between three quotation marks.
fn after_block(mut text: &[u8]) -> &[u8] {
    while !text.is_empty() {
        if let Some(after) = text.strip_prefix(b"\"\"\"") {
            return after;
        }
        let escaped = text.strip_prefix(br#"\""""#);
        text = escaped.unwrap_or_else(|| &text[1..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn tokens_of_graphql() {
        let cases = [
            ("", 0),
            ("{ a }", 3),
            ("{a,b , c}", 5),
            ("query Q($n: Int! = 5) { a(first: $n) { ...F } }", 24),
            ("# nothing, { at } all\n{ a } # end", 3),
            (r#"{ a(b: "x y { z", c: "\" }") }"#, 11),
            (r#"{ a(b: """ " { \""" } """) }"#, 8),
            ("{ a(b: [1, -2.5e+3, true]) }", 12),
            (r#"{ a(b: "never ends"#, 6),
            (r#"{ a(b: """never ends"#, 6),
            (r#""\"#, 1),
            ("\u{feff}{ å }", 4),
        ];
        for (text, tokens) in cases {
            assert_eq!(count(text.as_bytes()), tokens, "{text}");
        }
    }

    #[test]
    fn tokens_of_json() {
        let json = r#"{"query":"{ a b c }","variables":{"ids":["a","b\"",3,null,[]]}}"#;
        assert_eq!(count(json.as_bytes()), 19);
    }
}
