//! What contacts are classified by, as the database adds it up.

use chrono::NaiveDate;
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Func, Query, SelectStatement},
};

use super::range::{self, Scale};
use crate::{
    db,
    domain::{Error, Reason, Result, profile},
    entity::{
        contact, interaction,
        kinds::{ContactType, ProfileMeasure},
        profile_answer, profile_question,
    },
};

/// Why a question is not asked.
pub(in crate::domain::profile) const NOT_MEASURED: &str =
    "Contacts can't be classified by what it measures.";

/// The days that count, both included.
#[derive(Copy, Clone, Debug)]
pub(super) struct Window {
    from: NaiveDate,
    to: NaiveDate,
}

impl Window {
    /// That of a question.
    ///
    /// # Errors
    /// What is wrong with its formulas.
    pub(super) fn of(
        row: &profile_question::Model,
        day: NaiveDate,
    ) -> Result<Self, (Reason, &'static str)> {
        let from = day_of(row.starting_date.as_deref(), day, "has no starting date")?;
        let to = day_of(row.ending_date.as_deref(), day, "has no ending date")?;
        match from <= to {
            true => Ok(Self { from, to }),
            false => Err((Reason::Invalid, "ends before it starts")),
        }
    }

    fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

/// The day that a formula leads to; `missing` says that there is none.
fn day_of(
    formula: Option<&str>,
    from: NaiveDate,
    missing: &'static str,
) -> Result<NaiveDate, (Reason, &'static str)> {
    let formula = formula.ok_or((Reason::Required, missing))?;
    let formula = profile::formula(formula).ok_or((Reason::Invalid, "has a date that is none"))?;
    Ok(formula.from(from))
}

/// A value, in ten-thousandths, for each contact; 0 where nothing is said.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// By contact.
    values: Vec<(u32, i64)>,
    /// Whose value is 0.
    zero: RoaringBitmap,
}

impl Measured {
    pub(super) fn new(values: Vec<(u32, i64)>, population: &RoaringBitmap) -> Self {
        let values: Vec<(u32, i64)> =
            values.into_iter().filter(|(id, it)| *it != 0 && population.contains(*id)).collect();
        let valued: RoaringBitmap = values.iter().map(|(id, _)| *id).collect();
        Self { values, zero: population - valued }
    }

    /// What all values come to.
    ///
    /// # Errors
    /// [`Reason::LimitExceeded`] at `questionnaire` if that is too much.
    pub(super) fn total(&self) -> Result<i64> {
        let total: i128 = self.values.iter().map(|(_, value)| i128::from(*value)).sum();
        i64::try_from(total).map_err(|_| {
            let message = "What contacts come to is too much to be added up.";
            Error::reject(Reason::LimitExceeded, &["questionnaire"], message)
        })
    }

    /// Whose value the answer stands for.
    pub(super) fn within(
        &self,
        answer: &profile_answer::Model,
        scale: Scale,
        decimals: i32,
    ) -> RoaringBitmap {
        let Some(range) = range::range(answer, scale, decimals) else {
            return RoaringBitmap::new();
        };
        let within = self.values.iter().filter(|(_, value)| range.contains(value));
        let mut within: RoaringBitmap = within.map(|(id, _)| *id).collect();
        if range.contains(&0) {
            within |= &self.zero;
        }
        within
    }

    /// Everybody, the greatest value first, or the least; of equal ones, who came first.
    pub(super) fn ranked(&self, ascending: bool) -> Vec<u32> {
        let mut all = self.values.clone();
        all.extend(self.zero.iter().map(|id| (id, 0)));
        match ascending {
            true => all.sort_unstable_by_key(|(id, value)| (*value, *id)),
            false => all.sort_unstable_by_key(|(id, value)| (std::cmp::Reverse(*value), *id)),
        }
        all.into_iter().map(|(id, _)| id).collect()
    }
}

