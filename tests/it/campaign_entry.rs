//! Campaign entries: one for each campaign of a logged segment, canceled and reinstated.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    log::{people, stage, wrong},
};

const ENTRIES: &str = "query($id: ID!) { campaign(id: $id) { interactions { totalCount } statistics { count }
    entries { totalCount nodes { id description date salesperson { code } canceled canceledItself loggedSegment { id } } } } }";

async fn entries(app: &TestApp, campaign: &str) -> Value {
    app.data(ENTRIES, json!({ "id": campaign })).await["campaign"].clone()
}

/// A segment for the first campaign that is logged, whose last line is for the second.
async fn logged(app: &TestApp) -> (String, String) {
    let (one, two) = (campaign(app, json!({})).await, campaign(app, json!({})).await);
    let contacts = people(app, &["Ada", "Bo", "Cy"]).await;
    let segment = stage(app, &contacts, json!({ "campaignId": one })).await;
    let set = json!({ "campaignId": two, "date": "2026-10-05", "salesperson": "AH" });
    let lines =
        json!({ "segmentId": segment, "lines": { "contactIds": [contacts[2]] }, "set": set });
    app.must("segmentUpdateLines", "linesCount", lines).await;
    app.must("segmentLog", "", json!({ "segmentId": segment })).await;
    (one, two)
}

