//! Lists of purchases: of a company, of a person, and of everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, Select, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{
        Context, List, Page, Result,
        owned::{self, Owned},
        page::Day,
        text,
    },
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

/// Where a purchase stands in a list: posting date, contact, id.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(Day, i32, i64);

impl Owner {
    pub fn of(contact: &contact::Model) -> Self {
        match contact.r#type {
            ContactType::Company => Self::Company(contact.id),
            ContactType::Person => Self::Person(contact.id),
        }
    }
}

impl owned::Owner for Owner {
    fn key(self) -> i64 {
        match self {
            Self::Everybody => 0,
            Self::Company(id) | Self::Person(id) => i64::from(id),
        }
    }
}

impl Owned for purchase::Entity {
    type Owner = Owner;
    type Key = Key;

    const ORDER: &'static [Column] = &[Column::PostingDate, Column::ContactId, Column::Id];

    fn key(row: &purchase::Model) -> Key {
        Key(Day(row.posting_date), row.contact_id, row.id)
    }

    fn values(Key(date, contact, id): Key) -> Vec<Expr> {
        vec![Expr::val(date), Expr::val(contact), Expr::val(id)]
    }

    fn column(owner: Owner) -> Option<Column> {
        match owner {
            Owner::Everybody => None,
            Owner::Company(_) => Some(Column::ContactId),
            Owner::Person(_) => Some(Column::DocumentContactId),
        }
    }
}

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List<Filter, Key>,
) -> Result<HashMap<Owner, Page<Key, purchase::Model>>> {
    owned::pages(context, owners, list, &all_of(context, &list.filter)).await
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
