//! How questions classify contacts, and classifying them.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};

use super::{ProfileAnswer, ProfileQuestion, ProfileQuestionnaire};
use crate::{
    domain::{
        self, amount,
        id::Kind,
        profile::{Classification, ClassifiedAnswer, ClassifiedQuestion, Classify, Questionnaire},
    },
    entity::{kinds, profile_rating},
    graphql::{
        error::{Result, UserError, outcome},
        scalar::{Date, Decimal},
    },
};

/// By what a question classifies contacts. Interactions and opportunities are those of a person; of a
/// company, also those of the people who belonged to it at the time. Canceled and postponed interactions do
/// not count. By what was sold, customers are compared, and by what was bought, vendors: companies that are
/// linked to one, have the business relation that means it, or with which there was any trade. Their people
/// get the same answers.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::ProfileMeasure")]
pub(in crate::graphql) enum ProfileMeasure {
    /// How many interactions.
    InteractionQuantity,
    /// How many interactions a year of 365 days.
    InteractionFrequency,
    /// What an interaction costs, in local currency.
    AverageInteractionCost,
    /// How long an interaction takes, in minutes.
    AverageInteractionDuration,
    /// How many of the opportunities that were closed were won, in per cent.
    OpportunitiesWonPercent,
    /// The points of the answers that the contact has.
    Rating,
    /// What was sold, in local currency.
    Sales,
    /// What was earned; contacts can't be classified by it, for purchases say nothing of costs.
    Profit,
    /// How many invoices a year of 365 days.
    SalesFrequency,
    /// What an invoice amounts to, in local currency.
    AverageInvoice,
    /// How much discount was given; contacts can't be classified by it, for purchases say nothing of it.
    SalesDiscountPercent,
    /// How late payments came in; contacts can't be classified by it, for purchases say nothing of it.
    SalesOverdueDays,
    /// What was bought, in local currency.
    Purchases,
    /// How many invoices were received in a year of 365 days.
    PurchaseFrequency,
    /// What a received invoice amounts to, in local currency.
    AveragePurchase,
    /// How much discount was received; contacts can't be classified by it, for purchases say nothing of it.
    PurchaseDiscountPercent,
    /// How late we paid; contacts can't be classified by it, for purchases say nothing of it.
    PurchaseOverdueDays,
}

/// How what is measured decides on an answer.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::ProfileMethod")]
pub(in crate::graphql) enum ProfileMethod {
    /// By the value itself.
    DefinedValue,
    /// By the share in what the values of all contacts come to, in per cent.
    PercentageOfValue,
    /// By the place among all contacts, in per cent of how many they are.
    PercentageOfContacts,
}

/// From which end contacts are ranked.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::ProfileSorting")]
pub(in crate::graphql) enum ProfileSorting {
    /// The greatest value comes first.
    Descending,
    /// The least value comes first.
    Ascending,
}

/// How a question classifies contacts. Whom its questionnaire is for gets the answers in whose range
/// the value lies, after it was rounded.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(in crate::graphql) struct ProfileClassification {
    /// What is measured.
    by: ProfileMeasure,
    /// How that decides on an answer.
    method: Option<ProfileMethod>,
    /// From which end contacts are ranked; null where they are not.
    sorting: Option<ProfileSorting>,
    /// The first day that counts, as a formula from the day of classifying, such as `CY-1Y+1D`: the
    /// day after the end of last year. Null for ratings.
    starting_date: Option<String>,
    /// The last day that counts, as a formula.
    ending_date: Option<String>,
    /// To how many digits after the point the value is rounded; before it, if negative.
    decimals: i32,
    /// Of ratings: how many of the questions have to be answered, in per cent.
    answered_percent_min: Decimal,
    #[graphql(skip)]
    points: Vec<profile_rating::Model>,
}

#[ComplexObject]
impl ProfileClassification {
    /// Of ratings: the answers that count.
    async fn points(&self, ctx: &Context<'_>) -> Result<Vec<ProfilePoints>> {
        let mut all = Vec::with_capacity(self.points.len());
        for row in &self.points {
            let questionnaire = ProfileQuestionnaire::load(ctx, &row.answer_questionnaire).await?;
            let answer = questionnaire.and_then(|it| ProfileAnswer::of(it.0, row.answer_no));
            let points = Decimal(amount::from_stored(row.points));
            all.extend(answer.map(|answer| ProfilePoints { answer, points }));
        }
        Ok(all)
    }
}

impl ProfileClassification {
    /// How a question classifies, if it does.
    pub(super) fn of(question: &domain::profile::Question) -> Option<Self> {
        let row = &question.row;
        Some(Self {
            by: row.measure?.into(),
            method: row.method.map(Into::into),
            sorting: row.sorting.map(Into::into),
            starting_date: row.starting_date.clone(),
            ending_date: row.ending_date.clone(),
            decimals: row.decimals,
            answered_percent_min: Decimal(amount::from_stored(row.answered_percent_min)),
            points: question.points.clone(),
        })
    }
}

/// How much an answer counts for a rating.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ProfilePoints {
    /// The answer.
    answer: ProfileAnswer,
    /// How much it counts.
    points: Decimal,
}

