//! Interactions: what happened between us and one contact.

mod call;
mod comments;
mod create;
mod delivery;
mod document;
mod list;
mod marks;
mod update;

use async_graphql::{Context, Description, ID, Object};
use chrono::{DateTime, Utc};

pub(super) use call::CallMutation;
pub(super) use comments::InteractionCommentMutation;
pub(super) use create::InteractionCreateMutation;
pub(super) use delivery::{DeliveryMutation, LoggedSegmentDeliveries};
pub(super) use document::DocumentMutation;
pub(super) use list::{
    InteractionConnection, InteractionFilter, InteractionOrder, InteractionStatistics,
    interactions_of, statistics_of,
};
pub(super) use marks::InteractionMarkMutation;
pub(super) use update::InteractionUpdateMutation;

use self::comments::InteractionComment;
use super::{
    attachment::Attachment,
    campaign::{Campaign, CampaignEntry},
    code::Code,
    contact::{self, Contact, personal},
    error::Result,
    interaction_template::InteractionTemplate,
    kinds::{
        BodyFormat, CorrespondenceType, DeliveryStatus, Evaluation, InformationFlow, InitiatedBy,
    },
    loaders::Loaders,
    logged_segment::LoggedSegment,
    opportunity::Opportunity,
    page::Slice,
    scalar::{Date, Decimal, Time},
    segment::{self, Segment, message},
};
use crate::{
    domain::{self, amount, interaction::Owner},
    entity::{
        interaction,
        kinds::{self, CodeKind},
    },
};

/// One recorded touch of one contact: a letter, an e-mail, a call, a meeting, a document.
#[derive(Description)]
pub(super) struct Interaction(pub(super) interaction::Model);

