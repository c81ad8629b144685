//! What an operation is taken to cost before it runs, and what lists add to it meanwhile that turn out
//! to be longer than they were taken for.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{Context, Pos};

use super::{error::Result, limits};

/// Of one operation; in the data of its request.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    /// What it costs if no list is longer than expected.
    pub(super) cost: u64,
    /// By where their field stands in the text.
    lists: HashMap<Pos, Expected>,
    added: AtomicU64,
}

/// What a list was taken for.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) items: u64,
    /// What each item costs.
    pub(super) each: u64,
}

impl Estimate {
    pub(super) fn new(cost: u64, lists: HashMap<Pos, Expected>) -> Self {
        Self { cost, lists, added: AtomicU64::default() }
    }

    /// Forgets what has been added: the next response is one of its own.
    pub(super) fn begin_anew(&self) {
        self.added.store(0, Ordering::Relaxed);
    }

    /// What the operation costs, now that a list has so many items.
    fn with_list(&self, at: Pos, items: u64) -> u64 {
        let expected = self.lists.get(&at);
        let more = expected.map_or(0, |it| items.saturating_sub(it.items).saturating_mul(it.each));
        let added = self.added.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        self.cost.saturating_add(added)
    }
}

/// The items of a list that nobody knows the length of beforehand.
///
/// # Errors
/// If with all of them the operation costs more than any may.
pub(super) fn bounded<T>(ctx: &Context<'_>, items: Vec<T>) -> Result<Vec<T>> {
    let estimate = ctx.data::<Arc<Estimate>>()?;
    let cost = estimate.with_list(ctx.item.pos, items.len() as u64);
    limits::check_cost(cost).map_err(|err| async_graphql::Error {
        message: err.message,
        source: None,
        extensions: err.extensions,
    })?;
    Ok(items)
}
