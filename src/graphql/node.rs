//! Anything with an id, by its id.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::join_all;

use super::{
    contact::{self, Contact},
    error::Result,
    segment::{self, Segment},
};
use crate::domain::{
    Error, PAGE_MAX, Reason,
    id::{self, Kind},
};

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub(super) enum Node {
    Contact(Box<Contact>),
    Segment(Box<Segment>),
}

/// What has this id; nothing if there is none, or if it is no id.
pub(super) async fn find(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    Ok(match id::parse(id) {
        Some((Kind::Contact, key)) => {
            let key = i32::try_from(key).unwrap_or(0);
            contact::load(ctx, key).await?.map(Box::new).map(Node::Contact)
        }
        Some((Kind::Segment, key)) => {
            segment::load(ctx, key).await?.map(Box::new).map(Node::Segment)
        }
        _ => None,
    })
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null if there is nothing with this id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Option<Result<Node>> {
        find(ctx, &id).await.transpose()
    }

    /// Many things by their ids, in the order of the ids; null for each that is not there. At most
    /// 1,000.
    #[graphql(complexity = "1 + ids.len() * child_complexity")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if PAGE_MAX < ids.len() as u64 {
            let message = format!("Ask for at most {PAGE_MAX} ids.");
            return Err(Error::reject(Reason::LimitExceeded, &["ids"], message).into());
        }
        join_all(ids.iter().map(|id| find(ctx, id))).await.into_iter().collect()
    }
}
