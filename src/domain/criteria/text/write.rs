//! From the JSON form to text. It follows the same tables as reading, so that what one writes the
//! other reads.

use serde_json::Value;

use super::{
    relations::{MEASURES, OUTERMOST, RELATIONS, Relation, SCOPES},
    words::{OPERATORS, anchor, quoted, written},
};
use crate::domain::{
    criteria::{
        Anchor, CLASSIFICATIONS, CONTACT_FIELDS, Field, Kind, Named, Names, Operator, Period,
        Takes,
        json::{ME, unescaped},
    },
    id::{self, Kind as Id},
};

/// How criteria are written.
#[derive(Copy, Clone)]
pub(super) struct Writer<'a> {
    /// What people call what has an id.
    pub(super) names: &'a Names,
    /// How many values of a list are written out.
    pub(super) values_max: usize,
    /// The word for whoever asks, where it is asked now.
    pub(super) me: &'static str,
}

/// What conditions are about: a contact, or a row of a relation.
#[derive(Copy, Clone)]
enum About {
    Contact,
    Row(&'static Relation),
}

impl Writer<'_> {
    pub(super) fn criteria(self, value: &Value) -> String {
        self.tree(About::Contact, value)
    }

    fn tree(self, about: About, value: &Value) -> String {
        let empty = match about {
            About::Contact => ["everybody", "nobody"],
            About::Row(_) => ["any", "none"],
        };
        // What asks nothing is left out of the JSON.
        let Some((key, value)) = only(value) else { return empty[0].to_owned() };
        match key {
            "all" => self.joined(about, value, "and", ["all of", empty[0]]),
            "any" => self.joined(about, value, "or", ["any of", empty[1]]),
            "not" => format!("not ({})", self.tree(about, value)),
            _ => match about {
                About::Contact => self.leaf(key, value),
                About::Row(relation) => self.field(relation.fields, key, value),
            },
        }
    }

    /// `alone` and `empty` are the words for a list of one condition, and of none.
    fn joined(self, about: About, list: &Value, word: &str, [alone, empty]: [&str; 2]) -> String {
        let items = list.as_array().map_or(&[][..], Vec::as_slice);
        match items {
            [] => empty.to_owned(),
            [one] => format!("{alone} ({})", self.tree(about, one)),
            items => {
                let each = items.iter().map(|item| {
                    let text = self.tree(about, item);
                    // "and" and "or" beside each other would leave the reader guessing.
                    let many = ["all", "any"].iter().any(|key| {
                        item.get(key).and_then(Value::as_array).is_some_and(|it| 1 < it.len())
                    });
                    if many { format!("({text})") } else { text }
                });
                each.collect::<Vec<_>>().join(&format!(" {word} "))
            }
        }
    }

    fn leaf(self, key: &str, value: &Value) -> String {
        match key {
            "company" => format!("company({})", self.tree(About::Contact, value)),
            "people" => self.people(value),
            "custom" => self.custom(value),
            "inSegment" => self.segment(value),
            "ids" => self.chosen(value),
            "sample" => self.sample(value),
            "search" => format!("found by {}", quoted(text(value))),
            _ if let Some(relation) = RELATIONS.into_iter().find(|it| it.name == key) => {
                self.related(relation, value)
            }
            _ if CLASSIFICATIONS.iter().any(|it| it.name == key) => self.codes(key, value),
            _ => self.field(CONTACT_FIELDS, key, value),
        }
    }

    fn field(self, fields: &'static [Field], name: &str, value: &Value) -> String {
        let field = fields.iter().find(|field| field.name == name);
        let me = if field.is_some_and(Field::is_of_salesperson) { "me" } else { ME };
        let kind = field.map(|field| field.kind);
        match value {
            Value::Bool(true) => name.to_owned(),
            Value::Bool(false) => format!("{name} = false"),
            test => {
                format!("{name} {}", Writer { me, ..self }.test(kind.unwrap_or(Kind::Text), test))
            }
        }
    }

