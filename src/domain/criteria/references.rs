//! What criteria name, and whether it is there. Without it they would match nobody, and nobody would
//! know why. And whether they ask about what the viewer may not see.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    AttributeTest, Criteria, Kind, Leaf, LoggedIn, SegmentTest, Tree, json::attribute_key,
};
use crate::{
    domain::{Reason, Rejections, Result, access::Viewer, id::Kind as Id},
    entity::{attribute, criterion, kinds::AttributeType, logged_segment, segment},
};

/// Rejects criteria that name a segment, a step, a logging or a custom attribute that is not there,
/// or test an attribute as if it had another type; and those that ask about personal data which the
/// viewer may not see, for they could be found out by counting.
///
/// # Errors
/// [`Reason::NotFound`], [`Reason::Invalid`] or [`Reason::Forbidden`] for each of them, at its path in
/// the criteria.
pub async fn require(
    viewer: &Viewer,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
) -> Result<()> {
    let mut named = Vec::new();
    collect(criteria, &mut Vec::new(), &mut named);
    let (personal, named): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|(_, name)| matches!(name, Name::Personal));
    let mut rejections = Rejections::default();
    for (path, _) in personal {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        rejections.keep(viewer.require_personal(&path))?;
    }
    if named.is_empty() {
        return rejections.into_result();
    }
    let there = There::among(db, &named).await?;
    for (path, name) in named {
        if let Some((reason, message)) = there.lacks(name) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            rejections.add(reason, &path, message);
        }
    }
    rejections.into_result()
}

/// Something that criteria name.
#[derive(Copy, Clone)]
enum Name<'a> {
    /// With the kind of values that are asked for, if any are.
    Attribute(&'a str, Option<Kind>),
    Segment(i64),
    Step(i64, i32),
    LoggedSegment(i64),
    /// Something personal of contacts.
    Personal,
}

/// Whether they ask about personal data of contacts.
pub fn are_personal(criteria: &Criteria) -> bool {
    let mut named = Vec::new();
    collect(criteria, &mut Vec::new(), &mut named);
    named.iter().any(|(_, name)| matches!(name, Name::Personal))
}

/// The names in criteria, and where they stand. The parser has bounded how deep this goes.
fn collect<'a>(
    criteria: &'a Criteria,
    path: &mut Vec<String>,
    named: &mut Vec<(Vec<String>, Name<'a>)>,
) {
    let mut below = |steps: &[&str], criteria: &'a Criteria| {
        let depth = path.len();
        path.extend(steps.iter().map(|&step| step.to_owned()));
        collect(criteria, path, named);
        path.truncate(depth);
    };
    let (steps, name) = match criteria {
        Tree::All(trees) | Tree::Any(trees) => {
            let word = if matches!(criteria, Tree::All(_)) { "all" } else { "any" };
            for (index, tree) in trees.iter().enumerate() {
                below(&[word, &index.to_string()], tree);
            }
            return;
        }
        Tree::Not(tree) => return below(&["not"], tree),
        Tree::Leaf(Leaf::Company(tree)) => return below(&["company"], tree),
        Tree::Leaf(Leaf::People { filter, .. }) => return below(&["people", "where"], filter),
        Tree::Leaf(Leaf::Sample(sample)) => return below(&["sample", "of"], &sample.of),
        Tree::Leaf(Leaf::Attribute { name, test }) => match test {
            AttributeTest::IsSet(_) => (vec!["custom", "name"], Name::Attribute(name, None)),
            AttributeTest::Value(kind, _) => {
                (vec!["custom", "name"], Name::Attribute(name, Some(*kind)))
            }
        },
        Tree::Leaf(Leaf::Segment(test)) => {
            let (steps, name) = of_segment(*test);
            (steps.to_vec(), name)
        }
        Tree::Leaf(Leaf::Field(test)) if test.field.is_personal() => {
            (vec![test.field.name], Name::Personal)
        }
        Tree::Leaf(Leaf::Search(_)) => (vec!["search"], Name::Personal),
        Tree::Leaf(_) => return,
    };
    let steps = steps.into_iter().map(str::to_owned);
    named.push((path.iter().cloned().chain(steps).collect(), name));
}

