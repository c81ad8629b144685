//! Looking contacts up.

use async_graphql::{Context, ID, Object, connection::Connection};

use super::{Contact, ContactOrder, ContactTotal, key, load};
use crate::{
    domain::{self, contact},
    graphql::{
        criteria::ContactCriteria,
        error::Result,
        page::{Cursor, Slice, connection},
    },
};

#[derive(Default)]
pub(in crate::graphql) struct ContactQuery;

#[Object]
impl ContactQuery {
    /// The contact with this id; null if there is none.
    async fn contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Contact>> {
        match key(&id, &["id"]) {
            Ok(key) => load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The contact with this number, or that had it before it was renumbered or merged; null if
    /// there is none.
    async fn contact_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, or one it had before a merge, in capitals or not.")]
        no: String,
    ) -> Option<Result<Contact>> {
        let context = ctx.data_unchecked::<domain::Context>();
        let found = contact::by_no(context, &no).await;
        let found = found.map(|row| row.map(|row| Contact::new(context, row)));
        found.map_err(Into::into).transpose()
    }

    /// Contacts: all, or those that are found.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to find contacts by: each must be the beginning of a word of \
            the name, number, company name, city, e-mail address or telephone number, with or \
            without its accents.")]
        search: Option<String>,
        #[graphql(desc = "Only contacts that match these criteria.")] filter: Option<
            ContactCriteria,
        >,
        #[graphql(desc = "By company name unless it is said.")] order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Contact, ContactTotal>> {
        let context = ctx.data::<domain::Context>()?;
        let args = Slice { first, after, last, before }.args()?;
        let order = contact::order(&context.viewer, order_by.map(Into::into))?;
        let read = match &filter {
            Some(filter) => Some(filter.read(context, &["filter"]).await?),
            None => None,
        };
        let listed = contact::list(context, search.as_deref(), read.as_ref(), order, &args).await;
        let listed = listed.map_err(|err| match &filter {
            Some(filter) => filter.placed(err, &["filter"]),
            None => err,
        })?;
        let total = ContactTotal::Of(listed.whole);
        Ok(connection(listed.page, total, |row| Contact::new(context, row)))
    }
}
