//! Contacts that may be one and the same.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, connection::Connection};

use super::{Contact, key, load};
use crate::{
    domain::{
        self, Error, Reason,
        contact::duplicates::{self, Filter, PERCENTAGE_MIN, SEARCH_STRINGS, Search},
    },
    entity::contact_duplicate,
    graphql::{
        error::{Result, UserError, outcome},
        page::{Cursor, Slice, connection},
    },
};

/// Contacts of whom a search is asked at once.
const CONTACTS_MAX: usize = 1_000;

/// Two contacts that are alike.
pub(in crate::graphql) struct ContactDuplicate(pub(super) contact_duplicate::Model);

/// Two contacts that are alike.
#[Object]
impl ContactDuplicate {
    /// The contact that was there first.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        load(ctx, self.0.contact_id).await.transpose()
    }

    /// The other contact.
    async fn other(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        load(ctx, self.0.other_id).await.transpose()
    }

    /// How many of a hundred search strings that both have are equal.
    async fn percentage(&self) -> i32 {
        self.0.percentage
    }

    /// The fields of contacts in which they agree, each once.
    async fn fields(&self, ctx: &Context<'_>) -> Result<Vec<&'static str>> {
        let Some(contact) = load(ctx, self.0.contact_id).await? else { return Ok(Vec::new()) };
        let of_type = SEARCH_STRINGS.iter().find(|(it, _)| *it == contact.row.r#type);
        let strings = of_type.map(|(_, strings)| *strings).unwrap_or_default();
        let equal = (1..).zip(strings).filter(|(place, _)| self.0.places & 1 << place != 0);
        let mut fields: Vec<&str> = equal.map(|(_, string)| string.field).collect();
        fields.dedup();
        Ok(fields)
    }

    /// Whether somebody has said that they are two.
    async fn dismissed(&self) -> bool {
        self.0.dismissed
    }
}

/// The whole of a list of pairs.
pub(in crate::graphql) struct ContactDuplicateTotal(Filter);

#[Object]
impl ContactDuplicateTotal {
    /// How many pairs the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(duplicates::count(ctx.data()?, &self.0).await?)
    }

    /// How many contacts have been added or changed since they were looked at last: they may be in more
    /// pairs, or in fewer. `contactDuplicatesFind` looks at them.
    async fn unsearched_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(duplicates::unsearched_count(ctx.data()?).await?)
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ContactDuplicateQuery;

#[Object]
impl ContactDuplicateQuery {
    /// Pairs of contacts that may be one and the same, the likeliest first, as they were found by
    /// `contactDuplicatesFind`. Needs the scope `personal`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn contact_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only pairs with this contact.")] contact_id: Option<ID>,
        #[graphql(
            desc = "Only pairs of whose search strings so many of a hundred are equal, 50 to 100; \
            as many as the setup says unless it is said."
        )]
        min_percentage: Option<i32>,
        #[graphql(
            desc = "Those that were dismissed, instead of the others, which is the default."
        )]
        dismissed: Option<bool>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, ContactDuplicate, ContactDuplicateTotal>> {
        let context = ctx.data::<domain::Context>()?;
        if min_percentage.is_some_and(|it| !(PERCENTAGE_MIN..=100).contains(&it)) {
            let message = format!("Ask for {PERCENTAGE_MIN} to 100.");
            return Err(Error::reject(Reason::Invalid, &["minPercentage"], message).into());
        }
        let percentage_min = match min_percentage {
            Some(percentage) => percentage,
            None => duplicates::percentage_of_setup(context).await?,
        };
        let contact_id = contact_id.map(|id| key(&id, &["contactId"])).transpose()?;
        let args = Slice { first, after, last, before }.args()?;
        let dismissed = dismissed.unwrap_or(false);
        let filter = Filter { contact_id, percentage_min, dismissed };
        let page = duplicates::list(context, &filter, &args).await?;
        Ok(connection(page, ContactDuplicateTotal(filter), ContactDuplicate))
    }
}

/// Among whom to look for duplicates.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactDuplicatesFindInput {
    /// Only among these, at most 1,000; all who have changed if this is left out.
    contact_ids: Option<Vec<ID>>,
}

/// What came of looking for duplicates.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactDuplicatesFindPayload {
    /// How many contacts were looked at; null if there are user errors.
    searched_count: Option<u64>,
    /// How many contacts that have changed are left: a call looks at up to 50,000, and the next goes on.
    /// Null if there are user errors.
    left_count: Option<u64>,
    /// How many pairs were found with them; null if there are user errors.
    pairs_count: Option<u64>,
    /// How many search strings more than 50 contacts have. They lead to no pair by themselves, but count
    /// in a pair that another string has led to. Null if there are user errors.
    common_strings_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// Which pair to dismiss.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactDuplicateDismissInput {
    /// One of the two.
    contact_id: ID,
    /// The other.
    other_id: ID,
    /// Whether they are two; false takes it back.
    #[graphql(default_with = "Some(true)")]
    dismissed: Option<bool>,
}

/// A pair after somebody has said what it is.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactDuplicateDismissPayload {
    /// The pair; null if there are user errors.
    duplicate: Option<ContactDuplicate>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct ContactDuplicateMutation;

#[Object]
impl ContactDuplicateMutation {
    /// Looks for contacts that may be one and the same: those whose search strings are equal, the first
    /// or last letters of names, addresses, telephone numbers and the like. Looks only at contacts that
    /// have changed since. Needs the scope `personal`, too.
    async fn contact_duplicates_find(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Among whom.")] input: ContactDuplicatesFindInput,
    ) -> Result<ContactDuplicatesFindPayload> {
        let found = async {
            let which = match input.contact_ids {
                None => Search::Changed,
                Some(ids) => Search::Contacts(keys(&ids)?),
            };
            duplicates::search(ctx.data_unchecked(), &which).await
        };
        let (found, user_errors) = outcome(found.await)?;
        Ok(ContactDuplicatesFindPayload {
            searched_count: found.map(|it| it.searched),
            left_count: found.map(|it| it.left),
            pairs_count: found.map(|it| it.pairs),
            common_strings_count: found.map(|it| it.common_strings),
            user_errors,
        })
    }

    /// Says of two contacts that they are two, so that they are no longer listed; or takes that back.
    /// Needs the scope `personal`, too.
    async fn contact_duplicate_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pair.")] input: ContactDuplicateDismissInput,
    ) -> Result<ContactDuplicateDismissPayload> {
        let dismissed = async {
            let one = key(&input.contact_id, &["contactId"])?;
            let other = key(&input.other_id, &["otherId"])?;
            let dismissed = input.dismissed.unwrap_or(true);
            duplicates::dismiss(ctx.data_unchecked(), one, other, dismissed).await
        };
        let (row, user_errors) = outcome(dismissed.await)?;
        let duplicate = row.map(ContactDuplicate);
        Ok(ContactDuplicateDismissPayload { duplicate, user_errors })
    }
}

fn keys(ids: &[ID]) -> domain::Result<Vec<i32>> {
    if CONTACTS_MAX < ids.len() {
        let message = format!("Name at most {CONTACTS_MAX} contacts.");
        return Err(Error::reject(Reason::LimitExceeded, &["contactIds"], message));
    }
    let key = |(index, id): (usize, &ID)| key(id, &["contactIds", &index.to_string()]);
    ids.iter().enumerate().map(key).collect()
}
