//! The answers of contacts.

use serde_json::{Value, json};

use super::{ANSWERS, keys, question, questionnaire, stage};
use crate::{
    app::{TestApp, both},
    check::check,
    contact::{create, input, with},
};

async fn set(app: &TestApp, input: Value) -> Value {
    app.must("contactProfileAnswersSet", ANSWERS, input).await["contact"].clone()
}

/// Sets answers, which is refused, with one error.
async fn refused(app: &TestApp, input: Value) -> (Value, Value) {
    let payload = app.mutate("contactProfileAnswersSet", ANSWERS, input).await;
    assert_eq!(payload["userErrors"].as_array().unwrap().len(), 1, "{payload}");
    (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["path"].clone())
}

async fn contact(app: &TestApp, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ contact(id: $id) {{ {selection} }} }}");
    app.data(&query, json!({ "id": id })).await["contact"].clone()
}

both! {
    async fn answers_are_set_added_and_removed(app) {
        let [customer, _, person] = stage(&app).await;
        let golf = set(&app, json!({ "contactId": person, "add": ["person.20000"] })).await;
        assert_eq!(golf, json!({ "revision": 2, "profileAnswers": { "totalCount": 1, "nodes": [
            { "answer": { "key": "PERSON.20000" }, "lastUpdated": "2026-11-02" } ] } }));
        // CON-10: the contact has changed; and not if nothing did.
        let again = json!({ "contactId": person, "add": ["PERSON.20000"], "remove": ["PERSON.30000"] });
        assert_eq!(set(&app, again).await["revision"], 2);
        let both = set(&app, json!({ "contactId": person, "add": ["PERSON.30000"], "expectedRevision": 2 })).await;
        assert_eq!(keys(&both), ["PERSON.20000", "PERSON.30000"]);
        let late = json!({ "contactId": person, "set": [], "expectedRevision": 2 });
        assert_eq!(refused(&app, late).await.0, "CONFLICT");
        let tennis = set(&app, json!({ "contactId": person, "set": ["PERSON.30000"] })).await;
        assert_eq!(keys(&tennis), ["PERSON.30000"]);
        assert!(keys(&set(&app, json!({ "contactId": person, "remove": ["PERSON.30000"] })).await).is_empty());
        let wrong = json!({ "contactId": customer, "add": ["CUST.20000", "CUST"], "remove": ["x"] });
        let wrong = app.mutate("contactProfileAnswersSet", ANSWERS, wrong).await;
        assert_eq!(wrong["userErrors"][0]["path"], json!(["input", "add", "1"]));
        assert_eq!(wrong["userErrors"][1]["path"], json!(["input", "remove", "0"]));
        for (key, code) in [("CUST.10000", "NOT_FOUND"), ("NOPE.1", "NOT_FOUND")] {
            let input = json!({ "contactId": customer, "add": [key] });
            assert_eq!(refused(&app, input).await, (json!(code), json!(["input", "add", "0"])));
        }
        let nobody = json!({ "contactId": "contact:99", "add": ["CUST.20000"] });
        assert_eq!(refused(&app, nobody).await, (json!("NOT_FOUND"), json!(["input", "contactId"])));
        assert!(check(&app).await.is_empty());
    }

    async fn to_most_questions_there_is_one_answer(app) {
        // PRO-1
        let [customer, _, person] = stage(&app).await;
        set(&app, json!({ "contactId": customer, "add": ["CUST.20000"] })).await;
        let second = json!({ "contactId": customer, "add": ["CUST.30000"] });
        assert_eq!(refused(&app, second).await, (json!("NOT_ALLOWED"), json!(["input", "add", "0"])));
        let other = json!({ "contactId": customer, "add": ["CUST.30000"], "remove": ["CUST.20000"] });
        assert_eq!(keys(&set(&app, other).await), ["CUST.30000"]);
        set(&app, json!({ "contactId": person, "add": ["PERSON.20000", "PERSON.30000"] })).await;
        // Nor can a question be changed so that it has several.
        let single = json!({ "questionnaire": "PERSON", "no": 10_000, "multipleAnswers": false });
        let single = app.mutate("profileQuestionSet", "profileQuestion { no }", single).await;
        assert_eq!(single["userErrors"][0]["code"], "IN_USE");
        assert_eq!(single["userErrors"][0]["path"], json!(["input", "multipleAnswers"]));
    }

    async fn a_questionnaire_is_offered_to_those_whom_it_is_for(app) {
        // PRO-3
        let [customer, other, person] = stage(&app).await;
        questionnaire(&app, json!({ "code": "ALL" })).await;
        questionnaire(&app, json!({ "code": "AT", "businessRelation": "CUST" })).await;
        question(&app, "AT", 1, false, &[(2, "Yes")]).await;
        let offered = "profileQuestionnaires { code }";
        for (id, expected) in [
            (&customer, vec!["ALL", "AT", "CUST"]),
            (&other, vec!["ALL"]),
            // Through the company.
            (&person, vec!["ALL", "AT", "PERSON"]),
        ] {
            let found = contact(&app, id, offered).await;
            let found = found["profileQuestionnaires"].as_array().unwrap();
            let found: Vec<&str> = found.iter().map(|it| it["code"].as_str().unwrap()).collect();
            assert_eq!(found, expected);
        }
        for (id, key) in [(&other, "CUST.20000"), (&person, "CUST.20000"), (&customer, "PERSON.20000")] {
            let input = json!({ "contactId": id, "add": [key] });
            assert_eq!(refused(&app, input).await.0, "NOT_ALLOWED", "{id} {key}");
        }
        // Who has answered goes on.
        set(&app, json!({ "contactId": customer, "add": ["CUST.20000"] })).await;
        app.must("contactUpdate", "", json!({ "id": customer, "businessRelations": { "set": [] } })).await;
        let left = contact(&app, &customer, offered).await;
        assert_eq!(left["profileQuestionnaires"], json!([{ "code": "ALL" }, { "code": "CUST" }]));
        let change = json!({ "contactId": customer, "set": ["CUST.30000"] });
        assert_eq!(keys(&set(&app, change).await), ["CUST.30000"]);
    }

    async fn profiles_are_not_for_minors(app) {
        // CON-4
        stage(&app).await;
        let minor = create(&app, with(input("PERSON", "Bo"), json!({ "minor": true }))).await;
        let answer = json!({ "contactId": minor, "add": ["PERSON.20000"] });
        assert_eq!(refused(&app, answer).await, (json!("NOT_ALLOWED"), json!(["input", "add", "0"])));
        let offered = contact(&app, &minor, "profileQuestionnaires { code }").await;
        assert_eq!(offered["profileQuestionnaires"], json!([]));
        let grown = create(&app, input("PERSON", "Ada")).await;
        set(&app, json!({ "contactId": grown, "add": ["PERSON.20000"] })).await;
        app.must("contactUpdate", "", json!({ "id": grown, "minor": true })).await;
        // What was said before can be taken back.
        assert!(keys(&set(&app, json!({ "contactId": grown, "set": [] })).await).is_empty());
    }

    async fn answers_go_and_are_handed_on_with_their_contact(app) {
        let [customer, _, person] = stage(&app).await;
        set(&app, json!({ "contactId": person, "add": ["PERSON.20000"] })).await;
        let twin = with(input("PERSON", "Ada"), json!({ "companyId": customer }));
        let twin = create(&app, twin).await;
        set(&app, json!({ "contactId": twin, "add": ["PERSON.20000", "PERSON.30000"] })).await;
        let relation = json!({ "businessRelations": [{ "code": "CUST" }] });
        let company = create(&app, with(input("COMPANY", "Alfa"), relation)).await;
        set(&app, json!({ "contactId": company, "add": ["CUST.30000"] })).await;
        set(&app, json!({ "contactId": customer, "add": ["CUST.20000"] })).await;
        // MRG-1: what both have is there once, and the survivor's answer to a question of one stays.
        for (survivor, duplicate, expected) in [
            (&person, &twin, vec!["PERSON.20000", "PERSON.30000"]),
            (&customer, &company, vec!["CUST.20000"]),
        ] {
            let merge = json!({ "survivorId": survivor, "duplicateId": duplicate });
            let merged = app.must("contactMerge", ANSWERS, merge).await;
            assert_eq!(keys(&merged["contact"]), expected);
        }
        let counts = "{ profileQuestionnaires { nodes { questions { answers { key contactsCount } } } } }";
        let counted = |data: Value| -> Vec<u64> {
            let all = data["profileQuestionnaires"]["nodes"].as_array().unwrap().clone();
            let answers = all.iter().flat_map(|it| it["questions"][0]["answers"].as_array().unwrap().clone());
            answers.map(|it| it["contactsCount"].as_u64().unwrap()).collect()
        };
        assert_eq!(counted(app.data(counts, json!({})).await), [1, 0, 1, 1]);
        assert!(check(&app).await.is_empty());
        // CON-9
        app.must("contactDelete", "", json!({ "id": customer })).await;
        assert_eq!(counted(app.data(counts, json!({})).await), [0, 0, 0, 0]);
        assert!(check(&app).await.is_empty());
    }

    async fn answers_come_in_pages(app) {
        let [_, _, person] = stage(&app).await;
        questionnaire(&app, json!({ "code": "ALL" })).await;
        question(&app, "ALL", 1, true, &[(2, "a"), (3, "b"), (4, "c")]).await;
        let all = ["ALL.2", "ALL.3", "ALL.4", "PERSON.20000", "PERSON.30000"];
        set(&app, json!({ "contactId": person, "add": all })).await;
        let pages = "a: profileAnswers(first: 2) { nodes { answer { key } } pageInfo { endCursor hasNextPage } } \
            b: profileAnswers(last: 2) { nodes { answer { key } } pageInfo { startCursor hasPreviousPage } } \
            c: profileAnswers(questionnaire: \"person\") { totalCount }";
        let found = contact(&app, &person, pages).await;
        assert_eq!(found["a"]["nodes"], json!([{ "answer": { "key": all[0] } }, { "answer": { "key": all[1] } }]));
        assert_eq!(found["b"]["nodes"], json!([{ "answer": { "key": all[3] } }, { "answer": { "key": all[4] } }]));
        assert_eq!((&found["a"]["pageInfo"]["hasNextPage"], &found["b"]["pageInfo"]["hasPreviousPage"]), (&json!(true), &json!(true)));
        assert_eq!(found["c"]["totalCount"], 2);
        let next = format!("profileAnswers(first: 9, after: {}, before: {}) {{ nodes {{ answer {{ key }} }} }}",
            found["a"]["pageInfo"]["endCursor"], found["b"]["pageInfo"]["startCursor"]);
        let next = contact(&app, &person, &next).await;
        assert_eq!(keys(&next), [all[2]]);
    }
}
