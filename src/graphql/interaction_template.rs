//! Interaction templates.

use std::sync::Arc;

use async_graphql::{
    Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection,
    connection::EmptyFields,
};

use super::{
    campaign::Campaign,
    code::Code,
    error::Result,
    interaction::{InteractionStatistics, statistics_of},
    kinds::{CorrespondenceType, InformationFlow, InitiatedBy},
    loaders::Loaders,
    page::{Cursor, Slice, connection},
    payload::payloads,
    scalar::{Date, Decimal},
    template_language::InteractionTemplateLanguage,
};
use crate::{
    domain::{
        self, amount,
        id::Kind,
        interaction::{Of, Window},
        template::TemplateChange,
        text,
    },
    entity::{interaction_template, kinds::CodeKind},
};

/// A kind of interaction, with what its interactions have in common: a letter, a call, a visit.
#[derive(Description)]
pub(super) struct InteractionTemplate(pub(super) Arc<interaction_template::Model>);

impl From<interaction_template::Model> for InteractionTemplate {
    fn from(row: interaction_template::Model) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl InteractionTemplate {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(format!("interactionTemplate:{}", self.0.code))
    }

    /// The code, such as `BUS`; at most 20 characters.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it is. Interactions get it as their description.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The interaction group it belongs to.
    async fn interaction_group(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::InteractionGroup, self.0.interaction_group.as_deref())
            .await
            .transpose()
    }

    /// What one interaction costs, in local currency.
    async fn unit_cost(&self) -> Decimal {
        Decimal(amount::from_stored(self.0.unit_cost))
    }

    /// How long one interaction takes, in minutes.
    async fn unit_duration_min(&self) -> i32 {
        self.0.unit_duration_min
    }

    /// Which way its interactions go.
    async fn information_flow(&self) -> Option<InformationFlow> {
        self.0.information_flow.map(Into::into)
    }

    /// Who begins its interactions.
    async fn initiated_by(&self) -> Option<InitiatedBy> {
        self.0.initiated_by.map(Into::into)
    }

    /// The campaign its interactions are for, unless they say otherwise.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.0.campaign_id).await.transpose()
    }

    /// Whether its interactions reach a target of their campaign.
    async fn campaign_target(&self) -> bool {
        self.0.campaign_target
    }

    /// Whether its interactions are responses to their campaign.
    async fn campaign_response(&self) -> bool {
        self.0.campaign_response
    }

    /// How contacts are reached who have no correspondence type of their own.
    async fn correspondence_type(&self) -> Option<CorrespondenceType> {
        self.0.correspondence_type.map(Into::into)
    }

    /// The language of its interactions, unless they say otherwise.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// Whether the segment's correspondence type goes before the contact's own.
    async fn ignore_contact_correspondence_type(&self) -> bool {
        self.0.ignore_contact_correspondence_type
    }

    /// What it says in each language, in the order of the languages: first, if there is one, the text
    /// for whoever has none in a language of their own.
    async fn languages(&self, ctx: &Context<'_>) -> Result<Vec<InteractionTemplateLanguage>> {
        let loader = &ctx.data::<Loaders>()?.template_languages;
        let languages = loader.load_one(self.0.code.clone()).await?.unwrap_or_default();
        Ok(languages.into_iter().map(InteractionTemplateLanguage).collect())
    }

    /// What its interactions add up to, without canceled and postponed ones.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Result<InteractionStatistics> {
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        statistics_of(ctx, Of::Template(self.0.code.clone()), window).await
    }
}

impl InteractionTemplate {
    /// The template with this code, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, code: Option<&str>) -> Result<Option<Self>> {
        let Some(code) = code else { return Ok(None) };
        Ok(ctx.data::<Loaders>()?.template.load_one(code.to_owned()).await?.map(Self))
    }
}

/// How many templates there are, besides a page of them.
#[derive(Description)]
pub(super) struct TemplateTotal {
    group: Option<String>,
}

#[Object(use_type_description)]
impl TemplateTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let context = ctx.data::<domain::Context>()?;
        Ok(domain::template::count(context, self.group.as_deref()).await?)
    }
}

