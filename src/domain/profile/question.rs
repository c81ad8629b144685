//! Setting questions with their answers, and deleting them.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{
    Key, LINES_MAX, Question, Questionnaire, STEP,
    answers::{require_one_each, require_unanswered},
    classification::{self, Classification},
    classify::require_unused,
    locked,
};
use crate::{
    db::{self, OnConflict, Table},
    domain::{Context, Error, Reason, Rejection, Rejections, Result, check, id},
    entity::{
        kinds::{ProfileMeasure, ProfileMethod, ProfilePriority, ProfileSorting},
        profile_answer, profile_question,
    },
};

/// What a question is to be. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct QuestionChange {
    pub questionnaire: String,
    /// Its number; the next one, for a new question, unless it is given.
    pub no: Option<i32>,
    pub description: Option<String>,
    pub multiple_answers: Option<bool>,
    /// How it classifies contacts; `Some(None)` if people answer.
    pub classification: Option<Option<Classification>>,
    /// All that it has afterwards, in the order of their numbers.
    pub answers: Option<Vec<AnswerChange>>,
}

/// What an answer is to be. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AnswerChange {
    /// Its number; the next one, for a new answer, unless it is given.
    pub no: Option<i32>,
    pub description: Option<String>,
    pub priority: Option<ProfilePriority>,
    /// In ten-thousandths: the least value that it classifies.
    pub from_value: Option<Option<i64>>,
    pub to_value: Option<Option<i64>>,
}

/// A question that says nothing yet.
pub fn blank(questionnaire: String, no: i32) -> profile_question::Model {
    profile_question::Model {
        questionnaire,
        no,
        description: String::new(),
        multiple_answers: false,
        measure: None,
        method: None,
        sorting: None,
        starting_date: None,
        ending_date: None,
        decimals: 0,
        answered_percent_min: 0,
    }
}

/// Whether a contact may have several answers: what classifies by itself may give several.
pub fn allows_several(row: &profile_question::Model) -> bool {
    row.multiple_answers || row.measure.is_some()
}

/// Sets what follows from the rest (PRO-5): a question that people answer has no settings for
/// classifying contacts, a rating few, and any other a method, and those by percentage an order.
pub fn settle(row: &mut profile_question::Model) {
    use ProfileMethod::DefinedValue;
    let is_rating = row.measure == Some(ProfileMeasure::Rating);
    row.method = match row.method {
        _ if row.measure.is_none() => None,
        Some(method) if !is_rating => Some(method),
        _ => Some(DefinedValue),
    };
    if row.measure.is_none() || is_rating {
        row.starting_date = None;
        row.ending_date = None;
    }
    if !is_rating {
        row.answered_percent_min = 0;
    }
    row.sorting = match row.method {
        None | Some(DefinedValue) => None,
        Some(_) => row.sorting.or(Some(ProfileSorting::Descending)),
    };
    if row.measure.is_none() {
        row.decimals = 0;
    }
}

/// Creates or changes a question with its answers. Returns the questionnaire and the number of the
/// question.
///
/// # Errors
/// [`Reason::NotFound`] at `questionnaire`; [`Reason::Taken`] at `no` or `answers` for numbers that
/// other lines have; [`Reason::InUse`] at `answers` with the contacts who gave an answer that would
/// go, and at `multipleAnswers` with those who gave several; what is wrong with the rest.
pub async fn set_question(
    context: &Context,
    change: &QuestionChange,
) -> Result<(Questionnaire, i32)> {
    db::write(&context.db, &[Table::ProfileAnswer], async |txn| {
        let before = locked(txn, &change.questionnaire, &["questionnaire"]).await?;
        let code = before.header.code.clone();
        let (old, mut question) = outcome(&before, change)?;
        if let Some(old) = &old {
            let left: BTreeSet<i32> = question.answers.iter().map(|it| it.no).collect();
            let gone: Vec<i32> =
                old.answers.iter().map(|it| it.no).filter(|no| !left.contains(no)).collect();
            if !gone.is_empty() {
                require_unanswered(txn, &code, Some(&gone), &["answers"]).await?;
                require_unused(txn, &code, Some(&gone), &["answers"]).await?;
                delete_answers(txn, &code, &gone).await?;
            }
            if allows_several(&old.row) && !allows_several(&question.row) {
                require_one_each(txn, &code, question.row.no, &["multipleAnswers"]).await?;
            }
        }
        let rows = std::slice::from_ref(&question.row);
        db::insert_rows::<profile_question::Entity>(txn, rows, OnConflict::Replace).await?;
        let rows = &question.answers;
        db::insert_rows::<profile_answer::Entity>(txn, rows, OnConflict::Replace).await?;
        let no = question.row.no;
        if let Some(classification) = &change.classification {
            let key = Key { questionnaire: code, no };
            question.points =
                classification::set_points(txn, &key, classification.as_ref()).await?;
        }
        let mut after = before;
        after.questions.retain(|it| it.row.no != no);
        let place = after.questions.partition_point(|it| it.row.no < no);
        after.questions.insert(place, question);
        Ok((after, no))
    })
    .await
}

