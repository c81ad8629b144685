//! What opportunities and tasks have in common: whose they are, lists of them, and what they come
//! from.

mod heirs;
mod list;
mod source;

use chrono::NaiveDate;
use sea_orm::{
    EntityTrait, IntoSimpleExpr, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

pub(super) use heirs::{
    change_company, erase, forget_interactions, hand_on, is_planned_with, require_closed,
};
pub use list::List;
pub(super) use list::{by_column, counts, keys_of, owner_of, pages, summed};
pub use source::{Links, Source};
pub(super) use source::{description, links};

use crate::{
    domain::{Result, is_storable, task},
    entity::{self, contact, kinds::ContactType},
};

/// Whose opportunities or tasks a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Everybody,
    Contact(i32),
    /// Those of the company and of whoever belonged to it at the time.
    Company(i32),
    Segment(i64),
    Campaign(i64),
}

impl Owner {
    /// Of a company, those of its people are meant, too.
    pub fn of(contact: &contact::Model) -> Self {
        match contact.r#type {
            ContactType::Company => Self::Company(contact.id),
            ContactType::Person => Self::Contact(contact.id),
        }
    }

    fn key(self) -> i64 {
        match self {
            Self::Everybody => 0,
            Self::Contact(id) | Self::Company(id) => i64::from(id),
            Self::Segment(id) | Self::Campaign(id) => id,
        }
    }
}

/// Which opportunity or task, and at which revision it has to be.
#[derive(Copy, Clone, Debug)]
pub struct Which {
    /// Contact and id.
    pub key: (i32, i64),
    pub expected_revision: Option<i32>,
}

/// What lists are ordered by: date, id.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(NaiveDate, i64)")]
pub struct Key(NaiveDate, i64);

/// Cursors come from outside, and may say any day.
impl TryFrom<(NaiveDate, i64)> for Key {
    type Error = &'static str;

    fn try_from((date, id): (NaiveDate, i64)) -> Result<Self, Self::Error> {
        if is_storable(date) { Ok(Self(date, id)) } else { Err("no day of ours") }
    }
}

/// A table of what is planned with contacts.
pub(super) trait Planned: EntityTrait {
    /// What tells whose a row is; nothing does for everybody's.
    fn owner(owner: Owner) -> Option<Self::Column>;
    /// Those of `rows` that are of the owner with this key, of the same kind as `owner`; of everybody's, all.
    fn owned(rows: Select<Self>, owner: Owner, key: Expr) -> Select<Self> {
        match Self::owner(owner) {
            Some(column) => rows.filter(column.into_simple_expr().eq(key)),
            None => rows,
        }
    }
    const DATE: Self::Column;
    const ID: Self::Column;
    fn key(row: &Self::Model) -> Key;
}

macro_rules! planned {
    ($($table:ident $({ $($more:item)* })?;)*) => {$(
        impl Planned for entity::$table::Entity {
            fn owner(owner: Owner) -> Option<Self::Column> {
                use entity::$table::Column;
                match owner {
                    Owner::Everybody => None,
                    Owner::Contact(_) => Some(Column::ContactId),
                    Owner::Company(_) => Some(Column::CompanyId),
                    Owner::Segment(_) => Some(Column::SegmentId),
                    Owner::Campaign(_) => Some(Column::CampaignId),
                }
            }

            const DATE: Self::Column = entity::$table::Column::Date;
            const ID: Self::Column = entity::$table::Column::Id;

            fn key(row: &Self::Model) -> Key {
                Key(row.date, row.id)
            }

            $($($more)*)?
        }
    )*};
}
planned! {
    opportunity;
    task {
        fn owned(rows: Select<Self>, owner: Owner, key: Expr) -> Select<Self> {
            use entity::{task::Column, task_attendee::Column as Attendee};
            match owner {
                Owner::Everybody => rows,
                Owner::Contact(_) => task::with(rows, Column::ContactId, Attendee::ContactId, key),
                Owner::Company(_) => task::with(rows, Column::CompanyId, Attendee::CompanyId, key),
                Owner::Segment(_) => rows.filter(Column::SegmentId.into_simple_expr().eq(key)),
                Owner::Campaign(_) => rows.filter(Column::CampaignId.into_simple_expr().eq(key)),
            }
        }
    };
}
