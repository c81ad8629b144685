//! Questionnaires with their questions and answers.

use serde_json::json;

use super::{question, questionnaire, stage};
use crate::{
    app::{TestApp, both},
    contact::codes,
};

const LINES: &str = "questions { no description multipleAnswers classified \
    answers { no key description priority } }";

async fn lines(app: &TestApp, code: &str) -> serde_json::Value {
    let query =
        format!("query($code: String!) {{ profileQuestionnaire(code: $code) {{ {LINES} }} }}");
    app.data(&query, json!({ "code": code })).await["profileQuestionnaire"]["questions"].clone()
}

both! {
    async fn a_questionnaire_is_created_changed_listed_and_deleted(app) {
        codes(&app, "BUSINESS_RELATION", &["CUST"]).await;
        let selection = "profileQuestionnaire { id code description contactType \
            businessRelation { code } priority questions { no } }";
        let new = json!({ "code": "cust", "description": " Customers ", "contactType": "COMPANY",
            "businessRelation": "cust", "priority": "HIGH" });
        let created = app.must("profileQuestionnaireCreate", selection, new.clone()).await;
        assert_eq!(created["profileQuestionnaire"], json!({
            "id": "profileQuestionnaire:CUST", "code": "CUST", "description": "Customers",
            "contactType": "COMPANY", "businessRelation": { "code": "CUST" }, "priority": "HIGH",
            "questions": [],
        }));
        let again = app.mutate("profileQuestionnaireCreate", selection, new).await;
        assert_eq!(again["userErrors"][0]["code"], "TAKEN");
        assert_eq!(again["userErrors"][0]["path"], json!(["input", "code"]));
        let wrong = json!({ "code": "X", "businessRelation": "NOPE", "description": "x".repeat(251) });
        let wrong = app.mutate("profileQuestionnaireCreate", selection, wrong).await;
        assert_eq!(wrong["userErrors"].as_array().unwrap().len(), 2);

        let change = json!({ "code": "Cust", "contactType": null, "description": "All" });
        let changed = app.must("profileQuestionnaireUpdate", selection, change).await;
        assert_eq!(changed["profileQuestionnaire"]["contactType"], json!(null));
        assert_eq!(changed["profileQuestionnaire"]["priority"], "HIGH");
        // What refers to a code keeps it.
        let relation = json!({ "kind": "BUSINESS_RELATION", "code": "CUST" });
        let used = app.mutate("codeDelete", "deletedCode", relation).await;
        assert_eq!(used["userErrors"][0]["message"], "The code CUST is in use by 1 questionnaire.");

        for code in ["A", "B", "C"] {
            questionnaire(&app, json!({ "code": code })).await;
        }
        let page = "query($after: String) { profileQuestionnaires(first: 2, after: $after) { \
            totalCount nodes { code } pageInfo { hasNextPage endCursor } } }";
        let first = app.data(page, json!({})).await["profileQuestionnaires"].clone();
        assert_eq!(first["totalCount"], 4);
        assert_eq!(first["nodes"], json!([{ "code": "A" }, { "code": "B" }]));
        let after = json!({ "after": first["pageInfo"]["endCursor"] });
        let rest = app.data(page, after).await["profileQuestionnaires"].clone();
        assert_eq!(rest["nodes"], json!([{ "code": "C" }, { "code": "CUST" }]));
        assert_eq!(rest["pageInfo"]["hasNextPage"], false);

        let gone = app.must("profileQuestionnaireDelete", "deletedCode", json!({ "code": "cust" })).await;
        assert_eq!(gone["deletedCode"], "CUST");
        let again = app.mutate("profileQuestionnaireDelete", "deletedCode", json!({ "code": "cust" })).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
    }

    async fn questions_and_answers_keep_their_numbers(app) {
        questionnaire(&app, json!({ "code": "Q" })).await;
        let selection = format!("profileQuestion {{ no questionnaire {{ code {LINES} }} }}");
        let new = json!({ "questionnaire": "q", "description": "Hobbies", "multipleAnswers": true,
            "answers": [{ "description": "Golf", "priority": "LOW" }, { "no": 15, "description": "Tennis" }] });
        let set = app.must("profileQuestionSet", &selection, new).await;
        assert_eq!(set["profileQuestion"]["no"], 10_000);
        assert_eq!(lines(&app, "Q").await, json!([{ "no": 10_000, "description": "Hobbies",
            "multipleAnswers": true, "classified": false, "answers": [
                { "no": 15, "key": "Q.15", "description": "Tennis", "priority": "NORMAL" },
                { "no": 20_000, "key": "Q.20000", "description": "Golf", "priority": "LOW" },
            ] }]));
        // What is left out stays; what is not listed goes.
        let change = json!({ "questionnaire": "Q", "no": 10_000,
            "answers": [{ "no": 20_000, "priority": "HIGH" }, { "description": "Chess" }] });
        app.must("profileQuestionSet", &selection, change).await;
        assert_eq!(lines(&app, "Q").await, json!([{ "no": 10_000, "description": "Hobbies",
            "multipleAnswers": true, "classified": false, "answers": [
                { "no": 20_000, "key": "Q.20000", "description": "Golf", "priority": "HIGH" },
                { "no": 30_000, "key": "Q.30000", "description": "Chess", "priority": "NORMAL" },
            ] }]));
        question(&app, "Q", 5, false, &[]).await;
        assert_eq!(lines(&app, "Q").await[0]["no"], 5);

        for (wrong, code, path) in [
            (json!({ "questionnaire": "NOPE", "description": "?" }), "NOT_FOUND", vec!["questionnaire"]),
            (json!({ "questionnaire": "Q" }), "REQUIRED", vec!["description"]),
            (json!({ "questionnaire": "Q", "no": 20_000, "description": "?" }), "TAKEN", vec!["no"]),
            (json!({ "questionnaire": "Q", "no": 0, "description": "?" }), "INVALID", vec!["no"]),
            (json!({ "questionnaire": "Q", "no": 5, "answers": [{ "description": "" }] }),
                "REQUIRED", vec!["answers", "0", "description"]),
            (json!({ "questionnaire": "Q", "no": 5, "answers": [{ "no": 20_000, "description": "x" }] }),
                "TAKEN", vec!["answers", "0", "no"]),
            (json!({ "questionnaire": "Q", "no": 5, "answers":
                [{ "no": 7, "description": "x" }, { "no": 7, "description": "y" }] }),
                "TAKEN", vec!["answers", "1", "no"]),
            (json!({ "questionnaire": "Q", "no": 5, "answers": [{ "description": "x", "fromValue": 5, "toValue": 1 }] }),
                "INVALID", vec!["answers", "0", "toValue"]),
            (json!({ "questionnaire": "Q", "no": 5, "answers": vec![json!({ "description": "x" }); 1_000] }),
                "LIMIT_EXCEEDED", vec!["answers"]),
        ] {
            let before = lines(&app, "Q").await;
            let refused = app.mutate("profileQuestionSet", "profileQuestion { no }", wrong).await;
            let path: Vec<&str> = ["input"].into_iter().chain(path).collect();
            assert_eq!(refused["userErrors"][0]["code"], code, "{refused}");
            assert_eq!(refused["userErrors"][0]["path"], json!(path));
            assert_eq!(lines(&app, "Q").await, before);
        }
    }

    async fn what_contacts_have_answered_is_not_deleted(app) {
        // PRO-4
        let [customer, ..] = stage(&app).await;
        let answer = json!({ "contactId": customer, "add": ["CUST.20000"] });
        app.must("contactProfileAnswersSet", "", answer).await;
        let concerned = "userErrors { code path concerned }";
        let refused = format!("mutation {{ \
            a: profileQuestionSet(input: {{ questionnaire: \"CUST\", no: 10000, answers: [] }}) {{ {concerned} }} \
            b: profileQuestionDelete(input: {{ questionnaire: \"CUST\", no: 10000 }}) {{ {concerned} }} \
            c: profileQuestionDelete(input: {{ questionnaire: \"CUST\", no: 10000, withAnswers: true }}) {{ {concerned} }} \
            d: profileQuestionnaireDelete(input: {{ code: \"CUST\" }}) {{ {concerned} }} }}");
        let refused = app.data(&refused, json!({})).await;
        let in_use = |path: &str, concerned: serde_json::Value| json!({ "userErrors": [
            { "code": "IN_USE", "path": ["input", path], "concerned": concerned } ] });
        assert_eq!(refused, json!({
            "a": in_use("answers", json!([customer])),
            "b": in_use("withAnswers", json!(["profileAnswer:CUST.20000", "profileAnswer:CUST.30000"])),
            "c": in_use("no", json!([customer])),
            "d": in_use("code", json!([customer])),
        }));
        // Nobody has given the other answer.
        question(&app, "CUST", 10_000, false, &[(20_000, "Small")]).await;
        app.must("contactProfileAnswersSet", "", json!({ "contactId": customer, "set": [] })).await;
        let delete = json!({ "questionnaire": "CUST", "no": 10_000, "withAnswers": true });
        let gone = app.must("profileQuestionDelete", "deletedNo", delete.clone()).await;
        assert_eq!(gone["deletedNo"], 10_000);
        let again = app.mutate("profileQuestionDelete", "deletedNo", delete).await;
        assert_eq!(again["userErrors"][0]["path"], json!(["input", "no"]));
    }

    async fn questions_and_answers_are_found_by_their_ids(app) {
        stage(&app).await;
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
        let ids = ["profileQuestionnaire:CUST", "profileQuestion:CUST.10000", "profileAnswer:CUST.20000",
            "profileAnswer:CUST.10000", "profileQuestion:CUST.20000", "profileAnswer:NOPE.1", "profileAnswer:x"];
        let found = app.data(query, json!({ "ids": ids })).await;
        assert_eq!(found["nodes"], json!([
            { "id": ids[0], "__typename": "ProfileQuestionnaire" },
            { "id": ids[1], "__typename": "ProfileQuestion" },
            { "id": ids[2], "__typename": "ProfileAnswer" }, null, null, null, null,
        ]));
    }
}
