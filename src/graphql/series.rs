//! Number series.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    error::{Result, UserError, outcome},
    kept::kept,
    kinds::SeriesKind,
};
use crate::{
    domain::{self, series::SeriesChange},
    entity::number_series,
};

/// How numbers are made.
#[derive(SimpleObject)]
pub(super) struct NumberSeries {
    /// What it numbers.
    kind: SeriesKind,
    /// What numbers begin with.
    prefix: String,
    /// How many digits follow, with zeros in front.
    width: i32,
    /// The digits of the next number.
    next: i64,
    /// The next number as a whole; skipped if it is in use.
    next_no: String,
    /// Whether callers may bring numbers of their own. Opportunities and tasks always have the next of
    /// the series.
    manual: bool,
}

impl From<number_series::Model> for NumberSeries {
    fn from(row: number_series::Model) -> Self {
        Self {
            kind: row.kind.into(),
            next_no: domain::series::next_number(&row),
            prefix: row.prefix,
            width: row.width,
            next: row.next,
            manual: row.manual,
        }
    }
}

#[derive(Default)]
pub(super) struct SeriesQuery;

#[Object]
impl SeriesQuery {
    /// How the numbers of contacts, segments, campaigns, opportunities and tasks are made.
    async fn number_series(&self, ctx: &Context<'_>) -> Result<Vec<NumberSeries>> {
        let all = domain::series::all(ctx.data::<domain::Context>()?).await?;
        Ok(all.into_iter().map(NumberSeries::from).collect())
    }
}

/// What to change in a number series. What is left out stays.
#[derive(InputObject)]
pub(super) struct NumberSeriesUpdateInput {
    /// Which series.
    kind: SeriesKind,
    /// What numbers begin with, in upper case. A whole number has at most 20 characters.
    prefix: MaybeUndefined<String>,
    /// How many digits follow: 1 to 15.
    width: MaybeUndefined<i32>,
    /// The digits of the next number, from 1. Numbers in use will be skipped.
    next: MaybeUndefined<i64>,
    /// Whether callers may bring numbers of their own.
    manual: MaybeUndefined<bool>,
}

impl NumberSeriesUpdateInput {
    fn change(self) -> domain::Result<SeriesChange> {
        Ok(SeriesChange {
            prefix: kept(self.prefix, "prefix")?,
            width: kept(self.width, "width")?,
            next: kept(self.next, "next")?,
            manual: kept(self.manual, "manual")?,
        })
    }
}

/// A number series after a change.
#[derive(SimpleObject)]
pub(super) struct NumberSeriesPayload {
    /// The series; null if there are user errors.
    number_series: Option<NumberSeries>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct SeriesMutation;

#[Object]
impl SeriesMutation {
    /// Changes how numbers are made.
    async fn number_series_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in a number series.")] input: NumberSeriesUpdateInput,
    ) -> Result<NumberSeriesPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async {
            let kind = input.kind.into();
            domain::series::update(context, kind, input.change()?).await
        };
        let (series, user_errors) = outcome(updated.await)?;
        Ok(NumberSeriesPayload { number_series: series.map(NumberSeries::from), user_errors })
    }
}
