//! Saved criteria: the steps of a segment under a name, to be replayed on others.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Options, Request, criteria_of, existing, limits::check_text, options_of};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Page, PageArgs, Reason, Result, criteria, expect_revision, id::Kind, text,
    },
    entity::{criterion, kinds::Operation, saved_criteria},
};

/// How many steps may be saved under one name.
pub const STEPS_MAX: usize = 1_000;

/// The steps as they are stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    steps: Vec<StoredStep>,
}

#[derive(Serialize, Deserialize)]
struct StoredStep {
    operation: Operation,
    options: Options,
    /// With a version of its own.
    criteria: Option<Value>,
}

/// Which saved criteria to list.
#[derive(Clone, Debug, Default)]
pub struct SavedCriteriaFilter {
    /// To the letter.
    pub name_starts_with: Option<String>,
}

/// Saves the steps of a segment that are in effect, under a name of their own (CRT-2).
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it has no steps, at `segmentId`;
/// [`Reason::Taken`], [`Reason::Required`] or [`Reason::LimitExceeded`] at `name`.
pub async fn save(
    context: &Context,
    segment_id: i64,
    expected_revision: Option<i32>,
    name: &str,
    description: Option<&str>,
) -> Result<saved_criteria::Model> {
    let name = checked_name(name)?;
    let description = description.and_then(text::tidy);
    check_text(description.as_deref(), "description")?;
    db::write(&context.db, &[], async |txn| {
        let segment = existing(txn, segment_id, &["segmentId"]).await?;
        expect_revision(expected_revision, segment.revision)?;
        let steps = requests(txn, segment_id).await?;
        if steps.is_empty() {
            let message = format!("The segment {} has no criteria to save.", segment.no);
            return Err(Error::reject(Reason::NotAllowed, &["segmentId"], message));
        }
        if STEPS_MAX < steps.len() {
            let message = format!("At most {STEPS_MAX} steps can be saved.");
            return Err(Error::reject(Reason::LimitExceeded, &["segmentId"], message));
        }
        free_name(txn, &name, None).await?;
        let now = context.clock.now();
        let row = saved_criteria::ActiveModel {
            name: Set(name.clone()),
            name_fold: Set(text::fold(&name)),
            description: Set(description.clone()),
            steps: Set(to_stored(&steps)),
            actor: Set(context.actor()),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        let inserted = saved_criteria::Entity::insert(row).exec_with_returning(txn).await;
        inserted.map_err(|err| Error::if_taken(err, || taken(&name)))
    })
    .await
}

/// The steps in effect, as requests. What we recorded on our own account is no part of them.
async fn requests(db: &impl ConnectionTrait, segment_id: i64) -> Result<Vec<Request>> {
    let steps = criterion::Entity::find()
        .filter(criterion::Column::SegmentId.eq(segment_id))
        .filter(criterion::Column::Undone.eq(false))
        .order_by_asc(criterion::Column::No)
        .all(db)
        .await?;
    let mut requests = Vec::with_capacity(steps.len());
    for step in steps {
        let options = options_of(&step)?;
        if options.cause.is_none() {
            let criteria = criteria_of(&step)?;
            requests.push(Request { operation: step.operation, options, criteria });
        }
    }
    Ok(requests)
}

/// Steps in the form in which they are stored.
pub fn to_stored(steps: &[Request]) -> Value {
    let steps = steps.iter().map(|step| StoredStep {
        operation: step.operation,
        options: step.options,
        criteria: step.criteria.as_ref().map(criteria::stored),
    });
    let stored = Stored { version: 1, steps: steps.collect() };
    serde_json::to_value(stored).expect("steps are plain values")
}

/// The steps that are saved, as requests.
///
/// # Errors
/// [`Error::Corrupt`] if they can't be read.
pub fn steps_of(saved: &saved_criteria::Model) -> Result<Vec<Request>> {
    let stored: Stored = serde_json::from_value(saved.steps.clone())
        .map_err(|err| Error::Corrupt(format!("saved criteria {}: {err}", saved.id)))?;
    let steps = stored.steps.into_iter().map(|step| {
        let criteria = step.criteria.as_ref().map(criteria::upgrade).transpose()?;
        Ok(Request { operation: step.operation, options: step.options, criteria })
    });
    steps.collect()
}

/// Changes the name or the description of saved criteria. What is `None` stays.
///
/// # Errors
/// [`Reason::NotFound`] at `savedCriteriaId`, and as [`save`].
pub async fn rename(
    context: &Context,
    id: i64,
    name: Option<&str>,
    description: Option<Option<&str>>,
) -> Result<saved_criteria::Model> {
    let name = name.map(checked_name).transpose()?;
    let description = description.map(|it| it.and_then(text::tidy));
    check_text(description.as_ref().and_then(Option::as_deref), "description")?;
    db::write(&context.db, &[], async |txn| {
        let found = saved_criteria::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
        let mut row = found.ok_or_else(|| missing(id))?.into_active_model();
        if let Some(name) = &name {
            free_name(txn, name, Some(id)).await?;
            row.name = Set(name.clone());
            row.name_fold = Set(text::fold(name));
        }
        if let Some(description) = &description {
            row.description = Set(description.clone());
        }
        row.updated_at = Set(context.clock.now());
        let updated = row.update(txn).await;
        updated.map_err(|err| Error::if_taken(err, || taken(name.as_deref().unwrap_or_default())))
    })
    .await
}

/// Deletes saved criteria. Segments on which they were replayed keep their steps.
///
/// # Errors
/// [`Reason::NotFound`] at `savedCriteriaId`.
pub async fn delete(context: &Context, id: i64) -> Result<i64> {
    db::write(&context.db, &[], async |txn| {
        let gone = saved_criteria::Entity::delete_by_id(id).exec(txn).await?;
        if gone.rows_affected == 0 { Err(missing(id)) } else { Ok(id) }
    })
    .await
}

/// The saved criteria with this key, if there are.
///
/// # Errors
/// What the database says.
pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<saved_criteria::Model>> {
    Ok(saved_criteria::Entity::find_by_id(id).one(db).await?)
}

/// The saved criteria with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(context: &Context, ids: &[i64]) -> Result<HashMap<i64, saved_criteria::Model>> {
    let rows = saved_criteria::Entity::find()
        .filter(saved_criteria::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A page of saved criteria, in the order of their names or the other way round.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    filter: &SavedCriteriaFilter,
    descending: bool,
    args: &PageArgs<String>,
) -> Result<Page<String, saved_criteria::Model>> {
    use saved_criteria::Column::Name;
    let mut query = saved_criteria::Entity::find().filter(filter.condition());
    for (bound, above) in [(&args.after, !descending), (&args.before, descending)] {
        if let Some(name) = bound {
            let name = name.as_str();
            query = query.filter(if above { Name.gt(name) } else { Name.lt(name) });
        }
    }
    let query = match args.take.is_last() == descending {
        true => query.order_by_asc(Name),
        false => query.order_by_desc(Name),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (row.name.clone(), row)).collect();
    Ok(Page::from_one_extra(items, args))
}

/// How many saved criteria [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &SavedCriteriaFilter) -> Result<u64> {
    let query = saved_criteria::Entity::find().filter(filter.condition());
    Ok(query.count(context.db.reader()).await?)
}

