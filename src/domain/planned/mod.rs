//! What opportunities and tasks have in common: whose they are, and what they come from.

mod heirs;
mod source;

use chrono::{DateTime, Utc};
use sea_orm::{
    EntityTrait, IntoSimpleExpr, QueryFilter, Select, UpdateMany,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

pub(super) use heirs::{
    change_company, erase, forget_interactions, hand_on, is_planned_with, require_closed,
};
pub use source::{Links, Source};
pub(super) use source::{description, links};

use crate::{
    domain::{
        owned::{self, Owned},
        page::Day,
        task,
    },
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
}

impl owned::Owner for Owner {
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

/// Changes opportunities or tasks, as of now: each is at its next revision, so that who has seen the one
/// before changes nothing.
pub(super) fn revised<E: EntityTrait>(now: DateTime<Utc>) -> UpdateMany<E> {
    E::update_many()
        .col_expr("revision", Expr::col("revision").add(1))
        .col_expr("updated_at", Expr::val(now))
}

/// Where a row stands in a list: date, id.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(Day, i64);

macro_rules! planned {
    ($($table:ident $({ $($more:item)* })?;)*) => {$(
        impl Owned for entity::$table::Entity {
            type Owner = Owner;
            type Key = Key;

            const ORDER: &'static [Self::Column] =
                &[entity::$table::Column::Date, entity::$table::Column::Id];

            fn key(row: &Self::Model) -> Key {
                Key(Day(row.date), row.id)
            }

            fn values(Key(date, id): Key) -> Vec<Expr> {
                vec![Expr::val(date), Expr::val(id)]
            }

            fn column(owner: Owner) -> Option<Self::Column> {
                use entity::$table::Column;
                match owner {
                    Owner::Everybody => None,
                    Owner::Contact(_) => Some(Column::ContactId),
                    Owner::Company(_) => Some(Column::CompanyId),
                    Owner::Segment(_) => Some(Column::SegmentId),
                    Owner::Campaign(_) => Some(Column::CampaignId),
                }
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
