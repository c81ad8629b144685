//! Attachments: files that go with what is written to contacts.

use std::sync::Arc;

use async_graphql::{
    Context, Description, ID, InputObject, Object,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};

use super::{
    error::Result,
    loaders::Loaders,
    page::{Cursor, Slice, connection},
    payload::payloads,
};
use crate::{
    domain::{self, id::Kind},
    entity::attachment,
};

/// A file that goes with what is written to contacts. It comes in by `POST /attachments`, and never
/// changes. Its content is kept once, however many attachments have it.
#[derive(Description)]
pub(super) struct Attachment(pub(super) Arc<attachment::Model>);

#[Object(use_type_description)]
impl Attachment {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::Attachment.id(self.0.id))
    }

    /// The name of the file, such as `prices.pdf`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its media type, such as `application/pdf`.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// How many bytes it has.
    async fn bytes(&self) -> i32 {
        // What may come in is less than what fits.
        i32::try_from(self.0.bytes).unwrap_or(i32::MAX)
    }

    /// The SHA-256 of its content, in hexadecimal digits.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Where it is downloaded, on this server.
    async fn url(&self) -> String {
        format!("/attachments/{}", Kind::Attachment.id(self.0.id))
    }

    /// Who uploaded it first.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When it was uploaded first.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

impl Attachment {
    /// The attachment with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.attachment.load_one(id).await?.map(Self))
    }
}

/// The keys of attachments that a client names at `attachmentIds`.
pub(super) fn attachment_keys(ids: &[ID]) -> domain::Result<Vec<i64>> {
    let mut rejections = domain::Rejections::default();
    let mut keys = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let key = Kind::Attachment.key(id, &["attachmentIds", &index.to_string()]);
        keys.extend(rejections.keep(key)?);
    }
    rejections.into_result()?;
    Ok(keys)
}

/// How many attachments there are, besides a page of them.
#[derive(Description)]
pub(super) struct AttachmentTotal {
    unused: bool,
}

#[Object(use_type_description)]
impl AttachmentTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(domain::attachment::count(ctx.data()?, self.unused).await?)
    }
}

#[derive(Default)]
pub(super) struct AttachmentQuery;

#[Object]
impl AttachmentQuery {
    /// The attachment with this id; null if there is none.
    async fn attachment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Attachment>> {
        match Kind::Attachment.key(&id, &["id"]) {
            Ok(key) => Attachment::load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The attachments, the newest first.
    async fn attachments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that no text has.", default_with = "Some(false)")]
        unused: Option<bool>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Attachment, AttachmentTotal, EmptyFields>> {
        let unused = unused.unwrap_or(false);
        let args = Slice { first, after, last, before }.args()?;
        let page = domain::attachment::list(ctx.data()?, unused, &args).await?;
        Ok(connection(page, AttachmentTotal { unused }, |row| Attachment(Arc::new(row))))
    }
}

/// Which attachment to delete.
#[derive(InputObject)]
pub(super) struct AttachmentDeleteInput {
    /// Which attachment; no text may have it.
    attachment_id: ID,
}

payloads! {
    /// What came of deleting an attachment.
    AttachmentDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_attachment_id: ID,
    }
}

#[derive(Default)]
pub(super) struct AttachmentMutation;

#[Object]
impl AttachmentMutation {
    /// Deletes an attachment that no text has, and its content with the last attachment that has it.
    async fn attachment_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which attachment to delete.")] input: AttachmentDeleteInput,
    ) -> Result<AttachmentDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async {
            let key = Kind::Attachment.key(&input.attachment_id, &["attachmentId"])?;
            domain::attachment::delete(context, key).await
        };
        let deleted = deleted.await.map(|key| ID(Kind::Attachment.id(key)));
        AttachmentDeletePayload::from_outcome(deleted)
    }
}
