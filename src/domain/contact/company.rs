//! What people take over from their company (CON-6, CON-7).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{change::ContactChange, derive};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{self, Result},
    entity::{
        contact::{self, Model},
        setup,
    },
};

/// How many people are rewritten at once.
const PEOPLE_MAX: usize = 5_000;

/// Calls a macro for each field that people take over from their company, with the switch for it.
macro_rules! inherited {
    ($do:ident) => {
        $do!(
            address if address,
            address2 if address,
            city if address,
            post_code if address,
            county if address,
            country if country,
            phone if communication,
            fax if communication,
            email if communication,
            home_page if communication,
            territory if territory,
            language if language,
            salesperson if salesperson,
            correspondence_type if communication
        )
    };
}

/// What people take over from their company.
#[derive(Copy, Clone, Debug)]
pub(super) struct Inherits {
    pub(super) address: bool,
    pub(super) country: bool,
    /// Telephone, fax, e-mail, home page, and how to reach them.
    pub(super) communication: bool,
    pub(super) territory: bool,
    pub(super) language: bool,
    pub(super) salesperson: bool,
}

/// What the setup says is taken over; nothing if it is not `wanted`.
pub(super) fn inherits(setup: &setup::Model, wanted: bool) -> Inherits {
    Inherits {
        address: wanted && setup.inherit_address,
        country: wanted && setup.inherit_country,
        communication: wanted && setup.inherit_communication,
        territory: wanted && setup.inherit_territory,
        language: wanted && setup.inherit_language,
        salesperson: wanted && setup.inherit_salesperson,
    }
}

/// Makes a person belong to `new`. Each inherited field that the change does not set, and that is
/// empty or has the value of the company before, takes the value of the new one (CON-6). An address is
/// taken with its country by who is nowhere, or where the company before is.
pub(super) fn join(
    row: &mut Model,
    change: &ContactChange,
    old: Option<&Model>,
    new: Option<&Model>,
    inherits: Inherits,
) {
    row.company_id = new.map(|company| company.id);
    row.company_name = new.map(|company| company.name.clone());
    let Some(new) = new else { return };
    // As a whole: half of one, half of another leads nowhere.
    let takes_place = is_nowhere(row) || old.is_some_and(|old| place(row) == place(old));
    macro_rules! take {
        ($($field:ident if $switch:ident),*) => {$(
            let is_free = match stringify!($switch) {
                "address" | "country" => takes_place,
                _ => row.$field.is_none() || old.is_some_and(|old| old.$field == row.$field),
            };
            if inherits.$switch && change.$field.is_none() && is_free {
                row.$field.clone_from(&new.$field);
            }
        )*};
    }
    inherited!(take);
}

/// An address without its country, for which there is a switch of its own.
fn place(row: &Model) -> [&Option<String>; 5] {
    let Model { address, address2, city, post_code, county, .. } = row;
    [address, address2, city, post_code, county]
}

/// A country or county by itself is no address.
pub(super) fn is_nowhere(row: &Model) -> bool {
    let Model { address, address2, city, post_code, .. } = row;
    [address, address2, city, post_code].iter().all(|part| part.is_none())
}

/// Hands changes of companies, each as it was and as it is, on to their people: the name to all,
/// each inherited field to those who had the company's value, and an address to those who were where
/// the company was (CON-7), unless they are in `except`.
/// Their sort keys and words follow.
pub(in crate::domain) async fn push(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    changes: &[(&Model, &Model)],
    except: &RoaringBitmap,
) -> Result<()> {
    let concern = changes.iter().filter(|(before, after)| concerns_people(before, after));
    let changes: HashMap<i32, (&Model, &Model)> =
        concern.map(|(before, after)| (after.id, (*before, *after))).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let inherits = inherits(&domain::setup::load(txn).await?, true);
    let follow = |row: &mut Model| {
        let company = row.company_id.and_then(|id| changes.get(&id));
        let Some((before, after)) = company else { return };
        row.company_name = Some(after.name.clone());
        if !except.contains(row.id.cast_unsigned()) {
            follow(row, before, after, inherits);
        }
    };
    let companies: RoaringBitmap = changes.keys().map(|id| id.cast_unsigned()).collect();
    rewrite(txn, now, &companies, follow).await.map(drop)
}

/// Makes the people of a company those of another, or of none; returns how many there are.
pub(super) async fn dissolve(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    company_id: i32,
    into: Option<&Model>,
) -> Result<u64> {
    let change = |row: &mut Model| {
        row.company_id = into.map(|company| company.id);
        row.company_name = into.map(|company| company.name.clone());
    };
    rewrite(txn, now, &RoaringBitmap::from_iter([company_id.cast_unsigned()]), change).await
}

/// Changes the people of companies, many with one statement; returns how many changed. Whoever is
/// changed is at a new revision. The companies are locked, so nobody joins them meanwhile.
async fn rewrite(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    companies: &RoaringBitmap,
    change: impl Fn(&mut Model),
) -> Result<u64> {
    if companies.is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    let backend = txn.get_database_backend();
    let column = |column| Expr::col((contact::Entity, column));
    let of_companies =
        || dialect::in_ids(backend, column(contact::Column::CompanyId), companies.iter());
    let people = Query::select()
        .expr_as(column(contact::Column::Id), "id")
        .from(contact::Entity)
        .and_where(of_companies())
        .and_where(column(contact::Column::Id).ne(column(contact::Column::CompanyId)))
        .to_owned();
    let people: Vec<u32> = db::keys(txn, people).await?.into_iter().collect();
    for people in people.chunks(PEOPLE_MAX) {
        let (id, people) = (column(contact::Column::Id), people.iter().copied());
        let rows = db::shard_by_shard(txn, id, people, |these| {
            contact::Entity::find()
                .filter(these)
                // Who left meanwhile is not theirs any more.
                .filter(of_companies())
                .order_by_asc(contact::Column::Id)
                .lock_exclusive()
                .into_model::<contact::Model>()
        });
        let mut changed = Vec::new();
        for old in rows.await? {
            let mut row = old.clone();
            change(&mut row);
            derive(&mut row);
            if row != old {
                row.revision += 1;
                row.updated_at = now;
                changed.push(row);
            }
        }
        db::insert_rows::<contact::Entity>(txn, &changed, OnConflict::Replace).await?;
        count += changed.len() as u64;
    }
    Ok(count)
}

fn concerns_people(before: &Model, after: &Model) -> bool {
    macro_rules! differs {
        ($($field:ident if $switch:ident),*) => {
            before.name != after.name $(|| before.$field != after.$field)*
        };
    }
    inherited!(differs)
}

fn follow(person: &mut Model, before: &Model, after: &Model, inherits: Inherits) {
    // As a whole, or the street of one would end up in the city of the other.
    let is_there = place(person) == place(before);
    let inherits = Inherits {
        address: inherits.address && is_there,
        country: inherits.country && (is_there || is_nowhere(person)),
        ..inherits
    };
    macro_rules! follow {
        ($($field:ident if $switch:ident),*) => {$(
            if inherits.$switch && person.$field == before.$field {
                person.$field.clone_from(&after.$field);
            }
        )*};
    }
    inherited!(follow);
}
