//! The lines of a segment: its contacts, each with what holds for it, a page at a time.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use super::{
    at_step,
    effective::{Defaults, Effective},
    history::delta,
    overridden::overriding,
    said::Said,
};
use crate::{
    db::dialect,
    domain::{
        Context, Page, PageArgs, Result, Take,
        contact::{self as contacts, Key, Restriction, page_of_ids},
        criteria::{self, Criteria},
        sorted::other_order,
    },
    entity::{
        contact, criterion, interaction, interaction_template, kinds::SegmentStatus, segment,
        segment_line,
    },
};

/// What lines are ordered by.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum LineOrder {
    Contact(contacts::Order),
    /// The step that brought them in, first or last; then by key.
    AddedStep {
        descending: bool,
    },
}

/// Where a line stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineKey {
    Contact(Key),
    AddedStep(i32, u32),
}

/// Which lines to list.
#[derive(Clone, Debug)]
pub struct LineQuery {
    pub filter: Option<Criteria>,
    /// Only lines with a value of their own in one of these columns.
    pub overriding: Option<Vec<segment_line::Column>>,
    pub order: LineOrder,
    /// As they were after this step; as they are, if there is none.
    pub as_of_step: Option<i32>,
}

/// A contact of a segment, and what holds for it.
#[derive(Clone, Debug)]
pub struct Line {
    pub contact: Arc<contact::Model>,
    /// What was set on the line itself.
    pub own: Option<segment_line::Model>,
    pub effective: Effective,
}

#[derive(Clone, Debug)]
pub struct Lines {
    pub page: Page<LineKey, Line>,
    pub total: u64,
}

/// A page of the lines of a segment.
///
/// # Errors
/// [`NotFound`](crate::domain::Reason::NotFound) at `asOfStep`, what is wrong with the filter at `filter`, and
/// [`Invalid`](crate::domain::Reason::Invalid) at `after` or `before` for a cursor of another order.
pub async fn lines(
    context: &Context,
    segment: &segment::Model,
    query: &LineQuery,
    args: &PageArgs<LineKey>,
) -> Result<Lines> {
    let db = context.db.reader();
    let set = lines_set(context, segment, query).await?;
    let page = match query.order {
        LineOrder::Contact(order) => {
            let args = args_by_contact(args)?;
            let page = page_of_ids(db, &Restriction::to(&set), order, &args).await?;
            let items = page.items.into_iter().map(|(key, id)| (LineKey::Contact(key), id));
            Page { items: items.collect(), ..pages(page.has_previous, page.has_next) }
        }
        LineOrder::AddedStep { descending } => {
            let groups = by_added_step(db, segment.id, query.as_of_step, &set).await?;
            page_by_step(&groups, descending, args)?
        }
    };
    Ok(Lines { page: filled(db, segment, page).await?, total: set.len() })
}

/// A page of the contacts of a set, in one of their orders.
///
/// # Errors
/// As [`page_of_ids`].
pub async fn contacts_of(
    context: &Context,
    set: &RoaringBitmap,
    order: contacts::Order,
    args: &PageArgs<Key>,
) -> Result<Page<Key, u32>> {
    page_of_ids(context.db.reader(), &Restriction::to(set), order, args).await
}

fn pages<K, T>(has_previous: bool, has_next: bool) -> Page<K, T> {
    Page { items: Vec::new(), has_previous, has_next }
}

async fn lines_set(
    context: &Context,
    segment: &segment::Model,
    query: &LineQuery,
) -> Result<Arc<RoaringBitmap>> {
    let db = context.db.reader();
    let set = match query.as_of_step {
        Some(no) => Arc::new(at_step(context, segment.id, no, &["asOfStep"]).await?),
        None => context.members.load(db, segment).await?,
    };
    let set = match &query.overriding {
        Some(columns) => Arc::new(&*set & overriding(db, segment.id, columns).await?),
        None => set,
    };
    let Some(filter) = &query.filter else { return Ok(set) };
    let matching = criteria::matching(context, filter, context.moment()).await;
    let matching = matching.map_err(|err| err.under(&["filter"]))?;
    Ok(Arc::new(&*set & matching))
}