#[Object(use_type_description)]
impl Interaction {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(domain::id::interaction_id(self.0.contact_id, self.0.id))
    }

    /// The running number; later interactions have higher numbers.
    async fn no(&self) -> String {
        self.0.id.to_string()
    }

    /// With whom it was; null if the contact has been deleted.
    async fn contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.contact_id).await.transpose()
    }

    /// The company that the contact belonged to at the time.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.0.company_id?).await.transpose()
    }

    /// The day it took place.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The time of day, in the time zone of the business.
    async fn time(&self) -> Option<Time> {
        self.0.time.map(Time)
    }

    /// What kind of interaction it is.
    async fn template(&self, ctx: &Context<'_>) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, self.0.template.as_deref()).await.transpose()
    }

    /// The interaction group it belongs to.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::InteractionGroup, self.0.interaction_group.as_deref())
            .await
            .transpose()
    }

    /// The body it was written with, with fields such as `{{ contact.name }}` in it. It stays as it was,
    /// whatever becomes of the template.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let message = message(ctx, self.0.body_message_id).await?;
        Ok(message.and_then(|it| it.row.body.clone()))
    }

    /// How the body is written.
    async fn body_format(&self, ctx: &Context<'_>) -> Result<BodyFormat> {
        let message = message(ctx, self.0.body_message_id).await?;
        Ok(message.map_or(kinds::BodyFormat::Text, |it| it.row.body_format).into())
    }

    /// The files that went with it, in their order.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let message = message(ctx, self.0.attachments_message_id).await?;
        let files = message.map(|it| it.attachments.clone()).unwrap_or_default();
        Ok(files.into_iter().map(Attachment).collect())
    }

    /// What it was about.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The subject of its letter or e-mail.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Which way it went.
    async fn information_flow(&self) -> Option<InformationFlow> {
        self.0.information_flow.map(Into::into)
    }

    /// Who began it.
    async fn initiated_by(&self) -> Option<InitiatedBy> {
        self.0.initiated_by.map(Into::into)
    }

    /// How the contact was reached; null if nothing was to be delivered.
    async fn correspondence_type(&self) -> Option<CorrespondenceType> {
        self.0.correspondence_type.map(Into::into)
    }

    /// In which language.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// Who was responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.0.salesperson.as_deref()).await.transpose()
    }

    /// How it went.
    async fn evaluation(&self) -> Option<Evaluation> {
        self.0.evaluation.map(Into::into)
    }

    /// What it cost, in local currency.
    async fn cost(&self) -> Decimal {
        Decimal(amount::from_stored(self.0.cost))
    }

    /// How long it took, in minutes.
    async fn duration_min(&self) -> i32 {
        self.0.duration_min
    }

    /// The campaign it was for.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.0.campaign_id).await.transpose()
    }

    /// The entry of the campaign that it belongs to.
    async fn campaign_entry(&self, ctx: &Context<'_>) -> Option<Result<CampaignEntry>> {
        CampaignEntry::load(ctx, self.0.campaign_entry_id).await.transpose()
    }

    /// The segment it was a line of; null if there was none, or it has been deleted.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        segment::load(ctx, self.0.segment_id?).await.transpose()
    }

    /// The logging it came from; null if it was recorded by itself, or the logging has been deleted.
    async fn logged_segment(&self, ctx: &Context<'_>) -> Option<Result<LoggedSegment>> {
        LoggedSegment::load(ctx, self.0.logged_segment_id?).await.transpose()
    }

    /// Whether it reached a target of its campaign.
    async fn campaign_target(&self) -> bool {
        self.0.campaign_target
    }

    /// Whether it is a response to its campaign.
    async fn campaign_response(&self) -> bool {
        self.0.campaign_response
    }

    /// By whom or what the contact was reached, such as a phone number; null without the scope
    /// `personal`.
    async fn contact_via(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        personal(ctx, self.0.contact_via.as_deref())
    }

    /// What document it is, as Business Central calls it, such as `Sales Invoice`; null if it is none.
    async fn document_type(&self) -> Option<&str> {
        self.0.document_type.as_deref()
    }

    /// The number of the document.
    async fn document_no(&self) -> Option<&str> {
        self.0.document_no.as_deref()
    }

    /// How far its delivery is; null if nothing was to be delivered.
    async fn delivery_status(&self) -> Option<DeliveryStatus> {
        self.0.delivery_status.map(Into::into)
    }

    /// Why it could not be delivered; null without the scope `personal`, for it may name an address.
    async fn delivery_error(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        personal(ctx, self.0.delivery_error.as_deref())
    }

    /// Whether the contact was not reached.
    async fn attempt_failed(&self) -> bool {
        self.0.attempt_failed
    }

    /// Whether it is kept for later, and has not taken place. It counts nowhere until then.
    async fn postponed(&self) -> bool {
        self.0.postponed
    }

    /// Whether it is canceled: on its own, or with its logged segment or campaign entry. It counts
    /// nowhere.
    async fn canceled(&self) -> bool {
        self.0.canceled
    }

    /// Whether it was canceled on its own. Then it stays canceled when its logged segment is
    /// reinstated.
    async fn canceled_itself(&self) -> bool {
        self.0.canceled_itself
    }

    /// The comments on it, oldest first; at most 100.
    async fn comments(&self, ctx: &Context<'_>) -> Result<Vec<InteractionComment>> {
        let key = (self.0.contact_id, self.0.id);
        let comments = ctx.data::<Loaders>()?.interaction_comments.load_one(key).await?;
        Ok(comments.unwrap_or_default().into_iter().map(InteractionComment).collect())
    }

    /// The opportunity that came from it.
    async fn opportunity(&self, ctx: &Context<'_>) -> Option<Result<Opportunity>> {
        let key = (self.0.contact_id, self.0.id);
        Opportunity::of_interaction(ctx, key).await.transpose()
    }

    /// Who recorded it.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

impl Interaction {
    /// The interaction with this key, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, key: (i32, i64)) -> Result<Option<Self>> {
        Ok(ctx.data::<Loaders>()?.interaction.load_one(key).await?.map(Self))
    }
}

#[derive(Default)]
pub(super) struct InteractionQuery;

#[Object]
impl InteractionQuery {
    /// The interaction with this id; null if there is none.
    async fn interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Interaction>> {
        match domain::id::interaction_key(&id, &["id"]) {
            Ok(key) => Interaction::load(ctx, key).await.transpose(),
            Err(err) => Some(Err(err.into())),
        }
    }

    /// The interactions of everybody.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::Everybody, filter, order_by, slice).await
    }
}
