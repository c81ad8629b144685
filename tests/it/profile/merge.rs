//! Answers of a contact that is merged into another.

use serde_json::json;

use super::{ANSWERS, keys, question, questionnaire, stage};
use crate::{
    app::both,
    check::check,
    contact::{codes, create, input, with},
};

both! {
    async fn what_two_contacts_answer_otherwise_is_told(app) {
        // MRG-1
        let [_, _, ada] = stage(&app).await;
        questionnaire(&app, json!({ "code": "HOME" })).await;
        question(&app, "HOME", 10, false, &[(20, "House"), (30, "Flat")]).await;
        question(&app, "HOME", 40, false, &[(50, "Car"), (60, "None")]).await;
        codes(&app, "MAILING_GROUP", &["A", "B", "C"]).await;
        let twin = create(&app, with(input("PERSON", "Ada"), json!({ "mailingGroups": ["C", "A", "B"] }))).await;
        for group in ["C", "A", "B"] {
            app.must("contactUpdate", "", json!({ "id": ada, "mailingGroups": { "add": [group] } })).await;
        }
        for (id, add) in [
            (&ada, ["HOME.20", "HOME.50", "PERSON.20000"].as_slice()),
            (&twin, &["HOME.30", "HOME.50", "PERSON.20000", "PERSON.30000"]),
        ] {
            app.must("contactProfileAnswersSet", "", json!({ "contactId": id, "add": add })).await;
        }
        let merge = json!({ "survivorId": ada, "duplicateId": twin });
        let told = "conflicts { kind key survivor duplicate isTaken }";
        let merged = app.must("contactMerge", &format!("{told} {ANSWERS}"), merge).await;
        // Equal answers are no conflict, and neither are several to a question that has several.
        let group = |key: &str| json!({ "kind": "CODE", "key": format!("MAILING_GROUP {key}"),
            "survivor": null, "duplicate": null, "isTaken": false });
        assert_eq!(merged["conflicts"], json!([group("A"), group("B"), group("C"), {
            "kind": "PROFILE_ANSWER", "key": "HOME 10", "survivor": "House", "duplicate": "Flat", "isTaken": false,
        }]));
        assert_eq!(keys(&merged["contact"]), ["HOME.20", "HOME.50", "PERSON.20000", "PERSON.30000"]);
        assert!(check(&app).await.is_empty());
    }

    async fn the_survivor_is_rated_by_all_it_has_then(app) {
        // MRG-1
        let [_, _, ada] = stage(&app).await;
        let twin = create(&app, input("PERSON", "Ada")).await;
        let rating = json!({ "questionnaire": "PERSON", "no": 40_000, "description": "Rating",
            "classification": { "by": "RATING", "points": [
                { "answer": "PERSON.20000", "points": 1 }, { "answer": "PERSON.30000", "points": 1 } ] },
            "answers": [{ "no": 50_000, "description": "One", "fromValue": 1, "toValue": 1 },
                { "no": 60_000, "description": "Both", "fromValue": 2 }] });
        app.must("profileQuestionSet", "", rating).await;
        for (id, key) in [(&ada, "PERSON.20000"), (&twin, "PERSON.30000")] {
            app.must("contactProfileAnswersSet", "", json!({ "contactId": id, "add": [key] })).await;
        }
        let merge = json!({ "survivorId": ada, "duplicateId": twin });
        app.must("contactMerge", "", merge).await;
        let found = app.data("query($id: ID!) { contact(id: $id) { profileAnswers { nodes { answer { key } } } } }", json!({ "id": ada })).await;
        assert_eq!(keys(&found["contact"]), ["PERSON.20000", "PERSON.30000", "PERSON.60000"]);
    }

    async fn a_minor_gets_no_answers_of_a_duplicate(app) {
        // CON-4
        let [_, _, ada] = stage(&app).await;
        let minor = create(&app, with(input("PERSON", "Ada"), json!({ "minor": true }))).await;
        app.must("contactProfileAnswersSet", "", json!({ "contactId": ada, "add": ["PERSON.20000"] })).await;
        let merge = json!({ "survivorId": minor, "duplicateId": ada });
        let merged = app.must("contactMerge", ANSWERS, merge).await;
        assert_eq!(keys(&merged["contact"]), [""; 0]);
    }
}
