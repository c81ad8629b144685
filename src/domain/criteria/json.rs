//! From the tree to JSON, in the form in which it came in; and the form in which it is stored.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{
    Amount, AttributeTest, CodesTest, Criteria, FieldTest, Kind, Leaf, LoggedIn, Measure, Operand,
    Operator, PeopleMeasure, RelatedTest, Sample, SampleSize, SegmentTest, Takes, Test, Tree, When,
    field::classification,
};
use crate::domain::{Error, Result, id::Kind as Id};

/// The version of the stored form. Older ones are upgraded when they are read.
const VERSION: u64 = 2;
/// How whoever asks is written.
pub(super) const ME: &str = "%me";

/// A value as it is written: a text that would be read as whoever asks gets one more `%`.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if looks_like_me(text) { format!("%{text}").into() } else { text.into() }
}

/// The text that is written so, if it does not stand for whoever asks.
pub(super) fn unescaped(written: &str) -> &str {
    let is_escaped = looks_like_me(written) && written != ME;
    &written[usize::from(is_escaped)..]
}

fn looks_like_me(text: &str) -> bool {
    text.starts_with('%') && text.trim_start_matches('%') == "me"
}

/// What is stored for criteria.
pub fn stored(criteria: &Criteria) -> Value {
    json!({ "version": VERSION, "criteria": criteria.to_json() })
}

/// The criteria that were stored as `value`, by this version or an older one.
///
/// # Errors
/// [`Error::Corrupt`] if it makes no sense.
pub fn upgrade(value: &Value) -> Result<Criteria> {
    let parsed = match value["version"].as_u64() {
        Some(VERSION) => Criteria::parse_stored(&value["criteria"]),
        Some(1) => Criteria::parse_stored(&of_version_1(&value["criteria"])),
        version => return Err(Error::Corrupt(format!("criteria of version {version:?}"))),
    };
    parsed.map_err(|err| match err {
        Error::Rejected(_) => Error::Corrupt(format!("stored criteria: {err}")),
        other => other,
    })
}

/// In version 1 filter expressions were kept as they were written, under `filter`.
fn of_version_1(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| {
                let key = if key == "filter" { "matches" } else { key };
                (key.to_owned(), of_version_1(value))
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(of_version_1).collect(),
        other => other.clone(),
    }
}

impl Criteria {
    /// In the form of the API's `ContactCriteria`.
    pub fn to_json(&self) -> Value {
        tree(self, leaf)
    }
}

fn tree<L>(it: &Tree<L>, leaf: fn(&L) -> Value) -> Value {
    let list = |trees: &[Tree<L>]| Value::from_iter(trees.iter().map(|it| tree(it, leaf)));
    match it {
        Tree::All(trees) => json!({ "all": list(trees) }),
        Tree::Any(trees) => json!({ "any": list(trees) }),
        Tree::Not(inner) => json!({ "not": tree(inner, leaf) }),
        Tree::Leaf(it) => leaf(it),
    }
}

/// An object with a part of criteria, if that asks anything. What was left out stays so: written out, it
/// would be one condition more, and one level deeper, than what came in.
fn part<L>(name: &str, it: &Tree<L>, leaf: fn(&L) -> Value) -> Map<String, Value> {
    let asks_nothing = matches!(it, Tree::All(trees) if trees.is_empty());
    let part = (!asks_nothing).then(|| (name.to_owned(), tree(it, leaf)));
    Map::from_iter(part)
}

/// An object with one field.
fn one(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

fn field(FieldTest { field, test }: &FieldTest) -> Value {
    one(field.name, of_test(test))
}

fn leaf(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Field(test) => field(test),
        Leaf::Attribute { name, test } => {
            let (key, test) = match test {
                AttributeTest::IsSet(is_set) => ("isSet", json!(is_set)),
                AttributeTest::Value(kind, test) => (attribute_key(*kind), of_test(test)),
            };
            json!({ "custom": { "name": name, key: test } })
        }
        Leaf::Company(criteria) => json!({ "company": criteria.to_json() }),
        Leaf::People { filter, measure } => {
            let measure = match measure {
                PeopleMeasure::Some => json!({ "some": true }),
                PeopleMeasure::None => json!({ "none": true }),
                PeopleMeasure::Count(test) => json!({ "count": of_test(test) }),
            };
            let mut people = part("where", filter, self::leaf);
            people.insert("measure".to_owned(), measure);
            json!({ "people": people })
        }
        Leaf::Codes { kind, test } => {
            let name = classification(*kind).name;
            let test = match test {
                CodesTest::HasAny(codes) => json!({ "hasAny": codes }),
                CodesTest::HasAll(codes) => json!({ "hasAll": codes }),
                CodesTest::HasNone(codes) => json!({ "hasNone": codes }),
                CodesTest::Has(test) => json!({ "has": of_test(test) }),
                CodesTest::Count(test) => json!({ "count": of_test(test) }),
            };
            one(name, test)
        }
        Leaf::Related(test) => one(test.relation.name, related(test)),
        Leaf::Segment(test) => json!({ "inSegment": segment(*test) }),
        Leaf::Ids(ids) => {
            let ids = ids.iter().map(|key| Value::from(Id::Contact.id(i64::from(*key))));
            json!({ "ids": Value::from_iter(ids) })
        }
        Leaf::Sample(it) => json!({ "sample": sample(it) }),
        Leaf::Search(words) => json!({ "search": words }),
    }
}

