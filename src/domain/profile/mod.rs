//! Profiles: questionnaires, and how contacts answer them.
//!
//! Questions and answers are few, and read whole: a questionnaire comes with all its lines. How
//! contacts answer may be millions of rows.

mod answers;
mod classification;
mod classify;
mod merge;
mod offer;
mod question;
mod questionnaire;

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};

pub use answers::{ANSWERS_MAX, AnswersChange, answers_of, counts, require_one_each, set_answers};
pub use classification::{Classification, forget_points};
pub use classify::{
    Classified, ClassifiedAnswer, ClassifiedQuestion, Classify, DECIMALS, classify, rate_again,
};
pub use merge::{Disagreement, disagreements, hand_on};
pub use offer::{Asked, fits, offered};
pub use question::{
    AnswerChange, QuestionChange, allows_several, blank as blank_question, blank_answer,
    delete_question, is_empty_range, set_question, settle,
};
pub use questionnaire::{
    QuestionnaireChange, blank as blank_questionnaire, create, delete, update,
};

use crate::{
    db::dialect,
    domain::{Context, Error, Page, PageArgs, Reason, Result, criteria::Formula, text},
    entity::{profile_answer, profile_question, profile_questionnaire, profile_rating},
};

/// Questions and answers of a questionnaire: all are read at once.
pub const LINES_MAX: usize = 1_000;
/// Between the numbers of lines that come one after the other, so that others fit in between.
const STEP: i32 = 10_000;

/// A questionnaire with its questions, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Questionnaire {
    pub header: profile_questionnaire::Model,
    pub questions: Vec<Question>,
}

/// A question with its answers, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Question {
    pub row: profile_question::Model,
    pub answers: Vec<profile_answer::Model>,
    /// What a rating is made of, in the order of the answers.
    pub points: Vec<profile_rating::Model>,
}

impl Question {
    /// Whether contacts are classified by other data, and nobody answers.
    pub fn is_classified(&self) -> bool {
        self.row.measure.is_some()
    }
}

impl Questionnaire {
    /// The place of the question with this number.
    pub fn place_of(&self, question_no: i32) -> Option<usize> {
        self.questions.iter().position(|it| it.row.no == question_no)
    }

    /// The places of the question and of its answer with this number.
    pub fn place_of_answer(&self, answer_no: i32) -> Option<(usize, usize)> {
        self.questions.iter().enumerate().find_map(|(place, question)| {
            let answer = question.answers.iter().position(|it| it.no == answer_no)?;
            Some((place, answer))
        })
    }

    /// The question that has the answer with this number.
    pub fn question_of(&self, answer_no: i32) -> Option<&Question> {
        self.place_of_answer(answer_no).map(|(place, _)| &self.questions[place])
    }

    /// The numbers of all lines.
    fn numbers(&self) -> impl Iterator<Item = i32> {
        self.questions.iter().flat_map(|it| it.answers.iter().map(|it| it.no).chain([it.row.no]))
    }
}

/// What names an answer: its questionnaire and its number, such as `CUSTOMER.20000`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub questionnaire: String,
    pub no: i32,
}

impl Key {
    /// The key in a text, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text::code(text)?;
        // Codes may have points themselves.
        let (questionnaire, no) = text.rsplit_once('.')?;
        let number: i32 = no.parse().ok()?;
        let is_canonical = 0 < number && number.to_string() == no && !questionnaire.is_empty();
        is_canonical.then(|| Self { questionnaire: questionnaire.to_owned(), no: number })
    }

    /// The same.
    ///
    /// # Errors
    /// [`Reason::Invalid`] at `path`.
    fn parse_at(text: &str, path: &[&str]) -> Result<Self> {
        Self::parse(text).ok_or_else(|| {
            let message = "An answer is named by its questionnaire and its number, such as \
                           CUSTOMER.20000.";
            Error::reject(Reason::Invalid, path, message)
        })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.questionnaire, self.no)
    }
}

/// The date formula in a text, which Business Central may have written in angle brackets.
pub fn formula(text: &str) -> Option<Formula> {
    let text = text.trim();
    let bare = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    Formula::parse(bare.unwrap_or(text))
}

/// The questionnaires with these codes; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_codes(
    context: &Context,
    codes: &[String],
) -> Result<HashMap<String, Arc<Questionnaire>>> {
    let whole = read(context.db.reader(), codes).await?;
    Ok(whole.into_iter().map(|it| (it.header.code.clone(), Arc::new(it))).collect())
}

/// All questionnaires, in the order of their codes, for each of the keys.
///
/// # Errors
/// What the database says.
pub async fn all(context: &Context, keys: &[()]) -> Result<HashMap<(), Vec<Arc<Questionnaire>>>> {
    let db = context.db.reader();
    let headers = profile_questionnaire::Entity::find()
        .order_by_asc(profile_questionnaire::Column::Code)
        .all(db)
        .await?;
    let all: Vec<_> = with_lines(db, headers).await?.into_iter().map(Arc::new).collect();
    Ok(keys.iter().map(|()| ((), all.clone())).collect())
}

/// The questionnaires with these codes, in the order of their codes.
async fn read(db: &impl ConnectionTrait, codes: &[String]) -> Result<Vec<Questionnaire>> {
    let code = profile_questionnaire::Column::Code.into_simple_expr();
    let headers = profile_questionnaire::Entity::find()
        .filter(dialect::in_texts(db.get_database_backend(), code, codes))
        .order_by_asc(profile_questionnaire::Column::Code)
        .all(db)
        .await?;
    with_lines(db, headers).await
}

