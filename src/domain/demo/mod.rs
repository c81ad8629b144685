//! Invented data that look real, for trying things out and for measuring them. The same seed and
//! the same last day always give the same data.

mod belongings;
mod contacts;
mod master;
mod profiles;
mod purchases;
mod segments;
mod texts;
mod words;

use chrono::NaiveDate;
use sea_orm::{DatabaseTransaction, EntityTrait, PaginatorTrait};

use self::contacts::World;
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Reason, Result,
        contact::insert_new,
        numbers::{self, Counter},
    },
    entity::{
        code, contact, contact_address, contact_address_period, contact_code, contact_identifier,
        contact_profile_answer, interaction, kinds::*, purchase, segment,
    },
};

/// Where most of it lies.
const TABLES: [&str; 6] = [
    "contact",
    "contact_code",
    "contact_identifier",
    "contact_profile_answer",
    "interaction",
    "purchase",
];
/// Contacts of a transaction.
const CHUNK: u32 = 5000;
/// Dense keys are 32 bits, and demonstrations need far fewer.
const CONTACTS_MAX: u32 = 100_000_000;

/// What to invent.
#[derive(Copy, Clone, Debug)]
pub struct Demo {
    pub contacts: u32,
    pub seed: u64,
    /// The last day on which anything happened.
    pub until: NaiveDate,
}

/// Fills an empty database. `done` is told how many contacts there are so far.
///
/// # Errors
/// [`Reason::NotAllowed`] if the database is not empty, [`Reason::LimitExceeded`] for too many
/// contacts; what the database says.
pub async fn fill(
    context: &Context,
    demo: &Demo,
    done: &mut (dyn FnMut(u32) + Send),
) -> Result<()> {
    if CONTACTS_MAX < demo.contacts {
        let message = format!("At most {CONTACTS_MAX} contacts can be invented.");
        return Err(Error::reject(Reason::LimitExceeded, &["contacts"], message));
    }
    let (first_key, campaigns) = db::write(&context.db, &Table::ALL, async |txn| {
        require_empty(txn).await?;
        db::leave_out_indexes(txn, &TABLES, &[]).await?;
        let first_key = numbers::take_keys(txn, Counter::Contact, demo.contacts.into()).await?;
        profiles::write(txn).await?;
        Ok::<_, Error>((first_key, master::write(txn, demo).await?))
    })
    .await?;
    let first_key = i32::try_from(first_key)
        .ok()
        .filter(|first| first.checked_add_unsigned(demo.contacts).is_some())
        .ok_or_else(|| Error::Corrupt("the keys of contacts are used up".to_owned()))?;
    let (seed, until) = (demo.seed, demo.until);
    let world = World { seed, until, companies: demo.contacts.div_ceil(5), first_key };
    for start in (0..demo.contacts).step_by(CHUNK as usize) {
        let end = demo.contacts.min(start + CHUNK);
        db::write(&context.db, &Table::ALL, async |txn| {
            chunk(txn, &world, start..end, &campaigns).await
        })
        .await?;
        done(end);
    }
    context.db.make_indexes().await?;
    context.db.analyze().await?;
    texts::write(context).await?;
    segments::build(context).await
}

async fn require_empty(txn: &DatabaseTransaction) -> Result<()> {
    let count = contact::Entity::find().count(txn).await?
        + segment::Entity::find().count(txn).await?
        + code::Entity::find().count(txn).await?;
    if count == 0 {
        return Ok(());
    }
    let message = "The database is not empty, and invented data must not mix with real ones. Name \
                   another with --database-url; one that is not there is made. To serve what is there: \
                   `urval serve`.";
    Err(Error::reject(Reason::NotAllowed, &[], message))
}

async fn chunk(
    txn: &DatabaseTransaction,
    world: &World,
    range: std::ops::Range<u32>,
    campaigns: &[i64],
) -> Result<()> {
    let numbers = numbers::take_numbers(txn, SeriesKind::Contact, range.len() as u64).await?;
    let mut rows = Vec::with_capacity(range.len());
    let mut identifiers = Vec::with_capacity(range.len());
    let (mut codes, mut answers) = (Vec::new(), Vec::new());
    let mut interactions = Vec::new();
    let (mut addresses, mut periods) = (Vec::new(), Vec::new());
    let mut purchases = Vec::new();
    for (index, no) in range.zip(numbers) {
        let row = world.contact(index, no);
        identifiers.push(contact_identifier::Model {
            kind: IdentifierKind::No,
            value: row.no.clone(),
            contact_id: row.id,
            merged: false,
        });
        let own = world.codes(index, &row);
        answers.extend(world.profile_answers(index, &row, &own));
        purchases.extend(world.purchases(index, &row, &own));
        codes.extend(own);
        interactions.extend(world.interactions(index, &row, campaigns));
        let (address, its_periods) = world.addresses(index, &row);
        addresses.extend(address);
        periods.extend(its_periods);
        rows.push(row);
    }
    // Keys of interactions grow with time, at least among those that come together.
    interactions.sort_by_key(|it| it.created_at);
    let first = numbers::take_keys(txn, Counter::Interaction, interactions.len() as u64).await?;
    for (id, interaction) in (first..).zip(&mut interactions) {
        interaction.id = id;
    }
    interactions.sort_by_key(|it| (it.contact_id, it.id));
    purchases.sort_by_key(|it| it.created_at);
    let first = numbers::take_keys(txn, Counter::Purchase, purchases.len() as u64).await?;
    for (id, purchase) in (first..).zip(&mut purchases) {
        purchase.id = id;
    }
    purchases.sort_by_key(|it| (it.contact_id, it.id));
    insert_new(txn, &rows).await?;
    db::insert_rows::<contact_identifier::Entity>(txn, &identifiers, OnConflict::Fail).await?;
    db::insert_rows::<contact_code::Entity>(txn, &codes, OnConflict::Fail).await?;
    db::insert_rows::<contact_address::Entity>(txn, &addresses, OnConflict::Fail).await?;
    db::insert_rows::<contact_address_period::Entity>(txn, &periods, OnConflict::Fail).await?;
    db::insert_rows::<contact_profile_answer::Entity>(txn, &answers, OnConflict::Fail).await?;
    db::insert_rows::<interaction::Entity>(txn, &interactions, OnConflict::Fail).await?;
    db::insert_rows::<purchase::Entity>(txn, &purchases, OnConflict::Fail).await?;
    Ok(())
}
