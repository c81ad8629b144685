//! Keys and numbers: dense keys from counters, numbers for people from number series.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, QueryFilter,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    db::dialect,
    domain::{Error, Reason, Result, code, text},
    entity::{counter, kinds::SeriesKind, number_series},
};

/// Characters of a whole number.
pub const NO_CHARS_MAX: usize = code::CODE_CHARS_MAX;

/// A counter from which keys are taken.
#[derive(Copy, Clone, Debug)]
pub enum Counter {
    Contact,
    Interaction,
    Purchase,
    Opportunity,
    Task,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Contact => "CONTACT",
            Self::Interaction => "INTERACTION",
            Self::Purchase => "PURCHASE",
            Self::Opportunity => "OPPORTUNITY",
            Self::Task => "TASK",
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
    Ok(take_block(txn, of, count).await?.numbers())
}

/// Numbers in a row.
#[derive(Clone, Debug)]
pub struct Block {
    pub prefix: String,
    /// Digits after the prefix, with zeros in front.
    pub width: i32,
    pub first: i64,
    count: i64,
}

impl Block {
    fn numbers(&self) -> Vec<String> {
        (self.first..self.first + self.count).map(|no| self.number(no)).collect()
    }

    fn number(&self, no: i64) -> String {
        let width = usize::try_from(self.width).unwrap_or(0);
        format!("{}{no:0width$}", self.prefix)
    }
}

/// Takes `count` numbers of a series in a row, none of which is in use: there is no row of `E` with
/// it in the column `no`. Numbers before them may be lost.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `no` if the numbers of the series have become too long.
pub async fn take_free_block<E: EntityTrait>(
    txn: &DatabaseTransaction,
    of: SeriesKind,
    count: u64,
    no: E::Column,
) -> Result<Block> {
    let backend = txn.get_database_backend();
    loop {
        let block = take_block(txn, of, count).await?;
        let last = block.number(block.first + block.count - 1);
        if NO_CHARS_MAX < last.chars().count() {
            let message = format!(
                "The number {last} would have more than {NO_CHARS_MAX} characters. Give the number \
                 series a shorter prefix."
            );
            return Err(Error::reject(Reason::LimitExceeded, &["no"], message));
        }
        let used = dialect::in_texts(backend, no.into_simple_expr(), &block.numbers());
        if E::find().filter(used).one(txn).await?.is_none() {
            return Ok(block);
        }
    }
}

/// The next number of a series that no row of `E` has in the column `no`.
///
/// # Errors
/// As [`take_free_block`].
pub async fn take_free_number<E: EntityTrait>(
    txn: &DatabaseTransaction,
    of: SeriesKind,
    no: E::Column,
) -> Result<String> {
    let block = take_free_block::<E>(txn, of, 1, no).await?;
    Ok(block.number(block.first))
}

async fn take_block(txn: &DatabaseTransaction, of: SeriesKind, count: u64) -> Result<Block> {
    let count = count.cast_signed();
    number_series::Entity::update_many()
        .col_expr(number_series::Column::Next, Expr::col(number_series::Column::Next).add(count))
        .filter(number_series::Column::Kind.eq(of))
        .exec(txn)
        .await?;
    // The update holds the row, so nobody comes between.
    let series = series(txn, of).await?;
    let number_series::Model { prefix, width, next, .. } = series;
    Ok(Block { prefix, width, first: next - count, count })
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

/// Why a number that a caller brings is not taken if [`may_choose`] says no.
pub const NOT_CHOSEN: &str = "The number comes from the number series and can't be chosen.";

/// A number that the caller brings, as it is stored. Holds the series, so that of two who bring the
/// same number the second sees the first. Whether it is free the caller checks.
///
/// # Errors
/// At `no`: [`Reason::Invalid`] if it is none, [`Reason::NotAllowed`] if the series says that numbers
/// are not brought.
pub async fn chosen(txn: &DatabaseTransaction, of: SeriesKind, no: &str) -> Result<String> {
    let fits = |no: &String| no.chars().count() <= NO_CHARS_MAX && !no.contains(text::is_control);
    let Some(no) = text::code(no).filter(fits) else {
        let message = format!("A number has 1 to {NO_CHARS_MAX} characters, all of them seen.");
        return Err(Error::reject(Reason::Invalid, &["no"], message));
    };
    if may_choose(txn, of).await? {
        return Ok(no);
    }
    Err(Error::reject(Reason::NotAllowed, &["no"], NOT_CHOSEN))
}

async fn series(db: &impl ConnectionTrait, of: SeriesKind) -> Result<number_series::Model> {
    let series = number_series::Entity::find_by_id(of).lock_exclusive().one(db).await?;
    series.ok_or_else(|| Error::Corrupt(format!("there is no number series for {of:?}")))
}
