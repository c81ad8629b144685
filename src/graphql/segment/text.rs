//! What segments say in each language, instead of their templates.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    super::{
        attachment::{Attachment, attachment_keys},
        code::Code,
        error::{Result, UserError, outcome},
        kinds::BodyFormat,
        loaders::Loaders,
    },
    Segment, code,
};
use crate::{
    domain::{
        self,
        id::Kind,
        message::{Message, MessageChange},
        segment::{self, Target},
    },
    entity::{
        kinds::{self, CodeKind},
        segment_text,
    },
};

/// What a segment says in one language. What it does not say comes from its template.
#[derive(Description)]
pub(in crate::graphql) struct SegmentText(pub(super) segment_text::Model);

#[Object(use_type_description)]
impl SegmentText {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::SegmentText.id(self.0.id))
    }

    /// The segment.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        super::load(ctx, self.0.segment_id).await.transpose()
    }

    /// The language; null for the text for whoever has none in a language of their own.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// The subject, with fields such as `{{ contact.name }}` in it. Null: as the segment says in any
    /// language, or the template.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.message(ctx).await?.and_then(|it| it.row.subject.clone()))
    }

    /// The body, with fields such as `{{ contact.name }}` in it. Null: as the template says.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.message(ctx).await?.and_then(|it| it.row.body.clone()))
    }

    /// How the body is written.
    async fn body_format(&self, ctx: &Context<'_>) -> Result<BodyFormat> {
        let format = self.message(ctx).await?.map(|it| it.row.body_format);
        Ok(format.unwrap_or(kinds::BodyFormat::Text).into())
    }

    /// The files that go with it, in their order. Null: those of the template.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Option<Vec<Attachment>>> {
        let message = self.message(ctx).await?.filter(|it| it.row.has_attachments);
        Ok(message.map(|it| it.attachments.iter().cloned().map(Attachment).collect()))
    }
}

impl SegmentText {
    /// The text with this key, in a batch with others.
    pub(in crate::graphql) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.segment_text.load_one(id).await?.map(Self))
    }

    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Arc<Message>>> {
        Ok(ctx.data::<Loaders>()?.message.load_one(self.0.message_id).await?)
    }
}

/// What a segment is to say in a language. What is left out stays; null clears, so that the template
/// says it again.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentTextSetInput {
    /// Which segment; it has to be open.
    segment_id: ID,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
    /// The code of the language. Left out: the text for whoever has none in a language of their own.
    language: Option<String>,
    /// The subject; at most 250 characters.
    subject: MaybeUndefined<String>,
    /// The body; at most 100,000 characters.
    body: MaybeUndefined<String>,
    /// How the body is written; a new one is `TEXT` unless it is said.
    body_format: Option<BodyFormat>,
    /// The files that go with it, in their order; at most 20. An empty list: none.
    attachment_ids: MaybeUndefined<Vec<ID>>,
}

/// Which text of a segment to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentTextDeleteInput {
    /// Which segment; it has to be open.
    segment_id: ID,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
    /// The code of its language. Left out: the text for whoever has none in a language of their own.
    language: Option<String>,
}

/// What came of setting what a segment says in a language.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentTextSetPayload {
    /// The segment; null if there are user errors.
    segment: Option<Segment>,
    /// The text; null if there are user errors.
    segment_text: Option<SegmentText>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting a text of a segment.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentTextDeletePayload {
    /// The segment; null if there are user errors.
    segment: Option<Segment>,
    /// The id of the text that is gone; null if there are user errors.
    deleted_id: Option<ID>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct TextMutation;

#[Object]
impl TextMutation {
    /// Sets what an open segment says in a language, instead of its template. Its lines follow, unless
    /// they have values of their own.
    async fn segment_text_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What a segment is to say in a language.")] input: SegmentTextSetInput,
    ) -> Result<SegmentTextSetPayload> {
        let context = ctx.data::<domain::Context>()?;
        let set = async {
            let target = target(&input.segment_id, input.expected_revision)?;
            let change = MessageChange {
                subject: input.subject.into(),
                body: input.body.into(),
                body_format: input.body_format.map(Into::into),
                attachments: attachments(input.attachment_ids)?,
            };
            segment::set_text(context, target, input.language.as_deref(), change).await
        };
        let (set, user_errors) = outcome(set.await)?;
        let (segment, text) = set.unzip();
        Ok(SegmentTextSetPayload {
            segment: segment.map(Segment::from),
            segment_text: text.map(SegmentText),
            user_errors,
        })
    }

    /// Deletes what an open segment says in a language, so that its template says it again.
    async fn segment_text_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which text of a segment to delete.")] input: SegmentTextDeleteInput,
    ) -> Result<SegmentTextDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async {
            let target = target(&input.segment_id, input.expected_revision)?;
            segment::delete_text(context, target, input.language.as_deref()).await
        };
        let (deleted, user_errors) = outcome(deleted.await)?;
        let (segment, id) = deleted.unzip();
        Ok(SegmentTextDeletePayload {
            segment: segment.map(Segment::from),
            deleted_id: id.map(|id| ID(Kind::SegmentText.id(id))),
            user_errors,
        })
    }
}

fn target(segment_id: &ID, expected_revision: Option<i32>) -> domain::Result<Target> {
    let segment_id = Kind::Segment.key(segment_id, &["segmentId"])?;
    Ok(Target { segment_id, expected_revision, dry_run: false })
}

/// The keys of attachments that a client names, clears, or leaves as they are.
pub(super) fn attachments(
    given: MaybeUndefined<Vec<ID>>,
) -> domain::Result<Option<Option<Vec<i64>>>> {
    let given: Option<Option<Vec<ID>>> = given.into();
    given.map(|ids| ids.map(|ids| attachment_keys(&ids)).transpose()).transpose()
}
