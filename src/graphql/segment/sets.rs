//! Sets of contacts as connections, and samples of them.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, connection::Connection};
use roaring::RoaringBitmap;

use super::super::{
    contact::{Contact, ContactOrder, ContactTotal, contacts},
    error::Result,
    page::{Cursor, Slice},
};
use crate::domain::{
    self, Error, Reason,
    segment::{self, Delta},
};

pub(in crate::graphql) type Contacts = Connection<Cursor, Contact, ContactTotal>;

/// A page of a set of contacts, by company name unless it is said.
pub(in crate::graphql) async fn contacts_in(
    ctx: &Context<'_>,
    set: &RoaringBitmap,
    order_by: Option<ContactOrder>,
    slice: Slice,
) -> Result<Contacts> {
    let context = ctx.data::<domain::Context>()?;
    let order = domain::contact::order(&context.viewer, order_by.map(Into::into))?;
    let page = segment::contacts_of(context, set, order, &slice.args()?).await?;
    contacts(ctx, page, ContactTotal::Known(set.len())).await
}

/// How many contacts a sample may have.
const SAMPLE_MAX: i32 = 100;
/// How many it has unless it is said.
const SAMPLE_DEFAULT: i32 = 10;

async fn sample(
    ctx: &Context<'_>,
    set: &RoaringBitmap,
    first: Option<i32>,
) -> Result<Vec<Contact>> {
    let first = first.unwrap_or(SAMPLE_DEFAULT);
    if !(0..=SAMPLE_MAX).contains(&first) {
        let message = format!("A sample has 0 to {SAMPLE_MAX} contacts.");
        return Err(Error::reject(Reason::LimitExceeded, &["first"], message).into());
    }
    let slice = Slice { first: Some(first), ..Slice::default() };
    let page = contacts_in(ctx, set, None, slice).await?;
    Ok(page.edges.into_iter().map(|edge| edge.node).collect())
}

/// The first of the contacts that a selection adds and removes, by company name.
#[derive(Description)]
pub(in crate::graphql) struct SelectionSample(pub(super) Delta);

#[Object(use_type_description)]
impl SelectionSample {
    /// Contacts that come in.
    async fn added(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: at most 100; default 10.")] first: Option<i32>,
    ) -> Result<Vec<Contact>> {
        sample(ctx, &self.0.added, first).await
    }

    /// Contacts that go out.
    async fn removed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: at most 100; default 10.")] first: Option<i32>,
    ) -> Result<Vec<Contact>> {
        sample(ctx, &self.0.removed, first).await
    }
}

/// A set of contacts.
#[derive(Description)]
pub(in crate::graphql) struct ContactSet {
    contacts: Arc<RoaringBitmap>,
    /// Whether who they are says something personal about each.
    is_telling: bool,
}

impl ContactSet {
    pub(super) fn new(contacts: Arc<RoaringBitmap>) -> Self {
        Self { contacts, is_telling: false }
    }

    /// A set of those about whom the same personal thing is true: how many there are is told, and who
    /// they are to those alone who may see personal data.
    pub(super) fn telling(contacts: Arc<RoaringBitmap>) -> Self {
        Self { contacts, is_telling: true }
    }
}

#[Object(use_type_description)]
impl ContactSet {
    /// How many there are.
    async fn count(&self) -> u64 {
        self.contacts.len()
    }

    /// The contacts.
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Contacts> {
        if self.is_telling {
            ctx.data::<domain::Context>()?.viewer.require_personal(&[])?;
        }
        contacts_in(ctx, &self.contacts, order_by, Slice { first, after, last, before }).await
    }
}
