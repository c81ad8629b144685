//! Questionnaires, and how contacts answer them.

mod answers;
mod classify;
mod import;
mod merge;
mod questionnaire;

use serde_json::{Value, json};

use crate::{
    app::TestApp,
    contact::{codes, create, input, with},
};

/// Creates or changes a question; answers are given as number and description.
pub(crate) async fn question(
    app: &TestApp,
    questionnaire: &str,
    no: i32,
    multiple: bool,
    answers: &[(i32, &str)],
) {
    let answers: Vec<Value> =
        answers.iter().map(|(no, text)| json!({ "no": no, "description": text })).collect();
    let set = json!({ "questionnaire": questionnaire, "no": no, "description": "?",
        "multipleAnswers": multiple, "answers": answers });
    app.must("profileQuestionSet", "profileQuestion { no }", set).await;
}

pub(crate) async fn questionnaire(app: &TestApp, input: Value) {
    let selection = "profileQuestionnaire { code }";
    app.must("profileQuestionnaireCreate", selection, input).await;
}

/// CUST is for companies that are customers, with a question of one answer; PERSON for people, with
/// one of several. Returns a customer, another company, and a person at the customer.
pub(crate) async fn stage(app: &TestApp) -> [String; 3] {
    codes(app, "BUSINESS_RELATION", &["CUST"]).await;
    questionnaire(
        app,
        json!({ "code": "cust", "contactType": "COMPANY", "businessRelation": "cust" }),
    )
    .await;
    question(app, "CUST", 10_000, false, &[(20_000, "Small"), (30_000, "Large")]).await;
    questionnaire(app, json!({ "code": "PERSON", "contactType": "PERSON", "priority": "LOW" }))
        .await;
    question(app, "PERSON", 10_000, true, &[(20_000, "Golf"), (30_000, "Tennis")]).await;
    let relation = json!({ "businessRelations": [{ "code": "CUST" }] });
    let customer = create(app, with(input("COMPANY", "Alfa"), relation)).await;
    let other = create(app, input("COMPANY", "Beta")).await;
    let person = with(input("PERSON", "Ada"), json!({ "companyId": customer }));
    let person = create(app, person).await;
    [customer, other, person]
}

pub(crate) const ANSWERS: &str = "contact { revision profileAnswers { totalCount nodes { \
    answer { key } lastUpdated } } }";

/// The answers of a contact by their keys.
pub(crate) fn keys(contact: &Value) -> Vec<&str> {
    let nodes = contact["profileAnswers"]["nodes"].as_array().unwrap();
    nodes.iter().map(|it| it["answer"]["key"].as_str().unwrap()).collect()
}
