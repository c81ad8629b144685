//! Purchases: what was sold to companies, and bought from them.

mod list;

use async_graphql::{Context, Description, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

pub(super) use list::{
    PurchaseConnection, PurchaseFilter, PurchaseOrder, PurchaseStatistics, purchases_of,
    statistics_of,
};

use super::{
    contact::{self, Contact},
    error::{Result, UserError, outcome},
    kinds::PurchaseSide,
    loaders::Loaders,
    page::Slice,
    scalar::{Date, Decimal},
};
use crate::{
    domain::{self, amount, purchase::Owner},
    entity::purchase,
};

/// An entry of what was sold to a company, or bought from it, as the system that posted it says.
#[derive(Description)]
pub(super) struct Purchase(pub(super) purchase::Model);

#[Object(use_type_description)]
impl Purchase {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(domain::id::purchase_id(self.0.contact_id, self.0.id))
    }

    /// The company that is the customer or the vendor.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.contact_id).await.transpose()
    }

    /// The person whom its document names.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.document_contact_id?).await.transpose()
    }

    /// Whether we sold or bought.
    async fn side(&self) -> PurchaseSide {
        self.0.side.into()
    }

    /// The number of the customer or the vendor.
    async fn source_no(&self) -> Option<&str> {
        self.0.source_no.as_deref()
    }

    /// The number of the item.
    async fn item(&self) -> Option<&str> {
        self.0.item.as_deref()
    }

    /// The variant of the item.
    async fn variant(&self) -> Option<&str> {
        self.0.variant.as_deref()
    }

    /// The day it was posted.
    async fn posting_date(&self) -> Date {
        Date(self.0.posting_date)
    }

    /// The inventory posting group.
    async fn posting_group(&self) -> Option<&str> {
        self.0.posting_group.as_deref()
    }

    /// How many pieces; negative if they came back.
    async fn quantity(&self) -> Decimal {
        Decimal(amount::from_stored(self.0.quantity))
    }

    /// What it amounts to, in local currency; negative if it was given back.
    async fn amount(&self) -> Decimal {
        Decimal(amount::from_stored(self.0.amount))
    }

    /// What kind of document it comes from.
    async fn document_type(&self) -> Option<&str> {
        self.0.document_type.as_deref()
    }

    /// The number of the document.
    async fn document_no(&self) -> Option<&str> {
        self.0.document_no.as_deref()
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

impl Purchase {
    /// The purchase with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.purchase.load_one(key).await?.map(Self))
    }
}

#[derive(Default)]
pub(super) struct PurchaseQuery;

#[Object]
impl PurchaseQuery {
    /// What was sold to everybody, and bought from everybody.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all without it.")] filter: Option<PurchaseFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<PurchaseOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PurchaseConnection> {
        let slice = Slice { first, after, last, before };
        purchases_of(ctx, Owner::Everybody, filter, order_by, slice).await
    }
}

/// Which purchases to delete.
#[derive(InputObject)]
pub(super) struct PurchasesDeleteInput {
    /// Their global ids; at most 500.
    ids: Vec<ID>,
}

/// What became of deleting purchases.
#[derive(SimpleObject)]
pub(super) struct PurchasesDeletePayload {
    /// How many were deleted; null if there are user errors.
    deleted: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct PurchaseMutation;

#[Object]
impl PurchaseMutation {
    /// Deletes purchases that should not be there: all that are named, or none. They come in with
    /// files, and the same file brings them again.
    async fn purchases_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which purchases to delete.")] input: PurchasesDeleteInput,
    ) -> Result<PurchasesDeletePayload> {
        let ids: Vec<String> = input.ids.into_iter().map(|id| id.0).collect();
        let deleted = domain::purchase::delete(ctx.data::<domain::Context>()?, &ids).await;
        let (deleted, user_errors) = outcome(deleted)?;
        Ok(PurchasesDeletePayload { deleted, user_errors })
    }
}