/// Deletes a question (PRO-4). Returns its number.
///
/// # Errors
/// [`Reason::NotFound`] at `questionnaire` or `no`; [`Reason::InUse`] at `withAnswers` if it has
/// answers and those are not to go with it, at `no` with the contacts who answered it.
pub async fn delete_question(
    context: &Context,
    questionnaire: &str,
    no: i32,
    with_answers: bool,
) -> Result<i32> {
    db::write(&context.db, &[Table::ProfileAnswer], async |txn| {
        let questionnaire = locked(txn, questionnaire, &["questionnaire"]).await?;
        let code = &questionnaire.header.code;
        let question = questionnaire.questions.iter().find(|it| it.row.no == no);
        let question = question.ok_or_else(|| {
            let message = format!("The questionnaire {code} has no question {no}.");
            Error::reject(Reason::NotFound, &["no"], message)
        })?;
        let answers: Vec<i32> = question.answers.iter().map(|it| it.no).collect();
        if !answers.is_empty() && !with_answers {
            let message = format!("The question still has {} answers.", answers.len());
            let mut rejection = Rejection::new(Reason::InUse, &["withAnswers"], message);
            let key = |no: &i32| Key { questionnaire: code.clone(), no: *no };
            let ids = answers.iter().take(crate::domain::CONCERNED_MAX);
            rejection.concerned = ids.map(|no| id::profile_answer_id(&key(no))).collect();
            return Err(rejection.into());
        }
        require_unanswered(txn, code, Some(&answers), &["no"]).await?;
        require_unused(txn, code, Some(&answers), &["no"]).await?;
        classification::forget_points(txn, code, &[no]).await?;
        delete_answers(txn, code, &answers).await?;
        profile_question::Entity::delete_by_id((code.clone(), no)).exec(txn).await?;
        Ok(no)
    })
    .await
}

