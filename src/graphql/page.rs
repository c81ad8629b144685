//! Connection plumbing, written once.

use async_graphql::{
    OutputType,
    connection::{Connection, ConnectionNameType, CursorType, Edge, EdgeNameType, EmptyFields},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::domain::{self, Page, PageArgs, to_cursor};

/// Which slice of a list is asked for: the arguments that all connections have.
#[derive(Default)]
pub(super) struct Slice {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl Slice {
    /// The same, checked, for a list that is ordered by `K`.
    pub(super) fn args<K: DeserializeOwned>(&self) -> domain::Result<PageArgs<K>> {
        PageArgs::new(self.after.as_deref(), self.before.as_deref(), self.first, self.last)
    }
}

/// A cursor that is text already.
pub(super) struct Cursor(String);

impl CursorType for Cursor {
    type Error = std::convert::Infallible;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        Ok(Self(text.to_owned()))
    }

    fn encode_cursor(&self) -> String {
        self.0.clone()
    }
}

/// A page as a connection: each item becomes the node that `node` makes of it. `fields` are those
/// of the connection itself, such as its total.
pub(super) fn connection<K, T, N, F, CN, EN>(
    page: Page<K, T>,
    fields: F,
    node: impl Fn(T) -> N,
) -> Connection<Cursor, N, F, EmptyFields, CN, EN>
where
    K: Serialize,
    N: OutputType,
    F: async_graphql::ObjectType,
    CN: ConnectionNameType,
    EN: EdgeNameType,
{
    let mut connection =
        Connection::with_additional_fields(page.has_previous, page.has_next, fields);
    connection.edges.extend(
        page.items.into_iter().map(|(key, item)| Edge::new(Cursor(to_cursor(&key)), node(item))),
    );
    connection
}
