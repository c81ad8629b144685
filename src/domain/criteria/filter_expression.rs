//! Business Central's filter expressions, such as `10000..20000|<>*test*`.
//!
//! ```text
//! expr       := and { "|" and }
//! and        := term { "&" term }
//! term       := "(" expr ")" | range | comparison | pattern
//! range      := value ".." value | ".." value | value ".."
//! comparison := ( "<>" | ">=" | "<=" | ">" | "<" | "=" ) ( value | pattern )
//! pattern    := a value with `*` or `?`, or one that begins with `@`
//! value      := text without & | ( ) = < > and `..`, or text in single quotes
//! ```
//!
//! White space around operators does not count. As in Business Central a missing value counts as
//! blank, which is equal to `''` and comes before everything else.

use rust_decimal::Decimal;

use super::{Anchor, Kind, Operand, Period, Tree, When};
use crate::domain::{amount, is_storable};

/// How deep parentheses may nest.
const DEPTH_MAX: usize = 32;
/// How many terms an expression may have.
const TERMS_MAX: usize = 500;

/// One comparison of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    Equal(Operand),
    NotEqual(Operand),
    Less(Operand),
    LessOrEqual(Operand),
    Greater(Operand),
    GreaterOrEqual(Operand),
    /// Both ends included; an end may be open.
    Range(Option<Operand>, Option<Operand>),
    /// With `*` for any text and `?` for any one character.
    Pattern {
        pattern: String,
        ignore_case: bool,
        negated: bool,
    },
    /// Equal to `''`, or not.
    Blank {
        negated: bool,
    },
}

/// Where an expression makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// In characters from the beginning.
    pub position: usize,
}

type Result<T> = std::result::Result<T, SyntaxError>;

/// Reads an expression over values of `kind`.
///
/// # Errors
/// The first thing that makes no sense.
pub fn parse(kind: Kind, expression: &str) -> Result<Tree<Term>> {
    let chars: Vec<char> = expression.chars().collect();
    let mut parser = Parser { kind, chars: &chars, at: 0, depth: 0, terms: 0 };
    let tree = parser.any()?;
    parser.skip_space();
    match parser.chars.get(parser.at) {
        None => Ok(tree),
        Some(char) => Err(parser.wrong(parser.at, format!("{char} is not expected here."))),
    }
}

struct Parser<'a> {
    kind: Kind,
    chars: &'a [char],
    at: usize,
    depth: usize,
    terms: usize,
}

/// A value as it stood there.
struct Word {
    text: String,
    start: usize,
    /// Quotes stood around it, so it may be empty.
    quoted: bool,
}

