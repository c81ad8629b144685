//! What people take over from their company (CON-6, CON-7).

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{change::ContactChange, derive};
use crate::{
    db::{self, OnConflict},
    domain::{Context, Result},
    entity::contact::{self, Model},
};

/// How many people are rewritten at once.
const PEOPLE_MAX: u64 = 5_000;

/// Calls a macro for each field that people take over from their company.
macro_rules! inherited {
    ($do:ident) => {
        $do!(
            address,
            address2,
            city,
            post_code,
            county,
            country,
            phone,
            fax,
            email,
            home_page,
            territory,
            language,
            salesperson,
            correspondence_type
        )
    };
}

/// Makes a person belong to `new`. Each inherited field that the change does not set, and that is
/// empty or has the value of the company before, takes the value of the new one (CON-6).
pub(super) fn join(
    row: &mut Model,
    change: &ContactChange,
    old: Option<&Model>,
    new: Option<&Model>,
    inherit: bool,
) {
    row.company_id = new.map(|company| company.id);
    row.company_name = new.map(|company| company.name.clone());
    let Some(new) = new.filter(|_| inherit) else { return };
    // An address is taken as a whole: half of one, half of another leads nowhere.
    let address_is_theirs = old.is_some_and(|old| address(row) == address(old));
    let takes_address = address(row).iter().all(|part| part.is_none()) || address_is_theirs;
    macro_rules! take {
        ($($field:ident),*) => {$(
            let is_address = matches!(
                stringify!($field),
                "address" | "address2" | "city" | "post_code" | "county" | "country"
            );
            let free = row.$field.is_none() || old.is_some_and(|old| old.$field == row.$field);
            if change.$field.is_none() && if is_address { takes_address } else { free } {
                row.$field = new.$field.clone();
            }
        )*};
    }
    inherited!(take);
}

fn address(row: &Model) -> [Option<&String>; 6] {
    let Model { address, address2, city, post_code, county, country, .. } = row;
    [address, address2, city, post_code, county, country].map(Option::as_ref)
}

/// Hands a change of a company on to its people: the name to all, each inherited field to those
/// who had the company's value (CON-7). Their sort keys and words follow.
pub(super) async fn push(
    txn: &DatabaseTransaction,
    context: &Context,
    before: &Model,
    after: &Model,
) -> Result<()> {
    if !concerns_people(before, after) {
        return Ok(());
    }
    let follow = |row: &mut Model| follow(row, before, after);
    rewrite(txn, context, after.id, follow).await
}

/// Makes the people of a company those of another, or of none.
pub(super) async fn dissolve(
    txn: &DatabaseTransaction,
    context: &Context,
    company_id: i32,
    into: Option<&Model>,
) -> Result<()> {
    let change = |row: &mut Model| {
        row.company_id = into.map(|company| company.id);
        row.company_name = into.map(|company| company.name.clone());
    };
    rewrite(txn, context, company_id, change).await
}

/// Changes the people of a company, many with one statement. Whoever is changed is at a new
/// revision.
async fn rewrite(
    txn: &DatabaseTransaction,
    context: &Context,
    company_id: i32,
    change: impl Fn(&mut Model),
) -> Result<()> {
    let mut last_id = 0;
    loop {
        let people = contact::Entity::find()
            .filter(contact::Column::CompanyId.eq(company_id))
            .filter(contact::Column::Id.ne(company_id))
            .filter(contact::Column::Id.gt(last_id))
            .order_by_asc(contact::Column::Id)
            .limit(PEOPLE_MAX)
            .lock_exclusive()
            .all(txn)
            .await?;
        let Some(last) = people.last() else { return Ok(()) };
        last_id = last.id;
        let mut changed = Vec::new();
        for old in people {
            let mut row = old.clone();
            change(&mut row);
            derive(&mut row);
            if row != old {
                row.revision += 1;
                row.updated_at = context.clock.now();
                changed.push(row);
            }
        }
        db::insert_rows::<contact::Entity>(txn, &changed, OnConflict::Replace).await?;
    }
}

fn concerns_people(before: &Model, after: &Model) -> bool {
    macro_rules! differs {
        ($($field:ident),*) => { before.name != after.name $(|| before.$field != after.$field)* };
    }
    inherited!(differs)
}

fn follow(person: &mut Model, before: &Model, after: &Model) {
    person.company_name = Some(after.name.clone());
    macro_rules! follow {
        ($($field:ident),*) => {$(
            if person.$field == before.$field {
                person.$field.clone_from(&after.$field);
            }
        )*};
    }
    inherited!(follow);
}
