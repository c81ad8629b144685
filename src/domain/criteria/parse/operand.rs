//! The small parts: tests, operands, lists, and what every object must be.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Id, LIST_VALUES_MAX, Parser, TEXT_CHARS_MAX, given};
use crate::domain::{
    Error, Position, Reason, amount,
    criteria::{
        Anchor, Formula, Kind, Operand, Operator, Period, Takes, Test, When,
        field::EVALUATIONS,
        filter_expression::{self, SyntaxError},
        json::{ME, unescaped},
    },
    is_storable, text,
};

impl Parser {
    /// A test that fits values of `kind`.
    pub(super) fn test(&mut self, kind: Kind, value: &Value) -> Option<Test> {
        if kind == Kind::Flag && value.is_boolean() {
            return Some(Test::Is(self.flag(value)?));
        }
        if kind == Kind::Flag && !value.is_object() {
            return self.invalid("Give true or false.");
        }
        let (key, value) = self.one_of(value)?;
        self.at(key, |parser| {
            let inner = |parser: &mut Self, value: &Value| parser.node(|it| it.test(kind, value));
            match key {
                "all" => return Some(Test::All(parser.list(value, inner)?)),
                "any" => return Some(Test::Any(parser.list(value, inner)?)),
                "not" => return Some(Test::Not(Box::new(inner(parser, value)?))),
                "matches" => return parser.matches(kind, value),
                _ => {}
            }
            let operator = kind.operators().iter().copied().find(|it| it.name() == key);
            match operator {
                Some(operator) => Some(Test::Op(operator, parser.operands(kind, operator, value)?)),
                None => parser.invalid(format!("{key} can't be asked of this field.")),
            }
        })
    }

    fn operands(&mut self, kind: Kind, operator: Operator, value: &Value) -> Option<Vec<Operand>> {
        match operator.takes() {
            Takes::One => Some(vec![self.operand(kind, operator, value)?]),
            Takes::Many => self.values(value, |parser, it| parser.operand(kind, operator, it)),
            Takes::Range => {
                let fields = self.object(value, &["from", "to"])?;
                let (from, to) = (self.required(fields, "from"), self.required(fields, "to"));
                let from = self.at("from", |parser| parser.operand(kind, operator, from?));
                let to = self.at("to", |parser| parser.operand(kind, operator, to?));
                Some(vec![from?, to?])
            }
            Takes::Flag => Some(vec![Operand::Flag(self.flag(value)?)]),
            Takes::Period => {
                let period = value.as_str().and_then(Period::parse);
                match period.filter(|period| !period.negative) {
                    Some(period) => Some(vec![Operand::Period(period)]),
                    None => self.invalid("Give a length of time such as P90D, P3M or PT36H."),
                }
            }
            Takes::Expression => unreachable!("it is read into other tests"),
        }
    }

    /// What a filter expression stands for.
    pub(super) fn matches(&mut self, kind: Kind, value: &Value) -> Option<Test> {
        let expression = self.text_of(value, filter_expression::CHARS_MAX)?;
        match filter_expression::parse(kind, &expression) {
            Ok(test) => self.admitted(&test).map(|()| test),
            Err(SyntaxError { message, position, expected }) => {
                self.invalid::<()>(format!("{message} (at character {})", position + 1));
                let rejection = self.rejections.last_mut()?;
                rejection.position = Some(Position::after(&expression, position));
                rejection.expected = expected.iter().map(|&it| it.to_owned()).collect();
                None
            }
        }
    }