both! {
    // LOG-4
    async fn each_campaign_of_the_lines_gets_one_entry(app) {
        let unused = campaign(&app, json!({})).await;
        let (one, two) = logged(&app).await;
        let found = entries(&app, &one).await;
        assert_eq!(found["interactions"]["totalCount"], 2);
        assert_eq!(found["entries"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(found["entries"]["totalCount"], 1);
        let node = &found["entries"]["nodes"][0];
        assert_eq!((&node["date"], &node["salesperson"]["code"], &node["description"]),
            (&json!("2026-11-02"), &json!("BC"), &json!("Spring")));
        let found = entries(&app, &two).await;
        assert_eq!(found["interactions"]["totalCount"], 1);
        let node = &found["entries"]["nodes"][0];
        assert_eq!((&node["date"], &node["salesperson"]["code"]), (&json!("2026-10-05"), &json!("AH")));
        assert_eq!(node["loggedSegment"]["id"], "loggedSegment:1");
        assert_eq!(entries(&app, &unused).await["entries"], json!({ "totalCount": 0, "nodes": [] }));
    }

    // LOG-4: whoever overrides the campaign of every line leaves the segment's without an entry.
    async fn a_campaign_that_no_line_is_for_gets_no_entry(app) {
        let (one, two) = (campaign(&app, json!({})).await, campaign(&app, json!({})).await);
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": one })).await;
        let lines = json!({ "segmentId": segment, "lines": { "all": true }, "set": { "campaignId": two } });
        app.must("segmentUpdateLines", "linesCount", lines).await;
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        assert_eq!(entries(&app, &one).await["entries"]["nodes"], json!([]));
        assert_eq!(entries(&app, &two).await["interactions"]["totalCount"], 2);
    }

    // CAN-2, CAN-3, D14
    async fn an_entry_is_canceled_with_its_interactions_and_reinstated(app) {
        let (one, two) = logged(&app).await;
        let entry = entries(&app, &one).await["entries"]["nodes"][0]["id"].clone();
        let ids = app.data("query($id: ID!) { campaign(id: $id) { interactions { nodes { id } } } }", json!({ "id": one })).await;
        let alone = ids["campaign"]["interactions"]["nodes"][0]["id"].clone();
        app.must("interactionCancel", "", json!({ "ids": [alone] })).await;

        let entry_is = "campaignEntry { canceled canceledItself }";
        let input = json!({ "campaignEntryId": entry });
        for _ in 0..2 {
            let canceled = app.must("campaignEntryCancel", entry_is, input.clone()).await;
            assert_eq!(canceled["campaignEntry"], json!({ "canceled": true, "canceledItself": true }));
            assert_eq!(entries(&app, &one).await["statistics"]["count"], 0);
        }
        assert_eq!(entries(&app, &two).await["statistics"]["count"], 1, "the other campaign's stay");
        let early = app.mutate("interactionReinstate", "", json!({ "ids": [alone] })).await;
        assert_eq!(wrong(&early), ["NOT_ALLOWED ids"]);

        // It was canceled on its own: its logged segment does not bring it back.
        let log = json!({ "loggedSegmentId": "loggedSegment:1" });
        app.must("loggedSegmentCancel", "", log.clone()).await;
        let early = app.mutate("campaignEntryReinstate", entry_is, input.clone()).await;
        assert_eq!(wrong(&early), ["NOT_ALLOWED campaignEntryId"]);
        app.must("loggedSegmentReinstate", "", log).await;
        assert_eq!(entries(&app, &one).await["statistics"]["count"], 0);
        assert_eq!(entries(&app, &two).await["statistics"]["count"], 1);

        for _ in 0..2 {
            let back = app.must("campaignEntryReinstate", entry_is, input.clone()).await;
            assert_eq!(back["campaignEntry"], json!({ "canceled": false, "canceledItself": false }));
            // The interaction that was canceled on its own stays so.
            assert_eq!(entries(&app, &one).await["statistics"]["count"], 1);
        }
        app.must("interactionReinstate", "", json!({ "ids": [alone] })).await;
        assert_eq!(entries(&app, &one).await["statistics"]["count"], 2);
    }

    // CAN-6: with interactions and comments; what else was logged stays.
    async fn a_canceled_entry_is_deleted_with_its_interactions(app) {
        let (one, two) = logged(&app).await;
        let of_one = "query($id: ID!) { campaign(id: $id) { entries { nodes { id statistics { count }
            interactions(filter: { includeCanceled: true }) { totalCount nodes { id } } } } } }";
        let entry = app.data(of_one, json!({ "id": one })).await["campaign"]["entries"]["nodes"][0].clone();
        assert_eq!((&entry["statistics"]["count"], &entry["interactions"]["totalCount"]), (&json!(2), &json!(2)));
        let interaction = &entry["interactions"]["nodes"][0]["id"];
        let comment = json!({ "interactionId": interaction, "comment": "Called back" });
        app.must("interactionCommentAdd", "", comment).await;

        let input = json!({ "campaignEntryId": entry["id"] });
        let gone = "deletedCampaignEntryId deletedInteractions";
        let early = app.mutate("campaignEntryDelete", gone, input.clone()).await;
        assert_eq!(wrong(&early), ["NOT_ALLOWED campaignEntryId"]);
        assert_eq!((&early["deletedCampaignEntryId"], &early["deletedInteractions"]), (&Value::Null, &Value::Null));
        app.must("campaignEntryCancel", "", input.clone()).await;
        let deleted = app.must("campaignEntryDelete", gone, input.clone()).await;
        assert_eq!((&deleted["deletedCampaignEntryId"], &deleted["deletedInteractions"]), (&entry["id"], &json!(2)));
        let again = app.mutate("campaignEntryDelete", gone, input).await;
        assert_eq!(wrong(&again), ["NOT_FOUND campaignEntryId"]);

        assert_eq!(entries(&app, &one).await["entries"]["nodes"], json!([]));
        assert_eq!(entries(&app, &two).await["statistics"]["count"], 1);
        let left = app.data(
            "{ interactions(filter: { includeCanceled: true }) { totalCount } loggedSegments { nodes { interactionsCount } } }",
            json!({}),
        ).await;
        assert_eq!(left["interactions"]["totalCount"], 1);
        assert_eq!(left["loggedSegments"]["nodes"][0]["interactionsCount"], 3);
        assert!(crate::check::check(&app).await.is_empty());
    }

    async fn canceling_entries_has_its_errors(app) {
        for name in ["campaignEntryCancel", "campaignEntryReinstate", "campaignEntryDelete"] {
            for (id, expected) in [("campaignEntry:9", "NOT_FOUND campaignEntryId"), ("campaign:1", "INVALID campaignEntryId"),
                ("", "INVALID campaignEntryId")] {
                let refused = app.mutate(name, "", json!({ "campaignEntryId": id })).await;
                assert_eq!(wrong(&refused), [expected]);
            }
        }
    }
}
