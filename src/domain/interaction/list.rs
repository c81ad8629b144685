//! Lists of interactions: of a contact, of a logged segment, of a campaign, and of everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, Order, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{Context, Page, PageArgs, Result, arms, is_storable, text},
    entity::{
        contact, interaction,
        kinds::{ContactType, DeliveryStatus, Evaluation},
    },
};

/// Whose interactions a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Everybody,
    Contact(i32),
    /// Those of the company and of whoever belonged to it at the time.
    Company(i32),
    Campaign(i64),
    CampaignEntry(i64),
    LoggedSegment(i64),
    /// Those of the segment, whatever became of its logging.
    Segment(i64),
}

/// Which interactions to list: those for which all holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or earlier.
    pub to: Option<NaiveDate>,
    pub templates: Option<Vec<String>>,
    pub groups: Option<Vec<String>>,
    pub evaluations: Option<Vec<Evaluation>>,
    pub delivery_statuses: Option<Vec<DeliveryStatus>>,
    pub include_canceled: bool,
    pub postponed: Postponed,
}

/// What of the list becomes of interactions that are postponed.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Postponed {
    #[default]
    LeftOut,
    Included,
    /// Nothing else is in it.
    Only,
}

/// What interactions are ordered by: date, contact, id.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(NaiveDate, i32, i64)")]
pub struct Key(NaiveDate, i32, i64);

/// Cursors come from outside, and may say any day.
impl TryFrom<(NaiveDate, i32, i64)> for Key {
    type Error = &'static str;

    fn try_from((date, contact, id): (NaiveDate, i32, i64)) -> Result<Self, Self::Error> {
        if is_storable(date) { Ok(Self(date, contact, id)) } else { Err("no day of ours") }
    }
}

/// Which lists to fetch beside each other: the same slice of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct List {
    pub filter: Filter,
    /// Oldest first; newest first otherwise.
    pub oldest_first: bool,
    pub args: PageArgs<Key>,
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List,
) -> Result<HashMap<Owner, Page<Key, interaction::Model>>> {
    let descending = list.oldest_first == list.args.take.is_last();
    let order = if descending { Order::Desc } else { Order::Asc };
    let key = |row: &interaction::Model| Key(row.date, row.contact_id, row.id);
    let mut pages = HashMap::with_capacity(owners.len());
    for (column, owners) in by_column(owners) {
        let list_of = |owner: Expr| {
            slice(context, column.map(|column| column.into_simple_expr().eq(owner)), list)
                .order_by(interaction::Column::Date, order.clone())
                .order_by(interaction::Column::ContactId, order.clone())
                .order_by(interaction::Column::Id, order.clone())
        };
        let keys: Vec<i64> = owners.iter().map(|owner| owner.key()).collect();
        let found = arms::pages(&context.db, &keys, list_of, &list.args, descending, key).await?;
        pages.extend(owners.into_iter().zip(found));
    }
    Ok(pages)
}

/// Owners by what tells whose an interaction is; nothing does for everybody's.
fn by_column(owners: &[Owner]) -> Vec<(Option<interaction::Column>, Vec<Owner>)> {
    let mut by_kind: HashMap<_, Vec<Owner>> = HashMap::new();
    for owner in owners {
        by_kind.entry(std::mem::discriminant(owner)).or_default().push(*owner);
    }
    by_kind.into_values().map(|owners| (owners[0].column(), owners)).collect()
}

/// How many interactions the lists have in all, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn counts(
    context: &Context,
    owners: &[Owner],
    filter: &Filter,
) -> Result<HashMap<Owner, u64>> {
    let mut counts: HashMap<Owner, u64> = owners.iter().map(|owner| (*owner, 0)).collect();
    for (column, owners) in by_column(owners) {
        let Some(column) = column else {
            let count: Option<i64> = all_of(context, filter)
                .select_only()
                .column_as(interaction::Column::Id.count(), "count")
                .into_tuple()
                .one(context.db.reader())
                .await?;
            counts.insert(Owner::Everybody, count.unwrap_or(0).cast_unsigned());
            continue;
        };
        let by_key: HashMap<i64, Owner> =
            owners.iter().map(|owner| (owner.key(), *owner)).collect();
        let rows: Vec<(i64, i64)> = all_of(context, filter)
            .filter(column.is_in(by_key.keys().copied()))
            .select_only()
            .expr_as(column.into_simple_expr().cast_as("bigint"), "owner")
            .column_as(interaction::Column::Id.count(), "count")
            .group_by(column)
            .into_tuple()
            .all(context.db.reader())
            .await?;
        for (key, count) in rows {
            if let Some(owner) = by_key.get(&key) {
                counts.insert(*owner, count.cast_unsigned());
            }
        }
    }
    Ok(counts)
}