/// Whether contacts can be classified by it.
pub(in crate::domain::profile) fn is_measured(measure: ProfileMeasure) -> bool {
    measure == ProfileMeasure::Rating || value_of(measure).is_some()
}

/// A value of what the interactions of one owner add up to, in ten-thousandths.
type ValueOf = fn(&Sums, Window) -> i64;

fn value_of(measure: ProfileMeasure) -> Option<ValueOf> {
    use ProfileMeasure as M;
    let value: ValueOf = match measure {
        M::InteractionQuantity => |sums, _| sums.count * 10_000,
        M::InteractionFrequency => {
            |sums, window| divided(i128::from(sums.count) * 3_650_000, window.days())
        }
        M::AverageInteractionCost => |sums, _| divided(sums.cost.into(), sums.count),
        M::AverageInteractionDuration => {
            |sums, _| divided(i128::from(sums.minutes) * 10_000, sums.count)
        }
        _ => return None,
    };
    Some(value)
}

/// What each of the population comes to; nothing if contacts can't be classified by it.
pub(super) async fn measured(
    db: &impl ConnectionTrait,
    measure: ProfileMeasure,
    population: &RoaringBitmap,
    window: Window,
) -> Result<Option<Measured>> {
    let Some(value) = value_of(measure) else { return Ok(None) };
    let companies = contact::Entity::find()
        .select_only()
        .column(contact::Column::Id)
        .filter(contact::Column::Type.eq(ContactType::Company));
    let companies = db::keys(db, companies.into_query()).await? & population;
    let people = population - &companies;
    let mut values = Vec::new();
    // Those of a company are, too, those of the people who belonged to it at the time.
    for (owner, whose) in
        [(interaction::Column::CompanyId, companies), (interaction::Column::ContactId, people)]
    {
        if !whose.is_empty() {
            let all = sums(db, owner, window).await?;
            let theirs = all.into_iter().filter(|it| whose.contains(it.owner));
            values.extend(theirs.map(|it| (it.owner, value(&it, window))));
        }
    }
    Ok(Some(Measured::new(values, population)))
}

/// Rounded, half away from zero.
fn divided(above: i128, below: i64) -> i64 {
    let below = i128::from(below.max(1));
    let rounded = (2 * above.abs() + below) / (2 * below) * above.signum();
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// What the interactions of one owner add up to.
#[derive(serde::Deserialize)]
struct Sums {
    owner: u32,
    count: i64,
    /// In ten-thousandths.
    cost: i64,
    minutes: i64,
}

/// By owner, in one statement: canceled and postponed interactions do not count.
async fn sums(
    db: &impl ConnectionTrait,
    owner: interaction::Column,
    window: Window,
) -> Result<Vec<Sums>> {
    use interaction::Column as I;
    let mut grouped = Query::select();
    grouped
        .expr_as(Expr::col(owner), "owner")
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .expr_as(Func::sum(Expr::col(I::Cost)), "cost")
        .expr_as(Func::sum(Expr::col(I::DurationMin)), "minutes")
        .from(interaction::Entity)
        // Those of contacts who have been deleted are nobody's.
        .and_where(owner.gt(0))
        .and_where(I::Canceled.eq(false))
        .and_where(I::Postponed.eq(false))
        .and_where(I::Date.between(window.from, window.to))
        .group_by_col(owner);
    rows_of(db, grouped, ["owner", "count", "cost", "minutes"]).await
}

/// The rows of a statement, which come as one value.
async fn rows_of<T: serde::de::DeserializeOwned, const N: usize>(
    db: &impl ConnectionTrait,
    rows: SelectStatement,
    columns: [&'static str; N],
) -> Result<Vec<T>> {
    let whole = Query::select().from_subquery(rows, "found").to_owned();
    let columns = columns.map(|it| Expr::col(("found", it))).to_vec();
    let json = db::json_rows(db, whole, columns).await?;
    let unreadable = |err| Error::Corrupt(format!("sums can't be read: {err}"));
    serde_json::from_str(&json).map_err(unreadable)
}