#[derive(Default)]
pub(super) struct InteractionTemplateQuery;

#[Object]
impl InteractionTemplateQuery {
    /// The interaction template with this code; null if there is none.
    async fn interaction_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, in capitals or not.")] code: String,
    ) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, text::code(&code).as_deref()).await.transpose()
    }

    /// The interaction templates, in the order of their codes.
    async fn interaction_templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this interaction group.")] interaction_group: Option<
            String,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, InteractionTemplate, TemplateTotal, EmptyFields>> {
        let context = ctx.data::<domain::Context>()?;
        let args = Slice { first, after, last, before }.args()?;
        let page = domain::template::list(context, interaction_group.as_deref(), args).await?;
        Ok(connection(page, TemplateTotal { group: interaction_group }, InteractionTemplate::from))
    }
}

/// A new interaction template.
#[derive(InputObject)]
pub(super) struct InteractionTemplateCreateInput {
    /// The code: at most 20 characters, kept in upper case.
    code: String,
    /// What it is; interactions get it as their description.
    description: Option<String>,
    /// The interaction group it belongs to.
    interaction_group: Option<String>,
    /// What one interaction costs, in local currency: 0 to 1,000,000.
    unit_cost: Option<Decimal>,
    /// How long one interaction takes, in minutes: from 0 to a year.
    unit_duration_min: Option<i32>,
    /// Which way its interactions go.
    information_flow: Option<InformationFlow>,
    /// Who begins its interactions.
    initiated_by: Option<InitiatedBy>,
    /// The campaign its interactions are for.
    campaign_id: Option<ID>,
    /// Whether its interactions reach a target of their campaign.
    #[graphql(default_with = "Some(false)")]
    campaign_target: Option<bool>,
    /// Whether its interactions are responses to their campaign.
    #[graphql(default_with = "Some(false)")]
    campaign_response: Option<bool>,
    /// How contacts are reached who have no correspondence type of their own.
    #[graphql(default_with = "Some(CorrespondenceType::Email)")]
    correspondence_type: Option<CorrespondenceType>,
    /// The language of its interactions.
    language: Option<String>,
    /// Whether the segment's correspondence type goes before the contact's own.
    #[graphql(default_with = "Some(false)")]
    ignore_contact_correspondence_type: Option<bool>,
}

/// What to change in an interaction template. What is left out stays; null clears.
#[derive(InputObject)]
pub(super) struct InteractionTemplateUpdateInput {
    /// Which template.
    code: String,
    /// What it is; interactions get it as their description.
    description: MaybeUndefined<String>,
    /// The interaction group it belongs to.
    interaction_group: MaybeUndefined<String>,
    /// What one interaction costs, in local currency: 0 to 1,000,000.
    unit_cost: Option<Decimal>,
    /// How long one interaction takes, in minutes: from 0 to a year.
    unit_duration_min: Option<i32>,
    /// Which way its interactions go.
    information_flow: MaybeUndefined<InformationFlow>,
    /// Who begins its interactions.
    initiated_by: MaybeUndefined<InitiatedBy>,
    /// The campaign its interactions are for.
    campaign_id: MaybeUndefined<ID>,
    /// Whether its interactions reach a target of their campaign.
    campaign_target: Option<bool>,
    /// Whether its interactions are responses to their campaign.
    campaign_response: Option<bool>,
    /// How contacts are reached who have no correspondence type of their own.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// The language of its interactions.
    language: MaybeUndefined<String>,
    /// Whether the segment's correspondence type goes before the contact's own.
    ignore_contact_correspondence_type: Option<bool>,
}

/// Which interaction template to delete.
#[derive(InputObject)]
pub(super) struct InteractionTemplateDeleteInput {
    /// Which template.
    code: String,
}

