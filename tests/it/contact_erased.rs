//! A contact that has been erased stays so.

use serde_json::json;

use crate::{
    app::both,
    check::check,
    contact::{create, input},
    contact_delete::{key, segment_of, set},
    contact_erase::{all_text, person},
    import::{counts, import},
};

both! {
    async fn nothing_is_written_about_who_was_erased(app) {
        let ada = person(&app).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let of = app.data("query($id: ID!) { contact(id: $id) { interactions { nodes { id } } opportunities { nodes { id } }
            tasks { nodes { id } } } }", json!({ "id": ada })).await;
        let id = |list: &str| of["contact"][list]["nodes"][0]["id"].clone();
        let (call, sale, task) = (id("interactions"), id("opportunities"), id("tasks"));
        app.must("opportunityReopen", "", json!({ "opportunityId": sale })).await;
        let segment = segment_of(&app, &[&ada, &bo]).await;
        app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
        let text = "Ada called";
        for (name, input, path) in [
            ("contactProfileAnswersSet", json!({ "contactId": ada, "add": ["ALL.20000"] }), "contactId"),
            ("interactionUpdate", json!({ "id": call, "description": text }), "description"),
            ("interactionUpdate", json!({ "id": call, "subject": text }), "subject"),
            ("interactionUpdate", json!({ "id": call, "contactVia": text }), "contactVia"),
            ("interactionCommentAdd", json!({ "interactionId": call, "comment": text }), "interactionId"),
            ("opportunityUpdate", json!({ "opportunityId": sale, "description": text }), "description"),
            ("opportunityClose", json!({ "opportunityId": sale, "outcome": "LOST", "reason": text }), "reason"),
            ("taskUpdate", json!({ "taskId": task, "description": text }), "description"),
            ("segmentUpdateLines", json!({ "segmentId": segment, "lines": { "contactIds": [bo, ada] }, "set": { "subject": text } }),
                "lines.contactIds.1"),
        ] {
            let refused = app.mutate(name, "", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED", "{name} {input}: {refused}");
            let path: Vec<&str> = std::iter::once("input").chain(path.split('.')).collect();
            assert_eq!(refused["userErrors"][0]["path"], json!(path), "{name} {input}");
        }
        // What is told to all is told to the others, and what tells nothing can be changed.
        let all = json!({ "segmentId": segment, "lines": { "all": true }, "set": { "subject": text } });
        assert_eq!(app.must("segmentUpdateLines", "linesCount", all).await["linesCount"], 1);
        let group = json!({ "segmentId": segment, "mailingGroup": "A" });
        assert_eq!(app.must("segmentApplyMailingGroup", "added", group).await["added"], 1);
        app.must("interactionUpdate", "", json!({ "id": call, "evaluation": "NEGATIVE" })).await;
        app.must("taskClose", "", json!({ "taskId": task })).await;

        let no = app.data("query($id: ID!) { segment(id: $id) { no } }", json!({ "id": segment })).await;
        let no = no["segment"]["no"].as_str().unwrap();
        for (column, file) in [
            ("Contact No.", "Contact No.,Mailing Group Code\nCT000002,A\n".to_owned()),
            ("Contact No.", "Contact No.,Profile Questionnaire Code,Line No.\nCT000002,ALL,20000\n".to_owned()),
            ("Contact No.", "Entry No.,Contact No.,Date,Description\n1,CT000002,2026-01-02,Ada called\n".to_owned()),
            ("Contact No.", format!("Segment No.,Contact No.,Description\n{no},CT000002,Ada called\n")),
        ] {
            let (outcome, said) = import(&app, &file).await;
            assert_eq!(counts(&outcome), [0, 0, 0, 1], "{file}");
            assert_eq!(said[0], format!("2 {column}: The contact has been erased, and stays so."), "{file}");
        }
        let text = all_text(&app).await;
        assert_eq!(text.matches("ada called").count(), 1, "{text}");
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn who_was_erased_is_never_selected_or_changed_again(app) {
        let ada = person(&app).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
        let segment = segment_of(&app, &[]).await;
        let add = json!({ "segmentId": segment, "criteria": { "all": [] }, "options": { "ignoreExclusion": true } });
        let added = app.must("segmentAddContacts", "effect { skippedPrivacyBlocked }", add).await;
        assert_eq!(added["effect"]["skippedPrivacyBlocked"], 1);
        assert!(!set(&app, &segment).await.contains(&key(&ada)));
        for (name, input) in [
            ("contactUpdate", json!({ "id": ada, "name": "Ada" })),
            ("contactUpdate", json!({ "id": ada, "privacyBlocked": false })),
            ("contactAddressCreate", json!({ "contactId": ada, "code": "HOME" })),
            ("contactMerge", json!({ "survivorId": ada, "duplicateId": bo })),
            ("contactMerge", json!({ "survivorId": bo, "duplicateId": ada })),
        ] {
            let refused = app.mutate(name, "contact { id }", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED", "{name} {input}: {refused}");
        }
        let call = json!({ "contactId": ada, "template": "CALL", "salesperson": "BC" });
        let refused = app.mutate("interactionCreate", "interaction { id }", call).await;
        assert_eq!(refused["userErrors"][0]["code"], "PRIVACY_BLOCKED");
        // The system from which they came may know them still.
        let (outcome, said) = import(&app, "No.,Name\nCT000002,Ada Secretsson\n").await;
        assert_eq!(counts(&outcome), [0, 0, 0, 1]);
        assert_eq!(said, ["2 No.: The contact has been erased, and stays so."]);
        // It can be deleted.
        app.must("contactDelete", "deletedId", json!({ "id": ada, "handOnOpen": true })).await;
        assert_eq!(check(&app).await, [""; 0]);
    }
}
