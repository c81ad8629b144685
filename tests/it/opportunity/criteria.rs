//! Criteria ask for opportunities and tasks.

use serde_json::{Value, json};

use super::opportunity;
use crate::{
    app::{TestApp, both},
    campaign::campaign,
    log::{people, stage},
};

/// The names of those who match, in their order.
pub(crate) async fn matching(app: &TestApp, criteria: Value) -> Vec<String> {
    let query = "query($criteria: ContactCriteria) {
        contacts(filter: $criteria, orderBy: { by: NO }) { nodes { name } } }";
    let data = app.data(query, json!({ "criteria": criteria })).await;
    let nodes = data["contacts"]["nodes"].as_array().unwrap();
    nodes.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

/// Ada was sold something and is to be called, Bo was not, Cy has an offer; nothing is planned with Di.
async fn world(app: &TestApp) {
    let spring = campaign(app, json!({ "no": "SPRING" })).await;
    let contacts = people(app, &["Ada", "Bo", "Cy", "Di"]).await;
    let segment = stage(app, &contacts[2..3], json!({ "campaignId": spring })).await;
    let close = async |id: String, outcome: &str, reason: &str| {
        let close = json!({ "opportunityId": id, "outcome": outcome, "reason": reason });
        app.must("opportunityClose", "", close).await;
    };
    for (value, outcome) in [(1000, "WON"), (250, "LOST")] {
        let more = json!({ "estimatedValue": value, "salesperson": "AH" });
        close(opportunity(app, &contacts[0], more).await, outcome, "Price").await;
    }
    close(opportunity(app, &contacts[1], json!({})).await, "LOST", "Late").await;
    let of_segment = json!({ "segmentId": segment, "estimatedValue": "99.5", "priority": "HIGH" });
    app.must("segmentCreateOpportunities", "", of_segment).await;
    let task = async |contact: &str, more: Value| {
        let input = json!({ "from": { "contactId": contact }, "description": "Call" });
        let created =
            app.must("taskCreate", "task { id }", crate::contact::with(input, more)).await;
        created["task"]["id"].clone()
    };
    task(&contacts[0], json!({ "type": "PHONE_CALL", "date": "2026-11-20" })).await;
    let done = task(&contacts[1], json!({ "date": "2026-11-05", "priority": "LOW" })).await;
    app.must("taskClose", "", json!({ "taskId": done })).await;
}

