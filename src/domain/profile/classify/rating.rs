//! Ratings (PRO-7): answers to other questions have points, and what they add up to decides. Ratings
//! that others are made of come first.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, sea_query::Expr,
};

use super::{Asked, Holders, measure::Measured, population, range::Scale, save::Save};
use crate::{
    db::{self, dialect},
    domain::{
        CONCERNED_MAX, Error, Reason, Rejection, Result,
        id::profile_question_id,
        profile::{Key, Questionnaire, with_lines},
    },
    entity::{
        contact_profile_answer, profile_questionnaire,
        profile_rating::{self, Model},
    },
};

/// An answer that counts, to which question it is, and how much, in ten-thousandths.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) answer: Key,
    pub(super) question: Key,
    pub(super) points: i64,
}

/// The ratings with what they are made of, each after those that it is made of.
///
/// # Errors
/// [`Reason::Invalid`] at `questionnaire` if one depends on itself.
pub(super) async fn in_order<'a>(
    db: &impl ConnectionTrait,
    ratings: Vec<&'a Asked<'a>>,
) -> Result<Vec<(&'a Asked<'a>, Vec<Point>)>> {
    let points = all_points(db).await?;
    let mut left: Vec<(&Asked<'_>, Vec<Point>)> = ratings
        .into_iter()
        .map(|asked| (asked, points.get(&asked.key()).cloned().unwrap_or_default()))
        .collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waiting: HashSet<Key> = left.iter().map(|(asked, _)| asked.key()).collect();
        let (later, ready): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|(_, points)| points.iter().any(|it| waiting.contains(&it.question)));
        if ready.is_empty() {
            let keys: Vec<Key> = later.iter().map(|(asked, _)| asked.key()).collect();
            return Err(cycle(&keys, &["questionnaire"]));
        }
        ordered.extend(ready);
        left = later;
    }
    Ok(ordered)
}

fn cycle(keys: &[Key], path: &[&str]) -> Error {
    let names: Vec<String> = keys.iter().map(Key::to_string).collect();
    let message = format!("Ratings that depend on themselves: {}.", names.join(", "));
    let mut rejection = Rejection::new(Reason::Invalid, path, message);
    rejection.concerned = keys.iter().map(profile_question_id).collect();
    rejection.into()
}

/// What each rating is made of.
async fn all_points(db: &impl ConnectionTrait) -> Result<HashMap<Key, Vec<Point>>> {
    let rows = profile_rating::Entity::find()
        .order_by_asc(profile_rating::Column::AnswerQuestionnaire)
        .order_by_asc(profile_rating::Column::AnswerNo)
        .all(db)
        .await?;
    let mut all: HashMap<Key, Vec<Point>> = HashMap::new();
    for row in rows {
        let rating = Key { questionnaire: row.questionnaire.clone(), no: row.question_no };
        all.entry(rating).or_default().push(point(row));
    }
    Ok(all)
}

fn point(row: Model) -> Point {
    let question =
        Key { questionnaire: row.answer_questionnaire.clone(), no: row.answer_question_no };
    let answer = Key { questionnaire: row.answer_questionnaire, no: row.answer_no };
    Point { answer, question, points: row.points }
}

/// That a question does not depend on itself through what other ratings are made of.
///
/// # Errors
/// [`Reason::Invalid`] at `path`.
pub(in crate::domain::profile) async fn require_no_cycle(
    db: &impl ConnectionTrait,
    question: &Key,
    path: &[&str],
) -> Result<()> {
    let all = all_points(db).await?;
    let mut seen = BTreeSet::new();
    let mut next = vec![question.clone()];
    while let Some(rating) = next.pop() {
        for point in all.get(&rating).into_iter().flatten() {
            if point.question == *question {
                return Err(cycle(std::slice::from_ref(question), path));
            }
            if seen.insert(point.question.clone()) {
                next.push(point.question.clone());
            }
        }
    }
    Ok(())
}

/// Who gets which answer to a rating. Answers that were `found` just now count instead of those that
/// are stored.
pub(super) async fn holders(
    db: &impl ConnectionTrait,
    asked: &Asked<'_>,
    points: &[Point],
    population: &RoaringBitmap,
    among: Option<&RoaringBitmap>,
    found: &HashMap<Key, Vec<(i32, Holders)>>,
) -> Result<Vec<(i32, Holders)>> {
    let mut values: HashMap<u32, i64> = HashMap::new();
    let mut answered: BTreeMap<&Key, RoaringBitmap> = BTreeMap::new();
    for point in points {
        let fresh = found.get(&point.question);
        let fresh = fresh.and_then(|it| it.iter().find(|(no, _)| *no == point.answer.no));
        let whose = match fresh {
            Some((_, holders)) => holders.values().fold(RoaringBitmap::new(), |all, it| all | it),
            None => stored(db, &point.answer, among).await?,
        } & population;
        for contact in &whose {
            let value = values.entry(contact).or_default();
            *value = value.saturating_add(point.points);
        }
        *answered.entry(&point.question).or_default() |= whose;
    }
    let questions = answered.len() as u64;
    let mut counts: HashMap<u32, u64> = HashMap::new();
    for whose in answered.values() {
        for contact in whose {
            *counts.entry(contact).or_default() += 1;
        }
    }
    let row = &asked.question.row;
    let is_enough = |count: u64| row.answered_percent_min <= percent(count, questions);
    let mut rated: RoaringBitmap =
        counts.iter().filter(|(_, count)| is_enough(**count)).map(|(id, _)| *id).collect();
    if is_enough(0) {
        let silent = counts.keys().fold(population.clone(), |mut left, id| {
            left.remove(*id);
            left
        });
        rated |= silent;
    }
    let measured = Measured::new(values.into_iter().collect(), &rated);
    let answers = asked.question.answers.iter().map(|answer| {
        let whose = measured.within(answer, Scale::VALUE, row.decimals);
        let mut holders = Holders::new();
        for contact in whose {
            let count = counts.get(&contact).copied().unwrap_or(0);
            holders.entry(Some(percent(count, questions))).or_default().insert(contact);
        }
        (answer.no, holders)
    });
    Ok(answers.collect())
}

