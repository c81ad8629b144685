//! What contacts are classified by, as the database adds it up.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    range::{self, Scale},
    sums,
};
use crate::{
    db,
    domain::{Error, Reason, Result, profile},
    entity::{
        contact, interaction,
        kinds::{ContactType, ProfileMeasure, PurchaseSide},
        opportunity, profile_answer, profile_question,
    },
};

/// The days that count, both included.
#[derive(Copy, Clone, Debug)]
pub(super) struct Window {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
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

    /// So many in these days, as they would be in a year of 365, in ten-thousandths.
    fn a_year(self, count: i64) -> i64 {
        divided(i128::from(count) * 3_650_000, (self.to - self.from).num_days() + 1)
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

/// Those with these ranks, of which the first is 1.
pub(super) fn among(ranked: &[u32], ranks: RangeInclusive<i64>) -> RoaringBitmap {
    let count = i64::try_from(ranked.len()).unwrap_or(i64::MAX);
    let (first, last) = (*ranks.start().max(&1), *ranks.end().min(&count));
    let place = |rank: i64| usize::try_from(rank).unwrap_or(0);
    match first <= last {
        true => ranked[place(first) - 1..place(last)].iter().copied().collect(),
        false => RoaringBitmap::new(),
    }
}

/// Why contacts can't be classified by it; nothing if they can.
pub(in crate::domain::profile) fn obstacle(measure: ProfileMeasure) -> Option<&'static str> {
    use ProfileMeasure as M;
    match measure {
        M::Profit => Some("Contacts can't be classified by it: purchases say nothing of costs."),
        M::SalesDiscountPercent | M::PurchaseDiscountPercent => {
            Some("Contacts can't be classified by it: purchases say nothing of discounts.")
        }
        M::SalesOverdueDays | M::PurchaseOverdueDays => {
            Some("Contacts can't be classified by it: purchases say nothing of payments.")
        }
        _ => None,
    }
}

/// What is added up for each contact, and what that comes to, in ten-thousandths.
enum Basis {
    Interactions(fn(&sums::Interactions, Window) -> i64),
    Opportunities(fn(&sums::Opportunities) -> i64),
    Purchases(PurchaseSide, fn(&sums::Purchases, Window) -> i64),
}

impl Basis {
    fn of(measure: ProfileMeasure) -> Option<Self> {
        use ProfileMeasure as M;
        use PurchaseSide::{Purchase, Sale};
        Some(match measure {
            M::InteractionQuantity => Self::Interactions(|it, _| it.count * 10_000),
            M::InteractionFrequency => Self::Interactions(|it, window| window.a_year(it.count)),
            M::AverageInteractionCost => {
                Self::Interactions(|it, _| divided(it.cost.into(), it.count))
            }
            M::AverageInteractionDuration => {
                Self::Interactions(|it, _| divided(i128::from(it.minutes) * 10_000, it.count))
            }
            M::OpportunitiesWonPercent => {
                Self::Opportunities(|it| divided(i128::from(it.won) * 1_000_000, it.won + it.lost))
            }
            M::Sales => Self::Purchases(Sale, |it, _| it.amount),
            M::Purchases => Self::Purchases(Purchase, |it, _| it.amount),
            M::SalesFrequency => Self::Purchases(Sale, |it, window| window.a_year(it.invoices)),
            M::PurchaseFrequency => {
                Self::Purchases(Purchase, |it, window| window.a_year(it.invoices))
            }
            M::AverageInvoice => {
                Self::Purchases(Sale, |it, _| divided(it.invoiced.into(), it.invoices))
            }
            M::AveragePurchase => {
                Self::Purchases(Purchase, |it, _| divided(it.invoiced.into(), it.invoices))
            }
            M::Rating
            | M::Profit
            | M::SalesDiscountPercent
            | M::SalesOverdueDays
            | M::PurchaseDiscountPercent
            | M::PurchaseOverdueDays => return None,
        })
    }
}

/// Whether companies are compared as customers, or as vendors, and not all contacts.
pub(super) fn side_of(measure: ProfileMeasure) -> Option<PurchaseSide> {
    match Basis::of(measure) {
        Some(Basis::Purchases(side, _)) => Some(side),
        _ => None,
    }
}

/// What each of the population comes to; nothing if contacts can't be classified by it.
pub(super) async fn measured(
    db: &impl ConnectionTrait,
    measure: ProfileMeasure,
    population: &RoaringBitmap,
    window: Window,
) -> Result<Option<Measured>> {
    use interaction::Column as I;
    use opportunity::Column as O;
    let Some(basis) = Basis::of(measure) else { return Ok(None) };
    let mut values = Vec::new();
    match basis {
        Basis::Interactions(value) => {
            // Those of a company are, too, those of the people who belonged to it at the time.
            let [companies, people] = apart(db, population).await?;
            for (owner, whose) in [(I::CompanyId, companies), (I::ContactId, people)] {
                let sums = sums::interactions(db, owner, window).await?.into_iter();
                let theirs = sums.filter(|it| whose.contains(it.owner));
                values.extend(theirs.map(|it| (it.owner, value(&it, window))));
            }
        }
        Basis::Opportunities(value) => {
            let [companies, people] = apart(db, population).await?;
            for (owner, whose) in [(O::CompanyId, companies), (O::ContactId, people)] {
                let sums = sums::opportunities(db, owner, window).await?.into_iter();
                let theirs = sums.filter(|it| whose.contains(it.owner));
                values.extend(theirs.map(|it| (it.owner, value(&it))));
            }
        }
        Basis::Purchases(side, value) => {
            let sums = sums::purchases(db, side, window).await?.into_iter();
            values.extend(sums.map(|it| (it.owner, value(&it, window))));
        }
    }
    Ok(Some(Measured::new(values, population)))
}

/// Companies and people.
async fn apart(
    db: &impl ConnectionTrait,
    population: &RoaringBitmap,
) -> Result<[RoaringBitmap; 2]> {
    let companies = contact::Entity::find()
        .select_only()
        .column(contact::Column::Id)
        .filter(contact::Column::Type.eq(ContactType::Company));
    let companies = db::keys(db, companies.into_query()).await? & population;
    let people = population - &companies;
    Ok([companies, people])
}

/// Rounded, half away from zero.
fn divided(above: i128, below: i64) -> i64 {
    let below = i128::from(below.max(1));
    let rounded = (2 * above.abs() + below) / (2 * below) * above.signum();
    i64::try_from(rounded).unwrap_or(i64::MAX)
}