    fn test(self, kind: Kind, value: &Value) -> String {
        if let Value::Bool(flag) = value {
            return format!("= {flag}");
        }
        let Some((key, value)) = only(value) else { return String::new() };
        match key {
            "all" => return self.joined_tests(kind, value, "and", ["all of", "anything"]),
            "any" => return self.joined_tests(kind, value, "or", ["any of", "nothing"]),
            "not" => {
                let test = self.test(kind, value);
                // "not in" is an operator of its own.
                let is_in = test.starts_with("in ");
                return if is_in { format!("(not ({test}))") } else { format!("(not {test})") };
            }
            "isSet" | "isEmpty" => {
                let is_set = (value == &Value::Bool(true)) == (key == "isSet");
                return if is_set { "is set" } else { "is not set" }.to_owned();
            }
            _ => {}
        }
        let Some((operator, words)) = OPERATORS.iter().find(|(it, _)| it.name() == key) else {
            return String::new();
        };
        let operand = match operator.takes() {
            Takes::Many => self.list(value, |it| self.value(kind, it)),
            Takes::Range => {
                format!(
                    "{} and {}",
                    self.value(kind, &value["from"]),
                    self.value(kind, &value["to"])
                )
            }
            Takes::Period => {
                Period::parse(text(value)).map_or_else(|| written(text(value)), length)
            }
            _ if *operator == Operator::Matches => quoted(text(value)),
            _ => self.value(kind, value),
        };
        format!("{words} {operand}")
    }

    fn joined_tests(
        self,
        kind: Kind,
        list: &Value,
        word: &str,
        [alone, empty]: [&str; 2],
    ) -> String {
        match list.as_array().map_or(&[][..], Vec::as_slice) {
            [] => format!("({empty})"),
            [one] => format!("({alone} {})", self.test(kind, one)),
            items => {
                let each = items.iter().map(|it| self.test(kind, it));
                format!("({})", each.collect::<Vec<_>>().join(&format!(" {word} ")))
            }
        }
    }

    fn value(self, kind: Kind, value: &Value) -> String {
        match value {
            Value::String(text) if text == ME => self.me.to_owned(),
            Value::String(text) if matches!(kind, Kind::Integer | Kind::Decimal) => text.clone(),
            Value::String(text) => written(unescaped(text)),
            Value::Object(_) => when(value),
            other => other.to_string(),
        }
    }

    /// Some values, and how many more.
    fn list(self, values: &Value, one: impl Fn(&Value) -> String) -> String {
        let values = values.as_array().map_or(&[][..], Vec::as_slice);
        let shown: Vec<String> = values.iter().take(self.values_max).map(one).collect();
        let more = match values.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("({}{more})", shown.join(", "))
    }

    fn codes(self, name: &str, value: &Value) -> String {
        let Some((key, value)) = only(value) else { return String::new() };
        let words = match key {
            "hasAny" => "has any of",
            "hasAll" => "has all of",
            "hasNone" => "has none of",
            "has" => return format!("{name} has ({})", self.test(Kind::Code, value)),
            _ => return format!("{name} count {}", self.test(Kind::Integer, value)),
        };
        format!("{name} {words} {}", self.list(value, |it| written(text(it))))
    }

    /// With the type that it is tested as, for nothing else tells it.
    fn custom(self, value: &Value) -> String {
        let name = quoted(text(&value["name"]));
        let Some(fields) = value.as_object() else { return String::new() };
        match fields.iter().find(|(key, _)| *key != "name") {
            Some((key, Value::Bool(is_set))) if key == "isSet" => {
                format!("custom {name} is {}set", if *is_set { "" } else { "not " })
            }
            Some((key, test)) => {
                let kind = super::ATTRIBUTE_TYPES.iter().find(|(name, _)| name == key);
                let kind = kind.map_or(Kind::Text, |(_, kind)| *kind);
                format!("custom {key} {name} {}", self.test(kind, test))
            }
            None => String::new(),
        }
    }

    fn people(self, value: &Value) -> String {
        let filter = self.tree(About::Contact, &value["where"]);
        match only(&value["measure"]) {
            Some(("none", _)) => format!("no people({filter})"),
            Some(("count", test)) => {
                format!("people({filter}) count {}", self.test(Kind::Integer, test))
            }
            _ => format!("people({filter})"),
        }
    }