payloads! {
    /// What came of creating an interaction template.
    InteractionTemplateCreatePayload {
        /// The template; null if there are user errors.
        interaction_template: InteractionTemplate,
    }

    /// What came of changing an interaction template.
    InteractionTemplateUpdatePayload {
        /// The template; null if there are user errors.
        interaction_template: InteractionTemplate,
    }

    /// What came of deleting an interaction template.
    InteractionTemplateDeletePayload {
        /// The code that is gone; null if there are user errors.
        deleted_code: String,
    }
}

#[derive(Default)]
pub(super) struct InteractionTemplateMutation;

#[Object]
impl InteractionTemplateMutation {
    /// Creates an interaction template.
    async fn interaction_template_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new interaction template.")] input: InteractionTemplateCreateInput,
    ) -> Result<InteractionTemplateCreatePayload> {
        let created = create(ctx.data()?, input).await;
        InteractionTemplateCreatePayload::from_outcome(created.map(InteractionTemplate::from))
    }

    /// Changes an interaction template. The lines of open segments follow, unless they or their
    /// segment have values of their own; interactions stay as they are.
    async fn interaction_template_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in an interaction template.")]
        input: InteractionTemplateUpdateInput,
    ) -> Result<InteractionTemplateUpdatePayload> {
        let updated = update(ctx.data()?, input).await;
        InteractionTemplateUpdatePayload::from_outcome(updated.map(InteractionTemplate::from))
    }

    /// Deletes an interaction template with what it says in each language, unless segments or
    /// interactions have it. Attachments stay.
    async fn interaction_template_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interaction template to delete.")]
        input: InteractionTemplateDeleteInput,
    ) -> Result<InteractionTemplateDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = domain::template::delete(context, &input.code).await;
        InteractionTemplateDeletePayload::from_outcome(deleted)
    }
}

async fn create(
    context: &domain::Context,
    input: InteractionTemplateCreateInput,
) -> domain::Result<interaction_template::Model> {
    let campaign = input.campaign_id.as_ref().map(campaign_key).transpose()?;
    let change = TemplateChange {
        description: Some(input.description),
        interaction_group: Some(input.interaction_group),
        unit_cost: input.unit_cost.map(|cost| stored(cost, "unitCost")).transpose()?,
        unit_duration_min: input.unit_duration_min,
        information_flow: Some(input.information_flow.map(Into::into)),
        initiated_by: Some(input.initiated_by.map(Into::into)),
        campaign_id: Some(campaign),
        campaign_target: input.campaign_target,
        campaign_response: input.campaign_response,
        correspondence_type: Some(input.correspondence_type.map(Into::into)),
        language: Some(input.language),
        ignore_contact_correspondence_type: input.ignore_contact_correspondence_type,
    };
    domain::template::create(context, &input.code, change).await
}

async fn update(
    context: &domain::Context,
    input: InteractionTemplateUpdateInput,
) -> domain::Result<interaction_template::Model> {
    let campaign: Option<Option<ID>> = input.campaign_id.into();
    let campaign = campaign.map(|id| id.as_ref().map(campaign_key).transpose()).transpose()?;
    let change = TemplateChange {
        description: input.description.into(),
        interaction_group: input.interaction_group.into(),
        unit_cost: input.unit_cost.map(|cost| stored(cost, "unitCost")).transpose()?,
        unit_duration_min: input.unit_duration_min,
        information_flow: input.information_flow.map_value(Into::into).into(),
        initiated_by: input.initiated_by.map_value(Into::into).into(),
        campaign_id: campaign,
        campaign_target: input.campaign_target,
        campaign_response: input.campaign_response,
        correspondence_type: input.correspondence_type.map_value(Into::into).into(),
        language: input.language.into(),
        ignore_contact_correspondence_type: input.ignore_contact_correspondence_type,
    };
    domain::template::update(context, &input.code, change).await
}

/// The key of the campaign that a client names at `campaignId`.
pub(super) fn campaign_key(id: &ID) -> domain::Result<i64> {
    Kind::Campaign.key(id, &["campaignId"])
}

/// An amount as it is stored.
pub(super) fn stored(given: Decimal, name: &str) -> domain::Result<i64> {
    amount::to_stored(given.0, &[name])
}
