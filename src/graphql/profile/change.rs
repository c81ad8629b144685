//! Creating, changing and deleting questionnaires with their questions.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::{
    ProfilePriority, ProfileQuestion, ProfileQuestionnaire,
    classification::ProfileClassificationInput,
};
use crate::{
    domain::{
        self, amount,
        profile::{AnswerChange, QuestionChange, QuestionnaireChange},
    },
    graphql::{error::Result, kinds::ContactType, payload::payloads, scalar::Decimal},
};

/// A new questionnaire.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileQuestionnaireCreateInput {
    /// The code: at most 20 characters, kept in upper case.
    code: String,
    /// What it is about; at most 250 characters.
    description: Option<String>,
    /// Whether it is for companies or for people; for both unless it is said.
    contact_type: Option<ContactType>,
    /// The business relation of those whom it is for, by code; none is needed unless it is said.
    business_relation: Option<String>,
    /// How much it matters.
    #[graphql(default_with = "Some(ProfilePriority::Normal)")]
    priority: Option<ProfilePriority>,
}

/// What to change in a questionnaire. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileQuestionnaireUpdateInput {
    /// Which questionnaire.
    code: String,
    /// What it is about; at most 250 characters.
    description: MaybeUndefined<String>,
    /// Whether it is for companies or for people; null for both. Answers that are there stay.
    contact_type: MaybeUndefined<ContactType>,
    /// The business relation of those whom it is for, by code; null if none is needed.
    business_relation: MaybeUndefined<String>,
    /// How much it matters.
    priority: Option<ProfilePriority>,
}

/// Which questionnaire to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileQuestionnaireDeleteInput {
    /// Which questionnaire.
    code: String,
}

/// A question with its answers, new or as it is to be. What is left out stays.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileQuestionSetInput {
    /// The questionnaire it belongs to, by code.
    questionnaire: String,
    /// Its number, from 1 on: a question that has it is changed, otherwise there is a new one.
    /// Without it, there is a new one with the next multiple of 10,000.
    no: Option<i32>,
    /// What is asked; at most 250 characters. Needed for a new question.
    description: Option<String>,
    /// Whether a contact can give several answers; false for a new question unless it is said.
    multiple_answers: Option<bool>,
    /// How its answers follow from other data; null if people answer, as for a new question unless
    /// it is said. Answers that contacts have are replaced when they are classified.
    classification: MaybeUndefined<ProfileClassificationInput>,
    /// All answers that it offers afterwards. One that is not listed is deleted, unless contacts
    /// have given it. A questionnaire has at most 1,000 questions and answers together.
    answers: Option<Vec<ProfileAnswerInput>>,
}

/// An answer, new or as it is to be. What is left out stays.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileAnswerInput {
    /// Its number, from 1 on: an answer of the question that has it is changed, otherwise there is a
    /// new one. Without it, there is a new one with the next multiple of 10,000.
    no: Option<i32>,
    /// What it says; at most 250 characters. Needed for a new answer.
    description: Option<String>,
    /// How much it matters; `NORMAL` for a new answer unless it is said.
    priority: Option<ProfilePriority>,
    /// Of a question that classifies: the least value that it stands for, included; null for no
    /// bound. At most four decimals.
    from_value: MaybeUndefined<Decimal>,
    /// Of a question that classifies: the greatest value that it stands for, included; null for no
    /// bound. At most four decimals.
    to_value: MaybeUndefined<Decimal>,
}

/// Which question to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileQuestionDeleteInput {
    /// The questionnaire it belongs to, by code.
    questionnaire: String,
    /// Its number.
    no: i32,
    /// Whether its answers may go with it.
    #[graphql(default_with = "Some(false)")]
    with_answers: Option<bool>,
}

