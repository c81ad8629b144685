//! How a question classifies contacts, as it is set (PRO-5, PRO-7).

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{
    Key,
    classify::{DECIMALS, obstacle, require_no_cycle},
    settle,
};
use crate::{
    db::{self, OnConflict},
    domain::{Error, Reason, Rejections, Result},
    entity::{
        kinds::{ProfileMeasure, ProfileMethod, ProfileSorting},
        profile_answer, profile_question,
        profile_rating::{self, Model},
    },
};

/// Answers that a rating may count.
const POINTS_MAX: usize = 1_000;
/// In ten-thousandths: more than enough, and still to be added up.
const POINTS_EACH_MAX: i64 = 1_000_000_000 * 10_000;

/// By what a question classifies contacts, and how.
#[derive(Clone, Debug)]
pub struct Classification {
    pub measure: ProfileMeasure,
    pub method: Option<ProfileMethod>,
    pub sorting: Option<ProfileSorting>,
    /// Date formulas.
    pub starting_date: Option<String>,
    pub ending_date: Option<String>,
    pub decimals: i32,
    /// Of ratings, in ten-thousandths.
    pub answered_percent_min: i64,
    /// Of ratings: answers by their keys, and their points in ten-thousandths.
    pub points: Vec<(String, i64)>,
}

/// Sets how a question classifies, or that people answer.
///
/// # Errors
/// What is wrong, at the fields of the classification.
pub(super) fn apply(
    row: &mut profile_question::Model,
    classification: Option<&Classification>,
) -> Result<()> {
    let Some(it) = classification else {
        row.measure = None;
        row.method = None;
        settle(row);
        return Ok(());
    };
    let mut rejections = Rejections::default();
    if let Some(obstacle) = obstacle(it.measure) {
        rejections.add(Reason::NotAllowed, &["by"], obstacle);
    }
    let is_rating = it.measure == ProfileMeasure::Rating;
    row.measure = Some(it.measure);
    row.method = it.method;
    row.sorting = it.sorting;
    row.answered_percent_min = it.answered_percent_min;
    if !(0..=1_000_000).contains(&it.answered_percent_min) {
        let message = "A percentage lies between 0 and 100.";
        rejections.add(Reason::Invalid, &["answeredPercentMin"], message);
    }
    row.decimals = it.decimals;
    if !DECIMALS.contains(&it.decimals) {
        let message = format!("It is {} to {}.", DECIMALS.start(), DECIMALS.end());
        rejections.add(Reason::Invalid, &["decimals"], message);
    }
    if !is_rating {
        let starting = date(it.starting_date.as_deref(), "startingDate");
        row.starting_date = rejections.keep(starting)?;
        row.ending_date = rejections.keep(date(it.ending_date.as_deref(), "endingDate"))?;
    }
    if !is_rating && !it.points.is_empty() {
        rejections.add(Reason::NotAllowed, &["points"], "Only ratings are made of points.");
    }
    settle(row);
    rejections.into_result()
}

/// A date formula, in the form in which it is stored.
fn date(text: Option<&str>, path: &str) -> Result<String> {
    let Some(text) = text else {
        return Err(Error::reject(Reason::Required, &[path], "It has to be given."));
    };
    super::formula(text).map(|it| it.to_string()).ok_or_else(|| {
        let message = format!("{text:?} is no date formula such as CY-1Y+1D.");
        Error::reject(Reason::Invalid, &[path], message)
    })
}

/// Deletes what the questions are made of, as far as they are ratings.
///
/// # Errors
/// What the database says.
pub async fn forget_points(
    txn: &DatabaseTransaction,
    questionnaire: &str,
    questions: &[i32],
) -> Result<()> {
    profile_rating::Entity::delete_many()
        .filter(profile_rating::Column::Questionnaire.eq(questionnaire))
        .filter(profile_rating::Column::QuestionNo.is_in(questions.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Sets what a rating is made of; nothing, if it is none.
///
/// # Errors
/// Below `classification` and `points`: answers that are not there, or twice; and ratings that depend
/// on themselves (PRO-7).
pub(super) async fn set_points(
    txn: &DatabaseTransaction,
    question: &Key,
    classification: Option<&Classification>,
) -> Result<Vec<Model>> {
    forget_points(txn, &question.questionnaire, &[question.no]).await?;
    let points = classification.map(|it| it.points.as_slice()).unwrap_or_default();
    if points.is_empty() {
        return Ok(Vec::new());
    }
    let path = ["classification", "points"];
    if POINTS_MAX < points.len() {
        let message = format!("A rating counts at most {POINTS_MAX} answers.");
        return Err(Error::reject(Reason::LimitExceeded, &path, message));
    }
    let mut rejections = Rejections::default();
    let mut rows: Vec<Model> = Vec::with_capacity(points.len());
    for (index, (answer, points)) in points.iter().enumerate() {
        let index = index.to_string();
        let place = |field| [path[0], path[1], &index, field];
        let Some(key) = rejections.keep(Key::parse_at(answer, &place("answer")))? else { continue };
        let found = profile_answer::Entity::find_by_id((key.questionnaire.clone(), key.no));
        let Some(found) = found.one(txn).await? else {
            let message = format!("There is no answer {key}.");
            rejections.add(Reason::NotFound, &place("answer"), message);
            continue;
        };
        if POINTS_EACH_MAX < points.abs() {
            let message = "An answer counts at most a thousand million points.";
            rejections.add(Reason::Invalid, &place("points"), message);
        }
        let row = Model {
            questionnaire: question.questionnaire.clone(),
            question_no: question.no,
            answer_questionnaire: key.questionnaire,
            answer_no: key.no,
            answer_question_no: found.question_no,
            points: *points,
        };
        let same = |it: &Model| {
            it.answer_questionnaire == row.answer_questionnaire && it.answer_no == row.answer_no
        };
        if rows.iter().any(same) {
            rejections.add(Reason::Taken, &place("answer"), "It is there already.");
        }
        rows.push(row);
    }
    rejections.into_result()?;
    db::insert_rows::<profile_rating::Entity>(txn, &rows, OnConflict::Fail).await?;
    require_no_cycle(txn, question, &path).await?;
    Ok(rows)
}
