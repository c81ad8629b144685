//! What interaction templates say in each language.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object};

use super::{
    attachment::{Attachment, attachment_keys},
    code::Code,
    error::Result,
    interaction_template::InteractionTemplate,
    kinds::BodyFormat,
    loaders::Loaders,
    payload::payloads,
};
use crate::{
    domain::{
        self,
        id::Kind,
        message::{Message, MessageChange},
        template::LanguageChange,
    },
    entity::{interaction_template_language, kinds},
};

/// What an interaction template says in one language.
#[derive(Description)]
pub(super) struct InteractionTemplateLanguage(pub(super) interaction_template_language::Model);

#[Object(use_type_description)]
impl InteractionTemplateLanguage {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(Kind::InteractionTemplateLanguage.id(self.0.id))
    }

    /// The template.
    async fn template(&self, ctx: &Context<'_>) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, Some(&self.0.template)).await.transpose()
    }

    /// The language; null for the text for whoever has none in a language of their own.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, kinds::CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// What it is, for those who work with it.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The subject, with fields such as `{{ contact.name }}` in it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.message(ctx).await?.and_then(|it| it.row.subject.clone()))
    }

    /// The body, with fields such as `{{ contact.name }}` in it.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.message(ctx).await?.and_then(|it| it.row.body.clone()))
    }

    /// How the body is written.
    async fn body_format(&self, ctx: &Context<'_>) -> Result<BodyFormat> {
        let format = self.message(ctx).await?.map(|it| it.row.body_format);
        Ok(format.unwrap_or(kinds::BodyFormat::Text).into())
    }

    /// The files that go with it, in their order.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let files = self.message(ctx).await?.map(|it| it.attachments.clone()).unwrap_or_default();
        Ok(files.into_iter().map(Attachment).collect())
    }
}

impl InteractionTemplateLanguage {
    /// The text with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.template_language.load_one(id).await?.map(Self))
    }

    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Arc<Message>>> {
        Ok(ctx.data::<Loaders>()?.message.load_one(self.0.message_id).await?)
    }
}

/// What a template is to say in a language. What is left out stays; null clears.
///
/// Subject and body are written for all contacts, with fields in them that each contact gets merged
/// with what is theirs: `{{ contact.name }}`, `{{ contact.email|default("–") }}`,
/// `{{ line.date|date("%d.%m.%Y") }}`, `{% if company %}…{% endif %}`. `templateFields` lists all
/// fields. A field without a value is not written as nothing: it has to have a `default`, or an `if`.
#[derive(InputObject)]
pub(super) struct InteractionTemplateLanguageSetInput {
    /// The code of the template.
    template: String,
    /// The code of the language. Left out: the text for whoever has none in a language of their own.
    language: Option<String>,
    /// What it is, for those who work with it; at most 250 characters.
    description: MaybeUndefined<String>,
    /// The subject; at most 250 characters.
    subject: MaybeUndefined<String>,
    /// The body; at most 100,000 characters.
    body: MaybeUndefined<String>,
    /// How the body is written; a new one is `TEXT` unless it is said.
    body_format: Option<BodyFormat>,
    /// The files that go with it, in their order; at most 20.
    attachment_ids: MaybeUndefined<Vec<ID>>,
}

/// Which text of an interaction template to delete.
#[derive(InputObject)]
pub(super) struct InteractionTemplateLanguageDeleteInput {
    /// Which text.
    id: ID,
}

payloads! {
    /// What came of setting what a template says in a language.
    InteractionTemplateLanguageSetPayload {
        /// The text; null if there are user errors.
        interaction_template_language: InteractionTemplateLanguage,
    }

    /// What came of deleting a text of an interaction template.
    InteractionTemplateLanguageDeletePayload {
        /// The id that is gone; null if there are user errors.
        deleted_id: ID,
    }
}

#[derive(Default)]
pub(super) struct TemplateLanguageMutation;

#[Object]
impl TemplateLanguageMutation {
    /// Sets what an interaction template says in a language; makes the text, if there is none yet. The
    /// lines of open segments follow.
    async fn interaction_template_language_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What a template is to say in a language.")]
        input: InteractionTemplateLanguageSetInput,
    ) -> Result<InteractionTemplateLanguageSetPayload> {
        let set = set(ctx.data()?, input).await;
        InteractionTemplateLanguageSetPayload::from_outcome(set.map(InteractionTemplateLanguage))
    }

    /// Deletes what an interaction template says in a language. Attachments stay.
    async fn interaction_template_language_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which text of an interaction template to delete.")]
        input: InteractionTemplateLanguageDeleteInput,
    ) -> Result<InteractionTemplateLanguageDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async {
            let key = Kind::InteractionTemplateLanguage.key(&input.id, &["id"])?;
            domain::template::delete_language(context, key).await
        };
        let deleted = deleted.await.map(|key| ID(Kind::InteractionTemplateLanguage.id(key)));
        InteractionTemplateLanguageDeletePayload::from_outcome(deleted)
    }
}

async fn set(
    context: &domain::Context,
    input: InteractionTemplateLanguageSetInput,
) -> domain::Result<interaction_template_language::Model> {
    let attachments: Option<Option<Vec<ID>>> = input.attachment_ids.into();
    let keys = |ids: Option<Vec<ID>>| ids.map(|ids| attachment_keys(&ids)).transpose();
    let change = LanguageChange {
        description: input.description.into(),
        message: MessageChange {
            subject: input.subject.into(),
            body: input.body.into(),
            body_format: input.body_format.map(Into::into),
            attachments: attachments.map(keys).transpose()?,
        },
    };
    let language = input.language.as_deref();
    domain::template::set_language(context, &input.template, language, change).await
}