impl SavedCriteriaFilter {
    fn condition(&self) -> Condition {
        let name = Expr::col(saved_criteria::Column::NameFold);
        let prefix = self.name_starts_with.as_deref().and_then(text::tidy);
        let starts = |prefix: String| dialect::starts_with(name, &text::fold(&prefix));
        Condition::all().add_option(prefix.map(starts))
    }
}

pub(super) fn missing(id: i64) -> Error {
    let message = format!("There are no saved criteria {}.", Kind::SavedCriteria.id(id));
    Error::reject(Reason::NotFound, &["savedCriteriaId"], message)
}

fn checked_name(name: &str) -> Result<String> {
    let Some(name) = text::tidy(name) else {
        return Err(Error::reject(Reason::Required, &["name"], "Saved criteria need a name."));
    };
    check_text(Some(&name), "name")?;
    Ok(name)
}

/// Asked before writing, so that an error leaves the transaction whole; the index has the last word.
async fn free_name(db: &impl ConnectionTrait, name: &str, own: Option<i64>) -> Result<()> {
    let found = saved_criteria::Entity::find()
        .filter(saved_criteria::Column::Name.eq(name))
        .one(db)
        .await?;
    if found.is_some_and(|found| Some(found.id) != own) { Err(taken(name)) } else { Ok(()) }
}

fn taken(name: &str) -> Error {
    Error::reject(Reason::Taken, &["name"], format!("There are saved criteria {name} already."))
}