fn args_by_contact(args: &PageArgs<LineKey>) -> Result<PageArgs<Key>> {
    let key = |key: &Option<LineKey>, path| match key {
        None => Ok(None),
        Some(LineKey::Contact(key)) => Ok(Some(key.clone())),
        Some(LineKey::AddedStep(..)) => Err(other_order(path)),
    };
    Ok(PageArgs {
        after: key(&args.after, "after")?,
        before: key(&args.before, "before")?,
        take: args.take,
    })
}

/// The contacts of a set by the step that brought each of them in last, in the order of the steps.
async fn by_added_step(
    db: &impl ConnectionTrait,
    segment_id: i64,
    as_of_step: Option<i32>,
    set: &RoaringBitmap,
) -> Result<Vec<(i32, RoaringBitmap)>> {
    let mut rest = set.clone();
    let mut groups = Vec::new();
    for step in adding_steps(db, segment_id, as_of_step).await? {
        if rest.is_empty() {
            break;
        }
        let theirs = &rest & delta(db, step.id).await?.added;
        rest -= &theirs;
        groups.push((step.no, theirs));
    }
    groups.push((0, rest));
    groups.reverse();
    Ok(groups)
}

/// The steps in effect that brought somebody in, the last one first.
async fn adding_steps(
    db: &impl ConnectionTrait,
    segment_id: i64,
    as_of_step: Option<i32>,
) -> Result<Vec<criterion::Model>> {
    let steps = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .filter(criterion::Column::Added.gt(0))
        .order_by_desc(criterion::Column::No);
    let steps = match as_of_step {
        Some(no) => steps.filter(criterion::Column::No.lte(no)),
        None => steps.filter(criterion::Column::Undone.eq(false)),
    };
    Ok(steps.all(db).await?)
}

fn page_by_step(
    groups: &[(i32, RoaringBitmap)],
    descending: bool,
    args: &PageArgs<LineKey>,
) -> Result<Page<LineKey, u32>> {
    let key = |key: &Option<LineKey>, path| match key {
        None => Ok(None),
        Some(LineKey::AddedStep(no, id)) => Ok(Some((*no, *id))),
        Some(LineKey::Contact(_)) => Err(other_order(path)),
    };
    let (mut low, mut high) = (key(&args.after, "after")?, key(&args.before, "before")?);
    if descending {
        std::mem::swap(&mut low, &mut high);
    }
    // Whole groups outside the bounds are passed over, and within one the set is entered where the
    // page begins, so that the depth of a page costs nothing.
    let lines = groups.iter().flat_map(|(no, set)| {
        let from = low.map_or(0, |(low, id)| match no.cmp(&low) {
            std::cmp::Ordering::Less => u64::MAX,
            std::cmp::Ordering::Equal => u64::from(id) + 1,
            std::cmp::Ordering::Greater => 0,
        });
        let to = high.map_or(u64::MAX, |(high, id)| match no.cmp(&high) {
            std::cmp::Ordering::Less => u64::MAX,
            std::cmp::Ordering::Equal => u64::from(id),
            std::cmp::Ordering::Greater => 0,
        });
        let bounded = match (u32::try_from(from), u32::try_from(to)) {
            (Ok(from), Ok(to)) if from < to => Some(set.range(from..to)),
            (Ok(from), Err(_)) => Some(set.range(from..)),
            _ => None,
        };
        bounded.into_iter().flatten().map(move |id| (*no, id))
    });
    let wanted = usize::try_from(args.take.count() + 1).unwrap_or(usize::MAX);
    let falling = descending != matches!(args.take, Take::Last(_));
    let found: Vec<(i32, u32)> =
        if falling { lines.rev().take(wanted).collect() } else { lines.take(wanted).collect() };
    let items = found.into_iter().map(|(no, id)| (LineKey::AddedStep(no, id), id)).collect();
    Ok(Page::from_one_extra(items, args))
}

/// The page with contacts, and what holds for each. One who was deleted meanwhile is left out.
async fn filled(
    db: &impl ConnectionTrait,
    segment: &segment::Model,
    page: Page<LineKey, u32>,
) -> Result<Page<LineKey, Line>> {
    let ids: Vec<u32> = page.items.iter().map(|(_, id)| *id).collect();
    let lines = with_values(db, segment, &ids).await?;
    let mut lines: HashMap<i32, Line> =
        lines.into_iter().map(|line| (line.contact.id, line)).collect();
    let items = page.items.into_iter();
    let items = items.filter_map(|(key, id)| Some((key, lines.remove(&id.cast_signed())?)));
    Ok(Page { items: items.collect(), ..pages(page.has_previous, page.has_next) })
}

