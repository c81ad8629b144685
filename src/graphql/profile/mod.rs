//! Questionnaires, their questions and answers, and how contacts answer.

mod answers;
mod change;
mod classification;

use std::sync::Arc;

use async_graphql::{
    Context, Description, Enum, ID, Object,
    connection::{Connection, EmptyFields},
};

pub(super) use answers::{
    ContactProfileAnswer, ContactProfileMutation, ProfileAnswersTotal, answers_of, offered_to,
};
pub(super) use change::ProfileMutation;
use classification::ProfileClassification;
pub(super) use classification::ProfileClassifyMutation;

use super::{
    code::Code,
    error::Result,
    kinds::ContactType,
    loaders::Loaders,
    page::{Cursor, Slice, connection},
    scalar::Decimal,
};
use crate::{
    domain::{
        self, amount,
        id::{profile_answer_id, profile_question_id, profile_questionnaire_id},
        profile::{Key, Question, Questionnaire},
        text,
    },
    entity::{
        kinds::{self, CodeKind},
        profile_answer,
    },
};

/// How much a questionnaire or an answer matters. Priorities are ordered, the least first.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::ProfilePriority")]
pub(super) enum ProfilePriority {
    /// So little that an answer need not be shown.
    VeryLow,
    /// Little.
    Low,
    /// As usual.
    Normal,
    /// Much.
    High,
    /// Very much.
    VeryHigh,
}

/// Questions about contacts of one kind, such as customers.
#[derive(Description)]
pub(super) struct ProfileQuestionnaire(pub(super) Arc<Questionnaire>);

impl From<Questionnaire> for ProfileQuestionnaire {
    fn from(whole: Questionnaire) -> Self {
        Self(Arc::new(whole))
    }
}

#[Object(use_type_description)]
impl ProfileQuestionnaire {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(profile_questionnaire_id(&self.0.header.code))
    }

    /// The code, such as `CUSTOMER`; at most 20 characters.
    async fn code(&self) -> &str {
        &self.0.header.code
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.0.header.description.as_deref()
    }

    /// Whether it is for companies or for people; null if it is for both.
    async fn contact_type(&self) -> Option<ContactType> {
        self.0.header.contact_type.map(Into::into)
    }

    /// The business relation that companies have, or the companies of people, whom it is for; null
    /// if none is needed.
    async fn business_relation(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let code = self.0.header.business_relation.as_deref();
        Code::load(ctx, CodeKind::BusinessRelation, code).await.transpose()
    }

    /// How much it matters.
    async fn priority(&self) -> ProfilePriority {
        self.0.header.priority.into()
    }

    /// Its questions, in the order of their numbers; with their answers at most 1,000.
    async fn questions(&self) -> Vec<ProfileQuestion> {
        let places = 0..self.0.questions.len();
        places.map(|place| ProfileQuestion { whole: Arc::clone(&self.0), place }).collect()
    }
}

impl ProfileQuestionnaire {
    /// The questionnaire with this code, in a batch with others.
    pub(super) async fn load(ctx: &Context<'_>, code: &str) -> Result<Option<Self>> {
        let loaders = ctx.data::<Loaders>()?;
        Ok(loaders.questionnaire.load_one(code.to_owned()).await?.map(Self))
    }
}

/// A question of a questionnaire.
#[derive(Description)]
pub(super) struct ProfileQuestion {
    whole: Arc<Questionnaire>,
    place: usize,
}

#[Object(use_type_description)]
impl ProfileQuestion {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(profile_question_id(&self.key()))
    }

    /// The number of its line in the questionnaire. It never changes, and no answer has the same.
    async fn no(&self) -> i32 {
        self.question().row.no
    }

    /// The questionnaire it belongs to.
    async fn questionnaire(&self) -> ProfileQuestionnaire {
        ProfileQuestionnaire(Arc::clone(&self.whole))
    }

    /// What is asked.
    async fn description(&self) -> &str {
        &self.question().row.description
    }

    /// Whether a contact can give several answers.
    async fn multiple_answers(&self) -> bool {
        self.question().row.multiple_answers
    }

    /// Whether its answers follow from other data. Nobody can give them, or take them away.
    async fn classified(&self) -> bool {
        self.question().is_classified()
    }

    /// How its answers follow from other data; null if people answer.
    async fn classification(&self) -> Option<ProfileClassification> {
        ProfileClassification::of(self.question())
    }

    /// The answers that it offers, in the order of their numbers.
    async fn answers(&self) -> Vec<ProfileAnswer> {
        let places = 0..self.question().answers.len();
        let answer =
            |answer| ProfileAnswer { whole: Arc::clone(&self.whole), place: self.place, answer };
        places.map(answer).collect()
    }
}

