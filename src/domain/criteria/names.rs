//! What people call the contacts and segments that criteria name by their keys.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Criteria, Leaf, LoggedIn, SegmentTest, Tree, text::LIST_MAX};
use crate::{
    db::dialect,
    domain::{Context, Result},
    entity::{contact, logged_segment, segment},
};

/// Something that criteria name by its key.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    Contact(u32),
    Segment(i64),
    LoggedSegment(i64),
}

/// The numbers by which people know them; a logged segment goes by that of its segment. What is
/// missing has been deleted, and is shown by its id.
pub type Names = HashMap<Named, String>;

impl Criteria {
    /// What their text names.
    pub fn named(&self) -> Vec<Named> {
        let mut named = Vec::new();
        collect(self, &mut named);
        named
    }
}

/// The parser has bounded how deep this goes.
fn collect(criteria: &Criteria, named: &mut Vec<Named>) {
    let leaf = match criteria {
        Tree::All(trees) | Tree::Any(trees) => {
            return trees.iter().for_each(|tree| collect(tree, named));
        }
        Tree::Not(tree) => return collect(tree, named),
        Tree::Leaf(leaf) => leaf,
    };
    match leaf {
        Leaf::Company(tree) | Leaf::People { filter: tree, .. } => collect(tree, named),
        Leaf::Sample(sample) => collect(&sample.of, named),
        Leaf::Ids(ids) if ids.len() <= LIST_MAX => {
            named.extend(ids.iter().map(|id| Named::Contact(*id)));
        }
        Leaf::Segment(test) => named.push(match *test {
            SegmentTest::Current(id) | SegmentTest::Ever(id) => Named::Segment(id),
            SegmentTest::AsOfStep { segment, .. } => Named::Segment(segment),
            SegmentTest::Logged(LoggedIn::Segment(id)) => Named::Segment(id),
            SegmentTest::Logged(LoggedIn::LoggedSegment(id)) => Named::LoggedSegment(id),
        }),
        _ => {}
    }
}

/// The names of all that is named, with at most one statement for each kind of thing.
///
/// # Errors
/// What the database says.
pub async fn names(db: &impl ConnectionTrait, named: &[Named]) -> Result<Names> {
    let mut names = Names::new();
    let contacts: HashSet<u32> = named
        .iter()
        .filter_map(|it| if let Named::Contact(id) = it { Some(*id) } else { None })
        .collect();
    if !contacts.is_empty() {
        let id = contact::Column::Id.into_expr();
        let among = dialect::in_ids(db.get_database_backend(), id, contacts.into_iter());
        let found = contact::Entity::find().filter(among).select_only();
        let found = found.columns([contact::Column::Id, contact::Column::No]).into_tuple();
        let found: Vec<(i32, String)> = found.all(db).await?;
        names.extend(found.into_iter().map(|(id, no)| (Named::Contact(id.cast_unsigned()), no)));
    }
    let logged: HashSet<i64> = named
        .iter()
        .filter_map(|it| if let Named::LoggedSegment(id) = it { Some(*id) } else { None })
        .collect();
    let mut logs: Vec<(i64, i64)> = Vec::new();
    if !logged.is_empty() {
        use logged_segment::Column::{Id, SegmentId};
        let found = logged_segment::Entity::find().filter(Id.is_in(logged)).select_only();
        logs = found.columns([Id, SegmentId]).into_tuple().all(db).await?;
    }
    let segments: HashSet<i64> = named
        .iter()
        .filter_map(|it| if let Named::Segment(id) = it { Some(*id) } else { None })
        .chain(logs.iter().map(|(_, segment)| *segment))
        .collect();
    if !segments.is_empty() {
        let found = segment::Entity::find().filter(segment::Column::Id.is_in(segments));
        let found = found.select_only().columns([segment::Column::Id, segment::Column::No]);
        let found: HashMap<i64, String> = found.into_tuple().all(db).await?.into_iter().collect();
        let of_log = |(log, segment): (i64, i64)| {
            Some((Named::LoggedSegment(log), found.get(&segment)?.clone()))
        };
        names.extend(logs.into_iter().filter_map(of_log));
        names.extend(found.into_iter().map(|(id, no)| (Named::Segment(id), no)));
    }
    Ok(names)
}

/// As [`names`], for a batch.
///
/// # Errors
/// What the database says.
pub async fn names_of(context: &Context, named: &[Named]) -> Result<Names> {
    names(context.db.reader(), named).await
}