/// How a question is to classify contacts.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileClassificationInput {
    /// What is measured.
    by: ProfileMeasure,
    /// How that decides on an answer; ratings are by `DEFINED_VALUE`.
    #[graphql(default_with = "Some(ProfileMethod::DefinedValue)")]
    method: Option<ProfileMethod>,
    /// From which end contacts are ranked, `DESCENDING` unless it is said; only for percentages.
    sorting: Option<ProfileSorting>,
    /// The first day that counts, as a formula from the day of classifying, such as `CY-1Y+1D`.
    /// Needed for all but ratings.
    starting_date: Option<String>,
    /// The last day that counts, as a formula. Needed for all but ratings.
    ending_date: Option<String>,
    /// To how many digits after the point the value is rounded, half away from zero: -9 to 4.
    #[graphql(default_with = "Some(0)")]
    decimals: Option<i32>,
    /// Of ratings: how many of the questions have to be answered, in per cent; 0 unless it is said.
    answered_percent_min: Option<Decimal>,
    /// Of ratings: the answers that count, at most 1,000.
    #[graphql(default_with = "Some(Vec::new())")]
    points: Option<Vec<ProfilePointsInput>>,
}

/// How much an answer is to count for a rating.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfilePointsInput {
    /// The answer by its key, such as `LEADS.20000`.
    answer: String,
    /// How much it counts.
    points: Decimal,
}

impl ProfileClassificationInput {
    pub(super) fn into_domain(self) -> domain::Result<Classification> {
        let path = "answeredPercentMin";
        let percent = self.answered_percent_min.map(|it| amount::to_stored(it.0, &[path]));
        let points = self.points.unwrap_or_default().into_iter().enumerate();
        let points = points.map(|(index, it)| {
            let points = amount::to_stored(it.points.0, &["points", &index.to_string(), "points"]);
            Ok((it.answer, points?))
        });
        Ok(Classification {
            measure: self.by.into(),
            method: self.method.map(Into::into),
            sorting: self.sorting.map(Into::into),
            starting_date: self.starting_date,
            ending_date: self.ending_date,
            decimals: self.decimals.unwrap_or(0),
            answered_percent_min: percent.transpose()?.unwrap_or(0),
            points: points.collect::<domain::Result<_>>()?,
        })
    }
}

/// What to classify.
#[derive(InputObject)]
pub(in crate::graphql) struct ProfileClassifyInput {
    /// The questionnaire, by code; all of them unless one is named.
    questionnaire: Option<String>,
    /// The day that formulas of dates start from; today unless it is given.
    as_of: Option<Date>,
    /// Find out what would happen, and write nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
    /// The id of the operation, such as `operation:4711`, for those who watch `operationProgress`
    /// from before; a random one unless it is given.
    operation_id: Option<ID>,
}

/// What came of a question that classifies contacts, or would come of it.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ProfileClassifiedQuestion {
    /// The question.
    question: ProfileQuestion,
    /// Why it was left out, and its answers stay as they are; null if it was not.
    skipped: Option<&'static str>,
    /// Who has which answer.
    answers: Vec<ProfileClassifiedAnswer>,
}

/// How many contacts got an answer, or would get it.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ProfileClassifiedAnswer {
    /// The answer.
    answer: ProfileAnswer,
    /// How many contacts have it afterwards.
    contacts_count: u64,
    /// How many of them did not have it before.
    added: u64,
    /// How many had it before, and have it no longer.
    removed: u64,
}

/// What came of classifying contacts, or would come of it.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ProfileClassifyPayload {
    /// The id under which `operationProgress` told of it; null if there are user errors.
    operation_id: Option<ID>,
    /// The questions that classify, in the order of their questionnaires and numbers; null if there
    /// are user errors.
    questions: Option<Vec<ProfileClassifiedQuestion>>,
    /// How many contacts have other answers than before; null if there are user errors.
    contacts_changed: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct ProfileClassifyMutation;

#[Object]
impl ProfileClassifyMutation {
    /// Finds the answers that follow from other data, for all contacts at once and all or none, and
    /// replaces those they had. Ratings come last, for they are made of other answers.
    async fn profile_classify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to classify.")] input: ProfileClassifyInput,
    ) -> Result<ProfileClassifyPayload> {
        let context = ctx.data::<domain::Context>()?;
        let operation = input.operation_id.as_ref();
        let operation = operation.map(|id| Kind::Operation.key(id, &["operationId"]));
        let classified = async {
            let request = Classify {
                questionnaire: input.questionnaire,
                as_of: input.as_of.map(|it| it.0),
                dry_run: input.dry_run.unwrap_or(false),
                operation: operation.transpose()?,
            };
            domain::profile::classify(context, &request).await
        };
        let (classified, user_errors) = outcome(classified.await)?;
        Ok(ProfileClassifyPayload {
            operation_id: classified.as_ref().map(|it| ID(Kind::Operation.id(it.operation))),
            contacts_changed: classified.as_ref().map(|it| it.contacts_changed),
            questions: classified.map(|it| it.questions.into_iter().filter_map(shown).collect()),
            user_errors,
        })
    }
}

fn shown(classified: ClassifiedQuestion) -> Option<ProfileClassifiedQuestion> {
    let whole = classified.questionnaire;
    let answer = |it: ClassifiedAnswer, whole: &Arc<Questionnaire>| {
        Some(ProfileClassifiedAnswer {
            answer: ProfileAnswer::of(Arc::clone(whole), it.no)?,
            contacts_count: it.contacts,
            added: it.added,
            removed: it.removed,
        })
    };
    let answers = classified.answers.into_iter().filter_map(|it| answer(it, &whole)).collect();
    let question = ProfileQuestion::of(whole, classified.no)?;
    Some(ProfileClassifiedQuestion { question, skipped: classified.skipped, answers })
}
