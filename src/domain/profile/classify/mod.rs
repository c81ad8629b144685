//! Classifying contacts (PRO-6, PRO-7): the answers to some questions follow from other data, and are
//! found for all contacts at once. The database adds up, what comes of it are sets of contacts, and of
//! those only the difference is written, and the day of answers that stay if it is another.

mod holders;
mod measure;
mod range;
mod rating;
mod save;
mod sums;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use roaring::RoaringBitmap;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

pub(super) use measure::obstacle;
pub use range::DECIMALS;
pub use rating::rate_again;
pub(super) use rating::{require_no_cycle, require_unused};

use self::{
    holders::{Holders, population},
    measure::Window,
};
use super::{Key, Question, Questionnaire, locked_all, missing, with_lines};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Event, Progress, ProgressState, Rejection, Result, contact::touch,
        id::profile_question_id, members, text,
    },
    entity::{kinds::ProfileMeasure, profile_questionnaire},
};

/// What to classify, and how.
#[derive(Clone, Debug, Default)]
pub struct Classify {
    /// The questionnaire; all of them unless one is named.
    pub questionnaire: Option<String>,
    /// The day that date formulas start from; today unless it is given.
    pub as_of: Option<NaiveDate>,
    /// Find out what would happen, and write nothing.
    pub dry_run: bool,
    /// The name of the operation in its progress events; a random one unless it is given.
    pub operation: Option<i64>,
}

/// What came of classifying, or would come of it.
#[derive(Clone, Debug)]
pub struct Classified {
    /// The name of the operation in its progress events.
    pub operation: i64,
    /// In the order of their numbers, questionnaire by questionnaire.
    pub questions: Vec<ClassifiedQuestion>,
    /// Who got another answer.
    pub contacts_changed: u64,
}

/// What came of one question.
#[derive(Clone, Debug)]
pub struct ClassifiedQuestion {
    pub questionnaire: Arc<Questionnaire>,
    pub no: i32,
    /// Why it could not be asked; then its answers stay as they are.
    pub skipped: Option<&'static str>,
    pub answers: Vec<ClassifiedAnswer>,
}

/// Who has an answer, and has not had it before, or has no longer.
#[derive(Clone, Debug)]
pub struct ClassifiedAnswer {
    pub no: i32,
    pub contacts: u64,
    pub added: u64,
    pub removed: u64,
}

/// Classifies contacts, all or none. Answers of classified questions that contacts have are replaced;
/// ratings of other questionnaires that are made of these follow.
///
/// # Errors
/// At `questionnaire`: [`NotFound`](crate::domain::Reason::NotFound), and
/// [`Required`](crate::domain::Reason::Required) or [`Invalid`](crate::domain::Reason::Invalid) for questions that lack a date or have one that leads nowhere, or ratings that depend on themselves.
pub async fn classify(context: &Context, request: &Classify) -> Result<Classified> {
    let operation = request.operation.unwrap_or_else(|| fastrand::i64(1..1 << 53));
    let run = Run { context, request, operation };
    if request.dry_run {
        let txn = db::snapshot(&context.db).await?;
        let outcome = run.all(&txn).await;
        txn.rollback().await?;
        return outcome.map(|(classified, _)| classified);
    }
    let changes = [Table::Contact, Table::ContactProfileAnswer];
    let outcome = db::write(&context.db, &changes, async |txn| {
        members::hold_deletions(txn).await?;
        let (classified, changed) = run.all(txn).await?;
        // CON-10
        touch(txn, context.clock.now(), changed.iter()).await?;
        Ok::<_, Error>(classified)
    })
    .await;
    let (state, done) = match &outcome {
        Ok(done) => (ProgressState::Done, done.questions.len() as u64),
        Err(_) => (ProgressState::Failed, 0),
    };
    run.progressed(state, done, done).await;
    if outcome.as_ref().is_ok_and(|it| 0 < it.contacts_changed) {
        context.events.publish(&context.db, Event::ContactsImported).await;
    }
    outcome
}

struct Run<'a> {
    context: &'a Context,
    request: &'a Classify,
    operation: i64,
}

