//! What a template says to one contact, before anybody gets it.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::{
    attachment::Attachment,
    code::Code,
    error::{Result, UserError, outcome},
    kinds::BodyFormat,
};
use crate::{
    domain::{
        self,
        id::Kind,
        segment::Speaker,
        template::{Draft, PreviewRequest},
    },
    entity::kinds,
};

/// What to show, and for whom.
#[derive(InputObject)]
pub(super) struct TemplatePreviewInput {
    /// The code of the template. Left out: that of the segment.
    template: Option<String>,
    /// The code of a language. Left out: the one that the contact would get it in.
    language: Option<String>,
    /// For whom.
    contact_id: ID,
    /// As a line of this segment. Left out: as an interaction of today.
    segment_id: Option<ID>,
    /// A text to try, instead of the one that is kept.
    draft: Option<TemplateDraft>,
}

/// A text to try before it is kept.
#[derive(InputObject)]
pub(super) struct TemplateDraft {
    /// The subject; at most 250 characters.
    subject: Option<String>,
    /// The body; at most 100,000 characters.
    body: Option<String>,
    /// How the body is written.
    #[graphql(default_with = "Some(BodyFormat::Text)")]
    body_format: Option<BodyFormat>,
}

/// Who says something.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "Speaker")]
pub(super) enum TextSource {
    /// The line itself.
    Line,
    /// A text of the segment.
    Segment,
    /// A text of the interaction template.
    Template,
}

/// What a contact would get.
#[derive(SimpleObject)]
pub(super) struct TemplatePreview {
    /// The language the contact would be written to in.
    language: Option<Code>,
    /// Whose body it is; null if nobody says anything.
    body_from: Option<TextSource>,
    /// The language of the text with that body; null if it is the one for whoever has none in a
    /// language of their own, the line's own, or there is none.
    body_language: Option<Code>,
    /// The subject; null if there is none, or there are user errors.
    subject: Option<String>,
    /// The body; null if there is none, or there are user errors.
    body: Option<String>,
    /// How the body is written.
    body_format: Option<BodyFormat>,
    /// The files that go with it.
    attachments: Vec<Attachment>,
    /// What keeps it from being written, with line and column; empty if nothing does.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct TemplatePreviewQuery;

#[Object]
impl TemplatePreviewQuery {
    /// What an interaction template says to a contact: which text is chosen, merged with what is known
    /// of the contact. Needs the scope `personal`.
    async fn template_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to show, and for whom.")] input: TemplatePreviewInput,
    ) -> Result<TemplatePreview> {
        let context = ctx.data::<domain::Context>()?;
        let shown = async { domain::template::preview(context, &request(input)?).await };
        let (shown, user_errors) = outcome(shown.await)?;
        let Some(shown) = shown else {
            return Ok(TemplatePreview {
                language: None,
                body_from: None,
                body_language: None,
                subject: None,
                body: None,
                body_format: None,
                attachments: Vec::new(),
                user_errors,
            });
        };
        let language = |code: Option<String>| async move {
            Code::load(ctx, kinds::CodeKind::Language, code.as_deref()).await
        };
        let (body_from, body_language) = shown.body_from.unzip();
        Ok(TemplatePreview {
            language: language(shown.language).await?,
            body_from: body_from.map(Into::into),
            body_language: language(body_language.flatten()).await?,
            subject: shown.subject,
            body: shown.body,
            body_format: Some(shown.body_format.into()),
            attachments: shown.attachments.into_iter().map(Attachment).collect(),
            user_errors,
        })
    }

    /// The fields that subjects and bodies may speak of, such as `contact.name`. Of codes there is the
    /// code and what it means: `contact.country`, `contact.countryName`.
    async fn template_fields(&self) -> &[String] {
        domain::message::fields()
    }
}

fn request(input: TemplatePreviewInput) -> domain::Result<PreviewRequest> {
    let segment = input.segment_id.as_ref().map(|id| Kind::Segment.key(id, &["segmentId"]));
    Ok(PreviewRequest {
        template: input.template,
        language: input.language,
        contact_id: Kind::Contact.key(&input.contact_id, &["contactId"])?,
        segment_id: segment.transpose()?,
        draft: input.draft.map(|draft| Draft {
            subject: draft.subject,
            body: draft.body,
            body_format: draft.body_format.map_or(kinds::BodyFormat::Text, Into::into),
        }),
    })
}
