//! The answers of contacts, as far as people give them (PRO-1, PRO-2).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{Asked, Key, Questionnaire, by_code, fits, rate_again, read, shared};
use crate::{
    db::{self, OnConflict, Table, dialect},
    domain::{
        CONCERNED_MAX, Context, Error, Event, Reason, Rejection, Rejections, Result, contact,
        expect_revision, id::Kind, text,
    },
    entity::{contact as contact_entity, contact_code, contact_profile_answer, kinds::CodeKind},
};

use contact_profile_answer::{Column, Entity, Model};

/// Answers that a contact may have.
pub const ANSWERS_MAX: usize = 1_000;

/// What to change in the answers of a contact.
#[derive(Clone, Debug, Default)]
pub struct AnswersChange {
    pub contact_id: i32,
    pub expected_revision: Option<i32>,
    /// All there are afterwards to questions that people answer, before `add` and `remove`.
    pub set: Option<Vec<String>>,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// The answers of each contact, by questionnaire and number.
///
/// # Errors
/// What the database says.
pub async fn answers_of(context: &Context, contacts: &[i32]) -> Result<HashMap<i32, Vec<Model>>> {
    let db = context.db.reader();
    let ids = contacts.iter().map(|id| id.cast_unsigned());
    let rows = Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), Column::ContactId.into_expr(), ids))
        .order_by_asc(Column::Questionnaire)
        .order_by_asc(Column::AnswerNo)
        .all(db)
        .await?;
    let mut answers: HashMap<i32, Vec<Model>> = HashMap::new();
    for row in rows {
        answers.entry(row.contact_id).or_default().push(row);
    }
    Ok(answers)
}

/// How many contacts gave each of these answers.
///
/// # Errors
/// What the database says.
pub async fn counts(context: &Context, keys: &[Key]) -> Result<HashMap<Key, u64>> {
    let db = context.db.reader();
    let questionnaires: BTreeSet<String> =
        keys.iter().map(|key| key.questionnaire.clone()).collect();
    let questionnaires: Vec<String> = questionnaires.into_iter().collect();
    let among = Column::Questionnaire.into_expr();
    let rows: Vec<(String, i32, i64)> = Entity::find()
        .select_only()
        .columns([Column::Questionnaire, Column::AnswerNo])
        .column_as(Expr::cust("COUNT(*)"), "contacts")
        .filter(dialect::in_texts(db.get_database_backend(), among, &questionnaires))
        .group_by(Column::Questionnaire)
        .group_by(Column::AnswerNo)
        .into_tuple()
        .all(db)
        .await?;
    let counted = rows.into_iter().map(|(questionnaire, no, count)| {
        (Key { questionnaire, no }, u64::try_from(count).unwrap_or(0))
    });
    Ok(counted.collect())
}

/// Changes the answers of a contact to questions that people answer. An answer that is there keeps
/// the day on which it was given.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it has been erased, at `contactId`; a conflict; at
/// the places of the answers, [`Reason::Invalid`] or [`Reason::NotFound`] for those that are none, and
/// [`Reason::NotAllowed`] if the question is answered by itself, has another answer, or its questionnaire is not for the contact.
pub async fn set_answers(
    context: &Context,
    change: &AnswersChange,
) -> Result<contact_entity::Model> {
    let given = Given::read(change)?;
    let changes = [Table::Contact, Table::ContactProfileAnswer];
    let (row, has_changed) =
        db::write(&context.db, &changes, async |txn| write(txn, context, change, &given).await)
            .await?;
    if has_changed {
        let event = Event::ContactChanged { id: row.id, revision: row.revision };
        context.events.publish(&context.db, event).await;
    }
    Ok(row)
}

/// The answers that a change names, with where they stand.
struct Given {
    /// Of `set` and `add`.
    wanted: Vec<(Key, [String; 2])>,
    unwanted: Vec<(Key, [String; 2])>,
}

