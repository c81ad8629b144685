//! How contacts answer.

use std::sync::Arc;

use async_graphql::{
    Context, Description, ID, InputObject, Object, SimpleObject, connection::Connection,
};

use super::{ProfileAnswer, ProfileQuestionnaire};
use crate::{
    domain::{
        self, Page, amount,
        id::contact_key,
        profile::{AnswersChange, Asked},
        text,
    },
    entity::{contact, contact_profile_answer, kinds::CodeKind},
    graphql::{
        contact::Contact,
        error::{Result, UserError, outcome},
        loaders::Loaders,
        page::{Cursor, Slice, connection},
        scalar::{Date, Decimal},
    },
};

/// An answer that a contact has given, or that follows from other data.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactProfileAnswer {
    /// The answer, with its question and questionnaire.
    answer: ProfileAnswer,
    /// The day on which it was given, or found out.
    last_updated: Date,
    /// Of ratings: how many of the questions were answered, in per cent; null for others.
    answered_percent: Option<Decimal>,
}

/// How many answers the whole of a list has.
#[derive(Description)]
pub(in crate::graphql) struct ProfileAnswersTotal(u64);

#[Object(use_type_description)]
impl ProfileAnswersTotal {
    /// How many answers the whole list has.
    async fn total_count(&self) -> u64 {
        self.0
    }
}

/// A page of the answers of a contact; of one questionnaire, if one is named.
pub(in crate::graphql) async fn answers_of(
    ctx: &Context<'_>,
    contact_id: i32,
    questionnaire: Option<&str>,
    slice: Slice,
) -> Result<Connection<Cursor, ContactProfileAnswer, ProfileAnswersTotal>> {
    let args = slice.args::<(String, i32)>()?;
    let loaders = ctx.data::<Loaders>()?;
    let mut rows = loaders.contact_answers.load_one(contact_id).await?.unwrap_or_default();
    if let Some(code) = questionnaire {
        let code = text::code(code).unwrap_or_default();
        rows.retain(|row| row.questionnaire == code);
    }
    let codes = rows.iter().map(|row| row.questionnaire.clone());
    let questionnaires = loaders.questionnaire.load_many(codes).await?;
    let shown = |row: contact_profile_answer::Model| {
        let whole = Arc::clone(questionnaires.get(&row.questionnaire)?);
        let answer = ProfileAnswer::of(whole, row.answer_no)?;
        let answered_percent = row.answered_percent.map(amount::from_stored).map(Decimal);
        let last_updated = Date(row.updated_on);
        let shown = ContactProfileAnswer { answer, last_updated, answered_percent };
        Some(((row.questionnaire, row.answer_no), shown))
    };
    let items: Vec<_> = rows.into_iter().filter_map(shown).collect();
    let total = ProfileAnswersTotal(items.len() as u64);
    Ok(connection(Page::of_list(items, &args), total, |answer| answer))
}

/// The questionnaires that are for a contact, and those in which it has answers.
pub(in crate::graphql) async fn offered_to(
    ctx: &Context<'_>,
    row: &contact::Model,
) -> Result<Vec<ProfileQuestionnaire>> {
    let loaders = ctx.data::<Loaders>()?;
    let owner = (CodeKind::BusinessRelation, row.company_id.unwrap_or(row.id));
    let (all, relations, answers) = futures_util::try_join!(
        loaders.questionnaires.load_one(()),
        loaders.contact_codes.load_one(owner),
        loaders.contact_answers.load_one(row.id),
    )?;
    let relations = relations.unwrap_or_default().into_iter().map(|it| it.code);
    let relations: Vec<String> = relations.collect();
    let answered = answers.unwrap_or_default().into_iter().map(|it| it.questionnaire);
    let answered: Vec<String> = answered.collect();
    let all = all.unwrap_or_default();
    let offered = domain::profile::offered(&all, Asked::new(row, &relations), &answered);
    Ok(offered.map(|it| ProfileQuestionnaire(Arc::clone(it))).collect())
}

/// What to change in the answers of a contact. Answers are named by questionnaire and number, such
/// as `CUSTOMER.20000`; at most 1,000 afterwards.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactProfileAnswersSetInput {
    /// Which contact.
    contact_id: ID,
    /// Exactly these, before `add` and `remove`. Answers that follow from other data stay.
    set: Option<Vec<String>>,
    /// These, too.
    #[graphql(default_with = "Some(Vec::new())")]
    add: Option<Vec<String>>,
    /// Not these.
    #[graphql(default_with = "Some(Vec::new())")]
    remove: Option<Vec<String>>,
    /// The revision of the contact that you know: if it has changed since, nothing is done.
    expected_revision: Option<i32>,
}

/// A contact after a change of its answers.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactProfileAnswersSetPayload {
    /// The contact; null if there are user errors.
    contact: Option<Contact>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct ContactProfileMutation;

#[Object]
impl ContactProfileMutation {
    /// Changes how a contact answers questionnaires. To most questions there is one answer: another
    /// has to be removed first, or in the same change. Answers are for contacts whom the
    /// questionnaire is for, and not for minors.
    async fn contact_profile_answers_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in the answers of a contact.")]
        input: ContactProfileAnswersSetInput,
    ) -> Result<ContactProfileAnswersSetPayload> {
        let context = ctx.data::<domain::Context>()?;
        let set = async {
            let change = AnswersChange {
                contact_id: contact_key(&input.contact_id, &["contactId"])?,
                expected_revision: input.expected_revision,
                set: input.set,
                add: input.add.unwrap_or_default(),
                remove: input.remove.unwrap_or_default(),
            };
            domain::profile::set_answers(context, &change).await
        };
        let (row, user_errors) = outcome(set.await)?;
        let contact = row.map(|row| Contact::new(context, Arc::new(row)));
        Ok(ContactProfileAnswersSetPayload { contact, user_errors })
    }
}
