//! The audit log.

use async_graphql::{Context, InputObject, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};

use super::{
    error::Result,
    page::{Cursor, Slice, connection},
};
use crate::{
    domain::audit::{self, AuditFilter as Filter},
    entity::audit_entry,
};

/// Something that somebody changed. It was written down in the transaction of the change.
#[derive(SimpleObject)]
pub(super) struct AuditEntry {
    /// When.
    at: DateTime<Utc>,
    /// Who: the name of an access token, or `oidc:` and what the provider of identities calls them.
    /// Null where nobody was asked, and for the command line.
    actor: Option<String>,
    /// What: the field of the mutation, or those of it in their order; `import` for a chunk of a file.
    operation: String,
    /// The id of the first thing that its arguments name; null if they name none.
    subject: Option<String>,
    /// By which the server's log knows the request.
    request_id: Option<String>,
    /// The address it came from; behind a proxy that is not trusted, that of the proxy.
    address: Option<String>,
}

impl From<audit_entry::Model> for AuditEntry {
    fn from(row: audit_entry::Model) -> Self {
        let audit_entry::Model { at, actor, operation, subject, request_id, address, .. } = row;
        Self { at, actor, operation, subject, request_id, address }
    }
}

/// Which entries of the audit log. What is left out does not restrict.
#[derive(Default, InputObject)]
pub(super) struct AuditFilter {
    /// Those of the one with this name.
    actor: Option<String>,
    /// Those about the thing with this id.
    subject: Option<String>,
    /// Those of this moment or later.
    from: Option<DateTime<Utc>>,
    /// Those before this moment.
    to: Option<DateTime<Utc>>,
}

/// How many entries the whole list has.
pub(super) struct AuditTotal(Filter);

#[Object]
impl AuditTotal {
    /// How many entries the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(audit::count(ctx.data()?, &self.0).await?)
    }
}

#[derive(Default)]
pub(super) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who changed what, the newest change first. Needs the scope `admin`.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries.")] filter: Option<AuditFilter>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, AuditEntry, AuditTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let AuditFilter { actor, subject, from, to } = filter.unwrap_or_default();
        let filter = Filter { actor, subject, from, to };
        let page = audit::list(ctx.data()?, &filter, &args).await?;
        Ok(connection(page, AuditTotal(filter), AuditEntry::from))
    }
}
