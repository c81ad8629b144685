//! Texts in words.

/// A word of a text, and where it stands, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) text: String,
    pub(super) span: Span,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Letters, digits and what stands between them.
    Word,
    /// What stood in quotes.
    Quoted,
    /// One of the signs.
    Sign,
    /// A quote that is never closed, with what comes after it.
    Open,
    End,
}

/// A part of a text, in characters.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.end) }
    }
}

/// Longer ones first.
const SIGNS: [&str; 13] = ["<>", "!=", "==", "<=", ">=", "(", ")", ",", "=", "<", ">", "+", "-"];

/// The words of a text; the last one is its end.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let start = at;
        let char = chars[at];
        if char.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, text) = if matches!(char, '"' | '\'') {
            quoted(&chars, &mut at)
        } else if is_signed_number(&chars, at, tokens.last()) {
            at += 1;
            let number = word(&chars, &mut at);
            (TokenKind::Word, format!("-{number}"))
        } else if let Some(sign) = sign(&chars[at..]) {
            at += sign.len();
            (TokenKind::Sign, sign.to_owned())
        } else {
            (TokenKind::Word, word(&chars, &mut at))
        };
        tokens.push(Token { kind, text, span: Span { start, end: at } });
    }
    let span = Span { start: chars.len(), end: chars.len() };
    tokens.push(Token { kind: TokenKind::End, text: String::new(), span });
    tokens
}

fn sign(chars: &[char]) -> Option<&'static str> {
    SIGNS.into_iter().find(|sign| chars.iter().copied().take(sign.len()).eq(sign.chars()))
}

/// A minus belongs to the number after it, unless it stands between: `today -90 days`.
fn is_signed_number(chars: &[char], at: usize, before: Option<&Token>) -> bool {
    let is_number = chars[at] == '-' && chars.get(at + 1).is_some_and(char::is_ascii_digit);
    is_number
        && before.is_none_or(|it| {
            it.kind == TokenKind::Sign || ["between", "and"].contains(&it.text.as_str())
        })
}

/// Up to white space or a sign; signs between letters and digits belong to it, but for days that
/// are counted from: `today-90 days`.
fn word(chars: &[char], at: &mut usize) -> String {
    let start = *at;
    while let Some(&char) = chars.get(*at) {
        let is_end = match char {
            '+' | '-' => *at == start || is_counted_from(&chars[start..*at]),
            '"' | '\'' => true,
            char => char.is_whitespace() || sign(&[char]).is_some() || matches!(char, '!'),
        };
        if is_end && start < *at {
            break;
        }
        *at += 1;
        if is_end {
            break;
        }
    }
    chars[start..*at].iter().collect()
}

fn is_counted_from(word: &[char]) -> bool {
    let counted = ["today", "now", "start", "end"];
    let is = |it: &str| it.chars().eq(word.iter().map(char::to_ascii_lowercase));
    counted.into_iter().any(is)
}

/// What stands in quotes, which are doubled in it.
fn quoted(chars: &[char], at: &mut usize) -> (TokenKind, String) {
    let quote = chars[*at];
    let mut text = String::new();
    *at += 1;
    loop {
        match (chars.get(*at), chars.get(*at + 1)) {
            (Some(char), Some(next)) if *char == quote && *next == quote => {
                text.push(quote);
                *at += 2;
            }
            (Some(char), _) if *char == quote => {
                *at += 1;
                return (TokenKind::Quoted, text);
            }
            (Some(char), _) => {
                text.push(*char);
                *at += 1;
            }
            (None, _) => return (TokenKind::Open, text),
        }
    }
}
