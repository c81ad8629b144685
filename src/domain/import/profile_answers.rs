//! How contacts answer questionnaires.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{
    Row,
    check::{Check, Written},
    columns::Columns,
    find, profile_value, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Context, Error, Reason, Result,
        contact::{ERASED, touch},
        profile::{self, ANSWERS_MAX, Asked, Key, Questionnaire},
        text,
    },
    entity::{
        contact, contact_code,
        contact_profile_answer::{self, Model},
        kinds::{CodeKind, IdentifierKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    ContactNo,
    Questionnaire,
    No,
    UpdatedOn,
    AnsweredPercent,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::ContactNo, &["contactno", "contact"]),
    (Field::Questionnaire, &["profilequestionnairecode", "questionnaire"]),
    (Field::No, &["lineno", "answerno", "no"]),
    (Field::UpdatedOn, &["lastdateupdated", "lastupdated"]),
    (Field::AnsweredPercent, &["questionsanswered", "answeredpercent"]),
];

/// What follows from the contact and the answer.
const IGNORED: &[&str] =
    &["Contact Company No.", "Profile Questionnaire Priority", "Answer Priority"];

pub(super) struct ProfileAnswers {
    columns: Columns<Field>,
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// What the rows of a chunk refer to, and what there was before.
struct Known {
    contacts: HashMap<String, contact::Model>,
    /// Of companies, by their keys.
    relations: HashMap<i32, Vec<String>>,
    questionnaires: HashMap<String, Questionnaire>,
    /// By contact and questionnaire.
    answers: HashMap<(i32, String), Vec<Model>>,
    counts: HashMap<i32, usize>,
    /// Numbers of contacts that were merged, and whom they were merged into.
    merged: HashMap<String, String>,
}

impl ProfileAnswers {
    pub(super) fn new(header: &[String], context: &Context) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        let needed = [Field::ContactNo, Field::Questionnaire, Field::No];
        if needed.iter().any(|field| !columns.has(*field)) {
            let message = "There have to be columns Contact No., Profile Questionnaire Code and \
                           Line No.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, now: context.clock.now(), today: context.today() })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut changed: HashMap<(i32, String, i32), Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let it = match self.answer(row, &known) {
                Ok(it) => it,
                Err(check) => {
                    written.rejected.push((index, check.failed().unwrap_or_default()));
                    continue;
                }
            };
            let of_contact = (it.contact_id, it.questionnaire.clone());
            let answers = known.answers.entry(of_contact).or_default();
            match answers.iter_mut().find(|old| old.answer_no == it.answer_no) {
                Some(old) if *old == it => {
                    written.unchanged += 1;
                    continue;
                }
                Some(old) => {
                    written.updated += 1;
                    old.clone_from(&it);
                }
                None => {
                    *known.counts.entry(it.contact_id).or_default() += 1;
                    written.created += 1;
                    answers.push(it.clone());
                }
            }
            changed.insert((it.contact_id, it.questionnaire.clone(), it.answer_no), it);
        }
        let changed: Vec<Model> = changed.into_values().collect();
        db::insert_rows::<contact_profile_answer::Entity>(txn, &changed, OnConflict::Replace)
            .await?;
        let contacts: RoaringBitmap =
            changed.iter().map(|row| row.contact_id.cast_unsigned()).collect();
        let answered = changed
            .iter()
            .map(|row| Key { questionnaire: row.questionnaire.clone(), no: row.question_no });
        profile::rate_again(txn, self.today, &contacts, &answered.collect()).await?;
        // CON-10
        touch(txn, self.now, contacts.iter()).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let backend = txn.get_database_backend();
        let texts = |field| {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code).collect::<BTreeSet<String>>().into_iter()
        };
        // Before the contacts, as by those who change questions.
        let codes: Vec<String> = texts(Field::Questionnaire).collect();
        let questionnaires = profile::shared(txn, &codes).await?;
        let numbers = || texts(Field::ContactNo).collect();
        let identifiers = find::contacts(txn, IdentifierKind::No, numbers()).await?;
        let contacts = find::contacts_by_ids(txn, identifiers.values().copied()).await?;
        let companies = contacts.values().map(|it| it.company_id.unwrap_or(it.id));
        let relations: Vec<(i32, String)> = contact_code::Entity::find()
            .select_only()
            .columns([contact_code::Column::ContactId, contact_code::Column::Code])
            .filter(contact_code::Column::Kind.eq(CodeKind::BusinessRelation))
            .filter(dialect::in_ids(
                backend,
                Expr::col(contact_code::Column::ContactId),
                companies.map(i32::cast_unsigned),
            ))
            .into_tuple()
            .all(txn)
            .await?;
        let mut known = Known {
            relations: HashMap::new(),
            questionnaires,
            answers: HashMap::new(),
            counts: HashMap::new(),
            merged: find::merged(txn, IdentifierKind::No, numbers()).await?,
            contacts: identifiers
                .into_iter()
                .filter_map(|((_, no), id)| Some((no, contacts.get(&id)?.clone())))
                .collect(),
        };
        for (company, code) in relations {
            known.relations.entry(company).or_default().push(code);
        }
        let column = Expr::col(contact_profile_answer::Column::ContactId);
        let ids = contacts.keys().map(|id| id.cast_unsigned());
        let before = contact_profile_answer::Entity::find()
            .filter(dialect::in_ids(backend, column, ids))
            .all(txn)
            .await?;
        for row in before {
            *known.counts.entry(row.contact_id).or_default() += 1;
            let key = (row.contact_id, row.questionnaire.clone());
            known.answers.entry(key).or_default().push(row);
        }
        Ok(known)
    }

    fn answer(&self, row: &Row, known: &Known) -> Result<Model, Check> {
        let mut check = Check::new(row.line);
        let caption = |field| self.columns.caption(field);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let code = text::code(text(Field::Questionnaire)).unwrap_or_default();
        let no = check.keep(|| caption(Field::No), value::count(text(Field::No))).unwrap_or(0);
        let updated_on =
            check.keep(|| caption(Field::UpdatedOn), value::date(text(Field::UpdatedOn)));
        let percent = text(Field::AnsweredPercent);
        let answered_percent = check.keep(
            || caption(Field::AnsweredPercent),
            profile_value::percent(percent).map(|it| Some(it).filter(|it| *it != 0)),
        );
        let contact_no = text::code(text(Field::ContactNo)).unwrap_or_default();
        let contact = known.contacts.get(&contact_no);
        match contact {
            None => {
                let reason = format!("There is no contact {contact_no:?}.");
                check.add(caption(Field::ContactNo), reason);
            }
            Some(contact) if contact.erased_at.is_some() => {
                check.add(caption(Field::ContactNo), ERASED);
            }
            Some(_) => {}
        }
        let questionnaire = known.questionnaires.get(&code);
        let question = questionnaire.and_then(|it| it.question_of(no));
        match (questionnaire, question) {
            (None, _) => check
                .add(caption(Field::Questionnaire), format!("There is no questionnaire {code:?}.")),
            (Some(_), None) => check
                .add(caption(Field::No), format!("The questionnaire {code} has no answer {no}.")),
            _ => {}
        }
        let (Some(contact), Some(questionnaire), Some(question)) =
            (contact, questionnaire, question)
        else {
            return Err(check);
        };
        let answers = known.answers.get(&(contact.id, code.clone()));
        let answers = answers.map(Vec::as_slice).unwrap_or_default();
        let old = answers.iter().find(|it| it.answer_no == no);
        if old.is_none() {
            let company = contact.company_id.unwrap_or(contact.id);
            let relations = known.relations.get(&company);
            let relations = relations.map(Vec::as_slice).unwrap_or_default();
            // CON-4, PRO-3
            if contact.minor {
                check.add(caption(Field::ContactNo), "Profiles are not for minors.");
            } else if answers.is_empty()
                && !profile::fits(questionnaire, Asked::new(contact, relations))
            {
                let reason = "The questionnaire is not for this contact.";
                check.add(caption(Field::Questionnaire), reason);
            }
            if known.counts.get(&contact.id).is_some_and(|count| ANSWERS_MAX <= *count) {
                let reason = format!("A contact has at most {ANSWERS_MAX} answers.");
                check.add(caption(Field::ContactNo), reason);
            }
            // PRO-1; what classifies by itself may give several.
            let other = answers.iter().find(|it| it.question_no == question.row.no);
            let has_one = !question.row.multiple_answers && !question.is_classified();
            if let Some(other) = other.filter(|_| has_one) {
                let reason = format!(
                    "To this question there is one answer, and {} is one.",
                    other.answer_no
                );
                check.add(caption(Field::No), reason);
            }
        }
        if !check.is_fine() {
            return Err(check);
        }
        let old_day = old.map_or(self.today, |it| it.updated_on);
        let answered_percent = match old {
            Some(old) if !self.columns.has(Field::AnsweredPercent) => old.answered_percent,
            _ => answered_percent,
        };
        let it = Model {
            contact_id: contact.id,
            questionnaire: code,
            answer_no: no,
            question_no: question.row.no,
            updated_on: updated_on.unwrap_or(old_day),
            answered_percent,
        };
        if old.is_some_and(|old| *old != it) {
            find::note_merged(&mut check, caption(Field::ContactNo), &known.merged, &contact_no);
        }
        if check.is_fine() { Ok(it) } else { Err(check) }
    }
}
