//! What becomes of opportunities and tasks when their contacts go.

use serde_json::json;

use super::opportunity;
use crate::{
    app::both,
    check::check,
    contact::{self, with},
    log::people,
};

both! {
    // CON-9, in the manner of D17: what is open keeps a contact, unless it may be handed on.
    async fn what_is_open_keeps_a_contact_from_being_deleted(app) {
        let company = contact::create(&app, contact::input("COMPANY", "Works")).await;
        let ada = contact::create(&app, with(contact::input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        let open = opportunity(&app, &ada, json!({})).await;
        let closed = opportunity(&app, &ada, json!({})).await;
        app.must("opportunityClose", "", json!({ "opportunityId": closed, "outcome": "WON" })).await;
        let call = json!({ "from": { "opportunityId": open }, "type": "PHONE_CALL" });
        app.must("taskCreate", "", call).await;
        let delete = "mutation($id: ID!, $on: Boolean) { contactDelete(input: { id: $id, handOnOpen: $on }) { userErrors {
            code path message concerned } } }";
        let refused = app.data(delete, json!({ "id": ada })).await;
        assert_eq!(refused["contactDelete"]["userErrors"], json!([{ "code": "IN_USE", "path": ["input", "handOnOpen"],
            "message": "Open with it, or its people: opportunities (1), tasks (1).",
            "concerned": [open, open.replace("opportunity:", "task:").rsplit_once('.').unwrap().0.to_owned() + ".1"] }]));
        let done = app.data(delete, json!({ "id": ada, "on": true })).await;
        assert_eq!(done["contactDelete"]["userErrors"], json!([]));
        let left = app.data("{ opportunities(orderBy: DATE_ASC) { nodes { no contact { name } company { name } } }
            tasks { nodes { contact { name } opportunity { no } } } }", json!({})).await;
        let works = json!({ "name": "Works" });
        assert_eq!(left["opportunities"]["nodes"], json!([{ "no": "OP000001", "contact": works, "company": works },
            { "no": "OP000002", "contact": works, "company": works }]));
        assert_eq!(left["tasks"]["nodes"], json!([{ "contact": works, "opportunity": { "no": "OP000001" } }]));
        assert!(check(&app).await.is_empty());
        app.must("contactDelete", "", json!({ "id": company, "handOnOpen": true })).await;
        let left = app.data("{ opportunities { nodes { contact { name } company { name } } } }", json!({})).await;
        assert_eq!(left["opportunities"]["nodes"][0], json!({ "contact": null, "company": null }));
        assert!(check(&app).await.is_empty());
    }

    async fn who_saw_them_before_their_contact_went_is_told_so(app) {
        let contacts = people(&app, &["Ada", "Ida"]).await;
        let id = opportunity(&app, &contacts[0], json!({})).await;
        let task = json!({ "from": { "opportunityId": id }, "description": "Call" });
        let task = app.must("taskCreate", "task { id }", task).await["task"]["id"].clone();
        app.must("contactErase", "", json!({ "contactId": contacts[0] })).await;
        for (name, input) in [
            ("opportunityUpdate", json!({ "opportunityId": id, "priority": "HIGH", "expectedRevision": 1 })),
            ("taskUpdate", json!({ "taskId": task, "priority": "HIGH", "expectedRevision": 1 })),
        ] {
            let refused = app.mutate(name, "", input).await;
            assert_eq!(refused["userErrors"][0]["code"], "CONFLICT", "{name}: {refused}");
        }
        app.must("opportunityDelete", "", json!({ "opportunityId": id })).await;
        let tasks = app.data("{ tasks { nodes { revision } } }", json!({})).await;
        assert_eq!(tasks["tasks"]["nodes"], json!([{ "revision": 3 }]));

        let id = opportunity(&app, &contacts[1], json!({})).await;
        app.must("taskCreate", "", json!({ "from": { "opportunityId": id } })).await;
        app.must("contactDelete", "", json!({ "id": contacts[1], "handOnOpen": true })).await;
        let left = app.data("{ opportunities { nodes { revision } } tasks(orderBy: DATE_ASC) { nodes { revision } } }", json!({})).await;
        assert_eq!(left["opportunities"]["nodes"], json!([{ "revision": 2 }]));
        assert_eq!(left["tasks"]["nodes"], json!([{ "revision": 3 }, { "revision": 2 }]));
    }

    // MRG-1
    async fn opportunities_and_tasks_of_a_duplicate_go_to_the_survivor(app) {
        let contacts = people(&app, &["Ada", "Ida"]).await;
        let id = opportunity(&app, &contacts[1], json!({})).await;
        app.must("taskCreate", "", json!({ "from": { "opportunityId": id } })).await;
        app.must("contactMerge", "", json!({ "survivorId": contacts[0], "duplicateId": contacts[1] })).await;
        let of = app.data("query($id: ID!) { contact(id: $id) { opportunities { nodes { no } }
            tasks { nodes { no opportunity { no } } } nextTaskDate } }", json!({ "id": contacts[0] })).await;
        assert_eq!(of["contact"], json!({ "opportunities": { "nodes": [{ "no": "OP000001" }] },
            "tasks": { "nodes": [{ "no": "TD000001", "opportunity": { "no": "OP000001" } }] }, "nextTaskDate": "2026-11-02" }));
        assert!(check(&app).await.is_empty());
    }
}