impl ProfileQuestion {
    fn question(&self) -> &Question {
        &self.whole.questions[self.place]
    }

    fn key(&self) -> Key {
        let row = &self.question().row;
        Key { questionnaire: row.questionnaire.clone(), no: row.no }
    }

    /// The question with this number.
    pub(super) fn of(whole: Arc<Questionnaire>, no: i32) -> Option<Self> {
        let place = whole.place_of(no)?;
        Some(Self { whole, place })
    }
}

/// An answer that a question offers.
#[derive(Description)]
pub(super) struct ProfileAnswer {
    whole: Arc<Questionnaire>,
    place: usize,
    answer: usize,
}

#[Object(use_type_description)]
impl ProfileAnswer {
    /// The global id.
    pub(super) async fn id(&self) -> ID {
        ID(profile_answer_id(&self.key()))
    }

    /// The number of its line in the questionnaire. It never changes, and no question has the same.
    async fn no(&self) -> i32 {
        self.row().no
    }

    /// What it is named by where contacts answer: questionnaire and number, such as
    /// `CUSTOMER.20000`.
    #[graphql(name = "key")]
    async fn shown_key(&self) -> String {
        self.key().to_string()
    }

    /// The question it answers.
    async fn question(&self) -> ProfileQuestion {
        ProfileQuestion { whole: Arc::clone(&self.whole), place: self.place }
    }

    /// What it says.
    async fn description(&self) -> &str {
        &self.row().description
    }

    /// How much it matters.
    async fn priority(&self) -> ProfilePriority {
        self.row().priority.into()
    }

    /// Of a question that classifies: the least value that it stands for, included; null for no
    /// bound. Without both it stands for none.
    async fn from_value(&self) -> Option<Decimal> {
        self.row().from_value.map(amount::from_stored).map(Decimal)
    }

    /// Of a question that classifies: the greatest value that it stands for, included; null for no
    /// bound.
    async fn to_value(&self) -> Option<Decimal> {
        self.row().to_value.map(amount::from_stored).map(Decimal)
    }

    /// How many contacts have it.
    async fn contacts_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let count = ctx.data::<Loaders>()?.answer_count.load_one(self.key()).await?;
        Ok(count.unwrap_or(0))
    }
}

impl ProfileAnswer {
    fn row(&self) -> &profile_answer::Model {
        &self.whole.questions[self.place].answers[self.answer]
    }

    fn key(&self) -> Key {
        let row = self.row();
        Key { questionnaire: row.questionnaire.clone(), no: row.no }
    }

    /// The answer with this number.
    pub(super) fn of(whole: Arc<Questionnaire>, no: i32) -> Option<Self> {
        let (place, answer) = whole.place_of_answer(no)?;
        Some(Self { whole, place, answer })
    }
}

/// How many questionnaires there are, besides a page of them.
#[derive(Description)]
pub(super) struct ProfileQuestionnaireTotal;

#[Object(use_type_description)]
impl ProfileQuestionnaireTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(domain::profile::count(ctx.data()?).await?)
    }
}

#[derive(Default)]
pub(super) struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// The questionnaire with this code; null if there is none.
    async fn profile_questionnaire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, in capitals or not.")] code: String,
    ) -> Option<Result<ProfileQuestionnaire>> {
        let code = text::code(&code)?;
        ProfileQuestionnaire::load(ctx, &code).await.transpose()
    }

    /// The questionnaires, in the order of their codes.
    async fn profile_questionnaires(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, ProfileQuestionnaire, ProfileQuestionnaireTotal, EmptyFields>>
    {
        let args = Slice { first, after, last, before }.args()?;
        let page = domain::profile::list(ctx.data()?, args).await?;
        Ok(connection(page, ProfileQuestionnaireTotal, ProfileQuestionnaire))
    }
}