both! {
    // A relation like any other: where, within, measure, scope.
    async fn contacts_are_found_by_their_opportunities_and_tasks(app) {
        world(&app).await;
        let opportunities = |fields: Value| json!({ "opportunities": fields });
        let status = |status: &str| json!({ "status": { "eq": status } });
        let sum = |test: Value| json!({ "measure": { "sum": { "field": "ESTIMATED_VALUE", "test": test } } });
        let tasks = |filter: Value, measure: &str| json!({ "tasks": { "where": filter, "measure": { (measure): true } } });
        for (criteria, expected) in [
            (opportunities(json!({ "where": status("WON"), "measure": { "count": { "gte": 1 } } })), &["Ada"][..]),
            (opportunities(json!({ "where": status("LOST") })), &["Ada", "Bo"]),
            (opportunities(json!({ "measure": { "none": true } })), &["Di"]),
            (opportunities(json!({ "where": { "campaign": { "eq": "spring" } } })), &["Cy"]),
            (opportunities(json!({ "where": { "segment": { "startsWith": "SM" } } })), &["Cy"]),
            (opportunities(json!({ "where": { "segment": { "isSet": false } } })), &["Ada", "Bo"]),
            (opportunities(json!({ "where": { "priority": { "in": ["HIGH"] } } })), &["Cy"]),
            (opportunities(json!({ "where": { "salesperson": { "eq": "ah" } } })), &["Ada"]),
            (opportunities(json!({ "where": { "closeReason": { "eq": "Late" } } })), &["Bo"]),
            (opportunities(json!({ "where": { "closedDate": { "isSet": false } } })), &["Cy"]),
            (opportunities(json!({ "measure": { "latest": status("LOST") } })), &["Ada", "Bo"]),
            // What Bo's is worth is not known, so it adds up to nothing.
            (opportunities(sum(json!({ "gte": "1250" }))), &["Ada"]),
            (opportunities(sum(json!({ "lt": 100 }))), &["Cy"]),
            (opportunities(sum(json!({ "isSet": false }))), &["Bo", "Di"]),
            (tasks(json!({ "not": status("COMPLETED") }), "some"), &["Ada"]),
            (tasks(json!({ "status": { "ne": "COMPLETED" } }), "none"), &["Bo", "Cy", "Di"]),
            (tasks(json!({ "type": { "isSet": false } }), "some"), &["Bo"]),
            (json!({ "tasks": { "within": { "inNext": "P30D" } } }), &["Ada", "Bo"]),
        ] {
            assert_eq!(matching(&app, criteria.clone()).await, expected, "{criteria}");
        }
    }

    async fn the_same_is_said_in_words_and_in_filter_expressions(app) {
        world(&app).await;
        for (text, expected, again) in [
            ("opportunities(status = won) count >= 1", &["Ada"][..], "opportunities(status = WON) count >= 1"),
            ("no tasks(status <> COMPLETED)", &["Bo", "Cy", "Di"], "no tasks(status <> COMPLETED)"),
            ("opportunities(Creation Date on or after 2026-11-01 and campaign_no = SPRING)", &["Cy"],
                "opportunities(date on or after 2026-11-01 and campaign = SPRING)"),
            ("opportunities(any) sum of estimated_value > 1000", &["Ada"], "opportunities(any) sum of estimatedValue > 1000"),
            // The numbers of Business Central begin with 0 where there is no blank.
            ("opportunities(status matches \"2|3\")", &["Ada", "Bo"], "opportunities(status in (WON, LOST))"),
            ("tasks(type matches \"2\" or priority matches \"Low\")", &["Ada", "Bo"], "tasks(type = PHONE_CALL or priority = LOW)"),
        ] {
            let said = json!({ "text": text });
            assert_eq!(matching(&app, said.clone()).await, expected, "{text}");
            let query = "query($criteria: ContactCriteria!) { criteriaPreview(input: { criteria: $criteria }) { text } }";
            let shown = app.data(query, json!({ "criteria": said })).await;
            assert_eq!(shown["criteriaPreview"]["text"], again, "{text}");
        }
    }

    async fn the_fields_of_opportunities_and_tasks_have_values(app) {
        world(&app).await;
        let values = async |of: &str, field: &str| {
            let query = "query($of: CriteriaFieldOf!, $field: String!) { criteriaValues(of: $of, field: $field) { value count } }";
            let found = app.data(query, json!({ "of": of, "field": field })).await;
            let found = found["criteriaValues"].as_array().unwrap().clone();
            found.iter().map(|it| format!("{} {}", it["value"].as_str().unwrap(), it["count"])).collect::<Vec<_>>()
        };
        assert_eq!(values("OPPORTUNITY", "status").await, ["LOST 2", "NOT_STARTED 1", "WON 1"]);
        assert_eq!(values("OPPORTUNITY", "campaign").await, ["SPRING 1"]);
        assert_eq!(values("TASK", "type").await, ["PHONE_CALL 1"]);
        assert_eq!(values("TASK", "segment").await, Vec::<String>::new());
    }

    // What names a segment by its number is asked for again, for segments go.
    async fn a_segment_that_is_gone_has_no_number(app) {
        world(&app).await;
        let numbered = json!({ "opportunities": { "where": { "segment": { "isSet": true } } } });
        let count = async || {
            let query = "query($criteria: ContactCriteria!) { criteriaPreview(input: { criteria: $criteria }) { selected { count } } }";
            let data = app.data(query, json!({ "criteria": numbered })).await;
            data["criteriaPreview"]["selected"]["count"].clone()
        };
        assert_eq!(count().await, 1);
        let segments = app.data("{ segments { nodes { id } } }", json!({})).await;
        let which = json!({ "segmentId": segments["segments"]["nodes"][0]["id"] });
        app.must("segmentDelete", "", which).await;
        assert_eq!(count().await, 0);
    }
}
