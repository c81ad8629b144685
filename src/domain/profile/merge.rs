//! What becomes of the answers of a contact that is merged into another (MRG-1).

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{Key, Question, Questionnaire, allows_several, by_code, read};
use crate::{
    db::{self, OnConflict},
    domain::Result,
    entity::{
        contact,
        contact_profile_answer::{Column, Entity, Model},
    },
};

/// A question that has one answer, to which two contacts have given another each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    pub question: Key,
    /// What the one has answered, as people read it.
    pub one: String,
    pub other: String,
}

/// The answers of two contacts, and all that these are answers of.
struct Both {
    one: Vec<Model>,
    other: Vec<Model>,
    known: HashMap<String, Questionnaire>,
}

impl Both {
    async fn read(txn: &DatabaseTransaction, one: i32, other: i32) -> Result<Self> {
        let of = |id| Entity::find().filter(Column::ContactId.eq(id)).all(txn);
        let (one, other) = (of(one).await?, of(other).await?);
        let codes: BTreeSet<String> = other.iter().map(|it| it.questionnaire.clone()).collect();
        let known = by_code(read(txn, &codes.into_iter().collect::<Vec<_>>()).await?);
        Ok(Self { one, other, known })
    }

    fn question(&self, row: &Model) -> Option<&Question> {
        self.known.get(&row.questionnaire)?.question_of(row.answer_no)
    }

    /// The answer of the one to the question that a row of the other answers.
    fn of_one(&self, row: &Model) -> Option<&Model> {
        let same = |it: &&Model| question_of(it) == question_of(row);
        self.one.iter().find(same)
    }
}

fn question_of(row: &Model) -> Key {
    Key { questionnaire: row.questionnaire.clone(), no: row.question_no }
}

/// What two contacts disagree about. What follows from other data is nobody's opinion.
///
/// # Errors
/// What the database says.
pub async fn disagreements(
    txn: &DatabaseTransaction,
    one: i32,
    other: i32,
) -> Result<Vec<Disagreement>> {
    let both = Both::read(txn, one, other).await?;
    let disagreement = |theirs: &Model| {
        let question = both.question(theirs).filter(|it| !allows_several(&it.row))?;
        let own = both.of_one(theirs).filter(|own| own.answer_no != theirs.answer_no)?;
        let shown = |no| {
            let answer = question.answers.iter().find(|it| it.no == no);
            answer.map(|it| it.description.clone()).unwrap_or_default()
        };
        let (one, other) = (shown(own.answer_no), shown(theirs.answer_no));
        Some(Disagreement { question: question_of(theirs), one, other })
    };
    Ok(both.other.iter().filter_map(disagreement).collect())
}

/// Hands the answers of a contact on to another, who keeps its own: of questions that it has
/// answered, and that have one answer, it gets no other. A minor gets none (CON-4). Returns the
/// questions of those that it got.
///
/// # Errors
/// What the database says.
pub async fn hand_on(
    txn: &DatabaseTransaction,
    from: i32,
    to: &contact::Model,
) -> Result<BTreeSet<Key>> {
    if to.minor {
        return Ok(BTreeSet::new());
    }
    let both = Both::read(txn, to.id, from).await?;
    let fits = |row: &&Model| {
        let question = both.question(row);
        both.of_one(row).is_none()
            || question.is_some_and(|it| it.row.multiple_answers && !it.is_classified())
    };
    let rows: Vec<Model> = both
        .other
        .iter()
        .filter(fits)
        .map(|row| Model { contact_id: to.id, ..row.clone() })
        .collect();
    db::insert_rows::<Entity>(txn, &rows, OnConflict::Ignore).await?;
    Ok(rows.iter().map(question_of).collect())
}
