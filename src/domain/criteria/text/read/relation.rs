//! Conditions on what a contact has several of: rows of relations, people, codes.

use super::{
    super::{
        relations::{MEASURES, OUTERMOST, Relation, SCOPES},
        spanned::Spanned,
    },
    About, Read, Reader,
};
use crate::domain::criteria::Kind;

impl Reader<'_> {
    /// After the name of the relation; `none` if "no" stood before it.
    pub(super) fn related(&mut self, relation: &'static Relation, none: bool) -> Read<Spanned> {
        let start = self.before();
        let mut fields = Vec::new();
        let found = SCOPES.iter().find(|(_, words)| !words.is_empty() && self.take(words));
        if let Some((name, _)) = found {
            fields.push(("scope", Spanned::value(self.before(), *name)));
        }
        let filter = self.enclosed(|reader| reader.any(About::Row(relation)))?;
        if !filter.asks_nothing() {
            fields.push(("where", filter));
        }
        if self.begins_test() {
            fields.push(("within", self.test(relation.when().kind)?));
        }
        while let Some(flag) = relation
            .flags
            .iter()
            .find(|flag| self.take(flag.text) || self.take(flag.text.trim_end_matches(" ones")))
        {
            fields.push((flag.name, Spanned::value(self.before(), true)));
        }
        let measure = self.measure(relation)?;
        if none {
            if measure.is_some() {
                return self.wrong("What is not there can't be measured.", self.before(), &[]);
            }
            let none = Spanned::value(start, true);
            fields.push(("measure", Spanned::one("none", none)));
        }
        fields.extend(measure.map(|measure| ("measure", measure)));
        let object = Spanned::object(start.to(self.before()), fields);
        Ok(Spanned::one(relation.name, object))
    }

    fn measure(&mut self, relation: &'static Relation) -> Read<Option<Spanned>> {
        if self.take("count") {
            return Ok(Some(Spanned::one("count", self.test(Kind::Integer)?)));
        }
        for (key, words) in OUTERMOST {
            if self.take(words) {
                let criteria = self.enclosed(|reader| reader.any(About::Row(relation)))?;
                return Ok(Some(Spanned::one(key, criteria)));
            }
        }
        for (key, words) in MEASURES {
            if !self.take(words) && !self.take(key) {
                continue;
            }
            let amount = relation.amounts.iter().find(|amount| self.take(amount.field));
            let Some(amount) = amount else {
                let known: Vec<&str> = relation.amounts.iter().map(|amount| amount.field).collect();
                return self.stuck(&known);
            };
            let field = Spanned::value(self.before(), amount.name);
            let test = self.test(Kind::Decimal)?;
            let span = field.span.to(test.span);
            let fields = vec![("field", field), ("test", test)];
            return Ok(Some(Spanned::one(key, Spanned::object(span, fields))));
        }
        Ok(None)
    }

    /// After "people".
    pub(super) fn people(&mut self, none: bool) -> Read<Spanned> {
        let start = self.before();
        let filter = self.enclosed(|reader| reader.any(About::Contact))?;
        let mut fields = Vec::new();
        if !filter.asks_nothing() {
            fields.push(("where", filter));
        }
        if none {
            let none = Spanned::value(start, true);
            fields.push(("measure", Spanned::one("none", none)));
        } else if self.take("count") {
            fields.push(("measure", Spanned::one("count", self.test(Kind::Integer)?)));
        }
        Ok(Spanned::one("people", Spanned::object(start.to(self.before()), fields)))
    }

    /// After the name of a classification.
    pub(super) fn codes(&mut self, name: &'static str) -> Read<Spanned> {
        let start = self.before();
        let test = self.codes_test(start)?;
        Ok(Spanned::one(name, test).from(start))
    }

    fn codes_test(&mut self, start: super::Span) -> Read<Spanned> {
        for (words, key) in [
            ("has any of", "hasAny"),
            ("has all of", "hasAll"),
            ("has none of", "hasNone"),
            ("in", "hasAny"),
        ] {
            if self.take(words) {
                return Ok(Spanned::one(key, self.values(Kind::Code, false)?));
            }
        }
        if self.take("has") || self.take("=") {
            if self.is_sign(0, "(") {
                return Ok(Spanned::one("has", self.test(Kind::Code)?));
            }
            return Ok(Spanned::one("hasAny", self.values(Kind::Code, false)?));
        }
        if self.take("count") {
            return Ok(Spanned::one("count", self.test(Kind::Integer)?));
        }
        if self.take("matches") {
            let expression = self.text("a filter expression")?;
            return Ok(Spanned::one(
                "matches",
                Spanned::value(expression.span, expression.text.as_str()),
            ));
        }
        for (words, operator) in [("is not set", "lt"), ("is set", "gte")] {
            if self.take(words) {
                let one = Spanned::value(start, 1);
                return Ok(Spanned::one("count", Spanned::one(operator, one)));
            }
        }
        self.stuck(&["has", "has any of", "has all of", "has none of", "matches", "count"])
    }
}