impl Owner {
    /// Of a company, those of its people are meant, too.
    pub fn of(contact: &contact::Model) -> Self {
        match contact.r#type {
            ContactType::Company => Self::Company(contact.id),
            ContactType::Person => Self::Contact(contact.id),
        }
    }

    pub(super) fn column(self) -> Option<interaction::Column> {
        match self {
            Self::Everybody => None,
            Self::Contact(_) => Some(interaction::Column::ContactId),
            Self::Company(_) => Some(interaction::Column::CompanyId),
            Self::Campaign(_) => Some(interaction::Column::CampaignId),
            Self::CampaignEntry(_) => Some(interaction::Column::CampaignEntryId),
            Self::LoggedSegment(_) => Some(interaction::Column::LoggedSegmentId),
            Self::Segment(_) => Some(interaction::Column::SegmentId),
        }
    }

    pub(super) fn key(self) -> i64 {
        match self {
            Self::Everybody => 0,
            Self::Contact(id) | Self::Company(id) => i64::from(id),
            Self::Campaign(id)
            | Self::CampaignEntry(id)
            | Self::LoggedSegment(id)
            | Self::Segment(id) => id,
        }
    }
}

/// What of the list lies between the cursors, and belongs to an owner.
fn slice(context: &Context, owned: Option<Expr>, list: &List) -> Select<interaction::Entity> {
    let mut query = all_of(context, &list.filter);
    if let Some(owned) = owned {
        query = query.filter(owned);
    }
    if let Some(after) = list.args.after {
        query = query.filter(beyond(after, list.oldest_first));
    }
    if let Some(before) = list.args.before {
        query = query.filter(beyond(before, !list.oldest_first));
    }
    query
}

/// Later than `key`, or earlier.
fn beyond(key: Key, later: bool) -> Condition {
    use interaction::Column::{ContactId, Date, Id};
    let row = Expr::tuple([Date, ContactId, Id].map(|column| column.into_simple_expr()));
    let key_row = Expr::tuple([Expr::val(key.0), Expr::val(key.1), Expr::val(key.2)]);
    // The date once more by itself, for indexes that have no more of the key.
    match later {
        true => Condition::all().add(Date.gte(key.0)).add(row.gt(key_row)),
        false => Condition::all().add(Date.lte(key.0)).add(row.lt(key_row)),
    }
}

fn all_of(context: &Context, filter: &Filter) -> Select<interaction::Entity> {
    use interaction::Column;
    // Codes are stored in upper case; one that none can be finds nothing.
    let codes = |codes: &[String]| -> Vec<String> {
        codes.iter().filter_map(|code| text::code(code)).collect()
    };
    let mut all = Condition::all();
    if let Some(from) = filter.from {
        all = all.add(Column::Date.gte(from));
    }
    if let Some(to) = filter.to {
        all = all.add(Column::Date.lte(to));
    }
    let backend = context.db.reader().get_database_backend();
    for (column, wanted) in
        [(Column::Template, &filter.templates), (Column::InteractionGroup, &filter.groups)]
    {
        if let Some(wanted) = wanted {
            let one_of = dialect::in_texts(backend, column.into_simple_expr(), &codes(wanted));
            all = all.add(one_of);
        }
    }
    if let Some(evaluations) = &filter.evaluations {
        all = all.add(Column::Evaluation.is_in(evaluations.iter().copied()));
    }
    if !filter.include_canceled {
        all = all.add(Column::Canceled.eq(false));
    }
    if let Some(statuses) = &filter.delivery_statuses {
        all = all.add(Column::DeliveryStatus.is_in(statuses.iter().copied()));
    }
    match filter.postponed {
        Postponed::LeftOut => all = all.add(Column::Postponed.eq(false)),
        Postponed::Included => {}
        Postponed::Only => all = all.add(Column::Postponed.eq(true)),
    }
    interaction::Entity::find().filter(all)
}
