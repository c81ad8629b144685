//! Answers that follow from other data.

mod oracle;
mod plan;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::keys;
use crate::app::TestApp;

const CLASSIFIED: &str = "contactsChanged questions { question { no } skipped \
    answers { answer { key } contactsCount added removed } }";

async fn classify(app: &TestApp, input: Value) -> Value {
    app.must("profileClassify", CLASSIFIED, input).await
}

/// The answers of all contacts in a questionnaire, by number of contact.
async fn answers(app: &TestApp, questionnaire: &str) -> BTreeMap<String, BTreeSet<String>> {
    let query = "query($code: String!) { contacts(first: 50) { nodes { no \
        profileAnswers(questionnaire: $code) { nodes { answer { key } } } } } }";
    let data = app.data(query, json!({ "code": questionnaire })).await;
    let contacts = data["contacts"]["nodes"].as_array().unwrap();
    let with_keys = contacts.iter().map(|it| {
        let keys = keys(it).into_iter().map(str::to_owned).collect();
        (it["no"].as_str().unwrap().to_owned(), keys)
    });
    with_keys.filter(|(_, keys): &(String, BTreeSet<String>)| !keys.is_empty()).collect()
}