/// The field of the API's `CustomAttributeTest` for values of this kind.
pub fn attribute_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Code => "code",
        Kind::Decimal => "number",
        Kind::Date => "date",
        Kind::Flag => "boolean",
        _ => "text",
    }
}

fn sample(Sample { of, size, salt }: &Sample) -> Value {
    let mut fields = part("of", of, leaf);
    let (name, size) = match size {
        SampleSize::Fraction(fraction) => ("fraction", json!(fraction.to_string())),
        SampleSize::Take(take) => ("take", json!(take)),
    };
    fields.insert(name.to_owned(), size);
    fields.insert("salt".to_owned(), json!(salt));
    Value::Object(fields)
}

fn segment(test: SegmentTest) -> Value {
    match test {
        SegmentTest::Current(id) => json!({ "current": Id::Segment.id(id) }),
        SegmentTest::Ever(id) => json!({ "ever": Id::Segment.id(id) }),
        SegmentTest::AsOfStep { segment, step } => {
            json!({ "asOfStep": { "segment": Id::Segment.id(segment), "step": step } })
        }
        SegmentTest::Logged(LoggedIn::Segment(id)) => json!({ "logged": Id::Segment.id(id) }),
        SegmentTest::Logged(LoggedIn::LoggedSegment(id)) => {
            json!({ "logged": Id::LoggedSegment.id(id) })
        }
    }
}

fn related(test: &RelatedTest) -> Value {
    let mut fields = part("where", &test.filter, field);
    if let Some(within) = &test.within {
        fields.insert("within".to_owned(), of_test(within));
    }
    fields.insert("measure".to_owned(), measure(&test.measure));
    fields.insert("scope".to_owned(), json!(test.scope.name()));
    for flag in test.relation.flags {
        fields.insert(flag.name.to_owned(), json!(test.included.contains(&flag)));
    }
    Value::Object(fields)
}

fn measure(measure: &Measure) -> Value {
    let amount = |key: &str, amount: &Amount, test: &Test| {
        one(key, json!({ "field": amount.name, "test": of_test(test) }))
    };
    match measure {
        Measure::Some => json!({ "some": true }),
        Measure::None => json!({ "none": true }),
        Measure::Count(test) => json!({ "count": of_test(test) }),
        Measure::Sum(it, test) => amount("sum", it, test),
        Measure::Average(it, test) => amount("avg", it, test),
        Measure::Least(it, test) => amount("min", it, test),
        Measure::Greatest(it, test) => amount("max", it, test),
        Measure::Latest(criteria) => json!({ "latest": tree(criteria, field) }),
        Measure::Earliest(criteria) => json!({ "earliest": tree(criteria, field) }),
    }
}

pub(super) fn of_test(test: &Test) -> Value {
    match test {
        Test::Is(flag) => json!(flag),
        Test::Op(operator, operands) => one(operator.name(), of_operands(*operator, operands)),
        Test::All(tests) => json!({ "all": Value::from_iter(tests.iter().map(of_test)) }),
        Test::Any(tests) => json!({ "any": Value::from_iter(tests.iter().map(of_test)) }),
        Test::Not(test) => json!({ "not": of_test(test) }),
    }
}

fn of_operands(operator: Operator, operands: &[Operand]) -> Value {
    match (operator.takes(), operands) {
        (Takes::Many, many) => Value::from_iter(many.iter().map(operand)),
        (Takes::Range, [from, to]) => json!({ "from": operand(from), "to": operand(to) }),
        (_, [one, ..]) => operand(one),
        (_, []) => Value::Null,
    }
}

fn operand(operand: &Operand) -> Value {
    match operand {
        Operand::Text(text) => json!(escaped(text)),
        Operand::Me => json!(ME),
        // `Int` takes no strings, and `Decimal` takes whole numbers as they are.
        Operand::Number(number) => match i64::try_from(*number) {
            Ok(whole) if number.is_integer() => json!(whole),
            _ => json!(number.to_string()),
        },
        Operand::Flag(flag) => json!(flag),
        Operand::Period(period) => json!(period.to_string()),
        Operand::When(When::Date(date)) => json!({ "date": date }),
        Operand::When(When::Instant(instant)) => json!({ "instant": instant }),
        Operand::When(When::Formula(formula)) => json!({ "formula": formula.to_string() }),
        Operand::When(When::Relative { anchor, plus }) => {
            json!({ "relative": { "anchor": anchor.name(), "plus": plus.to_string() } })
        }
    }
}
