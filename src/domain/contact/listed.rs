//! The list of contacts: searched, filtered by criteria, and counted if anybody asks.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{Condition, ConnectionTrait, EntityTrait, PaginatorTrait};

use super::list::{Key, Order, Restriction, page_of_ids};
use crate::{
    domain::{
        Context, Moment, Page, PageArgs, Result, Snapshot,
        criteria::{self, Criteria, Place},
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
    filter: Option<Matching>,
    found: Option<RoaringBitmap>,
}

/// Whom a filter lets through.
#[derive(Clone, Debug)]
struct Matching {
    criteria: Criteria,
    moment: Moment,
}

impl Whole {
    /// How many contacts it has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count(&self, context: &Context) -> Result<u64> {
        let matching = match &self.filter {
            Some(Matching { criteria, moment }) => {
                Some(criteria::matching(context, criteria, *moment).await?)
            }
            None => None,
        };
        Ok(match (matching, &self.found) {
            (None, None) => contact::Entity::find().count(context.db.reader()).await?,
            (Some(matching), None) => matching.len(),
            (None, Some(found)) => found.len(),
            (Some(matching), Some(found)) => matching.intersection_len(found),
        })
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
            let moment = context.moment();
            let condition = condition(context, &criteria, moment).await;
            let condition = condition.map_err(|err| err.under(&["filter"]))?;
            Some((condition, Matching { criteria, moment }))
        }
        None => None,
    };
    let found = match search.and_then(text::tidy) {
        Some(search) => {
            context.viewer.require_personal(&["search"])?;
            Some(super::searched(db, &search).await?)
        }
        None => None,
    };
    let (condition, filter) = filter.unzip();
    let condition = condition.unwrap_or_else(Condition::all);
    let restriction = Restriction { condition, set: found.as_ref() };
    let page = page_of_ids(db, &restriction, order, args).await?;
    Ok(Listed { page: rows_of(db, page).await?, whole: Whole { filter, found } })
}

async fn condition(context: &Context, criteria: &Criteria, moment: Moment) -> Result<Condition> {
    let facts = Snapshot::open(context).await?;
    criteria::require(&context.viewer, facts.db(), criteria).await?;
    let place = Place::new(context, &facts, moment);
    let condition = criteria::condition(place, criteria).await?;
    facts.close().await?;
    Ok(condition)
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
