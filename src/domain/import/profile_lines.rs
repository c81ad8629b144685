//! The lines of questionnaires: questions, each with the answers that follow it up to the next.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::DatabaseTransaction;

use super::{
    Row,
    check::{Check, Written},
    columns::Columns,
    profile_value::{self, ProfileLine},
    value,
};
use crate::{
    db::{self, OnConflict},
    domain::{
        Error, Reason, Result,
        profile::{self, LINES_MAX},
        text,
    },
    entity::{kinds::ProfileMeasure, profile_answer, profile_question},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Questionnaire,
    No,
    Type,
    Description,
    MultipleAnswers,
    Priority,
    IsClassified,
    CustomerMeasure,
    VendorMeasure,
    ContactMeasure,
    StartingDate,
    EndingDate,
    Method,
    Sorting,
    Decimals,
    From,
    To,
    AnsweredPercentMin,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Questionnaire, &["profilequestionnairecode", "questionnaire"]),
    (Field::No, &["lineno", "no"]),
    (Field::Type, &["type"]),
    (Field::Description, &["description"]),
    (Field::MultipleAnswers, &["multipleanswers"]),
    (Field::Priority, &["priority"]),
    (Field::IsClassified, &["autocontactclassification"]),
    (Field::CustomerMeasure, &["customerclassfield"]),
    (Field::VendorMeasure, &["vendorclassfield"]),
    (Field::ContactMeasure, &["contactclassfield"]),
    (Field::StartingDate, &["startingdateformula"]),
    (Field::EndingDate, &["endingdateformula"]),
    (Field::Method, &["classificationmethod"]),
    (Field::Sorting, &["sortingmethod"]),
    (Field::Decimals, &["noofdecimals"]),
    (Field::From, &["fromvalue"]),
    (Field::To, &["tovalue"]),
    (Field::AnsweredPercentMin, &["minquestionsanswered"]),
];

pub(super) struct ProfileLines {
    columns: Columns<Field>,
}

/// The lines of one questionnaire, by their numbers.
#[derive(Clone, Debug, Default)]
struct Lines {
    questions: BTreeMap<i32, profile_question::Model>,
    answers: BTreeMap<i32, profile_answer::Model>,
}

