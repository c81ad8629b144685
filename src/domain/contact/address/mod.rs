//! Alternative addresses of contacts, and the periods in which they hold (ALT-1).

mod change;
mod merge;
mod texts;

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Condition, Expr, ExprTrait, Query},
};

pub use change::{AddressChange, Period, create, delete, update};
pub(super) use merge::hand_on;
pub use texts::{AddressTexts, TEXTS, TextColumn, at, blank, complete};

use crate::{
    db::dialect,
    domain::Result,
    entity::{contact, contact_address, contact_address_period},
};

/// Alternative addresses that a contact may have.
pub const ADDRESSES_MAX: usize = 100;
/// Periods in which they may hold, together.
pub const PERIODS_MAX: usize = 1_000;

/// The addresses of each contact, in the order of their codes.
///
/// # Errors
/// What the database says.
pub async fn of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Vec<contact_address::Model>>> {
    use contact_address::{Column, Entity};
    let of_contacts =
        dialect::in_ids(db.get_database_backend(), Expr::col(Column::ContactId), contacts);
    let rows = Entity::find().filter(of_contacts).order_by_asc(Column::Code).all(db).await?;
    let mut addresses: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        addresses.entry(row.contact_id).or_default().push(row);
    }
    Ok(addresses)
}

/// The periods of the addresses of each contact, in the order in which they begin.
///
/// # Errors
/// What the database says.
pub async fn periods_of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
) -> Result<HashMap<i32, Vec<contact_address_period::Model>>> {
    use contact_address_period::{Column, Entity};
    let of_contacts =
        dialect::in_ids(db.get_database_backend(), Expr::col(Column::ContactId), contacts);
    let rows = Entity::find().filter(of_contacts).order_by_asc(Column::StartingDate).all(db);
    let mut periods: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.await? {
        periods.entry(row.contact_id).or_default().push(row);
    }
    Ok(periods)
}

/// The alternative address that holds for each contact on `date`; contacts whose main address does
/// are left out. One statement, however many there are.
///
/// ALT-1: of the periods in which the day lies, that which began last says which.
///
/// # Errors
/// What the database says.
pub async fn active_of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
    date: NaiveDate,
) -> Result<HashMap<i32, contact_address::Model>> {
    use contact_address::{Column, Entity};
    use contact_address_period::{Column as Of, Entity as Periods};
    let column = |table: &'static str, column: Of| Expr::col((table, column));
    let holds = |table| {
        let ending_date = column(table, Of::EndingDate);
        Condition::all()
            .add(column(table, Of::StartingDate).lte(date))
            .add(Condition::any().add(ending_date.clone().is_null()).add(ending_date.gte(date)))
    };
    let later = Query::select()
        .expr(Expr::val(1))
        .from_as(Periods, "later")
        .and_where(column("later", Of::ContactId).eq(column("period", Of::ContactId)))
        .and_where(column("later", Of::StartingDate).gt(column("period", Of::StartingDate)))
        .cond_where(holds("later"))
        .to_owned();
    let active = Query::select()
        .expr(Expr::val(1))
        .from_as(Periods, "period")
        .and_where(column("period", Of::ContactId).eq(Expr::col((Entity, Column::ContactId))))
        .and_where(column("period", Of::Code).eq(Expr::col((Entity, Column::Code))))
        .cond_where(holds("period"))
        .and_where(Expr::exists(later).not())
        .to_owned();
    let contact_id = Expr::col((Entity, Column::ContactId));
    let rows = Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), contact_id, contacts))
        .filter(Expr::exists(active))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.contact_id, row)).collect())
}

/// The same for contacts on a day each: one statement a day.
///
/// # Errors
/// What the database says.
pub async fn active_on(
    db: &impl ConnectionTrait,
    days: impl Iterator<Item = (i32, NaiveDate)>,
) -> Result<HashMap<(i32, NaiveDate), contact_address::Model>> {
    let mut by_date: HashMap<NaiveDate, Vec<u32>> = HashMap::new();
    for (contact_id, date) in days {
        by_date.entry(date).or_default().push(contact_id.cast_unsigned());
    }
    let mut active = HashMap::new();
    for (date, contacts) in by_date {
        let found = active_of_each(db, contacts.into_iter(), date).await?;
        active.extend(found.into_iter().map(|(id, address)| ((id, date), address)));
    }
    Ok(active)
}

/// The contacts as they are reached on a day each, in their order.
///
/// # Errors
/// What the database says.
pub async fn reached_on(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = (Arc<contact::Model>, NaiveDate)>,
) -> Result<Vec<Arc<contact::Model>>> {
    let contacts: Vec<_> = contacts.collect();
    let days = contacts.iter().map(|(contact, date)| (contact.id, *date));
    let mut active = active_on(db, days).await?;
    let reached =
        contacts.into_iter().map(|(contact, date)| match active.remove(&(contact.id, date)) {
            Some(address) => Arc::new(at(&contact, address)),
            None => contact,
        });
    Ok(reached.collect())
}

/// Whether any address is in this country.
pub(in crate::domain) async fn uses_of_country(
    db: &impl ConnectionTrait,
    country: &str,
) -> Result<u64> {
    use sea_orm::PaginatorTrait;
    let in_it =
        contact_address::Entity::find().filter(contact_address::Column::Country.eq(country));
    Ok(in_it.count(db).await?)
}
