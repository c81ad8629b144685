//! The loaders of one request. They batch, and they forget: nothing outlives the request.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::{DataLoader, Loader};

use super::batches::{
    AnswerCounts, AnswersByContact, AttachmentById, CommentsByInteraction, DeliveriesOfLogged,
    InteractionByKey, InteractionCounts, InteractionPages, LanguagesByTemplate, LoggedSegmentById,
    LoggedSegmentBySegment, MessageById, NameOf, PurchaseByKey, PurchasePages, PurchaseStatistics,
    QuestionnaireByCode, Questionnaires, SegmentTextById, StatisticsByOwner, TemplateByCode,
    TemplateLanguageById, TextsBySegment,
};
use super::batching::Batching;
use super::campaign::loaders::CampaignLoaders;
use super::contact::loaders as contact;
use super::planned::PlannedLoaders;
use super::segment::SegmentLoaders;
use crate::{
    domain::{self, Context},
    entity::{self, kinds::CodeKind},
};

/// All loaders; in the data of each request.
pub(super) struct Loaders {
    pub(super) code: DataLoader<CodeByKey>,
    pub(super) names: DataLoader<NameOf>,
    pub(super) segment: SegmentLoaders,
    pub(super) template: DataLoader<TemplateByCode>,
    pub(super) template_language: DataLoader<TemplateLanguageById>,
    pub(super) template_languages: DataLoader<LanguagesByTemplate>,
    pub(super) segment_text: DataLoader<SegmentTextById>,
    pub(super) segment_texts: DataLoader<TextsBySegment>,
    pub(super) message: DataLoader<MessageById>,
    pub(super) attachment: DataLoader<AttachmentById>,
    pub(super) campaign: CampaignLoaders,
    pub(super) logged_segment: DataLoader<LoggedSegmentById>,
    pub(super) deliveries: DataLoader<DeliveriesOfLogged>,
    pub(super) logged_segment_of_segment: DataLoader<LoggedSegmentBySegment>,
    pub(super) interaction: DataLoader<InteractionByKey>,
    pub(super) interaction_pages: DataLoader<InteractionPages>,
    pub(super) interaction_counts: DataLoader<InteractionCounts>,
    pub(super) interaction_comments: DataLoader<CommentsByInteraction>,
    pub(super) interaction_statistics: DataLoader<StatisticsByOwner>,
    pub(super) purchase: DataLoader<PurchaseByKey>,
    pub(super) purchase_pages: DataLoader<PurchasePages>,
    pub(super) purchase_statistics: DataLoader<PurchaseStatistics>,
    pub(super) contact: DataLoader<contact::ById>,
    pub(super) contact_addresses: DataLoader<contact::Addresses>,
    pub(super) address_periods: DataLoader<contact::AddressPeriods>,
    pub(super) active_address: DataLoader<contact::ActiveAddress>,
    pub(super) contact_codes: DataLoader<contact::Codes>,
    pub(super) contact_relation: DataLoader<contact::Relations>,
    pub(super) contact_segments: DataLoader<contact::Segments>,
    pub(super) attributes: DataLoader<contact::Attributes>,
    pub(super) contact_answers: DataLoader<AnswersByContact>,
    pub(super) answer_count: DataLoader<AnswerCounts>,
    pub(super) questionnaire: DataLoader<QuestionnaireByCode>,
    pub(super) questionnaires: DataLoader<Questionnaires>,
    pub(super) people: DataLoader<contact::People>,
    pub(super) people_count: DataLoader<contact::PeopleCount>,
    pub(super) planned: PlannedLoaders,
}

impl Loaders {
    pub(super) fn new(context: &Context, batching: &Batching) -> Self {
        Self {
            code: batching.loader(CodeByKey(context.clone())),
            names: batching.loader(NameOf(context.clone())),
            segment: SegmentLoaders::new(context, batching),
            template: batching.loader(TemplateByCode(context.clone())),
            template_language: batching.loader(TemplateLanguageById(context.clone())),
            template_languages: batching.loader(LanguagesByTemplate(context.clone())),
            segment_text: batching.loader(SegmentTextById(context.clone())),
            segment_texts: batching.loader(TextsBySegment(context.clone())),
            message: batching.loader(MessageById(context.clone())),
            attachment: batching.loader(AttachmentById(context.clone())),
            campaign: CampaignLoaders::new(context, batching),
            logged_segment: batching.loader(LoggedSegmentById(context.clone())),
            deliveries: batching.loader(DeliveriesOfLogged(context.clone())),
            logged_segment_of_segment: batching.loader(LoggedSegmentBySegment(context.clone())),
            interaction: batching.loader(InteractionByKey(context.clone())),
            interaction_pages: batching.loader(InteractionPages(context.clone())),
            interaction_counts: batching.loader(InteractionCounts(context.clone())),
            interaction_comments: batching.loader(CommentsByInteraction(context.clone())),
            interaction_statistics: batching.loader(StatisticsByOwner(context.clone())),
            purchase: batching.loader(PurchaseByKey(context.clone())),
            purchase_pages: batching.loader(PurchasePages(context.clone())),
            purchase_statistics: batching.loader(PurchaseStatistics(context.clone())),
            contact: batching.loader(contact::ById(context.clone())),
            contact_addresses: batching.loader(contact::Addresses(context.clone())),
            address_periods: batching.loader(contact::AddressPeriods(context.clone())),
            active_address: batching.loader(contact::ActiveAddress(context.clone())),
            contact_codes: batching.loader(contact::Codes(context.clone())),
            contact_relation: batching.loader(contact::Relations(context.clone())),
            contact_segments: batching.loader(contact::Segments(context.clone())),
            contact_answers: batching.loader(AnswersByContact(context.clone())),
            answer_count: batching.loader(AnswerCounts(context.clone())),
            questionnaire: batching.loader(QuestionnaireByCode(context.clone())),
            questionnaires: batching.loader(Questionnaires(context.clone())),
            attributes: batching.loader(contact::Attributes(context.clone())),
            people: batching.loader(contact::People(context.clone())),
            people_count: batching.loader(contact::PeopleCount(context.clone())),
            planned: PlannedLoaders::new(context, batching),
        }
    }
}

pub(super) struct CodeByKey(Context);

impl Loader<(CodeKind, String)> for CodeByKey {
    type Value = Arc<entity::code::Model>;
    // A batch fails as one, for every caller.
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(CodeKind, String)],
    ) -> Result<HashMap<(CodeKind, String), Self::Value>, Self::Error> {
        domain::code::by_keys(&self.0, keys).await.map_err(Arc::new)
    }
}