impl Given {
    fn read(change: &AnswersChange) -> Result<Self> {
        let mut rejections = Rejections::default();
        let mut named = |list: &str, texts: &[String]| -> Result<Vec<(Key, [String; 2])>> {
            let mut keys = Vec::with_capacity(texts.len());
            for (index, text) in texts.iter().enumerate() {
                let place = [list.to_owned(), index.to_string()];
                let key = Key::parse_at(text, &[&place[0], &place[1]]);
                keys.extend(rejections.keep(key)?.map(|key| (key, place)));
            }
            Ok(keys)
        };
        let mut wanted = named("set", change.set.as_deref().unwrap_or_default())?;
        wanted.extend(named("add", &change.add)?);
        let unwanted = named("remove", &change.remove)?;
        rejections.into_result().map(|()| Self { wanted, unwanted })
    }
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    change: &AnswersChange,
    given: &Given,
) -> Result<(contact_entity::Model, bool)> {
    // Before the contact, as by those who change questions.
    let wanted: BTreeSet<String> =
        given.wanted.iter().map(|(key, _)| key.questionnaire.clone()).collect();
    let mut known = shared(txn, &wanted.into_iter().collect::<Vec<_>>()).await?;
    let mut row = contact::changeable(txn, change.contact_id, &["contactId"]).await?;
    expect_revision(change.expected_revision, row.revision)?;
    let before: BTreeMap<Key, Model> = Entity::find()
        .filter(Column::ContactId.eq(row.id))
        .all(txn)
        .await?
        .into_iter()
        .map(|it| (Key { questionnaire: it.questionnaire.clone(), no: it.answer_no }, it))
        .collect();
    let others: BTreeSet<String> = before
        .keys()
        .map(|key| key.questionnaire.clone())
        .filter(|code| !known.contains_key(code))
        .collect();
    known.extend(by_code(read(txn, &others.into_iter().collect::<Vec<_>>()).await?));

    let relations = relations_of(txn, &row).await?;
    let asked = Asked::new(&row, &relations);
    let after = Outcome { context, known: &known, asked, before: &before }.after(
        row.id,
        change.set.is_some(),
        given,
    )?;
    let gone: Vec<&Key> = before.keys().filter(|key| !after.contains_key(*key)).collect();
    let new: Vec<&Model> =
        after.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, it)| it).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok((row, false));
    }
    let answered: BTreeSet<Key> = gone
        .iter()
        .filter_map(|key| before.get(*key))
        .chain(new.iter().copied())
        .map(|it| Key { questionnaire: it.questionnaire.clone(), no: it.question_no })
        .collect();
    for key in gone {
        let key = (row.id, key.questionnaire.clone(), key.no);
        Entity::delete_by_id(key).exec(txn).await?;
    }
    db::insert_rows::<Entity>(txn, &new, OnConflict::Fail).await?;
    let contacts = RoaringBitmap::from_iter([row.id.cast_unsigned()]);
    rate_again(txn, context.today(), &contacts, &answered).await?;
    // CON-10: its answers are a part of a contact.
    row.revision += 1;
    row.updated_at = context.clock.now();
    let rows = std::slice::from_ref(&row);
    db::insert_rows::<contact_entity::Entity>(txn, rows, OnConflict::Replace).await?;
    Ok((row, true))
}

/// What becomes of the answers of a contact.
struct Outcome<'a> {
    context: &'a Context,
    known: &'a HashMap<String, Questionnaire>,
    asked: Asked<'a>,
    before: &'a BTreeMap<Key, Model>,
}

impl Outcome<'_> {
    /// The answers after the change.
    fn after(&self, contact_id: i32, all: bool, given: &Given) -> Result<BTreeMap<Key, Model>> {
        let mut rejections = Rejections::default();
        let mut after = self.before.clone();
        if all {
            after.retain(|key, _| self.is_classified(key));
        }
        let today = self.context.today();
        for (key, place) in &given.wanted {
            let place = [place[0].as_str(), place[1].as_str()];
            let Some(question_no) = rejections.keep(self.taken(key, &place))? else { continue };
            let old = self.before.get(key).cloned();
            let new = || Model {
                contact_id,
                questionnaire: key.questionnaire.clone(),
                answer_no: key.no,
                question_no,
                updated_on: today,
                answered_percent: None,
            };
            after.insert(key.clone(), old.unwrap_or_else(new));
        }
        for (key, place) in &given.unwanted {
            if self.is_classified(key) && after.contains_key(key) {
                // PRO-2
                let message = "This question is answered by itself.";
                rejections.add(Reason::NotAllowed, &[&place[0], &place[1]], message);
            } else {
                after.remove(key);
            }
        }
        self.one_each(&after, given, &mut rejections);
        // Whoever has more, by merging or classifying, may still have less.
        if ANSWERS_MAX.max(self.before.len()) < after.len() {
            let message = format!("A contact has at most {ANSWERS_MAX} answers.");
            rejections.add(Reason::LimitExceeded, &[], message);
        }
        rejections.into_result().map(|()| after)
    }

    /// The number of the question that a contact may answer so.
    fn taken(&self, key: &Key, place: &[&str]) -> Result<i32> {
        let questionnaire = self.known.get(&key.questionnaire);
        let question = questionnaire.and_then(|it| it.question_of(key.no));
        let (Some(questionnaire), Some(question)) = (questionnaire, question) else {
            let message = format!("There is no answer {key}.");
            return Err(Error::reject(Reason::NotFound, place, message));
        };
        let reject = |message| Err(Error::reject(Reason::NotAllowed, place, message));
        if self.before.contains_key(key) {
            return Ok(question.row.no);
        }
        // PRO-1
        if question.is_classified() {
            return reject("This question is answered by itself.");
        }
        // CON-4
        if self.asked.minor {
            return reject("Profiles are not for minors.");
        }
        // PRO-3
        let mut answered = self.before.keys().map(|key| &key.questionnaire);
        if !fits(questionnaire, self.asked) && !answered.any(|it| *it == key.questionnaire) {
            return reject("The questionnaire is not for this contact.");
        }
        Ok(question.row.no)
    }

    fn is_classified(&self, key: &Key) -> bool {
        let questionnaire = self.known.get(&key.questionnaire);
        let question = questionnaire.and_then(|it| it.question_of(key.no));
        question.is_some_and(super::Question::is_classified)
    }

    /// PRO-1: to most questions there is one answer.
    fn one_each(&self, after: &BTreeMap<Key, Model>, given: &Given, rejections: &mut Rejections) {
        for (key, place) in given.wanted.iter().filter(|(key, _)| !self.before.contains_key(key)) {
            let question = self.known.get(&key.questionnaire).and_then(|it| it.question_of(key.no));
            let Some(question) = question.filter(|it| !it.row.multiple_answers) else { continue };
            let other = after.iter().find(|(other, it)| {
                other.questionnaire == key.questionnaire
                    && it.question_no == question.row.no
                    && *other != key
            });
            if let Some((other, _)) = other {
                let message = format!("To this question there is one answer, and {other} is one.");
                rejections.add(Reason::NotAllowed, &[&place[0], &place[1]], message);
            }
        }
    }
}