impl Parser<'_> {
    fn wrong(&self, position: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError { message: message.into(), position }
    }

    fn any(&mut self) -> Result<Tree<Term>> {
        let mut terms = vec![self.all()?];
        while self.take("|") {
            terms.push(self.all()?);
        }
        Ok(one_or(terms, Tree::Any))
    }

    fn all(&mut self) -> Result<Tree<Term>> {
        let mut terms = vec![self.term()?];
        while self.take("&") {
            terms.push(self.term()?);
        }
        Ok(one_or(terms, Tree::All))
    }

    fn term(&mut self) -> Result<Tree<Term>> {
        self.skip_space();
        self.terms += 1;
        if TERMS_MAX < self.terms {
            return Err(self.wrong(self.at, format!("There are more than {TERMS_MAX} terms.")));
        }
        if self.take("(") {
            self.depth += 1;
            if DEPTH_MAX < self.depth {
                let message = format!("Parentheses nest at most {DEPTH_MAX} deep.");
                return Err(self.wrong(self.at, message));
            }
            let inner = self.any()?;
            self.depth -= 1;
            if !self.take(")") {
                return Err(self.wrong(self.at, "A closing parenthesis is missing."));
            }
            return Ok(inner);
        }
        for (sign, comparison) in [
            ("<>", Sign::NotEqual),
            (">=", Sign::GreaterOrEqual),
            ("<=", Sign::LessOrEqual),
            (">", Sign::Greater),
            ("<", Sign::Less),
            ("=", Sign::Equal),
        ] {
            if self.take(sign) {
                let word = self.word()?;
                return Ok(Tree::Leaf(self.compared(comparison, word)?));
            }
        }
        Ok(Tree::Leaf(self.range_or_value()?))
    }

    fn range_or_value(&mut self) -> Result<Term> {
        if self.take("..") {
            let to = self.word()?;
            return Ok(Term::Range(None, Some(self.value(to)?)));
        }
        let from = self.word()?;
        if !self.take("..") {
            return self.compared(Sign::Equal, from);
        }
        let from = self.value(from)?;
        self.skip_space();
        let open = self.chars.get(self.at).is_none_or(|char| matches!(char, '|' | '&' | ')'));
        let to = if open { None } else { Some(self.word()?) };
        let to = to.map(|to| self.value(to)).transpose()?;
        Ok(Term::Range(Some(from), to))
    }

    fn compared(&self, sign: Sign, word: Word) -> Result<Term> {
        if word.text.is_empty() && matches!(sign, Sign::Equal | Sign::NotEqual) {
            return Ok(Term::Blank { negated: sign == Sign::NotEqual });
        }
        let is_text = matches!(self.kind, Kind::Text | Kind::ExactText | Kind::Code);
        let is_pattern = word.text.contains(['*', '?']) || word.text.starts_with('@');
        if is_text && is_pattern {
            let negated = match sign {
                Sign::Equal => false,
                Sign::NotEqual => true,
                _ => {
                    let message = "Only = and <> go with wildcards.";
                    return Err(self.wrong(word.start, message));
                }
            };
            let (pattern, ignore_case) = match word.text.strip_prefix('@') {
                Some(pattern) => (pattern.to_owned(), true),
                None => (word.text, false),
            };
            if ignore_case && self.kind == Kind::ExactText {
                return Err(self.wrong(word.start, "@ can't be asked of this field."));
            }
            return Ok(Term::Pattern { pattern, ignore_case, negated });
        }
        let value = self.value(word)?;
        Ok(match sign {
            Sign::Equal => Term::Equal(value),
            Sign::NotEqual => Term::NotEqual(value),
            Sign::Less => Term::Less(value),
            Sign::LessOrEqual => Term::LessOrEqual(value),
            Sign::Greater => Term::Greater(value),
            Sign::GreaterOrEqual => Term::GreaterOrEqual(value),
        })
    }

    fn value(&self, word: Word) -> Result<Operand> {
        let text = word.text.as_str();
        let operand = match self.kind {
            Kind::Code => Some(Operand::Text(text.to_uppercase())),
            Kind::Integer | Kind::Decimal => text
                .parse::<Decimal>()
                .ok()
                .filter(|number| amount::to_stored(*number, &[]).is_ok())
                .filter(|number| self.kind != Kind::Integer || number.is_integer())
                .map(Operand::Number),
            Kind::Date | Kind::Instant => when(text).map(Operand::When),
            _ => Some(Operand::Text(text.to_owned())),
        };
        operand.ok_or_else(|| {
            let what = match self.kind {
                Kind::Date | Kind::Instant => "a date such as 2026-11-23 or TODAY-90D",
                Kind::Integer => "a whole number",
                _ => "a number",
            };
            self.wrong(word.start, format!("{text:?} is not {what}."))
        })
    }

    /// Reads a value up to the next operator, or to the closing quote.
    fn word(&mut self) -> Result<Word> {
        self.skip_space();
        let start = self.at;
        let mut word = Word { text: String::new(), start, quoted: false };
        if self.chars.get(self.at) == Some(&'\'') {
            word.quoted = true;
            self.quoted(&mut word)?;
            return Ok(word);
        }
        while let Some(char) = self.chars.get(self.at) {
            let range = *char == '.' && self.chars.get(self.at + 1) == Some(&'.');
            if range || matches!(char, '&' | '|' | '(' | ')' | '=' | '<' | '>') {
                break;
            }
            word.text.push(*char);
            self.at += 1;
        }
        word.text.truncate(word.text.trim_end().len());
        if word.text.is_empty() {
            return Err(self.wrong(start, "A value is missing here."));
        }
        Ok(word)
    }

    fn quoted(&mut self, word: &mut Word) -> Result<()> {
        self.at += 1;
        loop {
            match (self.chars.get(self.at), self.chars.get(self.at + 1)) {
                (Some('\''), Some('\'')) => {
                    word.text.push('\'');
                    self.at += 2;
                }
                (Some('\''), _) => {
                    self.at += 1;
                    return Ok(());
                }
                (Some(char), _) => {
                    word.text.push(*char);
                    self.at += 1;
                }
                (None, _) => return Err(self.wrong(word.start, "The quote is never closed.")),
            }
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        self.skip_space();
        let here = self.chars[self.at..].iter().copied().take(sign.len());
        let found = here.eq(sign.chars());
        if found {
            self.at += sign.len();
        }
        found
    }

    fn skip_space(&mut self) {
        while self.chars.get(self.at).is_some_and(|char| char.is_whitespace()) {
            self.at += 1;
        }
    }
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// `2026-11-23`, `T`, `TODAY`, and today with days, weeks, months or years more or less: `TODAY-90D`.
fn when(text: &str) -> Option<When> {
    if let Ok(date) = text.parse() {
        return Some(When::Date(date)).filter(|_| is_storable(date));
    }
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix("TODAY").or_else(|| upper.strip_prefix('T'))?.trim();
    let plus = if rest.is_empty() {
        Period::default()
    } else {
        let (negative, length) = match rest.strip_prefix('-') {
            Some(length) => (true, length),
            None => (false, rest.strip_prefix('+')?),
        };
        Period { negative, ..Period::parse(&format!("P{}", length.trim()))? }
    };
    Some(When::Relative { anchor: Anchor::Today, plus })
}

fn one_or(
    mut terms: Vec<Tree<Term>>,
    many: impl FnOnce(Vec<Tree<Term>>) -> Tree<Term>,
) -> Tree<Term> {
    match terms.len() {
        1 => terms.remove(0),
        _ => many(terms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Operand {
        Operand::Text(value.into())
    }

    #[track_caller]
    fn wrong(kind: Kind, expression: &str, position: usize) {
        assert_eq!(parse(kind, expression).unwrap_err().position, position, "{expression}");
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let tree = parse(Kind::Code, "a | b..c & <>d").unwrap();
        assert_eq!(
            tree,
            Tree::Any(vec![
                Tree::Leaf(Term::Equal(text("A"))),
                Tree::All(vec![
                    Tree::Leaf(Term::Range(Some(text("B")), Some(text("C")))),
                    Tree::Leaf(Term::NotEqual(text("D"))),
                ]),
            ])
        );
    }

    #[test]
    fn quotes_hold_operators_and_doubled_quotes() {
        let tree = parse(Kind::Text, "'J & V''s'").unwrap();
        assert_eq!(tree, Tree::Leaf(Term::Equal(text("J & V's"))));
        let blank = parse(Kind::Text, "<>''").unwrap();
        assert_eq!(blank, Tree::Leaf(Term::Blank { negated: true }));
    }

    #[test]
    fn patterns_may_ignore_case_and_be_negated() {
        let tree = parse(Kind::Text, "<>@man*").unwrap();
        let pattern = Term::Pattern { pattern: "man*".into(), ignore_case: true, negated: true };
        assert_eq!(tree, Tree::Leaf(pattern));
    }

    #[test]
    fn ranges_may_be_open() {
        let number = |number: i64| Operand::Number(number.into());
        let tree = parse(Kind::Integer, "..1299|1400..").unwrap();
        assert_eq!(
            tree,
            Tree::Any(vec![
                Tree::Leaf(Term::Range(None, Some(number(1299)))),
                Tree::Leaf(Term::Range(Some(number(1400)), None)),
            ])
        );
    }

    #[test]
    fn errors_say_where() {
        wrong(Kind::Text, "", 0);
        wrong(Kind::Text, "a|", 2);
        wrong(Kind::Text, "(a", 2);
        wrong(Kind::Text, "a)", 1);
        wrong(Kind::Text, "a & 'b", 4);
        wrong(Kind::Integer, "1..x", 3);
        wrong(Kind::Text, "<a*", 1);
        wrong(Kind::Date, "2026-13-01", 0);
        // Of no year that the databases know.
        wrong(Kind::Date, "..0000-12-31", 2);
        wrong(Kind::Date, "<+262142-12-31", 1);
        wrong(Kind::Integer, "1|2.5", 2);
    }
}