async fn delete_answers(txn: &DatabaseTransaction, code: &str, numbers: &[i32]) -> Result<()> {
    profile_answer::Entity::delete_many()
        .filter(profile_answer::Column::Questionnaire.eq(code))
        .filter(profile_answer::Column::No.is_in(numbers.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// The question before, if there is one, and as it is to be.
fn outcome(
    questionnaire: &Questionnaire,
    change: &QuestionChange,
) -> Result<(Option<Question>, Question)> {
    let code = &questionnaire.header.code;
    let mut rejections = Rejections::default();
    let mut numbers: BTreeSet<i32> = questionnaire.numbers().collect();
    let place = change.no.and_then(|no| questionnaire.place_of(no));
    let old = place.map(|place| questionnaire.questions[place].clone());
    let mut question = match &old {
        Some(old) => old.clone(),
        None => {
            let no = rejections.keep(number(&mut numbers, change.no, &["no"]))?;
            let row = blank(code.clone(), no.unwrap_or_default());
            Question { row, answers: Vec::new(), points: Vec::new() }
        }
    };
    if change.description.is_some() || old.is_none() {
        let text = described(change.description.as_deref(), &["description"]);
        question.row.description = rejections.keep(text)?.unwrap_or_default();
    }
    question.row.multiple_answers =
        change.multiple_answers.unwrap_or(question.row.multiple_answers);
    if let Some(classification) = &change.classification {
        let applied = classification::apply(&mut question.row, classification.as_ref());
        rejections.keep(applied.map_err(|err| err.under(&["classification"])))?;
    }
    if let Some(changes) = &change.answers {
        let own: Vec<profile_answer::Model> = std::mem::take(&mut question.answers);
        let mut seen = BTreeSet::new();
        for (index, change) in changes.iter().enumerate() {
            let index = index.to_string();
            let path = |field| ["answers", &index, field];
            let old = own.iter().find(|it| change.no == Some(it.no));
            let no = match old {
                Some(old) if seen.insert(old.no) => Ok(old.no),
                _ => number(&mut numbers, change.no, &path("no")),
            };
            let no = rejections.keep(no)?.unwrap_or_default();
            let mut answer = old.cloned().unwrap_or_else(|| blank_answer(&question.row, no));
            if change.description.is_some() || old.is_none() {
                let text = described(change.description.as_deref(), &path("description"));
                answer.description = rejections.keep(text)?.unwrap_or_default();
            }
            answer.priority = change.priority.unwrap_or(answer.priority);
            answer.from_value = change.from_value.unwrap_or(answer.from_value);
            answer.to_value = change.to_value.unwrap_or(answer.to_value);
            if is_empty_range(&answer) {
                let message = "The range ends before it begins.";
                rejections.add(Reason::Invalid, &path("toValue"), message);
            }
            question.answers.push(answer);
        }
        question.answers.sort_by_key(|it| it.no);
    }
    let others = questionnaire.questions.iter().filter(|it| it.row.no != question.row.no);
    let lines = others.map(|it| 1 + it.answers.len()).sum::<usize>() + 1 + question.answers.len();
    if LINES_MAX < lines {
        let message = format!("A questionnaire has at most {LINES_MAX} questions and answers.");
        rejections.add(Reason::LimitExceeded, &["answers"], message);
    }
    rejections.into_result().map(|()| (old, question))
}

/// An answer to a question that says nothing yet.
pub fn blank_answer(question: &profile_question::Model, no: i32) -> profile_answer::Model {
    profile_answer::Model {
        questionnaire: question.questionnaire.clone(),
        no,
        question_no: question.no,
        description: String::new(),
        priority: ProfilePriority::Normal,
        from_value: None,
        to_value: None,
    }
}

/// Whether an answer stands for no value at all, for its range ends before it begins.
pub fn is_empty_range(answer: &profile_answer::Model) -> bool {
    matches!((answer.from_value, answer.to_value), (Some(from), Some(to)) if to < from)
}

/// A number that no line has, which then is taken: the one that is given, or the next.
fn number(numbers: &mut BTreeSet<i32>, given: Option<i32>, path: &[&str]) -> Result<i32> {
    let next = || {
        let last = numbers.last().copied().unwrap_or(0);
        (last / STEP).checked_add(1)?.checked_mul(STEP)
    };
    let no = match given {
        Some(no) if no < 1 => {
            let message = "Lines are numbered from 1 on.";
            return Err(Error::reject(Reason::Invalid, path, message));
        }
        Some(no) => no,
        None => next().ok_or_else(|| {
            let message = "There is no number left above that of the last line. Give one.";
            Error::reject(Reason::LimitExceeded, path, message)
        })?,
    };
    if numbers.insert(no) {
        return Ok(no);
    }
    Err(Error::reject(Reason::Taken, path, format!("Another line has the number {no}.")))
}

/// # Errors
/// [`Reason::Required`] or [`Reason::LimitExceeded`] at `path`.
fn described(text: Option<&str>, path: &[&str]) -> Result<String> {
    check::text(text, path)?
        .ok_or_else(|| Error::reject(Reason::Required, path, "It has to be described."))
}
