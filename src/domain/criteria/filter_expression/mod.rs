//! Business Central's filter expressions, such as `10000..20000|<>*test*`: from them to tests, and back.
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
//! blank, which is equal to `''` and comes before everything else: `<>A`, `<A` and `..A` let it
//! through. What comes out is a test like any other, and is kept as such.

mod date;
mod value;
mod write;

pub use write::write;

use super::{Kind, Operand, Operator, Test};
use value::Word;

/// How deep parentheses may nest.
const DEPTH_MAX: usize = 32;
/// How many terms an expression may have.
const TERMS_MAX: usize = 500;
/// How long an expression may be.
pub const CHARS_MAX: usize = 20_000;

/// Where an expression makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// A full sentence for people.
    pub message: String,
    /// In characters from the beginning.
    pub position: usize,
    /// What could stand there.
    pub expected: &'static [&'static str],
}

type Result<T> = std::result::Result<T, SyntaxError>;

const A_TERM: &[&str] = &["a value", "a comparison", "("];
const AN_OPERATOR: &[&str] = &["|", "&", "the end"];

/// Reads an expression over values of `kind`.
///
/// # Errors
/// The first thing that makes no sense.
pub fn parse(kind: Kind, expression: &str) -> Result<Test> {
    let chars: Vec<char> = expression.chars().collect();
    let mut parser = Parser { kind, chars: &chars, at: 0, depth: 0, terms: 0 };
    let test = parser.any()?;
    parser.skip_space();
    match parser.chars.get(parser.at) {
        None => Ok(test),
        Some(char) => Err(wrong(parser.at, format!("{char} is not expected here."), AN_OPERATOR)),
    }
}

fn wrong(
    position: usize,
    message: impl Into<String>,
    expected: &'static [&'static str],
) -> SyntaxError {
    SyntaxError { message: message.into(), position, expected }
}

struct Parser<'a> {
    kind: Kind,
    chars: &'a [char],
    at: usize,
    depth: usize,
    terms: usize,
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

/// Longer ones first.
const SIGNS: [(&str, Sign); 6] = [
    ("<>", Sign::NotEqual),
    (">=", Sign::GreaterOrEqual),
    ("<=", Sign::LessOrEqual),
    (">", Sign::Greater),
    ("<", Sign::Less),
    ("=", Sign::Equal),
];