payloads! {
    /// What came of creating a questionnaire.
    ProfileQuestionnaireCreatePayload {
        /// The questionnaire; null if there are user errors.
        profile_questionnaire: ProfileQuestionnaire,
    }

    /// What came of changing a questionnaire.
    ProfileQuestionnaireUpdatePayload {
        /// The questionnaire; null if there are user errors.
        profile_questionnaire: ProfileQuestionnaire,
    }

    /// What came of deleting a questionnaire.
    ProfileQuestionnaireDeletePayload {
        /// The code that is gone; null if there are user errors.
        deleted_code: String,
    }

    /// What came of setting a question.
    ProfileQuestionSetPayload {
        /// The question; null if there are user errors.
        profile_question: ProfileQuestion,
    }

    /// What came of deleting a question.
    ProfileQuestionDeletePayload {
        /// The number that is gone; null if there are user errors.
        deleted_no: i32,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Creates a questionnaire, which has no questions yet.
    async fn profile_questionnaire_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new questionnaire.")] input: ProfileQuestionnaireCreateInput,
    ) -> Result<ProfileQuestionnaireCreatePayload> {
        let change = QuestionnaireChange {
            description: Some(input.description),
            contact_type: Some(input.contact_type.map(Into::into)),
            business_relation: Some(input.business_relation),
            priority: input.priority.map(Into::into),
        };
        let created = domain::profile::create(ctx.data()?, &input.code, change).await;
        ProfileQuestionnaireCreatePayload::from_outcome(created.map(ProfileQuestionnaire::from))
    }

    /// Changes a questionnaire. Answers that contacts have given stay, also of those whom it is no
    /// longer for.
    async fn profile_questionnaire_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in a questionnaire.")]
        input: ProfileQuestionnaireUpdateInput,
    ) -> Result<ProfileQuestionnaireUpdatePayload> {
        let change = QuestionnaireChange {
            description: input.description.into(),
            contact_type: input.contact_type.map_value(Into::into).into(),
            business_relation: input.business_relation.into(),
            priority: input.priority.map(Into::into),
        };
        let updated = domain::profile::update(ctx.data()?, &input.code, change).await;
        ProfileQuestionnaireUpdatePayload::from_outcome(updated.map(ProfileQuestionnaire::from))
    }

    /// Deletes a questionnaire with its questions and answers, unless contacts have answered it.
    async fn profile_questionnaire_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which questionnaire to delete.")] input: ProfileQuestionnaireDeleteInput,
    ) -> Result<ProfileQuestionnaireDeletePayload> {
        let deleted = domain::profile::delete(ctx.data()?, &input.code).await;
        ProfileQuestionnaireDeletePayload::from_outcome(deleted)
    }

    /// Creates or changes a question together with its answers.
    async fn profile_question_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question as it is to be.")] input: ProfileQuestionSetInput,
    ) -> Result<ProfileQuestionSetPayload> {
        let context = ctx.data::<domain::Context>()?;
        let set = async { domain::profile::set_question(context, &input.into_domain()?).await };
        let set = set.await;
        let question = set.map(|(whole, no)| {
            ProfileQuestion::of(Arc::new(whole), no).expect("the question was set")
        });
        ProfileQuestionSetPayload::from_outcome(question)
    }

    /// Deletes a question, unless contacts have answered it. Answers that it offers have to be
    /// deleted before, or with it.
    async fn profile_question_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which question to delete.")] input: ProfileQuestionDeleteInput,
    ) -> Result<ProfileQuestionDeletePayload> {
        let with_answers = input.with_answers.unwrap_or(false);
        let (context, code) = (ctx.data()?, &input.questionnaire);
        let deleted = domain::profile::delete_question(context, code, input.no, with_answers).await;
        ProfileQuestionDeletePayload::from_outcome(deleted)
    }
}

impl ProfileQuestionSetInput {
    fn into_domain(self) -> domain::Result<QuestionChange> {
        let classification: Option<Option<ProfileClassificationInput>> = self.classification.into();
        let classification = classification
            .map(|it| it.map(ProfileClassificationInput::into_domain).transpose())
            .transpose()
            .map_err(|err| err.under(&["classification"]))?;
        let answers = self.answers.map(|answers| {
            let answers = answers.into_iter().enumerate();
            let answers = answers.map(|(index, it)| {
                it.into_domain().map_err(|err| err.under(&["answers", &index.to_string()]))
            });
            answers.collect::<domain::Result<_>>()
        });
        Ok(QuestionChange {
            questionnaire: self.questionnaire,
            no: self.no,
            description: self.description,
            multiple_answers: self.multiple_answers,
            classification,
            answers: answers.transpose()?,
        })
    }
}

impl ProfileAnswerInput {
    fn into_domain(self) -> domain::Result<AnswerChange> {
        Ok(AnswerChange {
            no: self.no,
            description: self.description,
            priority: self.priority.map(Into::into),
            from_value: bound(self.from_value, "fromValue")?,
            to_value: bound(self.to_value, "toValue")?,
        })
    }
}

/// The end of a range as it is stored.
fn bound(given: MaybeUndefined<Decimal>, path: &str) -> domain::Result<Option<Option<i64>>> {
    let given: Option<Option<Decimal>> = given.into();
    given.map(|it| it.map(|it| amount::to_stored(it.0, &[path])).transpose()).transpose()
}
