//! Anything with an id, by its id.

use async_graphql::{Context, ID, Interface, Object};
use futures_util::future::join_all;

use super::{
    attachment::Attachment,
    campaign::{Campaign, CampaignEntry},
    contact::{self, Contact},
    error::Result,
    interaction::Interaction,
    interaction_template::InteractionTemplate,
    logged_segment::LoggedSegment,
    opportunity::Opportunity,
    profile::{ProfileAnswer, ProfileQuestion, ProfileQuestionnaire},
    purchase::Purchase,
    segment::{self, Criterion, SavedCriteria, Segment, SegmentText},
    task::Task,
    template_language::InteractionTemplateLanguage,
};
use crate::domain::{
    Error, PAGE_MAX, Reason,
    id::{self, Kind},
    profile::Key,
};

/// Anything with an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub(super) enum Node {
    Contact(Box<Contact>),
    Segment(Box<Segment>),
    Campaign(Campaign),
    CampaignEntry(CampaignEntry),
    LoggedSegment(LoggedSegment),
    Interaction(Box<Interaction>),
    InteractionTemplate(InteractionTemplate),
    Purchase(Box<Purchase>),
    InteractionTemplateLanguage(InteractionTemplateLanguage),
    SegmentText(SegmentText),
    Attachment(Attachment),
    Criterion(Box<Criterion>),
    SavedCriteria(SavedCriteria),
    Opportunity(Box<Opportunity>),
    Task(Box<Task>),
    ProfileQuestionnaire(ProfileQuestionnaire),
    ProfileQuestion(ProfileQuestion),
    ProfileAnswer(ProfileAnswer),
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
        Some((Kind::Attachment, key)) => Attachment::load(ctx, key).await?.map(Node::Attachment),
        Some((Kind::SegmentText, key)) => SegmentText::load(ctx, key).await?.map(Node::SegmentText),
        Some((Kind::InteractionTemplateLanguage, key)) => {
            let found = InteractionTemplateLanguage::load(ctx, key).await?;
            found.map(Node::InteractionTemplateLanguage)
        }
        Some((Kind::Campaign, key)) => Campaign::load(ctx, Some(key)).await?.map(Node::Campaign),
        Some((Kind::CampaignEntry, key)) => {
            CampaignEntry::load(ctx, Some(key)).await?.map(Node::CampaignEntry)
        }
        Some((Kind::LoggedSegment, key)) => {
            LoggedSegment::load(ctx, key).await?.map(Node::LoggedSegment)
        }
        Some((Kind::Criterion, key)) => {
            Criterion::load(ctx, key).await?.map(Box::new).map(Node::Criterion)
        }
        Some((Kind::SavedCriteria, key)) => {
            segment::load_saved_criteria(ctx, key).await?.map(Node::SavedCriteria)
        }
        // Operations are told of while they last, and not kept.
        Some((Kind::Operation, _)) => None,
        None => find_by_other_key(ctx, id).await?,
    })
}

/// What has an id without a number of its own.
async fn find_by_other_key(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    if let Ok(key) = id::interaction_key(id, &[]) {
        return Ok(Interaction::load(ctx, key).await?.map(Box::new).map(Node::Interaction));
    }
    if let Ok(key) = id::purchase_key(id, &[]) {
        return Ok(Purchase::load(ctx, key).await?.map(Box::new).map(Node::Purchase));
    }
    if let Ok(key) = id::opportunity_key(id, &[]) {
        return Ok(Opportunity::load(ctx, key).await?.map(Box::new).map(Node::Opportunity));
    }
    if let Ok(key) = id::task_key(id, &[]) {
        return Ok(Task::load(ctx, key).await?.map(Box::new).map(Node::Task));
    }
    if let Ok(code) = id::code_key("interactionTemplate", id, &[]) {
        let found = InteractionTemplate::load(ctx, Some(code)).await?;
        return Ok(found.map(Node::InteractionTemplate));
    }
    find_of_profile(ctx, id).await
}

async fn find_of_profile(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    if let Ok(code) = id::code_key("profileQuestionnaire", id, &[]) {
        let found = ProfileQuestionnaire::load(ctx, code).await?;
        return Ok(found.map(Node::ProfileQuestionnaire));
    }
    let (is_question, key) = match id::code_key("profileQuestion", id, &[]) {
        Ok(key) => (true, key),
        Err(_) => match id::code_key("profileAnswer", id, &[]) {
            Ok(key) => (false, key),
            Err(_) => return Ok(None),
        },
    };
    let Some(Key { questionnaire, no }) = Key::parse(key) else { return Ok(None) };
    let found = ProfileQuestionnaire::load(ctx, &questionnaire).await?;
    Ok(found.and_then(|ProfileQuestionnaire(whole)| match is_question {
        true => ProfileQuestion::of(whole, no).map(Node::ProfileQuestion),
        false => ProfileAnswer::of(whole, no).map(Node::ProfileAnswer),
    }))
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null if there is nothing with this id.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Node>> {
        find(ctx, &id).await.transpose()
    }

    /// Many things by their ids, in the order of the ids; null for each that is not there. At most
    /// 1,000.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their global ids, of any kinds.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if PAGE_MAX < ids.len() as u64 {
            let message = format!("Ask for at most {PAGE_MAX} ids.");
            return Err(Error::reject(Reason::LimitExceeded, &["ids"], message).into());
        }
        join_all(ids.iter().map(|id| find(ctx, id))).await.into_iter().collect()
    }
}
