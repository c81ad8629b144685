//! From text to the JSON form, by recursive descent. What the JSON then means, and whether its values
//! fit, is for the parser of JSON to say: there is one that knows.

use super::{
    lex::{Span, Token, TokenKind, tokens},
    relations::Relation,
    spanned::Spanned,
};
use crate::domain::{
    contact_columns::plain,
    criteria::{CONTACT_FIELDS, Field},
};

mod condition;
mod relation;
mod test;

/// How deep a text may nest: its parentheses may be more than criteria have levels.
const DEPTH_MAX: usize = 64;

/// Where a text makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) message: String,
    pub(super) span: Span,
    /// What could stand there.
    pub(super) expected: Vec<String>,
    /// What may have been meant.
    pub(super) suggestion: Option<String>,
    /// Whether it goes beyond a limit, and may make sense.
    pub(super) is_beyond: bool,
}

/// Something that text may ask about besides fields: the custom attributes, with the keys of their
/// types in the API.
pub(super) type Attributes<'a> = &'a [(String, &'static str)];

/// What conditions are about: a contact, or a row of a relation.
#[derive(Copy, Clone)]
enum About {
    Contact,
    Row(&'static Relation),
}

impl About {
    fn fields(self) -> &'static [Field] {
        match self {
            Self::Contact => CONTACT_FIELDS,
            Self::Row(relation) => relation.fields,
        }
    }
}

/// Reads a text.
pub(super) fn read(text: &str, attributes: Attributes<'_>) -> Result<Spanned, Trouble> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        depth: 0,
        conditions: 0,
        is_of_salesperson: false,
        attributes,
    };
    let found = reader.any(About::Contact)?;
    match reader.peek().kind {
        TokenKind::End => Ok(found),
        _ => reader.stuck(&["and", "or", "the end"]),
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    conditions: usize,
    /// Whether what is read is asked of a salesperson, who whoever asks may be.
    is_of_salesperson: bool,
    attributes: Attributes<'a>,
}

type Read<T> = Result<T, Trouble>;

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a Token {
        self.ahead(0)
    }

    /// The word so many further on; the end goes on for ever.
    fn ahead(&self, count: usize) -> &'a Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + count).min(last)]
    }

    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// The last word that was taken.
    fn before(&self) -> Span {
        self.at.checked_sub(1).map_or(Span::default(), |at| self.tokens[at].span)
    }

    /// No word is a sign: `_` has no letters, and neither has `,`.
    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let (token, word) = (self.ahead(ahead), plain(word));
        token.kind == TokenKind::Word && !word.is_empty() && plain(&token.text) == word
    }

    fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        let token = self.ahead(ahead);
        token.kind == TokenKind::Sign && token.text == sign
    }

    /// How many words it takes to say `words`, words or signs with spaces between; nothing if they
    /// are not what comes next.
    fn said(&self, words: &str) -> Option<usize> {
        let mut ahead = 0;
        for word in words.split(' ') {
            // "(any case)" is two signs and two words.
            let (open, word) = match word.strip_prefix('(') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, word),
            };
            if open {
                if !self.is_sign(ahead, "(") {
                    return None;
                }
                ahead += 1;
            }
            let (word, close) = match word.strip_suffix(')') {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (word, false),
            };
            if !self.is_word(ahead, word) && !self.is_sign(ahead, word) {
                return None;
            }
            ahead += 1;
            if close {
                if !self.is_sign(ahead, ")") {
                    return None;
                }
                ahead += 1;
            }
        }
        Some(ahead)
    }

    fn take(&mut self, words: &str) -> bool {
        match self.said(words) {
            Some(count) => {
                self.at += count;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, words: &str) -> Read<()> {
        match self.take(words) {
            true => Ok(()),
            false => self.stuck(&[words]),
        }
    }

    /// What comes next makes no sense.
    fn stuck<T>(&self, expected: &[&str]) -> Read<T> {
        let token = self.peek();
        let message = match token.kind {
            TokenKind::End => "Something is missing here.".to_owned(),
            TokenKind::Open => "The quote is never closed.".to_owned(),
            _ => format!("{:?} is not expected here.", token.text),
        };
        self.wrong(message, token.span, expected)
    }

    fn wrong<T>(&self, message: impl Into<String>, span: Span, expected: &[&str]) -> Read<T> {
        Err(Trouble {
            message: message.into(),
            span,
            expected: expected.iter().map(|&it| it.to_owned()).collect(),
            suggestion: None,
            is_beyond: false,
        })
    }

    /// What comes next is beyond a limit.
    fn beyond<T>(&self, message: impl Into<String>) -> Read<T> {
        let trouble = self.wrong(message, self.peek().span, &[]);
        trouble.map_err(|trouble| Trouble { is_beyond: true, ..trouble })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEPTH_MAX {
            return self.beyond(format!("Texts nest at most {DEPTH_MAX} deep."));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn any(&mut self, about: About) -> Read<Spanned> {
        self.chain("or", "any", &|reader| reader.all(about))
    }

    fn all(&mut self, about: About) -> Read<Spanned> {
        self.chain("and", "all", &|reader| reader.one(about))
    }

    /// Items with a word between; one alone is itself.
    fn chain(
        &mut self,
        word: &str,
        key: &str,
        item: &dyn Fn(&mut Self) -> Read<Spanned>,
    ) -> Read<Spanned> {
        let first = item(self)?;
        let start = first.span;
        let mut items = vec![first];
        while self.take(word) {
            items.push(item(self)?);
        }
        if items.len() == 1 {
            return Ok(items.remove(0));
        }
        let span = start.to(self.before());
        Ok(Spanned::one(key, Spanned::list(span, items)))
    }

    fn one(&mut self, about: About) -> Read<Spanned> {
        let start = self.peek().span;
        self.deeper(|reader| {
            if reader.take("not") {
                let inner = reader.one(about)?;
                return Ok(Spanned::one("not", inner).from(start));
            }
            if reader.take("(") {
                let inner = reader.any(about)?;
                reader.expect(")")?;
                return Ok(inner);
            }
            for (words, key, negated) in
                [("all of (", "all", false), ("any of (", "any", false), ("none of (", "any", true)]
            {
                if reader.take(words) {
                    let items = reader.listed(&|reader| reader.any(about))?;
                    let list = Spanned::list(start.to(reader.before()), items);
                    let found = Spanned::one(key, list);
                    return Ok(if negated { Spanned::one("not", found) } else { found });
                }
            }
            reader.condition(about)
        })
    }

    /// Items with commas between, up to the closing parenthesis.
    fn listed<T>(&mut self, item: &dyn Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        if self.take(")") {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(")") {
                return Ok(items);
            }
            if self.is_word(0, "and") && self.is_word(2, "more") {
                let span = self.peek().span.to(self.ahead(2).span);
                return self.wrong("This list was cut, and can't be read back.", span, &[]);
            }
            if !self.take(",") {
                return self.stuck(&[",", ")"]);
            }
        }
    }

    /// Something in parentheses.
    fn enclosed<T>(&mut self, inner: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.expect("(")?;
        let found = self.deeper(inner)?;
        self.expect(")")?;
        Ok(found)
    }

    /// A word or what stands in quotes.
    fn text(&mut self, what: &str) -> Read<&'a Token> {
        match self.peek().kind {
            TokenKind::Word | TokenKind::Quoted => Ok(self.next()),
            _ => self.stuck(&[what]),
        }
    }
}