impl ProfileLines {
    pub(super) fn new(header: &[String]) -> Result<Self> {
        let columns = Columns::of(header, &[], FIELDS)?;
        let needed = [Field::Questionnaire, Field::No, Field::Type, Field::Description];
        if needed.iter().any(|field| !columns.has(*field)) {
            let message = "There have to be columns Profile Questionnaire Code, Line No., Type and \
                           Description.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let text = |row, field| self.columns.get(row, field).unwrap_or_default();
        let codes: BTreeSet<String> =
            rows.iter().filter_map(|row| text::code(text(row, Field::Questionnaire))).collect();
        let codes: Vec<String> = codes.into_iter().collect();
        let mut all = before(txn, &codes).await?;
        let mut written = Written::default();
        let (mut questions, mut answers) = (BTreeMap::new(), BTreeMap::new());
        let mut unrated: BTreeMap<String, Vec<i32>> = BTreeMap::new();
        // Questions first: to which one an answer belongs follows from their numbers.
        for wanted in [ProfileLine::Question, ProfileLine::Answer] {
            for (index, row) in rows.iter().enumerate() {
                let mut check = Check::new(row.line);
                let kind = profile_value::line(text(row, Field::Type));
                let kind = check.keep(|| self.columns.caption(Field::Type), kind);
                if kind.unwrap_or(ProfileLine::Question) != wanted {
                    continue;
                }
                if kind.is_none() && check.is_fine() {
                    let caption = self.columns.caption(Field::Type);
                    check.add(caption, "There has to be Question or Answer.");
                }
                let code = text::code(text(row, Field::Questionnaire)).unwrap_or_default();
                let before = all.get_mut(&code);
                let key = self.key(row, before.as_deref(), &mut check);
                let (Some(lines), Some(no)) = (before, key) else {
                    written.rejected.push((index, check.failed().unwrap_or_default()));
                    continue;
                };
                let change = match wanted {
                    ProfileLine::Question => {
                        let question = self.question(row, lines, &code, no, &mut check);
                        let old = lines.questions.get(&no);
                        self.one_each(txn, old, &question, &mut check).await?;
                        let change = old.map(|it| *it == question);
                        if check.is_fine() {
                            // If it is a rating again one day, it is made of what is said then.
                            if old.is_some_and(|old| !is_rating(old) || !is_rating(&question)) {
                                unrated.entry(code.clone()).or_default().push(no);
                            }
                            questions.insert((code.clone(), no), question.clone());
                            lines.questions.insert(no, question);
                        }
                        change
                    }
                    ProfileLine::Answer => {
                        let answer = self.answer(row, lines, no, &mut check);
                        let change = lines.answers.get(&no).map(|it| Some(it) == answer.as_ref());
                        if let Some(answer) = answer.filter(|_| check.is_fine()) {
                            answers.insert((code.clone(), no), answer.clone());
                            lines.answers.insert(no, answer);
                        }
                        change
                    }
                };
                match (check.failed(), change) {
                    (Some(problems), _) => written.rejected.push((index, problems)),
                    (None, None) => written.created += 1,
                    (None, Some(true)) => written.unchanged += 1,
                    (None, Some(false)) => written.updated += 1,
                }
            }
        }
        for (code, numbers) in &unrated {
            profile::forget_points(txn, code, numbers).await?;
        }
        let questions: Vec<_> = questions.into_values().collect();
        db::insert_rows::<profile_question::Entity>(txn, &questions, OnConflict::Replace).await?;
        let answers: Vec<_> = answers.into_values().collect();
        db::insert_rows::<profile_answer::Entity>(txn, &answers, OnConflict::Replace).await?;
        Ok(written)
    }

    /// The number of a line, if it and its questionnaire can be taken.
    fn key(&self, row: &Row, lines: Option<&Lines>, check: &mut Check) -> Option<i32> {
        let caption = |field| self.columns.caption(field);
        let Some(lines) = lines else {
            let code = self.columns.get(row, Field::Questionnaire).unwrap_or_default();
            check
                .add(caption(Field::Questionnaire), format!("There is no questionnaire {code:?}."));
            return None;
        };
        let no = self.columns.get(row, Field::No).unwrap_or_default();
        let no = check.keep(|| caption(Field::No), value::count(no)).filter(|no| *no != 0);
        if no.is_none() {
            check.add(caption(Field::No), "There has to be a number from 1 on.");
        }
        let is_new = no.is_some_and(|no| {
            !lines.questions.contains_key(&no) && !lines.answers.contains_key(&no)
        });
        if is_new && LINES_MAX <= lines.questions.len() + lines.answers.len() {
            check.add(None, format!("A questionnaire has at most {LINES_MAX} lines."));
        }
        no.filter(|_| check.is_fine())
    }

    fn described(&self, row: &Row, check: &mut Check) -> String {
        let caption = || self.columns.caption(Field::Description);
        let text = self.columns.get(row, Field::Description);
        match value::words(text.unwrap_or_default()) {
            Ok(Some(text)) => return text,
            Ok(None) => check.add(caption(), "It has to be described."),
            Err(reason) => check.add(caption(), reason),
        }
        String::new()
    }

    fn question(
        &self,
        row: &Row,
        lines: &Lines,
        code: &str,
        no: i32,
        check: &mut Check,
    ) -> profile_question::Model {
        if lines.answers.contains_key(&no) {
            check.add(self.columns.caption(Field::Type), "This line is an answer.");
        }
        let old = lines.questions.get(&no).cloned();
        let mut it = old.unwrap_or_else(|| profile::blank_question(code.to_owned(), no));
        it.description = self.described(row, check);
        let mut is_classified = it.measure.is_some();
        let mut measures = Vec::new();
        for (field, text) in self.columns.fields(row) {
            let caption = || self.columns.caption(field);
            match field {
                Field::MultipleAnswers => {
                    it.multiple_answers = check.keep(caption, value::flag(text));
                }
                Field::IsClassified => is_classified = check.keep(caption, value::flag(text)),
                Field::CustomerMeasure => {
                    measures.extend(check.keep(caption, profile_value::customer_measure(text)));
                }
                Field::VendorMeasure => {
                    measures.extend(check.keep(caption, profile_value::vendor_measure(text)));
                }
                Field::ContactMeasure => {
                    measures.extend(check.keep(caption, profile_value::contact_measure(text)));
                }
                Field::StartingDate => {
                    it.starting_date = check.keep(caption, profile_value::formula(text));
                }
                Field::EndingDate => {
                    it.ending_date = check.keep(caption, profile_value::formula(text));
                }
                Field::Method => it.method = check.keep(caption, profile_value::method(text)),
                Field::Sorting => it.sorting = check.keep(caption, profile_value::sorting(text)),
                Field::Decimals => it.decimals = check.keep(caption, profile_value::decimals(text)),
                Field::AnsweredPercentMin => {
                    it.answered_percent_min = check.keep(caption, profile_value::percent(text));
                }
                _ => {}
            }
        }
        match measures[..] {
            [] if is_classified && it.measure.is_none() => check.add(
                self.columns.caption(Field::IsClassified),
                "What contacts are classified by has to be said.",
            ),
            [] => {}
            [measure] => it.measure = Some(measure),
            // PRO-5
            _ => check.add(None, "Contacts are classified by one thing only."),
        }
        it.measure = it.measure.filter(|_| is_classified);
        profile::settle(&mut it);
        if it.measure.is_some() && !is_rating(&it) {
            self.require_dates(row, &it, check);
        }
        it
    }

    /// What classifies contacts, but for ratings, looks at some time.
    fn require_dates(&self, row: &Row, it: &profile_question::Model, check: &mut Check) {
        for (field, date, what) in [
            (Field::StartingDate, &it.starting_date, "a starting date"),
            (Field::EndingDate, &it.ending_date, "an ending date"),
        ] {
            let is_blank = self.columns.get(row, field).is_none_or(str::is_empty);
            if date.is_none() && is_blank {
                check.add(self.columns.caption(field), format!("There has to be {what}."));
            }
        }
    }

    /// PRO-1 holds, too, if a question is changed to have one answer.
    async fn one_each(
        &self,
        txn: &DatabaseTransaction,
        old: Option<&profile_question::Model>,
        question: &profile_question::Model,
        check: &mut Check,
    ) -> Result<()> {
        if old.is_none_or(|old| !profile::allows_several(old)) || profile::allows_several(question)
        {
            return Ok(());
        }
        let (code, no) = (&question.questionnaire, question.no);
        match profile::require_one_each(txn, code, no, &[]).await {
            Err(err @ Error::Rejected(_)) => {
                check.note(err, |_| self.columns.caption(Field::MultipleAnswers));
                Ok(())
            }
            other => other,
        }
    }

    fn answer(
        &self,
        row: &Row,
        lines: &Lines,
        no: i32,
        check: &mut Check,
    ) -> Option<profile_answer::Model> {
        let caption = || self.columns.caption(Field::Type);
        if lines.questions.contains_key(&no) {
            check.add(caption(), "This line is a question.");
            return None;
        }
        let old = lines.answers.get(&no).cloned();
        let new = || {
            let (_, question) = lines.questions.range(..no).next_back()?;
            Some(profile::blank_answer(question, no))
        };
        let Some(mut it) = old.or_else(new) else {
            check.add(caption(), "No question comes before it.");
            return None;
        };
        it.description = self.described(row, check);
        for (field, text) in self.columns.fields(row) {
            let caption = || self.columns.caption(field);
            match field {
                Field::Priority => match profile_value::priority(text) {
                    Ok(priority) => it.priority = priority,
                    Err(reason) => check.add(caption(), reason),
                },
                Field::From => it.from_value = check.keep(caption, profile_value::bound(text)),
                Field::To => it.to_value = check.keep(caption, profile_value::bound(text)),
                _ => {}
            }
        }
        if profile::is_empty_range(&it) {
            check.add(self.columns.caption(Field::To), "The range ends before it begins.");
        }
        Some(it)
    }
}

fn is_rating(question: &profile_question::Model) -> bool {
    question.measure == Some(ProfileMeasure::Rating)
}

/// The lines of the questionnaires that there are, which nobody else changes meanwhile.
async fn before(txn: &DatabaseTransaction, codes: &[String]) -> Result<HashMap<String, Lines>> {
    let found = profile::locked_all(txn, codes).await?;
    let lines = found.into_iter().map(|(code, questionnaire)| {
        let mut lines = Lines::default();
        for question in questionnaire.questions {
            lines.answers.extend(question.answers.into_iter().map(|it| (it.no, it)));
            lines.questions.insert(question.row.no, question.row);
        }
        (code, lines)
    });
    Ok(lines.collect())
}
