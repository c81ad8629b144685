//! One condition.

use serde_json::Value;

use super::{
    super::{ATTRIBUTE_TYPES, relations::RELATIONS, spanned::Spanned},
    About, Read, Reader, TokenKind, Trouble,
};
use crate::domain::{
    contact_columns::plain,
    criteria::{CLASSIFICATIONS, Field, Kind, NODES_MAX, captions, text::nearest},
};

/// How many words the caption of a field may have: `Exclude from Segment`.
const CAPTION_WORDS_MAX: usize = 4;

impl Reader<'_> {
    pub(super) fn condition(&mut self, about: About) -> Read<Spanned> {
        let start = self.peek().span;
        self.conditions += 1;
        if NODES_MAX < self.conditions {
            return self.beyond(format!("Criteria have at most {NODES_MAX} conditions."));
        }
        let (everybody, nobody): (&[&str], &[&str]) = match about {
            About::Contact => (&["everybody", "everyone"], &["nobody"]),
            About::Row(_) => (&["any", "anything"], &["none", "nothing"]),
        };
        for (words, key) in [(everybody, "all"), (nobody, "any")] {
            if words.iter().any(|word| self.take(word)) {
                return Ok(Spanned::one(key, Spanned::list(start, Vec::new())));
            }
        }
        if let About::Contact = about
            && let Some(found) = self.special()?
        {
            return Ok(found.from(start));
        }
        if let Some((field, words)) = self.field_ahead(about) {
            self.at += words;
            return Ok(self.field(field)?.from(start));
        }
        if let About::Contact = about
            && let Some(found) = self.attribute_ahead()?
        {
            return Ok(found.from(start));
        }
        Err(self.unknown(about))
    }

    /// Whatever is no field.
    fn special(&mut self) -> Read<Option<Spanned>> {
        let start = self.peek().span;
        if self.said("company (").is_some() {
            self.next();
            let inner = self.enclosed(|reader| reader.any(About::Contact))?;
            return Ok(Some(Spanned::one("company", inner)));
        }
        let none = self.is_word(0, "no") && !self.ahead(1).text.is_empty();
        let ahead = usize::from(none);
        if self.is_word(ahead, "people") && self.is_sign(ahead + 1, "(") {
            self.at += ahead + 1;
            return self.people(none).map(Some);
        }
        let relation = RELATIONS.into_iter().find(|it| self.is_word(ahead, it.name));
        if let Some(relation) = relation
            && (self.is_sign(ahead + 1, "(") || self.is_word(ahead + 1, "of"))
        {
            self.at += ahead + 1;
            return self.related(relation, none).map(Some);
        }
        if self.is_word(0, "custom") && self.begins_custom() {
            self.next();
            return self.custom().map(Some);
        }
        if let Some(found) = self.classification_ahead() {
            return self.codes(found).map(Some);
        }
        // As Business Central has it, people know the number of their company.
        let company_no = self.words_ahead().find(|(name, _)| plain(name) == "companyno");
        if let Some((_, words)) = company_no {
            self.at += words;
            let no = Spanned::one("no", self.test(Kind::Code)?);
            return Ok(Some(Spanned::one("company", no)));
        }
        let found = if self.take("ever in") {
            Spanned::one("inSegment", Spanned::one("ever", self.name("a segment")?))
        } else if self.take("logged with the log of") {
            let log = self.name("a segment")?;
            let span = log.span;
            // Told from a segment when numbers are looked up.
            let log = match log.to_value() {
                Value::String(no) if !no.contains(':') => {
                    Spanned::value(span, format!("log of {no}"))
                }
                _ => log,
            };
            Spanned::one("inSegment", Spanned::one("logged", log))
        } else if self.take("logged with") {
            Spanned::one("inSegment", Spanned::one("logged", self.name("a segment")?))
        } else if self.take("in") {
            self.in_segment()?
        } else if self.take("one of") {
            self.chosen()?
        } else if self.take("is") {
            let contact = self.name("a contact")?;
            Spanned::one("ids", Spanned::list(contact.span, vec![contact]))
        } else if self.take("sample of") {
            self.sample(start)?
        } else if self.take("found by") {
            let words = self.text("words in quotes")?;
            Spanned::one("search", Spanned::value(words.span, words.text.as_str()))
        } else {
            return Ok(None);
        };
        Ok(Some(found))
    }

    /// A number or an id.
    fn name(&mut self, what: &str) -> Read<Spanned> {
        let token = self.text(what)?;
        Ok(Spanned::value(token.span, token.text.as_str()))
    }

    fn in_segment(&mut self) -> Read<Spanned> {
        let segment = self.name("a segment")?;
        if !self.take("after step") {
            return Ok(Spanned::one("inSegment", Spanned::one("current", segment)));
        }
        let step = self.text("the number of a step")?;
        let Ok(number) = step.text.parse::<i64>() else {
            return self.wrong(
                "A step is a number; 0 is before the first.",
                step.span,
                &["a number"],
            );
        };
        let span = segment.span.to(step.span);
        let step = Spanned::value(step.span, number);
        let fields = vec![("segment", segment), ("step", step)];
        Ok(Spanned::one("inSegment", Spanned::one("asOfStep", Spanned::object(span, fields))))
    }

    fn chosen(&mut self) -> Read<Spanned> {
        let start = self.before();
        if self.is_word(1, "chosen") {
            let span = self.peek().span.to(self.ahead(2).span);
            return self.wrong("This list was cut, and can't be read back.", span, &[]);
        }
        self.expect("(")?;
        let ids = self.listed(&|reader| reader.name("a contact"))?;
        Ok(Spanned::one("ids", Spanned::list(start.to(self.before()), ids)))
    }

    fn sample(&mut self, start: super::Span) -> Read<Spanned> {
        let size = self.text("how many, or which part")?;
        let mut fields = Vec::new();
        if size.text.contains('.') {
            fields.push(("fraction", Spanned::value(size.span, size.text.as_str())));
        } else {
            let Ok(take) = size.text.parse::<u64>() else {
                let expected = ["how many, such as 100", "which part, such as 0.1"];
                return self.wrong("A sample has a size.", size.span, &expected);
            };
            fields.push(("take", Spanned::value(size.span, take)));
        }
        if self.take("of") {
            let of = self.enclosed(|reader| reader.any(About::Contact))?;
            if !of.asks_nothing() {
                fields.push(("of", of));
            }
        }
        self.expect("by")?;
        let salt = self.text("a salt in quotes")?;
        fields.push(("salt", Spanned::value(salt.span, salt.text.as_str())));
        Ok(Spanned::one("sample", Spanned::object(start.to(self.before()), fields)))
    }

    /// The field whose name or caption comes next, and how many words that is.
    fn field_ahead(&self, about: About) -> Option<(&'static Field, usize)> {
        let known = |name: &str| match about {
            About::Contact => captions::contact_field(name),
            About::Row(relation) => captions::field_of(relation.fields, name),
        };
        if self.peek().kind == TokenKind::Quoted {
            return known(&self.peek().text).map(|field| (field, 1));
        }
        self.words_ahead().find_map(|(name, count)| Some((known(&name)?, count)))
    }

    fn classification_ahead(&mut self) -> Option<&'static str> {
        let found = self.words_ahead().find_map(|(name, count)| {
            captions::classification_of(&name).map(|it| (it.name, count))
        });
        let (name, count) = found?;
        self.at += count;
        Some(name)
    }

    /// The next words together, the most first.
    fn words_ahead(&self) -> impl Iterator<Item = (String, usize)> {
        let words: Vec<&str> = (0..CAPTION_WORDS_MAX)
            .map(|ahead| self.ahead(ahead))
            .take_while(|token| token.kind == TokenKind::Word)
            .map(|token| token.text.as_str())
            .collect();
        let joined = |count: usize| (words[..count].join(" "), count);
        (1..=words.len()).rev().map(joined).collect::<Vec<_>>().into_iter()
    }

    fn field(&mut self, field: &'static Field) -> Read<Spanned> {
        let span = self.before();
        if field.kind != Kind::Flag {
            self.is_of_salesperson = field.is_of_salesperson();
            let test = self.test(field.kind)?;
            self.is_of_salesperson = false;
            return Ok(Spanned::one(field.name, test));
        }
        self.flag(span, &|test| Spanned::one(field.name, test))
    }

    /// What is asked of a flag, which by itself asks whether it is set.
    fn flag(&mut self, span: super::Span, leaf: &dyn Fn(Spanned) -> Spanned) -> Read<Spanned> {
        if self.take("matches") {
            let expression = self.text("a filter expression")?;
            let expression = Spanned::value(expression.span, expression.text.as_str());
            return Ok(leaf(Spanned::one("matches", expression)));
        }
        for (words, negated) in [
            ("is not", true),
            ("<>", true),
            ("!=", true),
            ("is", false),
            ("=", false),
            ("==", false),
        ] {
            if self.take(words) {
                let value = leaf(self.value(Kind::Flag, false)?);
                return Ok(if negated { Spanned::one("not", value) } else { value });
            }
        }
        Ok(leaf(Spanned::value(span, true)))
    }

    /// "custom" begins a condition if a name comes next, and not what is asked of something.
    fn begins_custom(&self) -> bool {
        matches!(self.ahead(1).kind, TokenKind::Word | TokenKind::Quoted)
    }

    /// After "custom".
    fn custom(&mut self) -> Read<Spanned> {
        let typed = ATTRIBUTE_TYPES
            .iter()
            .find(|(key, _)| self.is_word(0, key) && self.ahead(1).kind == TokenKind::Quoted);
        if typed.is_some() {
            self.next();
        }
        let name = self.text("the name of a custom attribute")?;
        let key = typed.map(|(key, _)| *key).or_else(|| {
            self.attributes.iter().find(|(known, _)| *known == name.text).map(|(_, key)| *key)
        });
        self.of_attribute(&name.text, name.span, key, typed.is_some())
    }

    fn attribute_ahead(&mut self) -> Read<Option<Spanned>> {
        let token = self.peek();
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        let found = self.attributes.iter().find(|(known, _)| is_name && *known == token.text);
        let Some((name, key)) = found else { return Ok(None) };
        self.next();
        self.of_attribute(name, token.span, Some(*key), false).map(Some)
    }

    fn of_attribute(
        &mut self,
        name: &str,
        span: super::Span,
        key: Option<&'static str>,
        is_typed: bool,
    ) -> Read<Spanned> {
        let custom = |key: &str, test: Spanned| {
            let whole = span.to(test.span);
            let fields = vec![("name", Spanned::value(span, name)), (key, test)];
            Spanned::one("custom", Spanned::object(whole, fields))
        };
        for (words, is_set) in [("is not set", false), ("is set", true)] {
            if !is_typed && self.take(words) {
                return Ok(custom("isSet", Spanned::value(self.before(), is_set)));
            }
        }
        let Some((key, kind)) =
            ATTRIBUTE_TYPES.iter().find(|(known, _)| Some(*known) == key).copied()
        else {
            let message = format!("Nothing is known of the custom attribute {name}.");
            return self.wrong(message, span, &["is set", "is not set"]);
        };
        if kind != Kind::Flag {
            return Ok(custom(key, self.test(kind)?));
        }
        self.flag(span, &|test| custom(key, test))
    }

    /// What comes next, if it is asked about in parentheses.
    fn enclosing_ahead(&self) -> Option<&'static str> {
        let names = RELATIONS.iter().map(|it| it.name).chain(["people", "company"]);
        names.into_iter().find(|name| self.is_word(0, name))
    }

    fn unenclosed(&self, name: &str) -> Trouble {
        let message = format!("What is asked of {name} stands in parentheses: {name}(…).");
        let expected = vec![format!("{name}(…)")];
        Trouble { message, span: self.peek().span, expected, suggestion: None, is_beyond: false }
    }

    /// There is nothing that goes by this name; something may be near.
    fn unknown(&self, about: About) -> Trouble {
        let token = self.peek();
        if let About::Contact = about
            && let Some(name) = self.enclosing_ahead()
        {
            return self.unenclosed(name);
        }
        let names: Vec<&str> = match about {
            About::Contact => {
                let classifications = CLASSIFICATIONS.iter().map(|it| it.name);
                let relations = RELATIONS.iter().map(|it| it.name);
                let others = ["company", "people", "custom", "everybody", "nobody", "not"];
                let attributes = self.attributes.iter().map(|(name, _)| name.as_str());
                let fields = about.fields().iter().map(|it| it.name);
                fields
                    .chain(classifications)
                    .chain(relations)
                    .chain(others)
                    .chain(attributes)
                    .collect()
            }
            About::Row(_) => about.fields().iter().map(|it| it.name).collect(),
        };
        let suggestion = match token.kind {
            TokenKind::Word | TokenKind::Quoted => nearest(&token.text, names.iter().copied()),
            _ => None,
        };
        // A word that is known is only not known here.
        let suggestion = suggestion.filter(|near| !self.is_word(0, near));
        let message = match (token.kind, &suggestion) {
            (TokenKind::End, _) => "A condition is missing here.".to_owned(),
            (TokenKind::Open, _) => "The quote is never closed.".to_owned(),
            (TokenKind::Sign, _) => format!("{:?} is not expected here.", token.text),
            (_, Some(near)) => {
                format!("There is no field {}; there is {near}.", token.text)
            }
            (_, None) => format!("There is no field {}.", token.text),
        };
        let expected = ["a field", "not", "("].map(str::to_owned).to_vec();
        Trouble { message, span: token.span, expected, suggestion, is_beyond: false }
    }
}
