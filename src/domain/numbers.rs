//! Keys and numbers: dense keys from counters, numbers for people from number series.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{Error, Reason, Result},
    entity::{counter, kinds::SeriesKind, number_series},
};

/// A counter from which keys are taken.
#[derive(Copy, Clone, Debug)]
pub enum Counter {
    Contact,
    Interaction,
    Purchase,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Contact => "CONTACT",
            Self::Interaction => "INTERACTION",
            Self::Purchase => "PURCHASE",
        }
    }
}

/// Takes `count` keys in a row; returns the first. They are lost if the transaction rolls back
/// after others took more, and never given twice.
///
/// # Errors
/// What the database says.
pub async fn take_keys(txn: &DatabaseTransaction, of: Counter, count: u64) -> Result<i64> {
    let name = of.name();
    let count = count.cast_signed();
    counter::Entity::update_many()
        .col_expr(counter::Column::Next, Expr::col(counter::Column::Next).add(count))
        .filter(counter::Column::Name.eq(name))
        .exec(txn)
        .await?;
    // The update holds the row, so nobody comes between.
    Ok(next_key(txn, of).await? - count)
}

/// The key that comes next.
///
/// # Errors
/// What the database says.
pub async fn next_key(db: &impl ConnectionTrait, of: Counter) -> Result<i64> {
    let name = of.name();
    let counter = counter::Entity::find_by_id(name.to_owned()).one(db).await?;
    let counter = counter.ok_or_else(|| Error::Corrupt(format!("there is no counter {name}")))?;
    Ok(counter.next)
}

/// Takes the next `count` numbers of a series. Some may be in use already, if callers may bring
/// numbers of their own: the caller checks, and takes more.
///
/// # Errors
/// What the database says.
pub async fn take_numbers(
    txn: &DatabaseTransaction,
    of: SeriesKind,
    count: u64,
) -> Result<Vec<String>> {
    let count = count.cast_signed();
    number_series::Entity::update_many()
        .col_expr(number_series::Column::Next, Expr::col(number_series::Column::Next).add(count))
        .filter(number_series::Column::Kind.eq(of))
        .exec(txn)
        .await?;
    let series = series(txn, of).await?;
    let width = usize::try_from(series.width).unwrap_or(0);
    let first = series.next - count;
    Ok((first..series.next).map(|no| format!("{}{no:0width$}", series.prefix)).collect())
}

/// The next number of a series that `is_used` does not find in use.
///
/// # Errors
/// What the database says.
pub async fn next_free_number(
    txn: &DatabaseTransaction,
    of: SeriesKind,
    is_used: impl AsyncFn(&str) -> Result<bool>,
) -> Result<String> {
    loop {
        for number in take_numbers(txn, of, 1).await? {
            if !is_used(&number).await? {
                return Ok(number);
            }
        }
    }
}

/// Moves a series past the numbers that come next and have been brought by callers, so that nobody
/// has to find out one by one that they are in use.
///
/// # Errors
/// What the database says.
pub async fn skip(
    txn: &DatabaseTransaction,
    of: SeriesKind,
    is_used: impl Fn(&str) -> bool,
) -> Result<()> {
    let series = series(txn, of).await?;
    let width = usize::try_from(series.width).unwrap_or(0);
    let mut next = series.next;
    while is_used(&format!("{}{next:0width$}", series.prefix)) {
        next += 1;
    }
    if next == series.next {
        return Ok(());
    }
    number_series::Entity::update_many()
        .col_expr(number_series::Column::Next, Expr::value(next))
        .filter(number_series::Column::Kind.eq(of))
        .exec(txn)
        .await?;
    Ok(())
}

/// Whether callers may bring numbers of their own. Holds the series.
///
/// # Errors
/// What the database says.
pub async fn may_choose(txn: &DatabaseTransaction, of: SeriesKind) -> Result<bool> {
    Ok(series(txn, of).await?.manual)
}

/// Checks that callers may bring numbers of their own. Holds the series.
///
/// # Errors
/// [`Reason::NotAllowed`] at `no` if the series says they may not.
pub async fn allow_manual(txn: &DatabaseTransaction, of: SeriesKind) -> Result<()> {
    if may_choose(txn, of).await? {
        return Ok(());
    }
    let message = "The number comes from the number series and can't be chosen.";
    Err(Error::reject(Reason::NotAllowed, &["no"], message))
}

async fn series(db: &impl ConnectionTrait, of: SeriesKind) -> Result<number_series::Model> {
    let series = number_series::Entity::find_by_id(of).lock_exclusive().one(db).await?;
    series.ok_or_else(|| Error::Corrupt(format!("there is no number series for {of:?}")))
}
