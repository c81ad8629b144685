//! Number series: how the numbers of contacts, segments, campaigns, opportunities and tasks are made.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QueryOrder, QuerySelect,
};

use crate::{
    db,
    domain::{Context, Error, Reason, Rejections, Result, numbers::NO_CHARS_MAX, text},
    entity::{kinds::SeriesKind, number_series},
};

/// Digits that can be asked for.
const WIDTH_MAX: i32 = 15;

/// What to change in a number series; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SeriesChange {
    pub prefix: Option<String>,
    /// Digits after the prefix.
    pub width: Option<i32>,
    pub next: Option<i64>,
    /// Whether callers may bring numbers of their own.
    pub manual: Option<bool>,
}

/// The number that comes next, as people see it.
pub fn next_number(series: &number_series::Model) -> String {
    let width = usize::try_from(series.width).unwrap_or(0);
    format!("{}{:0width$}", series.prefix, series.next)
}

/// All number series.
///
/// # Errors
/// What the database says.
pub async fn all(context: &Context) -> Result<Vec<number_series::Model>> {
    let all = number_series::Entity::find().order_by_asc(number_series::Column::Kind);
    Ok(all.all(context.db.reader()).await?)
}

/// Changes a number series. Numbers that are in use already will be skipped.
///
/// # Errors
/// [`Reason::Invalid`] for values that make no number.
pub async fn update(
    context: &Context,
    kind: SeriesKind,
    change: SeriesChange,
) -> Result<number_series::Model> {
    db::write(&context.db, &[], async |txn| {
        let found = number_series::Entity::find_by_id(kind).lock_exclusive().one(txn).await?;
        let mut series =
            found.ok_or_else(|| Error::Corrupt(format!("there is no number series {kind:?}")))?;
        if let Some(prefix) = &change.prefix {
            series.prefix = text::code(prefix).unwrap_or_default();
        }
        series.width = change.width.unwrap_or(series.width);
        series.next = change.next.unwrap_or(series.next);
        series.manual = change.manual.unwrap_or(series.manual);
        check(&series)?;
        let mut row = series.clone().into_active_model();
        row.prefix = Set(series.prefix);
        row.width = Set(series.width);
        row.next = Set(series.next);
        row.manual = Set(series.manual);
        Ok(row.update(txn).await?)
    })
    .await
}

fn check(series: &number_series::Model) -> Result<()> {
    let mut rejections = Rejections::default();
    if !(1..=WIDTH_MAX).contains(&series.width) {
        let message = format!("A number has 1 to {WIDTH_MAX} digits.");
        rejections.add(Reason::Invalid, &["width"], message);
    }
    if !(1..10_i64.pow(WIDTH_MAX.cast_unsigned())).contains(&series.next) {
        let message = format!("Numbers begin at 1 and have at most {WIDTH_MAX} digits.");
        rejections.add(Reason::Invalid, &["next"], message);
    }
    if series.prefix.contains(text::is_control) {
        let message = "A prefix has only characters that are seen.";
        rejections.add(Reason::Invalid, &["prefix"], message);
    }
    rejections.into_result()?;
    if NO_CHARS_MAX < next_number(series).chars().count() {
        let message = format!("A number has at most {NO_CHARS_MAX} characters in all.");
        return Err(Error::reject(Reason::Invalid, &["prefix"], message));
    }
    Ok(())
}
