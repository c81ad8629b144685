//! Lists of purchases: of a company, of a person, and of everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, Order, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{Context, Page, PageArgs, Result, arms, is_storable, text},
    entity::{
        contact,
        kinds::{ContactType, PurchaseSide},
        purchase::{self, Column},
    },
};

/// Whose purchases a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Everybody,
    /// Those of the customer or vendor.
    Company(i32),
    /// Those on whose documents the person is.
    Person(i32),
}

/// Which purchases to list: those for which all holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    pub side: Option<PurchaseSide>,
    /// Posted on this day or later.
    pub from: Option<NaiveDate>,
    /// Posted on this day or earlier.
    pub to: Option<NaiveDate>,
    pub items: Option<Vec<String>>,
    pub posting_groups: Option<Vec<String>>,
}

/// What purchases are ordered by: posting date, contact, id.
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

impl Owner {
    pub fn of(contact: &contact::Model) -> Self {
        match contact.r#type {
            ContactType::Company => Self::Company(contact.id),
            ContactType::Person => Self::Person(contact.id),
        }
    }

    pub(super) fn column(self) -> Option<Column> {
        match self {
            Self::Everybody => None,
            Self::Company(_) => Some(Column::ContactId),
            Self::Person(_) => Some(Column::DocumentContactId),
        }
    }

    pub(super) fn key(self) -> i64 {
        match self {
            Self::Everybody => 0,
            Self::Company(id) | Self::Person(id) => i64::from(id),
        }
    }
}

/// Owners by what tells whose a purchase is; nothing does for everybody's.
pub(super) fn by_column(owners: &[Owner]) -> Vec<(Option<Column>, Vec<Owner>)> {
    let mut by_kind: HashMap<_, Vec<Owner>> = HashMap::new();
    for owner in owners {
        by_kind.entry(std::mem::discriminant(owner)).or_default().push(*owner);
    }
    by_kind.into_values().map(|owners| (owners[0].column(), owners)).collect()
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List,
) -> Result<HashMap<Owner, Page<Key, purchase::Model>>> {
    let descending = list.oldest_first == list.args.take.is_last();
    let order = if descending { Order::Desc } else { Order::Asc };
    let key = |row: &purchase::Model| Key(row.posting_date, row.contact_id, row.id);
    let mut pages = HashMap::with_capacity(owners.len());
    for (column, owners) in by_column(owners) {
        let list_of = |owner: Expr| {
            let owned = column.map(|column| column.into_simple_expr().eq(owner));
            slice(context, list)
                .filter(Condition::all().add_option(owned))
                .order_by(Column::PostingDate, order.clone())
                .order_by(Column::ContactId, order.clone())
                .order_by(Column::Id, order.clone())
        };
        let keys: Vec<i64> = owners.iter().map(|owner| owner.key()).collect();
        let found = arms::pages(&context.db, &keys, list_of, &list.args, descending, key).await?;
        pages.extend(owners.into_iter().zip(found));
    }
    Ok(pages)
}

/// What of the list lies between the cursors.
fn slice(context: &Context, list: &List) -> Select<purchase::Entity> {
    let mut query = all_of(context, &list.filter);
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
    use Column::{ContactId, Id, PostingDate};
    let row = Expr::tuple([PostingDate, ContactId, Id].map(|column| column.into_simple_expr()));
    let key_row = Expr::tuple([Expr::val(key.0), Expr::val(key.1), Expr::val(key.2)]);
    // The date once more by itself, for indexes that have no more of the key.
    match later {
        true => Condition::all().add(PostingDate.gte(key.0)).add(row.gt(key_row)),
        false => Condition::all().add(PostingDate.lte(key.0)).add(row.lt(key_row)),
    }
}

pub(super) fn all_of(context: &Context, filter: &Filter) -> Select<purchase::Entity> {
    let backend = context.db.reader().get_database_backend();
    // Codes are stored in upper case; one that none can be finds nothing.
    let one_of = |column: Column, wanted: &Option<Vec<String>>| {
        let wanted = wanted.as_ref()?.iter();
        let codes: Vec<String> = wanted.filter_map(|code| text::code(code)).collect();
        Some(dialect::in_texts(backend, column.into_simple_expr(), &codes))
    };
    let all = Condition::all()
        .add_option(filter.side.map(|side| Column::Side.eq(side)))
        .add_option(filter.from.map(|from| Column::PostingDate.gte(from)))
        .add_option(filter.to.map(|to| Column::PostingDate.lte(to)))
        .add_option(one_of(Column::Item, &filter.items))
        .add_option(one_of(Column::PostingGroup, &filter.posting_groups));
    purchase::Entity::find().filter(all)
}
