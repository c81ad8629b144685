//! What several clients do at the same time: none of them is in the way of another, and what comes of it is
//! what would have come of one after the other.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    check::check,
    contact::{self, with},
    log::{people, stage},
    template_language::say,
};

/// The errors of each payload.
fn refused(payloads: &[Value]) -> Vec<&Value> {
    payloads.iter().filter(|it| it["userErrors"] != json!([])).collect()
}

both! {
    // INT-4, TEL-5
    async fn interactions_for_one_campaign_get_one_entry(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let names = ["Ada", "Bo", "Cy", "Di", "Ed", "Fi", "Gus", "Hal"];
        let contacts = people(&app, &names).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let set = json!({ "documentTemplates": [{ "documentType": "OUTGOING_CALL", "template": "BUS" }] });
        app.must("setupUpdate", "", set).await;
        let with_spring = |contact: &String| json!({ "contactId": contact, "campaignId": spring, "salesperson": "BC" });
        let created = join_all(contacts.iter().map(|contact| {
            let input = with(with_spring(contact), json!({ "template": "BUS" }));
            app.mutate("interactionCreate", "interaction { id campaignEntry { id } }", input)
        }));
        let created = created.await;
        assert_eq!(refused(&created), Vec::<&Value>::new());
        let entries: Vec<_> = created.iter().map(|it| &it["interaction"]["campaignEntry"]["id"]).collect();
        assert!(entries.iter().all(|entry| *entry == entries[0]), "{entries:?}");

        let others = join_all(created.iter().map(|it| {
            let input = json!({ "id": it["interaction"]["id"], "campaignId": null });
            app.mutate("interactionUpdate", "interaction { id }", input)
        }));
        assert_eq!(refused(&others.await), Vec::<&Value>::new());
        let back = join_all(created.iter().map(|it| {
            let input = json!({ "id": it["interaction"]["id"], "campaignId": spring });
            app.mutate("interactionUpdate", "interaction { campaignEntry { id } }", input)
        }));
        let back = back.await;
        assert_eq!(refused(&back), Vec::<&Value>::new());
        assert!(back.iter().all(|it| it["interaction"]["campaignEntry"]["id"] == *entries[0]), "{back:?}");

        let calls = join_all(contacts.iter().map(|contact| {
            let input = with(with_spring(contact), json!({ "segmentId": segment, "contactVia": "1" }));
            app.mutate("contactLogCall", "interaction { campaignEntry { id } }", input)
        }));
        let calls = calls.await;
        assert_eq!(refused(&calls), Vec::<&Value>::new());
        let of_calls = &calls[0]["interaction"]["campaignEntry"]["id"];
        assert!(calls.iter().all(|it| it["interaction"]["campaignEntry"]["id"] == *of_calls), "{calls:?}");
        assert_eq!(check(&app).await, Vec::<String>::new());
    }

    // LOG-8
    async fn a_text_that_is_deleted_while_a_segment_is_logged_is_in_all_interactions_or_none(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        for round in 0..8 {
            let description = json!({ "description": format!("Round {round}") });
            let segment = match round {
                0 => stage(&app, &contacts, description).await,
                _ => another(&app, &contacts, description).await,
            };
            let text = say(&app, json!({ "template": "BUS", "body": "Hi" })).await;
            let log = app.mutate("segmentLog", "interactionsCount", json!({ "segmentId": segment }));
            let delete = app.mutate("interactionTemplateLanguageDelete", "", json!({ "id": text["id"] }));
            let (logged, deleted) = join(log, delete).await;
            assert_eq!(refused(&[logged, deleted]), Vec::<&Value>::new());
        }
        assert_eq!(check(&app).await, Vec::<String>::new());
        let query = "{ interactions { nodes { description body deliveryStatus } } }";
        let data = app.data(query, json!({})).await;
        for it in data["interactions"]["nodes"].as_array().unwrap() {
            assert_eq!(it["body"].is_null(), it["deliveryStatus"].is_null(), "{it}");
        }
    }

    // CAN-1, CAN-3
    async fn nothing_lives_in_what_is_canceled_meanwhile(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let contacts = people(&app, &["Ada"]).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring })).await;
        let logged = app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": segment })).await;
        let logged = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        let query = "{ interactions(filter: { includeCanceled: true }) { nodes { id canceled
            loggedSegment { canceled } campaignEntry { id canceled } } } }";
        for _ in 0..10 {
            let data = app.data(query, json!({})).await;
            let id = data["interactions"]["nodes"][0]["id"].clone();
            app.must("interactionCancel", "", json!({ "ids": [id] })).await;
            let reinstate = app.mutate("interactionReinstate", "", json!({ "ids": [id] }));
            let cancel = app.mutate("loggedSegmentCancel", "", logged.clone());
            let (_, canceled) = join(reinstate, cancel).await;
            assert_eq!(canceled["userErrors"], json!([]));
            let data = app.data(query, json!({})).await;
            for it in data["interactions"]["nodes"].as_array().unwrap() {
                assert_eq!((&it["canceled"], &it["loggedSegment"]["canceled"]), (&json!(true), &json!(true)));
            }
            app.must("loggedSegmentReinstate", "", logged.clone()).await;
        }
        for _ in 0..10 {
            let create = json!({ "contactId": contacts[0], "template": "BUS", "campaignId": spring, "salesperson": "BC" });
            let made = app.must("interactionCreate", "interaction { campaignEntry { id } }", create.clone()).await;
            let entry = json!({ "campaignEntryId": made["interaction"]["campaignEntry"]["id"] });
            let (made, canceled) = join(
                app.mutate("interactionCreate", "interaction { id }", create),
                app.mutate("campaignEntryCancel", "", entry),
            ).await;
            assert_eq!(refused(&[made, canceled]), Vec::<&Value>::new());
            let data = app.data(query, json!({})).await;
            for it in data["interactions"]["nodes"].as_array().unwrap() {
                assert!(it["canceled"] == json!(true) || it["campaignEntry"]["canceled"] != json!(true), "{it}");
            }
        }
    }

    // OPP-1, TSK-1
    async fn opportunities_of_a_segment_and_of_contacts_come_at_the_same_time(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        for _ in 0..4 {
            let of_segment = |name| {
                app.mutate(name, "created", json!({ "segmentId": segment, "description": "Pumps" }))
            };
            let alone = join_all(contacts.iter().map(|contact| {
                let input = json!({ "from": { "contactId": contact }, "description": "Pipes" });
                app.mutate("opportunityCreate", "opportunity { id }", input)
            }));
            let (opportunities, (tasks, alone)) = join(
                of_segment("segmentCreateOpportunities"),
                join(of_segment("segmentCreateTasks"), alone),
            ).await;
            assert_eq!(refused(&alone), Vec::<&Value>::new());
            assert_eq!(refused(&[opportunities, tasks]), Vec::<&Value>::new());
        }
        assert_eq!(check(&app).await, Vec::<String>::new());
    }

    // CON-9
    async fn contacts_are_deleted_while_others_work_with_them(app) {
        let mut contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let set = json!({ "documentTemplates": [{ "documentType": "OUTGOING_CALL", "template": "BUS" }] });
        app.must("setupUpdate", "", set).await;
        while 1 < contacts.len() {
            let dying = contacts.remove(0);
            let delete = json!({ "id": dying, "removeFromSegments": true, "handOnOpen": true });
            let calls = join_all(contacts.iter().map(|contact| {
                let input = json!({ "contactId": contact, "segmentId": segment, "contactVia": "1" });
                app.mutate("contactLogCall", "interaction { id }", input)
            }));
            let meet = json!({ "segmentId": segment, "type": "MEETING", "description": "Fair" });
            let (deleted, (calls, met)) = join(
                app.mutate("contactDelete", "", delete),
                join(calls, app.mutate("segmentCreateTasks", "created", meet)),
            ).await;
            assert_eq!(refused(&calls), Vec::<&Value>::new());
            assert_eq!(refused(&[deleted, met]), Vec::<&Value>::new());
        }
        assert_eq!(check(&app).await, Vec::<String>::new());
    }
}

/// A segment as [`stage`] makes it, of templates and codes that are there.
async fn another(app: &TestApp, contacts: &[String], more: Value) -> String {
    let header = json!({ "interactionTemplate": "BUS", "salesperson": "BC" });
    let created = app.must("segmentCreate", "segment { id }", contact::with(header, more)).await;
    let id = created["segment"]["id"].as_str().unwrap().to_owned();
    let lines = json!({ "segmentId": id, "contactIds": contacts });
    app.must("segmentAddLines", "segment { id }", lines).await;
    id
}
