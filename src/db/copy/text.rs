//! Rows as lines of text, in the form of PostgreSQL's COPY: values parted by tabs, `\N` for NULL, and a
//! backslash before what would be taken for something else.

use std::borrow::Cow;

/// What stands for NULL.
pub(super) const NULL: &[u8] = b"\\N";

/// Puts a text at the end of `line`.
pub(super) fn push(line: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        let escaped = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            _ => {
                line.push(byte);
                continue;
            }
        };
        line.extend([b'\\', escaped]);
    }
}

/// Puts bytes at the end of `line`.
pub(super) fn push_bytes(line: &mut Vec<u8>, bytes: &[u8]) {
    line.extend(b"\\\\x");
    for byte in bytes {
        line.extend([byte >> 4, byte & 15].map(|half| HEX[usize::from(half)]));
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The value of a field; `None` for NULL and for what is no text.
pub(super) fn value(field: &[u8]) -> Option<Cow<'_, str>> {
    if field == NULL {
        return None;
    }
    if !field.contains(&b'\\') {
        return str::from_utf8(field).ok().map(Cow::Borrowed);
    }
    let mut text = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => text.push(match bytes.next()? {
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                other => *other,
            }),
            byte => text.push(*byte),
        }
    }
    String::from_utf8(text).ok().map(Cow::Owned)
}

/// The bytes that a value says; `None` if it says none.
pub(super) fn bytes(value: &str) -> Option<Vec<u8>> {
    let (pairs, []) = value.strip_prefix("\\x")?.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_read_again() {
        for text in ["", "\\N", "\\.", "a\tb\\\r\n", "å\u{1F600}", "\\x00", "\u{8}\u{b}\u{c}"] {
            let mut line = Vec::new();
            push(&mut line, text);
            assert!(!line.contains(&b'\n') && !line.contains(&b'\t'));
            assert_eq!(value(&line).unwrap(), text);
        }
        assert_eq!(value(NULL), None);
        assert_eq!(value(br"\b\v\f").unwrap(), "\u{8}\u{b}\u{c}");
    }

    #[test]
    fn bytes_are_read_again() {
        let all: Vec<u8> = (0..=255).collect();
        let mut line = Vec::new();
        push_bytes(&mut line, &all);
        assert_eq!(bytes(&value(&line).unwrap()).unwrap(), all);
        assert_eq!(bytes("\\x").unwrap(), [0_u8; 0]);
        assert!(["", "00", "\\x0", "\\x0g"].iter().all(|it| bytes(it).is_none()));
    }
}
