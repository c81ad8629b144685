//! Criteria as filters on fields, each with an expression, as Business Central keeps them.

use serde_json::{Value, json};

use super::{
    AttributeTest, CodesTest, Criteria, Field, FieldTest, Kind, Leaf, Operand, Operator, Test,
    Tree, captions::filter_on_contact, field::classification, filter_expression,
};
use crate::{
    domain::{Context, Reason, Rejections, Result, contact::attribute},
    entity::kinds::{AttributeType, CodeKind},
};

/// A filter on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The name of the field, the classification or the custom attribute.
    pub field: String,
    pub expression: String,
}

/// The criteria for filters such as `Country=SE|NO`, all of which have to hold. Fields go by their
/// names or by their captions in Business Central, custom attributes by their names.
///
/// # Errors
/// [`Reason::Invalid`] below `filter` and the index of each filter that makes no sense;
/// [`Reason::LimitExceeded`] if they are too many.
pub async fn of_filters(context: &Context, filters: &[String]) -> Result<Criteria> {
    let attributes = attribute::attributes(context.db.reader()).await?;
    let attributes: Vec<_> = attributes.into_iter().map(|it| (it.name, it.r#type)).collect();
    let (mut all, mut rejections) = (Vec::new(), Rejections::default());
    for (index, filter) in filters.iter().enumerate() {
        let index = index.to_string();
        let path = ["filter", index.as_str()];
        match of_filter(filter, &attributes) {
            Ok(criteria) => {
                rejections.keep(Criteria::parse(&criteria, &path))?;
                all.push(criteria);
            }
            Err(message) => rejections.add(Reason::Invalid, &path, message),
        }
    }
    rejections.into_result()?;
    let criteria = match all.len() {
        1 => all.remove(0),
        _ => json!({ "all": all }),
    };
    Criteria::parse(&criteria, &["filter"])
}

/// The criteria for one filter, as JSON, or why there are none, as a sentence.
fn of_filter(filter: &str, attributes: &[(String, AttributeType)]) -> Result<Value, String> {
    let Some((caption, expression)) = filter.split_once('=') else {
        return Err(format!("{filter:?} is no filter such as Country=SE|NO."));
    };
    let caption = caption.trim();
    filter_on_contact(caption, expression.trim(), attributes)
        .ok_or_else(|| format!("There is no field {caption:?} to filter by."))
}

impl Criteria {
    /// The filters that ask the same, one for each field; nothing if none do.
    pub fn filters(&self) -> Option<Vec<Filter>> {
        let mut asked: Vec<(Subject<'_>, Test)> = Vec::new();
        let conditions = match self {
            Tree::All(conditions) => conditions.as_slice(),
            other => std::slice::from_ref(other),
        };
        for condition in conditions {
            let (subject, test) = asked_of_one(condition)?;
            match asked.iter_mut().find(|(known, _)| *known == subject) {
                // Two codes would have to be the same one.
                Some((Subject::Codes(_), _)) => return None,
                Some((_, Test::All(tests))) => tests.push(test),
                Some((_, before)) => *before = Test::All(vec![before.clone(), test]),
                None => asked.push((subject, test)),
            }
        }
        let filter = |(subject, test): (Subject<'_>, Test)| {
            let expression = filter_expression::write(subject.kind(), &test)?;
            Some(Filter { field: subject.name().to_owned(), expression })
        };
        asked.into_iter().map(filter).collect()
    }
}

/// What a filter is on.
#[derive(Copy, Clone, PartialEq)]
enum Subject<'a> {
    Field(&'static Field),
    Attribute(&'a str, Kind),
    Codes(CodeKind),
}

impl<'a> Subject<'a> {
    fn kind(self) -> Kind {
        match self {
            Self::Field(field) => field.kind,
            Self::Attribute(_, kind) => kind,
            Self::Codes(_) => Kind::Code,
        }
    }

    fn name(self) -> &'a str {
        match self {
            Self::Field(field) => field.name,
            Self::Attribute(name, _) => name,
            Self::Codes(kind) => classification(kind).name,
        }
    }
}

/// What criteria ask, if they ask it of one field.
fn asked_of_one(criteria: &Criteria) -> Option<(Subject<'_>, Test)> {
    match criteria {
        Tree::Any(criteria) => joined(criteria).map(|(subject, tests)| (subject, Test::Any(tests))),
        Tree::All(criteria) => match joined(criteria)? {
            (Subject::Codes(_), _) => None,
            (subject, tests) => Some((subject, Test::All(tests))),
        },
        Tree::Not(criteria) => match asked_of_one(criteria)? {
            (Subject::Codes(_), _) => None,
            (subject, test) => Some((subject, Test::Not(Box::new(test)))),
        },
        Tree::Leaf(Leaf::Field(FieldTest { field, test })) => {
            Some((Subject::Field(field), test.clone()))
        }
        Tree::Leaf(Leaf::Attribute { name, test: AttributeTest::Value(kind, test) }) => {
            Some((Subject::Attribute(name, *kind), test.clone()))
        }
        Tree::Leaf(Leaf::Codes { kind, test }) => {
            let test = match test {
                CodesTest::HasAny(codes) => {
                    let codes = codes.iter().cloned().map(Operand::Text).collect();
                    Test::Op(Operator::In, codes)
                }
                CodesTest::Has(test) => test.clone(),
                _ => return None,
            };
            Some((Subject::Codes(*kind), test))
        }
        Tree::Leaf(_) => None,
    }
}

/// What several criteria ask, if they ask it of the same field.
fn joined(criteria: &[Criteria]) -> Option<(Subject<'_>, Vec<Test>)> {
    let all: Option<Vec<_>> = criteria.iter().map(asked_of_one).collect();
    let (subjects, tests): (Vec<_>, Vec<_>) = all?.into_iter().unzip();
    let first = *subjects.first()?;
    subjects.iter().all(|it| *it == first).then_some((first, tests))
}
