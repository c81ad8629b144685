//! A walk through contacts in their order. Each comes once, also if others change meanwhile.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::ConnectionTrait;

use super::{Key, Order, Restriction, page_of_ids};
use crate::domain::{PageArgs, Result, Take};

/// How far a walk is.
#[derive(Debug)]
pub struct Walk {
    /// Through whom it goes this time.
    set: Arc<RoaringBitmap>,
    /// Who has not come yet.
    left: RoaringBitmap,
    after: Option<Key>,
    is_over: bool,
}

impl Walk {
    pub fn through(set: Arc<RoaringBitmap>) -> Self {
        Self { left: RoaringBitmap::clone(&set), set, after: None, is_over: false }
    }

    /// How many have not come yet.
    pub fn left(&self) -> u64 {
        self.left.len()
    }

    /// The next contacts, `count` at most, and sometimes none; nothing at the end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(
        &mut self,
        db: &impl ConnectionTrait,
        count: u64,
    ) -> Result<Option<Vec<u32>>> {
        if self.is_over {
            return Ok(None);
        }
        let args = PageArgs { after: self.after.take(), before: None, take: Take::First(count) };
        let page = page_of_ids(db, &Restriction::to(&self.set), Order::default(), &args).await?;
        // One who moved down the list comes once.
        let next =
            page.items.iter().map(|(_, id)| *id).filter(|id| self.left.remove(*id)).collect();
        if page.has_next {
            self.after = page.items.into_iter().next_back().map(|(key, _)| key);
        } else if !self.left.is_empty() && self.left.len() < self.set.len() {
            // They moved up the list meanwhile, or were deleted: they are looked for until nobody is
            // found.
            self.set = Arc::new(self.left.clone());
        } else {
            self.is_over = true;
        }
        Ok(Some(next))
    }
}
