//! Questionnaires, and how invented contacts answer them.

use fastrand::Rng;
use sea_orm::DatabaseTransaction;

use super::contacts::{World, skewed};
use crate::{
    db::{self, OnConflict},
    domain::{
        Result,
        profile::{blank_answer, blank_question, blank_questionnaire},
    },
    entity::{
        contact, contact_code, contact_profile_answer,
        kinds::{CodeKind, ContactType, ProfilePriority},
        profile_answer, profile_question, profile_questionnaire,
    },
};

/// A questionnaire: for whom, with which business relation, and what is asked.
struct Questionnaire {
    code: &'static str,
    description: &'static str,
    contact_type: ContactType,
    relation: Option<&'static str>,
    priority: ProfilePriority,
    questions: &'static [Question],
}

/// A question with its answers, the most frequent first.
struct Question {
    description: &'static str,
    /// So many answers at most.
    answers_max: usize,
    /// Of a hundred contacts whom it is for.
    share: u32,
    answers: &'static [&'static str],
}

const QUESTIONNAIRES: &[Questionnaire] = &[
    Questionnaire {
        code: "COMPANY",
        description: "About companies",
        contact_type: ContactType::Company,
        relation: None,
        priority: ProfilePriority::Normal,
        questions: &[Question {
            description: "How many employees?",
            answers_max: 1,
            share: 60,
            answers: &["Less than 10", "10 to 49", "50 to 249", "250 or more"],
        }],
    },
    Questionnaire {
        code: "PERSON",
        description: "About people",
        contact_type: ContactType::Person,
        relation: None,
        priority: ProfilePriority::Low,
        questions: &[
            Question {
                description: "What are they interested in?",
                answers_max: 3,
                share: 30,
                answers: &["Music", "Hiking", "Football", "Art", "Cooking", "Sailing"],
            },
            Question {
                description: "When can they be reached?",
                answers_max: 1,
                share: 20,
                answers: &["In the morning", "In the afternoon", "In the evening"],
            },
        ],
    },
    Questionnaire {
        code: "SATISFIED",
        description: "How satisfied customers are",
        contact_type: ContactType::Company,
        relation: Some("CUST"),
        priority: ProfilePriority::High,
        questions: &[
            Question {
                description: "How satisfied are they with us?",
                answers_max: 1,
                share: 40,
                answers: &["Satisfied", "Very satisfied", "Not quite satisfied", "Not satisfied"],
            },
            Question {
                description: "Would they recommend us?",
                answers_max: 1,
                share: 35,
                answers: &["Yes", "Perhaps", "No"],
            },
        ],
    },
];

/// Between the numbers of lines.
const STEP: i32 = 10_000;

impl Questionnaire {
    /// Its questions, with the numbers that they have.
    fn numbered(&self) -> impl Iterator<Item = (i32, &Question)> {
        let lines_before = |place: usize| {
            self.questions[..place].iter().map(|it| 1 + it.answers.len()).sum::<usize>()
        };
        let questions = self.questions.iter().enumerate();
        questions.map(move |(place, it)| (line_after(0, lines_before(place)), it))
    }
}

/// The number of a line, so many lines after another and the next.
fn line_after(no: i32, lines: usize) -> i32 {
    no + STEP * (1 + i32::try_from(lines).unwrap_or(0))
}

/// Writes the questionnaires.
pub(super) async fn write(txn: &DatabaseTransaction) -> Result<()> {
    let (mut headers, mut questions, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for it in QUESTIONNAIRES {
        headers.push(profile_questionnaire::Model {
            description: Some(it.description.to_owned()),
            contact_type: Some(it.contact_type),
            business_relation: it.relation.map(str::to_owned),
            priority: it.priority,
            ..blank_questionnaire(it.code.to_owned())
        });
        for (no, asked) in it.numbered() {
            let question = profile_question::Model {
                description: asked.description.to_owned(),
                multiple_answers: 1 < asked.answers_max,
                ..blank_question(it.code.to_owned(), no)
            };
            let offered = asked.answers.iter().enumerate();
            answers.extend(offered.map(|(place, description)| profile_answer::Model {
                description: (*description).to_owned(),
                ..blank_answer(&question, line_after(no, place))
            }));
            questions.push(question);
        }
    }
    db::insert_rows::<profile_questionnaire::Entity>(txn, &headers, OnConflict::Fail).await?;
    db::insert_rows::<profile_question::Entity>(txn, &questions, OnConflict::Fail).await?;
    db::insert_rows::<profile_answer::Entity>(txn, &answers, OnConflict::Fail).await?;
    Ok(())
}

impl World {
    /// The answers of the contact at `index`, which has these codes.
    pub(super) fn profile_answers(
        &self,
        index: u32,
        row: &contact::Model,
        codes: &[contact_code::Model],
    ) -> Vec<contact_profile_answer::Model> {
        let mut rng = self.chance(index, 5);
        let has = |relation: &str| {
            codes.iter().any(|it| it.kind == CodeKind::BusinessRelation && it.code == relation)
        };
        let mut answers = Vec::new();
        for it in QUESTIONNAIRES {
            if it.contact_type != row.r#type || !it.relation.is_none_or(has) {
                continue;
            }
            for (no, asked) in it.numbered() {
                if asked.share <= rng.u32(..100) {
                    continue;
                }
                let day = self.day(&mut rng);
                for place in chosen(&mut rng, asked) {
                    answers.push(contact_profile_answer::Model {
                        contact_id: row.id,
                        questionnaire: it.code.to_owned(),
                        answer_no: line_after(no, place),
                        question_no: no,
                        updated_on: day,
                        answered_percent: None,
                    });
                }
            }
        }
        answers
    }
}

/// The places of the answers that one contact gives, each once.
fn chosen(rng: &mut Rng, asked: &Question) -> Vec<usize> {
    let mut places = Vec::new();
    for _ in 0..rng.usize(1..=asked.answers_max) {
        let place = skewed(rng, asked.answers.len());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}
