//! What is asked of a value.

use super::{
    super::{
        spanned::Spanned,
        words::{OPERATORS, SYNONYMS, UNITS, anchor, name_of, on_time},
    },
    Read, Reader, TokenKind,
};
use crate::domain::{
    contact_columns::plain,
    criteria::{
        Anchor, Kind, Operator, Takes,
        json::{ME, escaped},
    },
};

impl Reader<'_> {
    /// Whether what comes next asks something of a value, and is no condition of its own.
    pub(super) fn begins_test(&self) -> bool {
        self.is_sign(0, "(")
            || self.operator_ahead().is_some()
            || self.said("is set").is_some()
            || self.said("is not set").is_some()
    }

    pub(super) fn test(&mut self, kind: Kind) -> Read<Spanned> {
        let start = self.peek().span;
        self.deeper(|reader| {
            if reader.take("(") {
                let inner = reader.combined(kind)?;
                reader.expect(")")?;
                return Ok(inner.from(start));
            }
            reader.simple(kind)
        })
        .map(|test| test.from(start))
    }

    /// In parentheses: `= A or starts with B`, `not = A`, `anything`.
    fn combined(&mut self, kind: Kind) -> Read<Spanned> {
        let start = self.peek().span;
        for (word, key) in [("anything", "all"), ("nothing", "any")] {
            if self.take(word) {
                return Ok(Spanned::one(key, Spanned::list(start, Vec::new())));
            }
        }
        self.chain("or", "any", &|reader| {
            reader.chain("and", "all", &|reader| reader.negatable(kind))
        })
    }

    fn negatable(&mut self, kind: Kind) -> Read<Spanned> {
        let start = self.peek().span;
        for (words, key) in [("all of", "all"), ("any of", "any")] {
            if self.take(words) {
                let test = self.test(kind)?;
                return Ok(Spanned::one(key, Spanned::list(test.span, vec![test])).from(start));
            }
        }
        // "not in" is an operator, but for "in last" and "in next".
        let is_recent = self.is_word(2, "last") || self.is_word(2, "next");
        if self.is_word(0, "not") && (is_recent || !self.is_word(1, "in")) {
            self.next();
            let test = self.deeper(|reader| reader.negatable(kind))?;
            return Ok(Spanned::one("not", test).from(start));
        }
        self.test(kind)
    }

    fn simple(&mut self, kind: Kind) -> Read<Spanned> {
        let span = self.peek().span;
        let is_text = matches!(kind, Kind::Text | Kind::ExactText);
        for (words, is_set) in
            [("is not set", false), ("is not empty", true), ("is set", true), ("is empty", false)]
        {
            if self.take(words) {
                let (key, flag) = if is_text { ("isEmpty", !is_set) } else { ("isSet", is_set) };
                let span = span.to(self.before());
                return Ok(Spanned::one(key, Spanned::value(span, flag)));
            }
        }
        let Some((operator, count)) = self.operator_ahead() else {
            return self.stuck(&expected(kind));
        };
        self.at += count;
        let is_time = matches!(kind, Kind::Date | Kind::Instant);
        // Days have no word for what is not a day.
        let is_other_day = is_time && operator == Operator::Ne;
        let operator = match (is_time, operator) {
            (true, Operator::Ne) => Operator::On,
            (true, operator) => on_time(operator),
            (false, operator) => operator,
        };
        let operand = self.operand(kind, operator)?;
        let test = Spanned::one(operator.name(), operand).from(span);
        Ok(if is_other_day { Spanned::one("not", test) } else { test })
    }

    /// The operator that comes next, and how many words it takes to say it.
    fn operator_ahead(&self) -> Option<(Operator, usize)> {
        let known = OPERATORS.iter().map(|(operator, words)| (*operator, *words));
        let synonyms = SYNONYMS.iter().map(|(words, operator)| (*operator, *words));
        let found = known.chain(synonyms).find_map(|(it, words)| Some((it, self.said(words)?)));
        let by_name = || {
            let word = self.peek();
            let named = OPERATORS.iter().find(|(it, _)| {
                word.kind == TokenKind::Word && plain(it.name()) == plain(&word.text)
            });
            named.map(|(it, _)| (*it, 1))
        };
        found.or_else(by_name)
    }

    fn operand(&mut self, kind: Kind, operator: Operator) -> Read<Spanned> {
        let with_me = self.is_of_salesperson && operator.takes_me();
        match operator.takes() {
            Takes::Many => self.values(kind, with_me),
            Takes::Range => {
                let from = self.value(kind, false)?;
                self.expect("and")?;
                let to = self.value(kind, false)?;
                let span = from.span.to(to.span);
                Ok(Spanned::object(span, vec![("from", from), ("to", to)]))
            }
            Takes::Period => {
                let start = self.peek().span;
                let length = self.length()?;
                Ok(Spanned::value(start.to(self.before()), format!("P{length}")))
            }
            Takes::Expression => {
                let expression = self.text("a filter expression")?;
                Ok(Spanned::value(expression.span, expression.text.as_str()))
            }
            _ => self.value(kind, with_me),
        }
    }

    /// Values in parentheses, or one without.
    pub(super) fn values(&mut self, kind: Kind, with_me: bool) -> Read<Spanned> {
        let start = self.peek().span;
        let items = match self.take("(") {
            true => self.listed(&|reader| reader.value(kind, with_me))?,
            false => vec![self.value(kind, with_me)?],
        };
        Ok(Spanned::list(start.to(self.before()), items))
    }

    /// `with_me`: the word `me` is whoever asks, as `%me` is everywhere.
    pub(super) fn value(&mut self, kind: Kind, with_me: bool) -> Read<Spanned> {
        if matches!(kind, Kind::Date | Kind::Instant) {
            return self.when();
        }
        if !kind.names().is_empty() && self.peek().kind == TokenKind::Word {
            // A caption may have two words.
            for count in [2, 1] {
                let words: Vec<&str> = (0..count)
                    .map(|ahead| self.ahead(ahead))
                    .filter(|token| token.kind == TokenKind::Word)
                    .map(|token| token.text.as_str())
                    .collect();
                if words.len() < count {
                    continue;
                }
                if let Some(name) = name_of(kind, &words.join(" ")) {
                    let span = self.peek().span;
                    self.at += count;
                    return Ok(Spanned::value(span.to(self.before()), name));
                }
            }
        }
        let token = self.text("a value")?;
        if kind == Kind::Flag {
            return match plain(&token.text).as_str() {
                "true" | "yes" | "1" => Ok(Spanned::value(token.span, true)),
                "false" | "no" | "0" => Ok(Spanned::value(token.span, false)),
                _ => self.wrong("Give true or false.", token.span, &["true", "false"]),
            };
        }
        let is_word =
            |word: &str| token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word);
        let is_text = matches!(kind, Kind::Text | Kind::ExactText | Kind::Code);
        Ok(match name_of(kind, &token.text) {
            Some(name) => Spanned::value(token.span, name),
            None if is_word(ME) || with_me && is_word("me") => Spanned::value(token.span, ME),
            None if is_text => Spanned::value(token.span, escaped(&token.text)),
            None => Spanned::value(token.span, token.text.as_str()),
        })
    }

    /// `2026-11-23`, an instant, `today - 90 days`, `formula "CM+10D"`.
    fn when(&mut self) -> Read<Spanned> {
        let start = self.peek().span;
        if self.take("formula") {
            let formula = self.text("a date formula")?;
            let formula = Spanned::value(formula.span, formula.text.as_str());
            return Ok(Spanned::one("formula", formula).from(start));
        }
        let found = Anchor::ALL.into_iter().find(|it| self.take(&anchor(*it)));
        if let Some(found) = found {
            let sign = ["-", "+"].into_iter().find(|sign| self.take(sign));
            let plus = match sign {
                Some("-") => format!("-P{}", self.length()?),
                Some(_) => format!("P{}", self.length()?),
                None => "P0D".to_owned(),
            };
            let span = start.to(self.before());
            let fields = vec![
                ("anchor", Spanned::value(start, found.name())),
                ("plus", Spanned::value(span, plus)),
            ];
            return Ok(Spanned::one("relative", Spanned::object(span, fields)));
        }
        let token = self.text("a date")?;
        let begins_with_digit = token.text.starts_with(|char: char| char.is_ascii_digit());
        let is_instant = begins_with_digit && token.text.contains(['T', 't']);
        let key = if is_instant { "instant" } else { "date" };
        Ok(Spanned::one(key, Spanned::value(token.span, token.text.as_str())))
    }

    /// A length of time, as ISO 8601 has it after `P`: `1 month 2 days`; or in that form itself.
    fn length(&mut self) -> Read<String> {
        if let TokenKind::Word = self.peek().kind
            && let Some(length) = self.peek().text.strip_prefix(['P', 'p'])
        {
            self.next();
            return Ok(length.to_uppercase());
        }
        let (mut date, mut time) = (String::new(), String::new());
        while self.peek().text.bytes().all(|byte| byte.is_ascii_digit())
            && self.peek().kind == TokenKind::Word
        {
            let unit = plain(&self.ahead(1).text);
            let unit = unit.strip_suffix('s').unwrap_or(&unit);
            let Some((_, letter, is_time)) = UNITS.iter().find(|(name, ..)| *name == unit) else {
                self.next();
                return self.stuck(&["days", "weeks", "months", "years", "hours"]);
            };
            let part = if *is_time { &mut time } else { &mut date };
            part.push_str(&self.next().text);
            part.push(*letter);
            self.next();
        }
        match (date.is_empty(), time.is_empty()) {
            (true, true) => self.stuck(&["a length of time such as 90 days"]),
            (_, true) => Ok(date),
            _ => Ok(format!("{date}T{time}")),
        }
    }
}

/// What can be asked of values of a kind, in words.
fn expected(kind: Kind) -> Vec<&'static str> {
    let of_kind = kind.operators();
    let known = OPERATORS.iter().filter(|(it, _)| of_kind.contains(it)).map(|(_, words)| *words);
    known.chain(["is set", "is not set"]).collect()
}