impl Run<'_> {
    /// Also returns who got another answer.
    async fn all(&self, txn: &DatabaseTransaction) -> Result<(Classified, RoaringBitmap)> {
        let questionnaires = self.questionnaires(txn).await?;
        let asked: Vec<Asked<'_>> = questionnaires
            .iter()
            .flat_map(|it| {
                let classified = it.questions.iter().filter(|it| it.is_classified());
                classified.map(move |question| Asked { questionnaire: it, question })
            })
            .collect();
        let windows = self.windows(&asked)?;
        let (ratings, others): (Vec<&Asked<'_>>, Vec<&Asked<'_>>) =
            asked.iter().partition(|it| it.is_rating());
        let ratings = rating::in_order(txn, ratings).await?;
        let mut populations: HashMap<&str, RoaringBitmap> = HashMap::new();
        for questionnaire in &questionnaires {
            let population = population(txn, questionnaire, None).await?;
            populations.insert(&questionnaire.header.code, population);
        }
        let mut found: HashMap<Key, Vec<(i32, Holders)>> = HashMap::new();
        let mut done = 0;
        let total = asked.len() as u64;
        for asked in others {
            let population = &populations[asked.questionnaire.header.code.as_str()];
            let window = windows[&asked.key()];
            if let Some(answers) = asked.holders(txn, population, window).await? {
                found.insert(asked.key(), answers);
            }
            done += 1;
            self.progressed(ProgressState::Running, done, total).await;
        }
        for (asked, points) in ratings {
            let population = &populations[asked.questionnaire.header.code.as_str()];
            let answers = rating::holders(txn, asked, &points, population, None, &found).await?;
            found.insert(asked.key(), answers);
            done += 1;
            self.progressed(ProgressState::Running, done, total).await;
        }
        let day = self.request.as_of.unwrap_or_else(|| self.context.today());
        let (mut changed, mut answered) = (RoaringBitmap::new(), BTreeSet::new());
        let mut questions = Vec::with_capacity(asked.len());
        for asked in &asked {
            let mut classified = ClassifiedQuestion {
                questionnaire: Arc::clone(asked.questionnaire),
                no: asked.question.row.no,
                skipped: None,
                answers: Vec::new(),
            };
            match found.get(&asked.key()) {
                None => classified.skipped = asked.question.row.measure.and_then(obstacle),
                Some(answers) => {
                    for (no, holders) in answers {
                        let save = save::Save { question: &asked.question.row, no: *no, day };
                        let (answer, other) = save.run(txn, holders, self.request.dry_run).await?;
                        if !other.is_empty() {
                            answered.insert(asked.key());
                        }
                        changed |= other;
                        classified.answers.push(answer);
                    }
                }
            }
            questions.push(classified);
        }
        // Of all questionnaires, all ratings have been asked.
        if self.request.questionnaire.is_some() && !self.request.dry_run {
            rate_again(txn, day, &changed, &answered).await?;
        }
        let operation = self.operation;
        let classified = Classified { operation, questions, contacts_changed: changed.len() };
        Ok((classified, changed))
    }

    /// Those to classify, in the order of their codes.
    async fn questionnaires(&self, txn: &DatabaseTransaction) -> Result<Vec<Arc<Questionnaire>>> {
        let named = self.request.questionnaire.as_deref();
        let code = named.map(|code| text::code(code).unwrap_or_default());
        let mut headers =
            profile_questionnaire::Entity::find().order_by_asc(profile_questionnaire::Column::Code);
        if let Some(code) = &code {
            headers = headers.filter(profile_questionnaire::Column::Code.eq(code.as_str()));
        }
        let headers = headers.all(txn).await?;
        if let (Some(code), true) = (code, headers.is_empty()) {
            return Err(missing(&code, &["questionnaire"]));
        }
        let mut all = match self.request.dry_run {
            true => with_lines(txn, headers).await?,
            false => {
                let codes: Vec<String> = headers.into_iter().map(|it| it.code).collect();
                locked_all(txn, &codes).await?.into_values().collect()
            }
        };
        all.sort_by(|a, b| a.header.code.cmp(&b.header.code));
        Ok(all.into_iter().map(Arc::new).collect())
    }

    /// The days that count for each question, but for ratings.
    fn windows(&self, asked: &[Asked<'_>]) -> Result<HashMap<Key, Window>> {
        let day = self.request.as_of.unwrap_or_else(|| self.context.today());
        let (mut windows, mut rejections) = (HashMap::new(), Vec::new());
        for asked in asked.iter().filter(|it| !it.is_rating()) {
            let row = &asked.question.row;
            match Window::of(row, day) {
                Ok(window) => _ = windows.insert(asked.key(), window),
                Err((reason, what)) => {
                    let message = format!("The question {} {what}.", asked.key());
                    let mut rejection = Rejection::new(reason, &["questionnaire"], message);
                    rejection.concerned = vec![profile_question_id(&asked.key())];
                    rejections.push(rejection);
                }
            }
        }
        match rejections.is_empty() {
            true => Ok(windows),
            false => Err(Error::Rejected(rejections)),
        }
    }

    async fn progressed(&self, state: ProgressState, done: u64, total: u64) {
        let (operation, total) = (self.operation, Some(total));
        let progress = Progress { operation, state, done, total, rejected: 0, message: None };
        self.context.events.publish(&self.context.db, Event::OperationProgressed(progress)).await;
    }
}

/// A question that classifies, and where it stands.
#[derive(Copy, Clone)]
struct Asked<'a> {
    questionnaire: &'a Arc<Questionnaire>,
    question: &'a Question,
}

impl Asked<'_> {
    fn key(&self) -> Key {
        Key { questionnaire: self.questionnaire.header.code.clone(), no: self.question.row.no }
    }

    fn is_rating(&self) -> bool {
        self.question.row.measure == Some(ProfileMeasure::Rating)
    }
}