    fn related(self, relation: &'static Relation, value: &Value) -> String {
        let measure = only(&value["measure"]);
        let mut text = String::new();
        if let Some(("none", _)) = measure {
            text += "no ";
        }
        text += relation.name;
        let scope = SCOPES.iter().find(|(name, _)| value["scope"] == *name);
        if let Some((_, words)) = scope.filter(|(_, words)| !words.is_empty()) {
            text += &format!(" {words}");
        }
        text += &format!("({})", self.tree(About::Row(relation), &value["where"]));
        if value["within"].is_object() {
            text += &format!(" {}", self.test(relation.when().kind, &value["within"]));
        }
        for flag in relation.flags {
            if value[flag.name] == true {
                text += &format!(" {}", flag.text);
            }
        }
        let Some((key, measured)) = measure else { return text };
        if key == "count" {
            text += &format!(" count {}", self.test(Kind::Integer, measured));
        }
        if let Some((_, words)) = MEASURES.iter().find(|(name, _)| *name == key) {
            let amount = relation.amounts.iter().find(|it| measured["field"] == it.name);
            let amount = amount.map_or("", |it| it.field);
            let test = self.test(Kind::Decimal, &measured["test"]);
            text += &format!(" {words} {amount} {test}");
        }
        if let Some((_, words)) = OUTERMOST.iter().find(|(name, _)| *name == key) {
            text += &format!(" {words} ({})", self.tree(About::Row(relation), measured));
        }
        text
    }

    fn segment(self, value: &Value) -> String {
        let Some((key, value)) = only(value) else { return String::new() };
        let no = self.called(value);
        match key {
            "current" => format!("in {no}"),
            "ever" => format!("ever in {no}"),
            "asOfStep" => {
                format!("in {} after step {}", self.called(&value["segment"]), value["step"])
            }
            _ => match id::parse(text(value)) {
                Some((Id::LoggedSegment, _)) => format!("logged with the log of {no}"),
                _ => format!("logged with {no}"),
            },
        }
    }

    fn chosen(self, value: &Value) -> String {
        match value.as_array().map_or(&[][..], Vec::as_slice) {
            [one] => format!("is {}", self.called(one)),
            many if self.values_max < many.len() => {
                format!("one of {} chosen contacts", many.len())
            }
            _ => format!("one of {}", self.list(value, |it| self.called(it))),
        }
    }

    /// The number by which people know it, or its id.
    fn called(self, value: &Value) -> String {
        let text = text(value);
        let named = match id::parse(text) {
            Some((Id::Contact, key)) => u32::try_from(key).ok().map(Named::Contact),
            Some((Id::Segment, key)) => Some(Named::Segment(key)),
            Some((Id::LoggedSegment, key)) => Some(Named::LoggedSegment(key)),
            _ => None,
        };
        written(named.and_then(|it| self.names.get(&it)).map_or(text, String::as_str))
    }

    fn sample(self, value: &Value) -> String {
        let size = match &value["fraction"] {
            // A part always has its point, so that 1.0 are all, and 1 is one.
            Value::String(part) if part.contains('.') => part.clone(),
            Value::String(part) => format!("{part}.0"),
            _ => value["take"].to_string(),
        };
        let of = self.tree(About::Contact, &value["of"]);
        format!("sample of {size} of ({of}) by {}", quoted(text(&value["salt"])))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The one field of an object.
fn only(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next().map(|(key, value)| (key.as_str(), value))
}

fn when(value: &Value) -> String {
    let Some((key, value)) = only(value) else { return String::new() };
    match key {
        "formula" => format!("formula {}", quoted(text(value))),
        "relative" => {
            let found = Anchor::ALL.into_iter().find(|it| value["anchor"] == it.name());
            let anchor = found.map(anchor).unwrap_or_default();
            match Period::parse(value["plus"].as_str().unwrap_or("P0D")) {
                Some(plus) if plus != Period::default() => {
                    format!("{anchor} {} {}", if plus.negative { '-' } else { '+' }, length(plus))
                }
                _ => anchor,
            }
        }
        _ => text(value).to_owned(),
    }
}

/// In words, without a sign: `1 month 2 days`.
fn length(period: Period) -> String {
    let (years, months) = match period.months % 12 {
        0 => (period.months / 12, 0),
        _ => (0, period.months),
    };
    let (hours, seconds) = match period.seconds % 3600 {
        0 => (period.seconds / 3600, 0),
        _ => (0, period.seconds),
    };
    let units = [
        (years, "year"),
        (months, "month"),
        (period.days, "day"),
        (hours, "hour"),
        (seconds, "second"),
    ];
    let units = units.into_iter().filter(|(count, _)| 0 < *count);
    let units: Vec<String> = units
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if units.is_empty() { "0 days".to_owned() } else { units.join(" ") }
}
