//! From JSON to the tree. Says everything that is wrong, and where.

use serde_json::{Map, Value};

use super::{
    AttributeTest, CLASSIFICATIONS, CONTACT_FIELDS, CodesTest, Criteria, Field, FieldTest, Kind,
    Leaf, LoggedIn, Operand, Operator, PeopleMeasure, RELATIONS, Sample, SampleSize, SegmentTest,
    Test, Tree,
};
use crate::domain::{
    Error, Reason, Rejection, Result,
    id::{self, Kind as Id},
    text,
};

mod keyed;
mod operand;
mod parted;
mod relation;

use parted::parted;

/// How deep criteria may nest: enough for people, too little to hurt the database.
pub const DEPTH_MAX: usize = 16;
/// How many conditions and combinations criteria may have.
pub const NODES_MAX: usize = 500;
/// How many values all lists of criteria may have together.
pub const LIST_VALUES_MAX: usize = 10_000;
/// How long a text in criteria may be.
const TEXT_CHARS_MAX: usize = 2048;

impl Criteria {
    /// Reads criteria in the form of the API's `ContactCriteria`.
    ///
    /// # Errors
    /// All that is wrong, each with its path below `path`.
    pub fn parse(value: &Value, path: &[&str]) -> Result<Self> {
        Parser::new(path).finish(|parser| parser.criteria(value))
    }

    /// The same of what is stored, where whoever asks may be a value of any operator, as they once could.
    pub(super) fn parse_stored(value: &Value) -> Result<Self> {
        Parser { is_stored: true, ..Parser::new(&[]) }.finish(|parser| parser.criteria(value))
    }
}

/// Where we are, how much there was, and what was wrong. Each reading function answers `None` after
/// it noted what is wrong, so that its siblings are still read.
struct Parser {
    path: Vec<String>,
    depth: usize,
    nodes: usize,
    list_values: usize,
    is_stored: bool,
    rejections: Vec<Rejection>,
}

impl Parser {
    fn new(path: &[&str]) -> Self {
        let path = path.iter().map(|&step| step.to_owned()).collect();
        let (depth, nodes, list_values) = (0, 0, 0);
        Self { path, depth, nodes, list_values, is_stored: false, rejections: Vec::new() }
    }

    fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T> {
        let value = read(&mut self);
        match value {
            Some(value) if self.rejections.is_empty() => Ok(value),
            _ => Err(Error::Rejected(self.rejections)),
        }
    }