/// The lines of these contacts, in the same order. One who was deleted meanwhile is left out.
///
/// # Errors
/// What the database says.
pub async fn lines_of(
    context: &Context,
    segment: &segment::Model,
    contacts: &[u32],
) -> Result<Vec<Line>> {
    with_values(context.db.reader(), segment, contacts).await
}

async fn with_values(
    db: &impl ConnectionTrait,
    segment: &segment::Model,
    ids: &[u32],
) -> Result<Vec<Line>> {
    let mut rows = contacts::by_ids(db, ids.iter().copied()).await?;
    let mut own = own_values(db, segment.id, ids).await?;
    let defaults = defaults_of(db, segment).await?;
    let mut logged = match segment.status {
        SegmentStatus::Open => HashMap::new(),
        SegmentStatus::Logged | SegmentStatus::Canceled => logged_as(db, segment.id, ids).await?,
    };
    let lines = ids.iter().filter_map(|id| {
        let contact = rows.remove(&id.cast_signed())?;
        let own = own.remove(&id.cast_signed());
        let mut effective = defaults.of_line(own.as_ref(), &contact);
        // Template and contact may say something else by now (D7).
        if let Some(interaction) = logged.remove(&id.cast_signed()) {
            effective = effective.logged(interaction);
        }
        Some(Line { contact, own, effective })
    });
    Ok(lines.collect())
}

/// The interaction that the line of each contact became; the first, if contacts were merged since.
async fn logged_as(
    db: &impl ConnectionTrait,
    segment_id: i64,
    ids: &[u32],
) -> Result<HashMap<i32, interaction::Model>> {
    let contact = Expr::col((interaction::Entity, interaction::Column::ContactId));
    let rows = interaction::Entity::find()
        .filter(interaction::Column::SegmentId.eq(segment_id))
        .filter(interaction::Column::LoggedSegmentId.is_not_null())
        .filter(dialect::in_ids(db.get_database_backend(), contact, ids.iter().copied()))
        .order_by_desc(interaction::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.contact_id, row)).collect())
}

/// The values of their own that the lines of these contacts have; nothing of lines that have none.
pub(super) async fn own_values(
    db: &impl ConnectionTrait,
    segment_id: i64,
    ids: &[u32],
) -> Result<HashMap<i32, segment_line::Model>> {
    let contact = Expr::col((segment_line::Entity, segment_line::Column::ContactId));
    let rows = segment_line::Entity::find()
        .filter(segment_line::Column::SegmentId.eq(segment_id))
        .filter(dialect::in_ids(db.get_database_backend(), contact, ids.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.contact_id, row)).collect())
}

/// What the lines of a segment inherit.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn defaults_of(
    db: &impl ConnectionTrait,
    segment: &segment::Model,
) -> Result<Defaults> {
    let template = template_of(db, segment).await?;
    let said = Said::by(db, segment, template.as_ref()).await?;
    Ok(Defaults::new(segment, template.as_ref(), said))
}

/// The interaction template of a segment.
pub(super) async fn template_of(
    db: &impl ConnectionTrait,
    segment: &segment::Model,
) -> Result<Option<interaction_template::Model>> {
    let Some(code) = &segment.interaction_template else { return Ok(None) };
    Ok(interaction_template::Entity::find_by_id(code.clone()).one(db).await?)
}

/// The step that brought each contact in last; nothing for those who are not in the segment.
///
/// # Errors
/// What the database says.
pub async fn added_by(
    context: &Context,
    segment_id: i64,
    as_of_step: Option<i32>,
    contacts: &RoaringBitmap,
) -> Result<HashMap<u32, criterion::Model>> {
    let db = context.db.reader();
    let mut rest = contacts.clone();
    let mut found = HashMap::new();
    for step in adding_steps(db, segment_id, as_of_step).await? {
        if rest.is_empty() {
            break;
        }
        let theirs = &rest & delta(db, step.id).await?.added;
        rest -= &theirs;
        found.extend(theirs.into_iter().map(|id| (id, step.clone())));
    }
    Ok(found)
}
