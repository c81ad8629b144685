//! What is set, refused, left out and rated.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{answers, classify};
use crate::{
    app::both,
    check::{check, damage},
    contact::with,
    import::import,
    profile::{question, questionnaire, stage},
};

both! {
    async fn a_classification_is_set_by_one_measure_and_says_what_is_missing(app) {
        // PRO-5
        questionnaire(&app, json!({ "code": "Q" })).await;
        let selection = "profileQuestion { classified classification { by method sorting startingDate \
            endingDate decimals answeredPercentMin points { points } } answers { fromValue toValue } }";
        let set = |classification: Value| json!({ "questionnaire": "Q", "no": 1, "description": "?",
            "classification": classification, "answers": [{ "no": 2, "description": "x", "toValue": "25.5" }] });
        let by_share = json!({ "by": "INTERACTION_QUANTITY", "method": "PERCENTAGE_OF_CONTACTS",
            "startingDate": "<-cy>", "endingDate": "CD", "answeredPercentMin": 50 });
        let found = app.must("profileQuestionSet", selection, set(by_share)).await;
        assert_eq!(found["profileQuestion"], json!({ "classified": true, "classification": {
            "by": "INTERACTION_QUANTITY", "method": "PERCENTAGE_OF_CONTACTS", "sorting": "DESCENDING",
            "startingDate": "-CY", "endingDate": "CD", "decimals": 0, "answeredPercentMin": "0", "points": [],
        }, "answers": [{ "fromValue": null, "toValue": "25.5" }] }));
        let rating = json!({ "by": "RATING", "method": "PERCENTAGE_OF_VALUE", "sorting": "ASCENDING",
            "startingDate": "CD", "answeredPercentMin": "75" });
        let found = app.must("profileQuestionSet", selection, set(rating)).await;
        assert_eq!(found["profileQuestion"]["classification"], json!({
            "by": "RATING", "method": "DEFINED_VALUE", "sorting": null, "startingDate": null, "endingDate": null,
            "decimals": 0, "answeredPercentMin": "75", "points": [] }));
        let by_people = app.must("profileQuestionSet", selection, set(json!(null))).await;
        assert_eq!(by_people["profileQuestion"]["classified"], false);
        let dates = json!({ "startingDate": "CD", "endingDate": "CD" });
        for (wrong, code, path) in [
            (json!({ "by": "INTERACTION_QUANTITY", "endingDate": "CD" }), "REQUIRED", vec!["startingDate"]),
            (json!({ "by": "INTERACTION_QUANTITY", "startingDate": "CD", "endingDate": "x" }), "INVALID", vec!["endingDate"]),
            (json!({ "by": "RATING", "decimals": 5 }), "INVALID", vec!["decimals"]),
            (json!({ "by": "RATING", "answeredPercentMin": 101 }), "INVALID", vec!["answeredPercentMin"]),
            (json!({ "by": "RATING", "points": [{ "answer": "Q.9", "points": 1 }] }), "NOT_FOUND", vec!["points", "0", "answer"]),
            (json!({ "by": "RATING", "points": [{ "answer": "Q.2", "points": 1 }] }), "INVALID", vec!["points"]),
            (with(json!({ "by": "PROFIT" }), dates), "NOT_ALLOWED", vec!["by"]),
        ] {
            let refused = app.mutate("profileQuestionSet", selection, set(wrong)).await;
            let path: Vec<&str> = ["input", "classification"].into_iter().chain(path).collect();
            assert_eq!(refused["userErrors"][0]["code"], code, "{refused}");
            assert_eq!(refused["userErrors"][0]["path"], json!(path));
        }
    }

    async fn what_is_not_kept_is_left_out_and_what_lacks_a_date_is_refused(app) {
        // PRO-6
        stage(&app).await;
        let lines = "Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,\
            Customer Class. Field,Contact Class. Field,Starting Date Formula,Ending Date Formula,To Value\n\
            CUST,40000,Question,Profit,Yes,Profit (LCY),,CY,CY,\nCUST,50000,Answer,Little,,,,,,9\n";
        import(&app, lines).await;
        import(&app, "Contact No.,Profile Questionnaire Code,Line No.\nCT000001,CUST,50000\n").await;
        let left_out = classify(&app, json!({ "questionnaire": "cust" })).await;
        assert_eq!(left_out, json!({ "contactsChanged": 0, "userErrors": [], "questions": [{
            "question": { "no": 40_000 }, "answers": [], "skipped": "Contacts can't be classified by it: purchases say nothing of costs." }] }));
        assert_eq!(answers(&app, "CUST").await["CT000001"].len(), 1, "it stays as it is");
        let lines = "Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,\
            Contact Class. Field,Starting Date Formula,Ending Date Formula\n\
            CUST,60000,Question,No date,Yes,Interaction Quantity,,CY\n\
            CUST,70000,Question,Never,Yes,Interaction Quantity,CY,CY-1D\n";
        let (_, said) = import(&app, lines).await;
        assert_eq!(said, ["2 Starting Date Formula: There has to be a starting date."]);
        let refused = app.mutate("profileClassify", "contactsChanged", json!({})).await;
        let messages: Vec<&str> = refused["userErrors"].as_array().unwrap().iter()
            .map(|it| it["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["The question CUST.70000 ends before it starts."]);
        let unknown = app.mutate("profileClassify", "contactsChanged", json!({ "questionnaire": "X" })).await;
        assert_eq!(unknown["userErrors"][0]["path"], json!(["input", "questionnaire"]));
    }

    async fn ratings_of_other_questionnaires_follow(app) {
        // PRO-7
        let [customer, _, _] = stage(&app).await;
        for code in ["R1", "R2"] {
            questionnaire(&app, json!({ "code": code })).await;
        }
        let rating = |code: &str, counted: &str| json!({ "questionnaire": code, "no": 30, "description": "Rating",
            "classification": { "by": "RATING", "points": [{ "answer": counted, "points": 10 }] },
            "answers": [{ "no": 31, "description": "High", "fromValue": 10 }] });
        app.must("profileQuestionSet", "", rating("R1", "CUST.30000")).await;
        app.must("profileQuestionSet", "", rating("R2", "R1.31")).await;
        // It was answered before it counted for anything.
        let given = "INSERT INTO contact_profile_answer (contact_id, questionnaire, answer_no, question_no, updated_on) \
            SELECT id, 'CUST', 30000, 10000, '2026-01-01' FROM contact WHERE no = 'CT000001'";
        damage(&app, given).await;
        assert_eq!(classify(&app, json!({ "questionnaire": "R1" })).await["contactsChanged"], 1);
        assert!(answers(&app, "R2").await["CT000001"].contains("R2.31"));
        app.must("contactProfileAnswersSet", "", json!({ "contactId": customer, "set": [] })).await;
        assert!(answers(&app, "R2").await.is_empty());
    }

    async fn classifying_again_writes_nothing_on_the_same_day(app) {
        stage(&app).await;
        let question = json!({ "questionnaire": "CUST", "no": 40_000, "description": "?",
            "classification": { "by": "INTERACTION_QUANTITY", "startingDate": "CY-1Y", "endingDate": "CD" },
            "answers": [{ "no": 50_000, "description": "None", "toValue": 0 }] });
        app.must("profileQuestionSet", "", question).await;
        let days = async || {
            let query = "{ contacts(first: 1) { nodes { profileAnswers { nodes { lastUpdated } } } } }";
            app.data(query, json!({})).await["contacts"]["nodes"][0]["profileAnswers"]["nodes"].clone()
        };
        classify(&app, json!({ "asOf": "2026-11-01" })).await;
        assert_eq!(days().await, json!([{ "lastUpdated": "2026-11-01" }]));
        let again = classify(&app, json!({})).await;
        assert_eq!(again["contactsChanged"], 0);
        assert_eq!(days().await, json!([{ "lastUpdated": "2026-11-02" }]), "that they still have it");
        if !app.database_url.starts_with("postgres") {
            let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON contact_profile_answer \
                BEGIN SELECT RAISE(ABORT, 'written'); END";
            damage(&app, refuse).await;
        }
        assert_eq!(classify(&app, json!({})).await, again);
    }

    async fn ratings_add_up_points_of_other_answers(app) {
        // PRO-7
        let [customer, ..] = stage(&app).await;
        question(&app, "CUST", 40_000, false, &[(50_000, "Poor"), (60_000, "Rich")]).await;
        let rating = |no: i32, points: Value, percent: u32| json!({ "questionnaire": "CUST", "no": no,
            "description": "Rating", "classification": { "by": "RATING", "answeredPercentMin": percent, "points": points },
            "answers": [
                { "no": no + 1, "description": "Low", "toValue": 9 },
                { "no": no + 2, "description": "High", "fromValue": 10 } ] });
        let point = |answer: &str, points: i32| json!({ "answer": answer, "points": points });
        // The second is made of the first, whatever their numbers.
        let first = json!([point("CUST.20000", 2), point("CUST.30000", 8), point("CUST.50000", 1), point("CUST.60000", 4)]);
        let points = "profileQuestion { classification { points { answer { key } points } } }";
        let set = app.must("profileQuestionSet", points, rating(90_000, first, 75)).await;
        assert_eq!(set["profileQuestion"]["classification"]["points"][1],
            json!({ "answer": { "key": "CUST.30000" }, "points": "8" }));
        let second = rating(80_000, json!([point("CUST.90002", 10)]), 0);
        app.must("profileQuestionSet", points, second).await;

        // PRO-1: who answers is rated at once, and those who depend on it, too.
        let add = |key: &str| json!({ "contactId": customer, "add": [key] });
        app.must("contactProfileAnswersSet", "", add("CUST.30000")).await;
        let found = answers(&app, "CUST").await;
        assert!(found["CT000001"].contains("CUST.80001"), "half of the questions are not enough: {found:?}");
        app.must("contactProfileAnswersSet", "", add("CUST.60000")).await;
        let expected: BTreeSet<String> =
            ["CUST.30000", "CUST.60000", "CUST.80002", "CUST.90002"].map(str::to_owned).into();
        assert_eq!(answers(&app, "CUST").await["CT000001"], expected);
        let query = "query($id: ID!) { contact(id: $id) { profileAnswers { nodes { answeredPercent } } } }";
        let percents = app.data(query, json!({ "id": customer })).await;
        assert_eq!(percents["contact"]["profileAnswers"]["nodes"].as_array().unwrap().iter()
            .map(|it| it["answeredPercent"].clone()).collect::<Vec<_>>(), [json!(null), json!(null), json!("100"), json!("100")]);
        let nothing_new = classify(&app, json!({ "questionnaire": "CUST" })).await;
        assert_eq!(nothing_new["contactsChanged"], 0);
        // All at once, ratings come after what they are made of.
        import(&app, "Contact No.,Profile Questionnaire Code,Line No.\nCT000001,CUST,30000\n").await;
        let swap = json!({ "contactId": customer, "add": ["CUST.20000", "CUST.50000"], "remove": ["CUST.30000", "CUST.60000"] });
        app.must("contactProfileAnswersSet", "", swap).await;
        let expected: BTreeSet<String> =
            ["CUST.20000", "CUST.50000", "CUST.80001", "CUST.90001"].map(str::to_owned).into();
        assert_eq!(answers(&app, "CUST").await["CT000001"], expected);

        // Cycles are refused.
        let circle = rating(90_000, json!([point("CUST.80001", 1)]), 0);
        let circle = app.mutate("profileQuestionSet", points, circle).await;
        assert_eq!(circle["userErrors"][0]["code"], "INVALID");
        assert_eq!(circle["userErrors"][0]["path"], json!(["input", "classification", "points"]));
        // PRO-4: what a rating uses is not deleted.
        app.must("contactProfileAnswersSet", "", json!({ "contactId": customer, "set": [] })).await;
        let delete = json!({ "questionnaire": "CUST", "no": 10_000, "withAnswers": true });
        let refused = app.mutate("profileQuestionDelete", "deletedNo", delete).await;
        assert_eq!(refused["userErrors"][0]["message"], "Ratings use it: CUST.90000.");
        let rating = json!({ "questionnaire": "CUST", "no": 80_000, "classification": null });
        app.must("profileQuestionSet", points, rating).await;
        assert!(check(&app).await.is_empty());
    }
}