/// A page of the questionnaires, in the order of their codes.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    args: PageArgs<String>,
) -> Result<Page<String, Arc<Questionnaire>>> {
    use profile_questionnaire::Column;
    let db = context.db.reader();
    let mut query = profile_questionnaire::Entity::find();
    if let Some(after) = &args.after {
        query = query.filter(Column::Code.gt(after.as_str()));
    }
    if let Some(before) = &args.before {
        query = query.filter(Column::Code.lt(before.as_str()));
    }
    let query = match args.take.is_last() {
        true => query.order_by_desc(Column::Code),
        false => query.order_by_asc(Column::Code),
    };
    let headers = query.limit(args.take.count() + 1).all(db).await?;
    let whole = with_lines(db, headers).await?;
    let items = whole.into_iter().map(|it| (it.header.code.clone(), Arc::new(it))).collect();
    Ok(Page::from_one_extra(items, &args))
}

/// How many questionnaires there are.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context) -> Result<u64> {
    Ok(profile_questionnaire::Entity::find().count(context.db.reader()).await?)
}

/// The questionnaires with these headers, in the same order.
async fn with_lines(
    db: &impl ConnectionTrait,
    headers: Vec<profile_questionnaire::Model>,
) -> Result<Vec<Questionnaire>> {
    if headers.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = headers.iter().map(|it| it.code.clone()).collect();
    let among = |column| dialect::in_texts(db.get_database_backend(), column, &codes);
    let questions = profile_question::Entity::find()
        .filter(among(profile_question::Column::Questionnaire.into_simple_expr()))
        .order_by_asc(profile_question::Column::No)
        .all(db)
        .await?;
    let answers = profile_answer::Entity::find()
        .filter(among(profile_answer::Column::Questionnaire.into_simple_expr()))
        .order_by_asc(profile_answer::Column::No)
        .all(db)
        .await?;
    let mut answers_of: HashMap<(String, i32), Vec<profile_answer::Model>> = HashMap::new();
    for answer in answers {
        let question = (answer.questionnaire.clone(), answer.question_no);
        answers_of.entry(question).or_default().push(answer);
    }
    let points = profile_rating::Entity::find()
        .filter(among(profile_rating::Column::Questionnaire.into_simple_expr()))
        .order_by_asc(profile_rating::Column::AnswerQuestionnaire)
        .order_by_asc(profile_rating::Column::AnswerNo)
        .all(db)
        .await?;
    let mut points_of: HashMap<(String, i32), Vec<profile_rating::Model>> = HashMap::new();
    for point in points {
        let rating = (point.questionnaire.clone(), point.question_no);
        points_of.entry(rating).or_default().push(point);
    }
    let mut questions_of: HashMap<String, Vec<Question>> = HashMap::new();
    for row in questions {
        let key = (row.questionnaire.clone(), row.no);
        let answers = answers_of.remove(&key).unwrap_or_default();
        let points = points_of.remove(&key).unwrap_or_default();
        let question = Question { row, answers, points };
        questions_of.entry(key.0).or_default().push(question);
    }
    let whole = headers.into_iter().map(|header| {
        let questions = questions_of.remove(&header.code).unwrap_or_default();
        Questionnaire { header, questions }
    });
    Ok(whole.collect())
}

/// The questionnaire with this code, which nobody else changes until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
async fn locked(txn: &DatabaseTransaction, code: &str, path: &[&str]) -> Result<Questionnaire> {
    let code = text::code(code).unwrap_or_default();
    let found = locked_all(txn, std::slice::from_ref(&code)).await?.remove(&code);
    found.ok_or_else(|| missing(&code, path))
}

fn missing(code: &str, path: &[&str]) -> Error {
    Error::reject(Reason::NotFound, path, format!("There is no questionnaire {code:?}."))
}

/// Those of the questionnaires that there are, which nobody else changes until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn locked_all(
    txn: &DatabaseTransaction,
    codes: &[String],
) -> Result<HashMap<String, Questionnaire>> {
    with_lock(txn, codes, LockType::Update).await
}

/// Those of the questionnaires that there are, which nobody changes until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn shared(
    txn: &DatabaseTransaction,
    codes: &[String],
) -> Result<HashMap<String, Questionnaire>> {
    with_lock(txn, codes, LockType::Share).await
}

/// All lock in the order of the codes.
async fn with_lock(
    txn: &DatabaseTransaction,
    codes: &[String],
    lock: LockType,
) -> Result<HashMap<String, Questionnaire>> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let code = profile_questionnaire::Column::Code.into_simple_expr();
    let headers = profile_questionnaire::Entity::find()
        .filter(dialect::in_texts(txn.get_database_backend(), code, codes))
        .order_by_asc(profile_questionnaire::Column::Code)
        .lock(lock)
        .all(txn)
        .await?;
    Ok(by_code(with_lines(txn, headers).await?))
}

fn by_code(questionnaires: Vec<Questionnaire>) -> HashMap<String, Questionnaire> {
    questionnaires.into_iter().map(|it| (it.header.code.clone(), it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_named_by_its_questionnaire_and_its_number() {
        let key =
            |questionnaire: &str, no| Some(Key { questionnaire: questionnaire.to_owned(), no });
        assert_eq!(Key::parse("customer.20000"), key("CUSTOMER", 20_000));
        assert_eq!(Key::parse("A.B.1"), key("A.B", 1));
        for bad in ["", "CUSTOMER", ".1", "A.", "A.0", "A.01", "A.+1", "A.-1", "A.9999999999"] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
        assert_eq!(Key::parse("a.7").unwrap().to_string(), "A.7");
    }
}