fn of_segment<'a>(test: SegmentTest) -> ([&'static str; 2], Name<'a>) {
    match test {
        SegmentTest::Current(id) => (["inSegment", "current"], Name::Segment(id)),
        SegmentTest::Ever(id) => (["inSegment", "ever"], Name::Segment(id)),
        SegmentTest::AsOfStep { segment, step } => {
            (["inSegment", "asOfStep"], Name::Step(segment, step))
        }
        SegmentTest::Logged(LoggedIn::Segment(id)) => (["inSegment", "logged"], Name::Segment(id)),
        SegmentTest::Logged(LoggedIn::LoggedSegment(id)) => {
            (["inSegment", "logged"], Name::LoggedSegment(id))
        }
    }
}

/// What of the names is there.
#[derive(Default)]
struct There {
    attributes: HashMap<String, AttributeType>,
    segments: HashSet<i64>,
    steps: HashSet<(i64, i32)>,
    logged_segments: HashSet<i64>,
}

impl There {
    /// At most one statement for each kind of name.
    async fn among(db: &impl ConnectionTrait, named: &[(Vec<String>, Name<'_>)]) -> Result<Self> {
        let mut there = Self::default();
        let names = || named.iter().map(|(_, name)| *name);
        let attributes: HashSet<&str> = names()
            .filter_map(|name| if let Name::Attribute(name, _) = name { Some(name) } else { None })
            .collect();
        if !attributes.is_empty() {
            let found = attribute::Entity::find().filter(attribute::Column::Name.is_in(attributes));
            let found = found.all(db).await?.into_iter();
            there.attributes = found.map(|row| (row.name, row.r#type)).collect();
        }
        let segments: HashSet<i64> = names()
            .filter_map(|name| match name {
                Name::Segment(id) | Name::Step(id, _) => Some(id),
                _ => None,
            })
            .collect();
        if !segments.is_empty() {
            let found = segment::Entity::find().filter(segment::Column::Id.is_in(segments));
            let found = found.select_only().column(segment::Column::Id).into_tuple();
            there.segments = found.all(db).await?.into_iter().collect();
        }
        let steps: HashSet<(i64, i32)> = names()
            .filter_map(|name| if let Name::Step(id, no) = name { Some((id, no)) } else { None })
            .collect();
        if !steps.is_empty() {
            use criterion::Column::{No, SegmentId};
            let found = criterion::Entity::find()
                .filter(SegmentId.is_in(steps.iter().map(|step| step.0)))
                .filter(No.is_in(steps.iter().map(|step| step.1)));
            let found = found.select_only().columns([SegmentId, No]).into_tuple();
            there.steps = found.all(db).await?.into_iter().collect();
        }
        let logged: HashSet<i64> = names()
            .filter_map(|name| if let Name::LoggedSegment(id) = name { Some(id) } else { None })
            .collect();
        if !logged.is_empty() {
            let found =
                logged_segment::Entity::find().filter(logged_segment::Column::Id.is_in(logged));
            let found = found.select_only().column(logged_segment::Column::Id).into_tuple();
            there.logged_segments = found.all(db).await?.into_iter().collect();
        }
        Ok(there)
    }

    /// Why a name will not do; nothing if it will.
    fn lacks(&self, name: Name<'_>) -> Option<(Reason, String)> {
        let message = match name {
            Name::Attribute(name, asked) => {
                let Some(r#type) = self.attributes.get(name) else {
                    let message = format!("There is no custom attribute {name}.");
                    return Some((Reason::NotFound, message));
                };
                let (asked, fits) =
                    (attribute_key(asked?), attribute_key(Kind::of_attribute(*r#type)));
                if asked == fits {
                    return None;
                }
                let message = format!("Test the attribute {name} with `{fits}`, not `{asked}`.");
                return Some((Reason::Invalid, message));
            }
            Name::Segment(id) | Name::Step(id, _) if !self.segments.contains(&id) => {
                format!("There is no segment {}.", Id::Segment.id(id))
            }
            // 0 is before the first step.
            Name::Step(id, no) if no != 0 && !self.steps.contains(&(id, no)) => {
                format!("The segment {} has no step {no}.", Id::Segment.id(id))
            }
            Name::LoggedSegment(id) if !self.logged_segments.contains(&id) => {
                format!("There is no logged segment {}.", Id::LoggedSegment.id(id))
            }
            _ => return None,
        };
        Some((Reason::NotFound, message))
    }
}