    /// Counts what an expression stands for against the limits, as if it had come as tests.
    fn admitted(&mut self, test: &Test) -> Option<()> {
        match test {
            Test::Is(_) => Some(()),
            Test::Op(operator, operands) if operator.takes() == Takes::Many => {
                self.counted(operands.len())
            }
            Test::Op(..) => Some(()),
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().try_for_each(|it| self.node(|parser| parser.admitted(it)))
            }
            Test::Not(test) => self.node(|parser| parser.admitted(test)),
        }
    }

    fn operand(&mut self, kind: Kind, operator: Operator, value: &Value) -> Option<Operand> {
        match kind {
            Kind::Text | Kind::ExactText | Kind::Code if value == ME => {
                if operator.takes_me() || self.is_stored {
                    return Some(Operand::Me);
                }
                self.invalid(format!(
                    "{ME} is whoever asks, and goes with eq, ne, in and notIn: as a text it is %{ME}."
                ))
            }
            Kind::Text | Kind::ExactText => {
                Some(Operand::Text(unescaped(&self.text(value)?).to_owned()))
            }
            Kind::Code => Some(Operand::Text(self.code(value)?)),
            Kind::Choice(choice) => self.name(choice.names(), value),
            Kind::Evaluation => self.name(&EVALUATIONS, value),
            Kind::Integer => {
                let number = self.decimal(value)?;
                if !number.fract().is_zero() {
                    return self.invalid("Give a whole number.");
                }
                Some(Operand::Number(number))
            }
            Kind::Decimal => Some(Operand::Number(self.decimal(value)?)),
            Kind::Date | Kind::Instant => Some(Operand::When(self.when(value)?)),
            Kind::Flag => Some(Operand::Flag(self.flag(value)?)),
        }
    }

    fn name(&mut self, names: &[&str], value: &Value) -> Option<Operand> {
        match value.as_str().filter(|name| names.contains(name)) {
            Some(name) => Some(Operand::Text(name.to_owned())),
            None => self.invalid(format!("Give one of {}.", names.join(", "))),
        }
    }

    /// A number that fits the stored form: at most four decimals, within 64 bits.
    pub(super) fn decimal(&mut self, value: &Value) -> Option<Decimal> {
        let number = match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => {
                let text = number.to_string();
                text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
            }
            _ => None,
        };
        let Some(number) = number else {
            return self.invalid("Give a decimal number.");
        };
        match amount::to_stored(number, &[]) {
            Ok(_) => Some(number),
            Err(Error::Rejected(rejections)) => {
                let message = rejections.into_iter().next().map(|it| it.message);
                self.invalid(message.unwrap_or_default())
            }
            Err(_) => self.invalid("Give a decimal number."),
        }
    }

    /// `{date}`, `{instant}`, `{relative: {anchor, plus}}` or `{formula}`.
    fn when(&mut self, value: &Value) -> Option<When> {
        let (key, value) = self.one_of(value)?;
        self.at(key, |parser| match key {
            "date" => match value.as_str().and_then(|text| text.parse().ok()) {
                Some(date) if is_storable(date) => Some(When::Date(date)),
                _ => parser.invalid("Give a date such as 2026-11-23."),
            },
            "instant" => match value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok()) {
                Some(instant) if is_storable(instant.date_naive()) => Some(When::Instant(instant)),
                _ => parser.invalid("Give an instant such as 2026-11-23T12:00:00Z."),
            },
            "relative" => {
                let fields = parser.object(value, &["anchor", "plus"])?;
                let anchor = given(fields, "anchor").and_then(Value::as_str);
                let anchor = Anchor::ALL.into_iter().find(|it| Some(it.name()) == anchor);
                let Some(anchor) = anchor else {
                    return parser.at("anchor", |parser| {
                        let names = Anchor::ALL.map(Anchor::name);
                        parser.invalid(format!("Give one of {}.", names.join(", ")))
                    });
                };
                let plus = match given(fields, "plus") {
                    None => Period::default(),
                    Some(plus) => match plus.as_str().and_then(Period::parse) {
                        Some(plus) => plus,
                        None => {
                            return parser.at("plus", |parser| {
                                parser.invalid("Give a length of time such as P1M or -P90D.")
                            });
                        }
                    },
                };
                Some(When::Relative { anchor, plus })
            }
            "formula" => match value.as_str().and_then(Formula::parse) {
                Some(formula) => Some(formula.when()),
                None => parser.invalid("Give a date formula such as CM+10D."),
            },
            _ => parser.invalid("Give a date, an instant, a relative date or a date formula."),
        })
    }

    pub(super) fn ids(&mut self, value: &Value) -> Option<Vec<u32>> {
        self.values(value, |parser, value| {
            let key = parser.key(Id::Contact, value)?;
            Some(u32::try_from(key).expect("keys of contacts have 32 bits"))
        })
    }

    pub(super) fn key(&mut self, kind: Id, value: &Value) -> Option<i64> {
        // As GraphQL has it, an id may come as a number.
        let number = value.as_i64().map(|number| number.to_string());
        let id = value.as_str().or(number.as_deref()).unwrap_or_default();
        match kind.key(id, &[]) {
            Ok(key) => Some(key),
            Err(Error::Rejected(rejections)) => {
                let message = rejections.into_iter().next().map(|it| it.message);
                self.invalid(message.unwrap_or_default())
            }
            Err(_) => None,
        }
    }

    pub(super) fn code_list(&mut self, value: &Value) -> Option<Vec<String>> {
        self.values(value, Self::code)
    }

    fn code(&mut self, value: &Value) -> Option<String> {
        Some(text::upper(unescaped(&self.text(value)?)))
    }

    /// Text as it is stored, though it may be empty.
    pub(super) fn text(&mut self, value: &Value) -> Option<String> {
        self.text_of(value, TEXT_CHARS_MAX)
    }

    fn text_of(&mut self, value: &Value, chars_max: usize) -> Option<String> {
        let Some(given) = value.as_str() else {
            return self.invalid("Give text.");
        };
        if chars_max < given.chars().count() {
            let message = format!("A text has at most {chars_max} characters.");
            return self.wrong(Reason::LimitExceeded, message);
        }
        if given.contains('\0') {
            return self.invalid("Text can't contain the character 0.");
        }
        Some(text::compose(given))
    }

    pub(super) fn flag(&mut self, value: &Value) -> Option<bool> {
        match value.as_bool() {
            Some(flag) => Some(flag),
            None => self.invalid("Give true or false."),
        }
    }

    pub(super) fn flag_or_false(
        &mut self,
        fields: &Map<String, Value>,
        name: &str,
    ) -> Option<bool> {
        match given(fields, name) {
            Some(flag) => self.at(name, |parser| parser.flag(flag)),
            None => Some(false),
        }
    }

    pub(super) fn must_be_true<T>(&mut self, value: &Value, then: T) -> Option<T> {
        if value == &Value::Bool(true) { Some(then) } else { self.invalid("It can only be true.") }
    }

    /// Conditions in a list; each is read even if one before it is wrong.
    pub(super) fn list<T>(
        &mut self,
        value: &Value,
        read: impl Fn(&mut Self, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        // As GraphQL has it, a single item stands for a list of one.
        let items = match value {
            Value::Array(items) => items.as_slice(),
            item => std::slice::from_ref(item),
        };
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            list.push(self.at(index, |parser| read(parser, item)));
        }
        list.into_iter().collect()
    }

    /// Values in a list, counted against the limit.
    pub(super) fn values<T>(
        &mut self,
        value: &Value,
        read: impl Fn(&mut Self, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.counted(value.as_array().map_or(1, Vec::len))?;
        self.list(value, read)
    }

    fn counted(&mut self, values: usize) -> Option<()> {
        self.list_values += values;
        if LIST_VALUES_MAX < self.list_values {
            let message = format!("Criteria have at most {LIST_VALUES_MAX} values in lists.");
            return self.wrong(Reason::LimitExceeded, message);
        }
        Some(())
    }

    /// The one field of an object that is given.
    pub(super) fn one_of<'a>(&mut self, value: &'a Value) -> Option<(&'a str, &'a Value)> {
        let Some(fields) = value.as_object() else {
            return self.invalid("Give an object with exactly one field.");
        };
        let mut given = fields.iter().filter(|(_, value)| !value.is_null());
        match (given.next(), given.next()) {
            (Some((key, value)), None) => Some((key, value)),
            _ => self.invalid("Give exactly one field."),
        }
    }

    pub(super) fn object<'a>(
        &mut self,
        value: &'a Value,
        known: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Some(fields) = value.as_object() else {
            return self.invalid("Give an object.");
        };
        match fields.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                let message = format!("There is no field {key} here.");
                self.at(key, |parser| parser.invalid(message))
            }
            None => Some(fields),
        }
    }

    pub(super) fn required<'a>(
        &mut self,
        fields: &'a Map<String, Value>,
        name: &str,
    ) -> Option<&'a Value> {
        match given(fields, name) {
            Some(value) => Some(value),
            None => self.at(name, |parser| {
                parser.wrong(Reason::Required, format!("{name} has to be given."))
            }),
        }
    }
}
