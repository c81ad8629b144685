//! What the values of an expression are, by the kind of the field.

use std::ops::RangeInclusive;

use rust_decimal::Decimal;

use super::{Result, SyntaxError, date, either, is_set, wrong};
use crate::domain::{
    amount,
    contact_columns::plain,
    criteria::{Kind, Operand, Operator, Test, field::EVALUATIONS},
    text,
};

/// A value as it stood there.
pub(super) struct Word {
    pub(super) text: String,
    /// Where it began, in characters.
    pub(super) start: usize,
    /// Quotes stood around it, so it may be empty.
    pub(super) is_quoted: bool,
}

/// The tokens of Business Central that stand for whoever asks; and those for lists of the user, which
/// there are none of here.
const ME: [&str; 2] = ["%me", "%user"];
const LISTS: [&str; 3] = ["%mycustomers", "%myitems", "%myvendors"];

/// What a value of this kind is compared with.
pub(super) fn operand(kind: Kind, word: &Word) -> Result<Operand> {
    let text = word.text.as_str();
    let refused = |message: String, expected| Err(wrong(word.start, message, expected));
    match kind {
        Kind::Date | Kind::Instant => match date::when(kind, text) {
            Ok(when) => Ok(Operand::When(when)),
            Err(message) => refused(message, date::EXPECTED),
        },
        Kind::Integer | Kind::Decimal => {
            let number = text.parse::<Decimal>().ok();
            let fits = number.filter(|it| amount::to_stored(*it, &[]).is_ok());
            match fits {
                None => refused(
                    format!("{text:?} is not a number such as 1250.50."),
                    &["a number such as 1250.50"],
                ),
                Some(it) if kind == Kind::Integer && !it.fract().is_zero() => {
                    refused(format!("{text:?} is not a whole number."), &["a whole number"])
                }
                Some(number) => Ok(Operand::Number(number)),
            }
        }
        _ => match token(word)? {
            true => Ok(Operand::Me),
            false if kind == Kind::Code => Ok(Operand::Text(text::upper(text))),
            false => Ok(Operand::Text(text.to_owned())),
        },
    }
}

/// Whether it stands for whoever asks.
fn token(word: &Word) -> Result<bool> {
    let is = |tokens: &[&str]| {
        !word.is_quoted && tokens.iter().any(|token| token.eq_ignore_ascii_case(&word.text))
    };
    if is(&LISTS) {
        let message = format!("There is no list {} here: name the values.", word.text);
        return Err(wrong(word.start, message, &["a value", "%me"]));
    }
    Ok(is(&ME))
}

/// A test of text by a pattern, if the word is one.
pub(super) fn pattern(kind: Kind, word: &Word) -> Result<Option<Test>> {
    let is_text = matches!(kind, Kind::Text | Kind::ExactText | Kind::Code);
    let is_pattern = word.text.contains(['*', '?']) || word.text.starts_with('@');
    if !is_text || !is_pattern {
        return Ok(None);
    }
    let (pattern, ignores_case) = match word.text.strip_prefix('@') {
        Some(pattern) => (pattern, true),
        None => (word.text.as_str(), false),
    };
    if ignores_case && kind == Kind::ExactText {
        let message = "@ can't be asked of this field: it is compared to the letter.";
        return Err(wrong(word.start, message, &["a value", "a pattern without @"]));
    }
    if pattern.is_empty() {
        return Err(wrong(word.start, "A value is missing after @.", &["a value"]));
    }
    let pattern = if kind == Kind::Code { text::upper(pattern) } else { pattern.to_owned() };
    Ok(Some(like(kind, &pattern, ignores_case && kind == Kind::Text)))
}

