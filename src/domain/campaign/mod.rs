//! Campaigns: the marketing efforts that segments serve.

mod cancel;
mod change;
mod entries;

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::ExprTrait,
};

pub use cancel::{cancel_entry, reinstate_entry};
pub use change::{CampaignChange, create, delete, update};
pub use entries::{entries_by_ids, entry_pages};

use crate::{
    domain::{Context, Error, Page, PageArgs, Reason, Result, id::Kind, text},
    entity::campaign,
};

/// Which campaigns to list: those for which all holds that is set.
#[derive(Clone, Debug, Default)]
pub struct CampaignFilter {
    pub status: Option<String>,
    pub salesperson: Option<String>,
    /// Begun by this day, and not ended before it. What has no such date has no such bound.
    pub active_on: Option<NaiveDate>,
}

/// The campaigns with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(context: &Context, ids: &[i64]) -> Result<HashMap<i64, campaign::Model>> {
    let rows = campaign::Entity::find()
        .filter(campaign::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The campaign with this number, if there is one.
///
/// # Errors
/// What the database says.
pub async fn by_no(context: &Context, no: &str) -> Result<Option<campaign::Model>> {
    let Some(no) = text::code(no) else { return Ok(None) };
    let found = campaign::Entity::find().filter(campaign::Column::No.eq(no));
    Ok(found.one(context.db.reader()).await?)
}

/// A page of campaigns, in the order of their numbers or the other way round.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    filter: &CampaignFilter,
    descending: bool,
    args: PageArgs<String>,
) -> Result<Page<String, campaign::Model>> {
    use campaign::Column::No;
    let mut query = campaign::Entity::find().filter(filter.condition());
    for (bound, above) in [(&args.after, !descending), (&args.before, descending)] {
        if let Some(no) = bound {
            query = query.filter(if above { No.gt(no.as_str()) } else { No.lt(no.as_str()) });
        }
    }
    let query = match args.take.is_last() == descending {
        true => query.order_by_asc(No),
        false => query.order_by_desc(No),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (row.no.clone(), row)).collect();
    Ok(Page::from_one_extra(items, &args))
}

/// How many campaigns [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &CampaignFilter) -> Result<u64> {
    let query = campaign::Entity::find().filter(filter.condition());
    Ok(query.count(context.db.reader()).await?)
}

impl CampaignFilter {
    fn condition(&self) -> Condition {
        use campaign::Column;
        // A code that none can be finds nothing.
        let code = |code: &str| text::code(code).unwrap_or_default();
        let mut all = Condition::all();
        if let Some(status) = &self.status {
            all = all.add(Column::Status.eq(code(status)));
        }
        if let Some(salesperson) = &self.salesperson {
            all = all.add(Column::Salesperson.eq(code(salesperson)));
        }
        if let Some(day) = self.active_on {
            let begun = Column::StartingDate.lte(day).or(Column::StartingDate.is_null());
            let going_on = Column::EndingDate.gte(day).or(Column::EndingDate.is_null());
            all = all.add(begun).add(going_on);
        }
        all
    }
}

/// The campaign with this key, which has to be there and stays until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub async fn require(txn: &DatabaseTransaction, id: i64, path: &[&str]) -> Result<campaign::Model> {
    let found = campaign::Entity::find_by_id(id).lock_shared().one(txn).await?;
    found.ok_or_else(|| missing(id, path))
}

fn missing(id: i64, path: &[&str]) -> Error {
    let message = format!("There is no campaign {}.", Kind::Campaign.id(id));
    Error::reject(Reason::NotFound, path, message)
}