/// How many of the questions, in ten-thousandths of a per cent. None of none is none.
fn percent(count: u64, questions: u64) -> i64 {
    i64::try_from(count * 1_000_000 / questions.max(1)).unwrap_or(i64::MAX)
}

/// Who has an answer, among those if they are named.
pub(super) async fn stored(
    db: &impl ConnectionTrait,
    answer: &Key,
    among: Option<&RoaringBitmap>,
) -> Result<RoaringBitmap> {
    use contact_profile_answer::Column;
    let mut whose = contact_profile_answer::Entity::find()
        .select_only()
        .column_as(Column::ContactId, "id")
        .filter(Column::Questionnaire.eq(answer.questionnaire.as_str()))
        .filter(Column::AnswerNo.eq(answer.no));
    if let Some(among) = among {
        let contact = Expr::col(Column::ContactId);
        whose = whose.filter(dialect::in_ids(db.get_database_backend(), contact, among.iter()));
    }
    Ok(db::keys(db, whose.into_query()).await?)
}

/// PRO-4: no rating uses these answers of a questionnaire, or, from outside, any of it.
///
/// # Errors
/// [`Reason::InUse`] at `path`, with the ratings.
pub(in crate::domain::profile) async fn require_unused(
    txn: &DatabaseTransaction,
    questionnaire: &str,
    answers: Option<&[i32]>,
    path: &[&str],
) -> Result<()> {
    use profile_rating::Column;
    let mut uses =
        profile_rating::Entity::find().filter(Column::AnswerQuestionnaire.eq(questionnaire));
    uses = match answers {
        Some(answers) => uses.filter(Column::AnswerNo.is_in(answers.iter().copied())),
        // Its own ratings go with it.
        None => uses.filter(Column::Questionnaire.ne(questionnaire)),
    };
    let rows = uses.limit(CONCERNED_MAX as u64).all(txn).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let keys =
        rows.into_iter().map(|it| Key { questionnaire: it.questionnaire, no: it.question_no });
    let keys: BTreeSet<Key> = keys.collect();
    let names: Vec<String> = keys.iter().map(Key::to_string).collect();
    let message = format!("Ratings use it: {}.", names.join(", "));
    let mut rejection = Rejection::new(Reason::InUse, path, message);
    rejection.concerned = keys.iter().map(profile_question_id).collect();
    Err(rejection.into())
}

/// Rates contacts again who have given other answers to these questions, by all ratings that these
/// are a part of (PRO-1).
///
/// # Errors
/// What the database says.
pub async fn rate_again(
    txn: &DatabaseTransaction,
    day: NaiveDate,
    contacts: &RoaringBitmap,
    answered: &BTreeSet<Key>,
) -> Result<()> {
    let all = all_points(txn).await?;
    let concerned = depending_on(&all, answered);
    if concerned.is_empty() {
        return Ok(());
    }
    let codes: BTreeSet<&str> = concerned.iter().map(|it| it.questionnaire.as_str()).collect();
    let headers = profile_questionnaire::Entity::find()
        .filter(profile_questionnaire::Column::Code.is_in(codes))
        .all(txn)
        .await?;
    let questionnaires = with_lines(txn, headers).await?;
    let questionnaires: Vec<Arc<Questionnaire>> =
        questionnaires.into_iter().map(Arc::new).collect();
    let asked: Vec<Asked<'_>> = questionnaires
        .iter()
        .flat_map(|it| {
            it.questions.iter().map(move |question| Asked { questionnaire: it, question })
        })
        .filter(|it| it.is_rating() && concerned.contains(&it.key()))
        .collect();
    let mut found = HashMap::new();
    for (asked, points) in in_order(txn, asked.iter().collect()).await? {
        let population = population(txn, asked.questionnaire, Some(contacts)).await?;
        let answers = holders(txn, asked, &points, &population, Some(contacts), &found).await?;
        for (no, holders) in &answers {
            let save = Save { question: &asked.question.row, no: *no, day };
            save.run_among(txn, holders, contacts).await?;
        }
        found.insert(asked.key(), answers);
    }
    Ok(())
}

/// The ratings that count answers to these questions, or to ratings that do.
fn depending_on(all: &HashMap<Key, Vec<Point>>, answered: &BTreeSet<Key>) -> BTreeSet<Key> {
    let mut concerned = BTreeSet::new();
    loop {
        let counts = |point: &Point| {
            answered.contains(&point.question) || concerned.contains(&point.question)
        };
        let more: Vec<Key> = all
            .iter()
            .filter(|(rating, points)| !concerned.contains(*rating) && points.iter().any(counts))
            .map(|(rating, _)| rating.clone())
            .collect();
        if more.is_empty() {
            return concerned;
        }
        concerned.extend(more);
    }
}