/// In the plainest words that say the same.
fn like(kind: Kind, pattern: &str, ignores_case: bool) -> Test {
    let inner = pattern.trim_matches('*');
    let (from, to) = (pattern.starts_with('*'), pattern.ends_with('*'));
    if inner.is_empty() {
        return Test::All(Vec::new());
    }
    let plain = match (from, to) {
        _ if inner.contains(['*', '?']) => None,
        (false, false) => Some([Operator::Eq, Operator::EqIgnoreCase]),
        (false, true) => Some([Operator::StartsWith, Operator::StartsWithIgnoreCase]),
        (true, false) => Some([Operator::EndsWith, Operator::EndsWithIgnoreCase]),
        (true, true) => Some([Operator::Contains, Operator::ContainsIgnoreCase]),
    };
    let plain = plain.map(|it| it[usize::from(ignores_case)]);
    match plain.filter(|operator| kind.operators().contains(operator)) {
        Some(operator) => Test::Op(operator, vec![Operand::Text(inner.to_owned())]),
        None => {
            let operator = if ignores_case { Operator::LikeIgnoreCase } else { Operator::Like };
            Test::Op(operator, vec![Operand::Text(pattern.to_owned())])
        }
    }
}

pub(super) fn flag(word: &Word) -> Result<bool> {
    match plain(&word.text).as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err(no_flag(word)),
    }
}

pub(super) fn no_flag(word: &Word) -> SyntaxError {
    let message = format!("{:?} is neither Yes nor No.", word.text);
    wrong(word.start, message, &["Yes", "No"])
}

/// The names of a kind that has few, with the numbers that Business Central stores for them; 0 is
/// blank where there is a blank.
pub(super) type Ordinals = Vec<(u32, &'static str)>;

pub(super) fn ordinals(kind: Kind) -> Option<Ordinals> {
    match kind {
        Kind::Choice(choice) => {
            Some((choice.first_ordinal()..).zip(choice.names().iter().copied()).collect())
        }
        // There the best comes first.
        Kind::Evaluation => Some((1..).zip(EVALUATIONS.into_iter().rev()).collect()),
        _ => None,
    }
}

/// One of the names, by its caption or number.
pub(super) fn named(kind: Kind, word: &Word, ordinals: &Ordinals) -> Result<Test> {
    let number = (!word.is_quoted).then(|| word.text.parse::<u32>().ok()).flatten();
    if number == Some(0) && ordinals.iter().all(|(ordinal, _)| *ordinal != 0) {
        return Ok(is_set(kind, false));
    }
    let caption = plain(&word.text);
    let found = ordinals
        .iter()
        .find(|(ordinal, name)| number == Some(*ordinal) || plain(name) == caption)
        .map(|(_, name)| Operand::Text((*name).to_owned()));
    match found {
        Some(name) => Ok(Test::Op(Operator::Eq, vec![name])),
        None => Err(no_name(word, ordinals)),
    }
}

/// The number of a choice. Captions have no order that everybody would take for granted.
pub(super) fn ordinal(kind: Kind, word: &Word) -> Result<u32> {
    match word.text.parse() {
        Ok(number) if !word.is_quoted => Ok(number),
        _ => {
            let ordinals = ordinals(kind).unwrap_or_default();
            named(kind, word, &ordinals)?;
            let message = "Captions have no order: list them (A|B), or give the numbers that \
                           Business Central has for them (1..2).";
            Err(wrong(word.start, message, &["a number"]))
        }
    }
}

fn no_name(word: &Word, ordinals: &Ordinals) -> SyntaxError {
    let captions: Vec<String> = ordinals.iter().map(|(_, name)| text::caption(name)).collect();
    let message = format!("{:?} is none of {}.", word.text, captions.join(", "));
    wrong(word.start, message, &["a caption or its number"])
}

/// Those whose numbers lie in the range.
pub(super) fn among(ordinals: &Ordinals, range: RangeInclusive<u32>) -> Test {
    let has_blank = ordinals.iter().all(|(ordinal, _)| *ordinal != 0);
    let blank = (has_blank && range.contains(&0))
        .then(|| Test::Op(Operator::IsSet, vec![Operand::Flag(false)]));
    let names = ordinals.iter().filter(|(ordinal, _)| range.contains(ordinal));
    let names: Vec<Operand> = names.map(|(_, name)| Operand::Text((*name).to_owned())).collect();
    let named = (!names.is_empty()).then(|| either(vec![Test::Op(Operator::In, names)]));
    either(blank.into_iter().chain(named).collect())
}