impl Parser<'_> {
    fn any(&mut self) -> Result<Test> {
        let mut terms = vec![self.all()?];
        while self.take("|") {
            terms.push(self.all()?);
        }
        Ok(either(terms))
    }

    fn all(&mut self) -> Result<Test> {
        let mut terms = vec![self.term()?];
        while self.take("&") {
            terms.push(self.term()?);
        }
        Ok(each(terms))
    }

    fn term(&mut self) -> Result<Test> {
        self.skip_space();
        self.terms += 1;
        if TERMS_MAX < self.terms {
            return Err(wrong(self.at, format!("There are more than {TERMS_MAX} terms."), &[]));
        }
        if self.take("(") {
            self.depth += 1;
            if DEPTH_MAX < self.depth {
                let message = format!("Parentheses nest at most {DEPTH_MAX} deep.");
                return Err(wrong(self.at, message, &[]));
            }
            let inner = self.any()?;
            self.depth -= 1;
            if !self.take(")") {
                return Err(wrong(self.at, "A closing parenthesis is missing.", &[")", "|", "&"]));
            }
            return Ok(inner);
        }
        for (sign, comparison) in SIGNS {
            if self.take(sign) {
                let word = self.word()?;
                return self.compared(comparison, word);
            }
        }
        self.range_or_value()
    }

    fn range_or_value(&mut self) -> Result<Test> {
        if self.take("..") {
            let to = self.word()?;
            return self.range(None, Some(&to));
        }
        let from = self.word()?;
        if !self.take("..") {
            return self.compared(Sign::Equal, from);
        }
        self.skip_space();
        let is_open = self.chars.get(self.at).is_none_or(|char| matches!(char, '|' | '&' | ')'));
        let to = if is_open { None } else { Some(self.word()?) };
        self.range(Some(&from), to.as_ref())
    }

    fn range(&self, from: Option<&Word>, to: Option<&Word>) -> Result<Test> {
        if let Some(ordinals) = value::ordinals(self.kind) {
            let ends = (from.map_or(Ok(0), |it| value::ordinal(self.kind, it))?, {
                to.map_or(Ok(u32::MAX), |it| value::ordinal(self.kind, it))?
            });
            return Ok(value::among(&ordinals, ends.0..=ends.1));
        }
        let read = |word: &Word| self.ordered(word);
        Ok(match (from.map(read).transpose()?, to.map(read).transpose()?) {
            (Some(from), Some(to)) => Test::Op(Operator::Between, vec![from, to]),
            (Some(from), None) => self.one(Sign::GreaterOrEqual, from),
            (None, Some(to)) => self.one(Sign::LessOrEqual, to),
            (None, None) => Test::All(Vec::new()),
        })
    }

    fn compared(&self, sign: Sign, word: Word) -> Result<Test> {
        let is_equality = matches!(sign, Sign::Equal | Sign::NotEqual);
        let negated = |test: Test| match sign {
            Sign::NotEqual if test == is_set(self.kind, false) => is_set(self.kind, true),
            Sign::NotEqual => not(test),
            _ => test,
        };
        if word.text.is_empty() && is_equality {
            return match self.kind {
                Kind::Flag => Err(value::no_flag(&word)),
                kind => Ok(is_set(kind, sign == Sign::NotEqual)),
            };
        }
        if let Some(pattern) = value::pattern(self.kind, &word)?.filter(|_| is_equality) {
            return Ok(negated(pattern));
        }
        if let Some(ordinals) = value::ordinals(self.kind) {
            if is_equality {
                return Ok(negated(value::named(self.kind, &word, &ordinals)?));
            }
            let ordinal = value::ordinal(self.kind, &word)?;
            return Ok(match sign {
                Sign::Less => match ordinal.checked_sub(1) {
                    Some(last) => value::among(&ordinals, 0..=last),
                    None => Test::Any(Vec::new()),
                },
                Sign::LessOrEqual => value::among(&ordinals, 0..=ordinal),
                Sign::Greater => value::among(&ordinals, ordinal.saturating_add(1)..=u32::MAX),
                _ => value::among(&ordinals, ordinal..=u32::MAX),
            });
        }
        if self.kind == Kind::Flag && is_equality {
            return Ok(negated(Test::Is(value::flag(&word)?)));
        }
        let operand = match is_equality {
            true => value::operand(self.kind, &word)?,
            false => self.ordered(&word)?,
        };
        Ok(self.one(sign, operand))
    }

    /// What others come before and after.
    fn ordered(&self, word: &Word) -> Result<Operand> {
        if self.kind == Kind::Flag {
            return Err(wrong(word.start, "Yes and No have no order.", &["Yes", "No"]));
        }
        if value::pattern(self.kind, word)?.is_some() {
            return Err(wrong(word.start, "Only = and <> go with wildcards.", &["a value"]));
        }
        if word.text.is_empty() && matches!(self.kind, Kind::Text | Kind::ExactText | Kind::Code) {
            let message = "An empty value has no place in an order: ask for '', or <>''.";
            return Err(wrong(word.start, message, &["a value"]));
        }
        match value::operand(self.kind, word)? {
            Operand::Me => {
                Err(wrong(word.start, "Whoever asks has no place in an order.", &["a value"]))
            }
            operand => Ok(operand),
        }
    }

    /// Everything that a missing value passes is the opposite of something that it does not.
    fn one(&self, sign: Sign, operand: Operand) -> Test {
        let is_time = matches!(self.kind, Kind::Date | Kind::Instant);
        let test = |operator, on_time| {
            Test::Op(if is_time { on_time } else { operator }, vec![operand.clone()])
        };
        match sign {
            Sign::Equal => test(Operator::Eq, Operator::On),
            Sign::NotEqual => not(test(Operator::Eq, Operator::On)),
            Sign::Less => not(test(Operator::Gte, Operator::OnOrAfter)),
            Sign::LessOrEqual => not(test(Operator::Gt, Operator::After)),
            Sign::Greater => test(Operator::Gt, Operator::After),
            Sign::GreaterOrEqual => test(Operator::Gte, Operator::OnOrAfter),
        }
    }

    /// Reads a value up to the next operator, or to the closing quote.
    fn word(&mut self) -> Result<Word> {
        self.skip_space();
        let start = self.at;
        let mut word = Word { text: String::new(), start, is_quoted: false };
        if self.chars.get(self.at) == Some(&'\'') {
            word.is_quoted = true;
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
            return Err(wrong(start, "A value is missing here.", A_TERM));
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
                (None, _) => return Err(wrong(word.start, "The quote is never closed.", &["'"])),
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

fn not(test: Test) -> Test {
    Test::Not(Box::new(test))
}

/// Whether there is a value, in the words of the kind.
pub(super) fn is_set(kind: Kind, is_set: bool) -> Test {
    match kind {
        Kind::Text | Kind::ExactText => Test::Op(Operator::IsEmpty, vec![Operand::Flag(!is_set)]),
        _ => Test::Op(Operator::IsSet, vec![Operand::Flag(is_set)]),
    }
}

fn each(tests: Vec<Test>) -> Test {
    let mut flat = Vec::new();
    for test in tests {
        match test {
            Test::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Test::All(flat) }
}

/// Values among them become one list.
fn either(tests: Vec<Test>) -> Test {
    let (mut flat, mut place, mut values): (Vec<Test>, _, _) = (Vec::new(), None, Vec::new());
    let unnested = tests.into_iter().flat_map(|test| match test {
        Test::Any(inner) => inner,
        other => vec![other],
    });
    for test in unnested {
        match test {
            Test::Op(Operator::Eq | Operator::In, operands) => {
                place.get_or_insert(flat.len());
                values.extend(operands);
            }
            other => flat.push(other),
        }
    }
    if let Some(place) = place {
        let operator = if values.len() == 1 { Operator::Eq } else { Operator::In };
        flat.insert(place, Test::Op(operator, values));
    }
    if flat.len() == 1 { flat.remove(0) } else { Test::Any(flat) }
}

#[cfg(test)]
mod tests;
