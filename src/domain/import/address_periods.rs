//! When alternative addresses of contacts hold.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    Row,
    check::{self, Check, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Reason, Result,
        contact::{address::PERIODS_MAX, touch},
        text,
    },
    entity::{contact_address, contact_address_period, kinds::IdentifierKind},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    ContactNo,
    Address,
    StartingDate,
    EndingDate,
}

pub(super) struct AddressPeriods {
    columns: Columns<Field>,
    now: DateTime<Utc>,
}

type Key = (i32, NaiveDate);

/// What the rows of a chunk refer to, and what there was before.
struct Known {
    contacts: HashMap<String, i32>,
    addresses: HashSet<(i32, String)>,
    periods: HashMap<Key, contact_address_period::Model>,
    counts: HashMap<i32, usize>,
    /// Numbers of contacts that were merged, and whom they were merged into.
    merged: HashMap<String, String>,
}

impl AddressPeriods {
    pub(super) fn new(header: &[String], now: DateTime<Utc>) -> Result<Self> {
        let columns = Columns::of(
            header,
            &[],
            &[
                (Field::ContactNo, &["contactno", "contact"]),
                (Field::Address, &["addresscode", "contactaltaddresscode", "code"]),
                (Field::StartingDate, &["startingdate"]),
                (Field::EndingDate, &["endingdate"]),
            ],
        )?;
        let needed = [Field::ContactNo, Field::Address, Field::StartingDate];
        if !needed.iter().all(|field| columns.has(*field)) {
            let message = "There have to be columns Contact No., Contact Alt. Address Code and \
                           Starting Date.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, now })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut changed: HashMap<Key, contact_address_period::Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let it = match self.period(row, &known) {
                Ok(it) => it,
                Err(check) => {
                    written.rejected.push((index, check.failed().unwrap_or_default()));
                    continue;
                }
            };
            let key = (it.contact_id, it.starting_date);
            match known.periods.insert(key, it.clone()) {
                Some(before) if before == it => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => {
                    *known.counts.entry(it.contact_id).or_default() += 1;
                    written.created += 1;
                }
            }
            changed.insert(key, it);
        }
        let changed: Vec<contact_address_period::Model> = changed.into_values().collect();
        db::insert_rows::<contact_address_period::Entity>(txn, &changed, OnConflict::Replace)
            .await?;
        touch(txn, self.now, changed.iter().map(|row| row.contact_id.cast_unsigned())).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let backend = txn.get_database_backend();
        let texts = |field| rows.iter().filter_map(move |row| self.columns.get(row, field));
        let numbers = texts(Field::ContactNo).filter_map(text::code).collect();
        let contacts = find::locked_contacts(txn, numbers).await?;
        let ids = || contacts.values().map(|id| id.cast_unsigned());
        let id = Expr::col(contact_address::Column::ContactId);
        let addresses = contact_address::Entity::find()
            .filter(dialect::in_ids(backend, id, ids()))
            .all(txn)
            .await?;
        let id = Expr::col(contact_address_period::Column::ContactId);
        let periods = contact_address_period::Entity::find()
            .filter(dialect::in_ids(backend, id, ids()))
            .all(txn)
            .await?;
        let mut counts: HashMap<i32, usize> = HashMap::new();
        for row in &periods {
            *counts.entry(row.contact_id).or_default() += 1;
        }
        let numbers = contacts.keys().cloned().collect();
        Ok(Known {
            merged: find::merged(txn, IdentifierKind::No, numbers).await?,
            addresses: addresses.into_iter().map(|row| (row.contact_id, row.code)).collect(),
            periods: periods
                .into_iter()
                .map(|row| ((row.contact_id, row.starting_date), row))
                .collect(),
            contacts,
            counts,
        })
    }

    fn period(&self, row: &Row, known: &Known) -> Result<contact_address_period::Model, Check> {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let contact_id = find::contact(
            &mut check,
            caption(Field::ContactNo),
            text(Field::ContactNo),
            &known.contacts,
        );
        let code = check.keep(caption(Field::Address), check::code(text(Field::Address)));
        if let Some(contact_id) = contact_id {
            let of_contact = |code: &String| known.addresses.contains(&(contact_id, code.clone()));
            if !code.as_ref().is_some_and(of_contact) {
                let code = code.as_deref().unwrap_or_default();
                let reason = format!("The contact has no alternative address {code:?}.");
                check.add(self.columns.caption(Field::Address), reason);
            }
        }
        let starts = value::date(text(Field::StartingDate));
        let starting_date = check.keep(caption(Field::StartingDate), starts);
        let ends = value::date(text(Field::EndingDate));
        let ending_date = check.keep(caption(Field::EndingDate), ends);
        if starting_date.is_none() && check.is_fine() {
            check.add(self.columns.caption(Field::StartingDate), "A period has a first day.");
        }
        if ending_date.is_some() && ending_date < starting_date {
            check.add(self.columns.caption(Field::EndingDate), "It ends before it begins.");
        }
        if let (Some(contact_id), Some(starting_date)) = (contact_id, starting_date)
            && !known.periods.contains_key(&(contact_id, starting_date))
            && known.counts.get(&contact_id).is_some_and(|it| PERIODS_MAX <= *it)
        {
            let reason =
                format!("The addresses of a contact hold in at most {PERIODS_MAX} periods.");
            check.add(self.columns.caption(Field::ContactNo), reason);
        }
        let (Some(contact_id), Some(code), Some(starting_date), true) =
            (contact_id, code, starting_date, check.is_fine())
        else {
            return Err(check);
        };
        let it = contact_address_period::Model { contact_id, starting_date, code, ending_date };
        let before = known.periods.get(&(contact_id, starting_date));
        if before.is_some_and(|before| *before != it) {
            let no = text::code(text(Field::ContactNo)).unwrap_or_default();
            find::note_merged(
                &mut check,
                self.columns.caption(Field::ContactNo),
                &known.merged,
                &no,
            );
        }
        if check.is_fine() { Ok(it) } else { Err(check) }
    }
}
