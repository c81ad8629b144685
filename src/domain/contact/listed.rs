//! The list of contacts: searched, filtered by criteria, and counted if anybody asks.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{
    ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{Condition, Expr},
};

use super::list::{Key, Order, Restriction, page_of_ids};
use crate::{
    db::dialect,
    domain::{
        Context, Page, PageArgs, Result,
        criteria::{self, Criteria},
        text,
    },
    entity::contact,
};

/// A page of contacts.
#[derive(Clone, Debug)]
pub struct Listed {
    pub page: Page<Key, Arc<contact::Model>>,
    pub whole: Whole,
}

/// The whole list, of which a page was asked for.
#[derive(Clone, Debug)]
pub struct Whole {
    filter: Option<Condition>,
    found: Option<RoaringBitmap>,
}

impl Whole {
    /// How many contacts it has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count(&self, context: &Context) -> Result<u64> {
        if let (None, Some(found)) = (&self.filter, &self.found) {
            return Ok(found.len());
        }
        let db = context.db.reader();
        let mut query = contact::Entity::find();
        if let Some(filter) = &self.filter {
            query = query.filter(filter.clone());
        }
        if let Some(found) = &self.found {
            let id = Expr::col((contact::Entity, contact::Column::Id));
            query = query.filter(dialect::in_ids(db.get_database_backend(), id, found.iter()));
        }
        Ok(query.count(db).await?)
    }
}

/// A page of all contacts, or of those that `search` finds and that match `filter`, criteria in
/// the form of the API.
///
/// # Errors
/// As [`page_of_ids`]; what is wrong with the criteria, at `filter`.
pub async fn list(
    context: &Context,
    search: Option<&str>,
    filter: Option<&serde_json::Value>,
    order: Order,
    args: &PageArgs<Key>,
) -> Result<Listed> {
    let db = context.db.reader();
    let filter = match filter {
        Some(filter) => {
            let criteria = Criteria::parse(filter, &["filter"])?;
            let condition = async {
                criteria::require(db, &criteria).await?;
                criteria::condition(context, db, &criteria, context.moment()).await
            };
            Some(condition.await.map_err(|err| err.under(&["filter"]))?)
        }
        None => None,
    };
    let found = match search.and_then(text::tidy) {
        Some(search) => Some(super::searched(db, &search).await?),
        None => None,
    };
    let condition = filter.clone().unwrap_or_else(Condition::all);
    let restriction = Restriction { condition, set: found.as_ref() };
    let page = page_of_ids(db, &restriction, order, args).await?;
    Ok(Listed { page: rows_of(db, page).await?, whole: Whole { filter, found } })
}

/// The page with whole contacts. One who was deleted meanwhile is left out.
async fn rows_of(
    db: &impl ConnectionTrait,
    page: Page<Key, u32>,
) -> Result<Page<Key, Arc<contact::Model>>> {
    let mut rows = super::by_ids(db, page.items.iter().map(|(_, id)| *id)).await?;
    let items = page.items.into_iter();
    let items = items.filter_map(|(key, id)| Some((key, rows.remove(&id.cast_signed())?)));
    Ok(Page { items: items.collect(), has_previous: page.has_previous, has_next: page.has_next })
}
