//! Criteria as people read them: by the numbers they know, not by ids.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    log::{people, stage},
};

async fn text(app: &TestApp, criteria: Value) -> Value {
    let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { text } }";
    app.data(query, json!({ "c": criteria })).await["criteriaPreview"]["text"].clone()
}

both! {
    // CRT-1
    async fn the_text_of_criteria_names_segments_and_contacts_by_their_numbers(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let logged = app.must("segmentLog", "loggedSegment { id } followUpSegment { id }", json!({ "segmentId": segment, "followUp": true })).await;
        let log = &logged["loggedSegment"]["id"];
        for (criteria, expected) in [
            (json!({ "inSegment": { "current": segment } }), "in SM000001"),
            (json!({ "inSegment": { "ever": segment } }), "ever in SM000001"),
            (json!({ "inSegment": { "asOfStep": { "segment": segment, "step": 1 } } }), "in SM000001 after step 1"),
            (json!({ "inSegment": { "logged": segment } }), "logged with SM000001"),
            (json!({ "not": { "inSegment": { "logged": log } } }), "not (logged with the log of SM000001)"),
            (json!({ "ids": [] }), "one of ()"),
            (json!({ "ids": [contacts[1]] }), "is CT000002"),
            (json!({ "ids": [contacts[1], contacts[0], "contact:77"] }), "one of (CT000002, CT000001, contact:77)"),
            (json!({ "ids": (1..=11).map(|id| format!("contact:{id}")).collect::<Vec<_>>() }), "one of 11 chosen contacts"),
            (json!({ "company": { "ids": [contacts[0]] } }), "company(is CT000001)"),
            (json!({ "people": { "where": { "inSegment": { "current": segment } }, "measure": { "count": { "gt": 1 } } } }), "people(in SM000001) count > 1"),
            (json!({ "sample": { "of": { "ids": [contacts[0]] }, "take": 1, "salt": "a" } }), "sample of 1 of (is CT000001) by \"a\""),
        ] {
            assert_eq!(text(&app, criteria).await, expected);
        }

        // Everywhere: the steps of a segment, the funnel, an explanation, what is saved.
        let follow_up = &logged["followUpSegment"]["id"];
        let steps = app.data("query($id: ID!) { segment(id: $id) { criteria { text } } }", json!({ "id": follow_up })).await;
        assert_eq!(steps["segment"]["criteria"], json!([{ "text": "logged with the log of SM000001" }]));
        let both = json!({ "all": [{ "inSegment": { "current": segment } }, { "ids": [contacts[0]] }] });
        let refine = json!({ "segmentId": follow_up, "criteria": both });
        let refined = app.must("segmentRefineContacts", "funnel { text matches }", refine).await;
        assert_eq!(refined["funnel"], json!([{ "text": "in SM000001", "matches": 3 }, { "text": "is CT000001", "matches": 1 }]));
        let explain = "query($s: ID!, $c: ID!) { segmentExplain(segmentId: $s, contactId: $c) { steps { verdicts { text } } } }";
        let explained = app.data(explain, json!({ "s": follow_up, "c": contacts[0] })).await;
        let texts: Vec<&Value> = explained["segmentExplain"]["steps"][1]["verdicts"].as_array().unwrap().iter().map(|it| &it["text"]).collect();
        assert_eq!(texts, ["in SM000001 and is CT000001", "in SM000001", "is CT000001"]);
        let save = json!({ "segmentId": follow_up, "name": "Kept" });
        let saved = app.must("segmentSaveCriteria", "savedCriteria { steps { text operation } }", save).await;
        assert_eq!(saved["savedCriteria"]["steps"][0], json!({ "text": "logged with the log of SM000001", "operation": "ADD_LOGGED" }));

        // All names in one go: three more statements, for contacts, logged segments and segments.
        let steps = "query($f: SegmentFilter) { segments(filter: $f) { nodes { criteria { no FIELD } } } }";
        let all = json!({ "f": { "status": ["OPEN", "LOGGED"] } });
        let without = app.statements(&steps.replace("FIELD", ""), all.clone()).await.1;
        let with = app.statements(&steps.replace("FIELD", "text"), all).await.1;
        assert!(with <= without + 3, "{with} statements instead of {without}");
    }
}