    fn wrong<T>(&mut self, reason: Reason, message: impl Into<String>) -> Option<T> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        self.rejections.push(Rejection::new(reason, &path, message));
        None
    }

    fn invalid<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.wrong(Reason::Invalid, message)
    }

    fn at<T>(
        &mut self,
        step: impl ToString,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.path.push(step.to_string());
        let value = read(self);
        self.path.pop();
        value
    }

    /// Reads one condition or combination, within the limits.
    fn node<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEPTH_MAX {
            let message = format!("Criteria nest at most {DEPTH_MAX} deep.");
            return self.wrong(Reason::LimitExceeded, message);
        }
        self.nodes += 1;
        if self.nodes == NODES_MAX + 1 {
            let message = format!("Criteria have at most {NODES_MAX} conditions.");
            return self.wrong(Reason::LimitExceeded, message);
        }
        if NODES_MAX < self.nodes {
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn criteria(&mut self, value: &Value) -> Option<Criteria> {
        self.node(|parser| {
            let (key, value) = parser.one_of(value)?;
            parser.at(key, |parser| match key {
                "all" => Some(Tree::All(parser.list(value, Self::criteria)?)),
                "any" => Some(Tree::Any(parser.list(value, Self::criteria)?)),
                "not" => Some(Tree::Not(Box::new(parser.criteria(value)?))),
                _ => parser.leaf(key, value),
            })
        })
    }

    fn leaf(&mut self, key: &str, value: &Value) -> Option<Criteria> {
        let leaf = match key {
            "company" => Leaf::Company(Box::new(self.criteria(value)?)),
            "people" => self.people(value)?,
            "inSegment" => Leaf::Segment(self.segment(value)?),
            "ids" => Leaf::Ids(self.ids(value)?),
            "sample" => Leaf::Sample(Box::new(self.sample(value)?)),
            "custom" => return self.attribute(value),
            "search" => self.search(value)?,
            _ => {
                if let Some(found) = CLASSIFICATIONS.iter().find(|it| it.name == key) {
                    let test = self.codes(value)?;
                    return Some(Tree::Leaf(Leaf::Codes { kind: found.kind, test }));
                }
                if let Some(listed) = keyed::listed(key, value) {
                    return self.keyed(listed, value);
                }
                if let Some(relation) = RELATIONS.into_iter().find(|it| it.name == key) {
                    let test = self.related(relation, value)?;
                    return Some(Tree::Leaf(Leaf::Related(Box::new(test))));
                }
                let field = self.field(CONTACT_FIELDS, key)?;
                let test = self.test(field.kind, value)?;
                return Some(parted(test, &|test| Leaf::Field(FieldTest { field, test })));
            }
        };
        Some(Tree::Leaf(leaf))
    }

    fn field(&mut self, fields: &'static [Field], name: &str) -> Option<&'static Field> {
        match fields.iter().find(|field| field.name == name) {
            Some(field) => Some(field),
            None => self.invalid(format!("There is no field {name} to test.")),
        }
    }

    fn people(&mut self, value: &Value) -> Option<Leaf> {
        let fields = self.object(value, &["where", "measure"])?;
        let filter = match given(fields, "where") {
            Some(filter) => self.at("where", |parser| parser.criteria(filter))?,
            None => Tree::All(Vec::new()),
        };
        let measure = match given(fields, "measure") {
            None => PeopleMeasure::Some,
            Some(measure) => self.at("measure", |parser| {
                let (key, value) = parser.one_of(measure)?;
                parser.at(key, |parser| match key {
                    "some" => parser.must_be_true(value, PeopleMeasure::Some),
                    "none" => parser.must_be_true(value, PeopleMeasure::None),
                    "count" => Some(PeopleMeasure::Count(parser.test(Kind::Integer, value)?)),
                    _ => parser.invalid("People are measured by some, none or count."),
                })
            })?,
        };
        Some(Leaf::People { filter: Box::new(filter), measure })
    }

    fn codes(&mut self, value: &Value) -> Option<CodesTest> {
        let (key, value) = self.one_of(value)?;
        self.at(key, |parser| match key {
            "hasAny" => Some(CodesTest::HasAny(parser.code_list(value)?)),
            "hasAll" => Some(CodesTest::HasAll(parser.code_list(value)?)),
            "hasNone" => Some(CodesTest::HasNone(parser.code_list(value)?)),
            "has" => Some(CodesTest::Has(parser.test(Kind::Code, value)?)),
            "matches" => Some(match parser.matches(Kind::Code, value)? {
                Test::Op(Operator::Eq | Operator::In, codes)
                    if codes.iter().all(|it| matches!(it, Operand::Text(_))) =>
                {
                    CodesTest::HasAny(codes.iter().map(Operand::text).collect())
                }
                test => CodesTest::Has(test),
            }),
            "count" => Some(CodesTest::Count(parser.test(Kind::Integer, value)?)),
            _ => parser
                .invalid("Codes are tested by hasAny, hasAll, hasNone, has, matches or count."),
        })
    }

    fn segment(&mut self, value: &Value) -> Option<SegmentTest> {
        let (key, value) = self.one_of(value)?;
        self.at(key, |parser| match key {
            "current" => Some(SegmentTest::Current(parser.key(Id::Segment, value)?)),
            "ever" => Some(SegmentTest::Ever(parser.key(Id::Segment, value)?)),
            "logged" => match value.as_str().and_then(id::parse) {
                Some((Id::Segment, key)) => Some(SegmentTest::Logged(LoggedIn::Segment(key))),
                Some((Id::LoggedSegment, key)) => {
                    Some(SegmentTest::Logged(LoggedIn::LoggedSegment(key)))
                }
                _ => parser.invalid("This is not the id of a segment or of a logged segment."),
            },
            "asOfStep" => {
                let fields = parser.object(value, &["segment", "step"])?;
                let segment = parser.required(fields, "segment")?;
                let segment = parser.at("segment", |parser| parser.key(Id::Segment, segment))?;
                let step = given(fields, "step").and_then(Value::as_i64);
                match step.map(i32::try_from) {
                    Some(Ok(step)) if 0 <= step => Some(SegmentTest::AsOfStep { segment, step }),
                    _ => parser.at("step", |parser| {
                        parser.invalid("A step is a number; 0 is before the first.")
                    }),
                }
            }
            _ => parser.invalid("Membership is tested by current, asOfStep, ever or logged."),
        })
    }

    fn sample(&mut self, value: &Value) -> Option<Sample> {
        let fields = self.object(value, &["of", "fraction", "take", "salt"])?;
        let of = match given(fields, "of") {
            Some(of) => self.at("of", |parser| parser.criteria(of))?,
            None => Tree::All(Vec::new()),
        };
        let salt = self.required(fields, "salt")?;
        let salt = self.at("salt", |parser| parser.text(salt))?;
        let size = match (given(fields, "fraction"), given(fields, "take")) {
            (Some(fraction), None) => self.at("fraction", |parser| {
                let fraction = parser.decimal(fraction)?;
                if fraction.is_sign_negative() || rust_decimal::Decimal::ONE < fraction {
                    return parser.invalid("A fraction lies between 0 and 1.");
                }
                Some(SampleSize::Fraction(fraction))
            })?,
            (None, Some(take)) => match take.as_u64() {
                Some(take) => SampleSize::Take(take),
                None => return self.at("take", |parser| parser.invalid("Take 0 or more.")),
            },
            _ => return self.invalid("A sample needs either a fraction or how many to take."),
        };
        Some(Sample { of, size, salt })
    }

    fn attribute(&mut self, value: &Value) -> Option<Criteria> {
        const TESTS: [(&str, Kind); 5] = [
            ("text", Kind::Text),
            ("code", Kind::Code),
            ("number", Kind::Decimal),
            ("date", Kind::Date),
            ("boolean", Kind::Flag),
        ];
        let fields =
            self.object(value, &["name", "text", "code", "number", "date", "boolean", "isSet"])?;
        let name = self.required(fields, "name")?;
        let name = self.at("name", |parser| parser.text(name));
        let tests: Vec<&str> = fields
            .iter()
            .filter(|(key, value)| key.as_str() != "name" && !value.is_null())
            .map(|(key, _)| key.as_str())
            .collect();
        let [key] = tests[..] else {
            return self.invalid("Ask exactly one thing of the attribute.");
        };
        let value = &fields[key];
        let test = self.at(key, |parser| {
            if key == "isSet" {
                return Some(AttributeTest::IsSet(parser.flag(value)?));
            }
            let (_, kind) = TESTS.into_iter().find(|(name, _)| *name == key)?;
            Some(AttributeTest::Value(kind, parser.test(kind, value)?))
        })?;
        let name = name?;
        let leaf = |test| Leaf::Attribute { name: name.clone(), test };
        Some(match test {
            AttributeTest::Value(kind, test) => {
                parted(test, &|test| leaf(AttributeTest::Value(kind, test)))
            }
            is_set => Tree::Leaf(leaf(is_set)),
        })
    }

    fn search(&mut self, value: &Value) -> Option<Leaf> {
        let words = self.text(value)?;
        if text::words(&words).is_empty() {
            return self.invalid("Give at least one letter or digit to search for.");
        }
        Some(Leaf::Search(words))
    }
}

/// The value of a field, unless it is null or left out.
fn given<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}