/// The business relations of a contact's company; of a company, its own.
async fn relations_of(
    txn: &DatabaseTransaction,
    row: &contact_entity::Model,
) -> Result<Vec<String>> {
    Ok(contact_code::Entity::find()
        .select_only()
        .column(contact_code::Column::Code)
        .filter(contact_code::Column::ContactId.eq(row.company_id.unwrap_or(row.id)))
        .filter(contact_code::Column::Kind.eq(CodeKind::BusinessRelation))
        .into_tuple()
        .all(txn)
        .await?)
}

/// PRO-4: nobody has given these answers, or any of the questionnaire.
///
/// # Errors
/// [`Reason::InUse`] at `path`, with the contacts who have.
pub(super) async fn require_unanswered(
    txn: &DatabaseTransaction,
    questionnaire: &str,
    answers: Option<&[i32]>,
    path: &[&str],
) -> Result<()> {
    let mut given = Entity::find().filter(Column::Questionnaire.eq(questionnaire));
    if let Some(answers) = answers {
        given = given.filter(Column::AnswerNo.is_in(answers.iter().copied()));
    }
    let contacts: Vec<i32> = given
        .clone()
        .select_only()
        .column(Column::ContactId)
        .distinct()
        .order_by_asc(Column::ContactId)
        .limit(CONCERNED_MAX as u64)
        .into_tuple()
        .all(txn)
        .await?;
    if contacts.is_empty() {
        return Ok(());
    }
    let count = text::counted(given.count(txn).await?, "answer");
    Err(concerning(contacts, path, &format!("Contacts have given it: {count}.")))
}

/// Nobody has given several answers to a question.
///
/// # Errors
/// [`Reason::InUse`] at `path`, with the contacts who have.
pub async fn require_one_each(
    txn: &DatabaseTransaction,
    questionnaire: &str,
    question_no: i32,
    path: &[&str],
) -> Result<()> {
    let contacts: Vec<i32> = Entity::find()
        .select_only()
        .column(Column::ContactId)
        .filter(Column::Questionnaire.eq(questionnaire))
        .filter(Column::QuestionNo.eq(question_no))
        .group_by(Column::ContactId)
        .having(Expr::cust("COUNT(*)").gt(1))
        .order_by_asc(Column::ContactId)
        .limit(CONCERNED_MAX as u64)
        .into_tuple()
        .all(txn)
        .await?;
    match contacts.is_empty() {
        true => Ok(()),
        false => Err(concerning(contacts, path, "Contacts have given several answers to it.")),
    }
}

fn concerning(contacts: Vec<i32>, path: &[&str], message: &str) -> Error {
    let mut rejection = Rejection::new(Reason::InUse, path, message);
    rejection.concerned = contacts.into_iter().map(|id| Kind::Contact.id(id.into())).collect();
    rejection.into()
}
