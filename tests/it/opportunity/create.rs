//! Creating an opportunity with one contact: on its own, or from an interaction.

use serde_json::{Value, json};

use super::{ALL, blocked};
use crate::{
    app::both,
    campaign::campaign,
    check::check,
    log::{people, stage},
};

both! {
    async fn an_opportunity_gets_a_number_and_its_values(app) {
        let contacts = people(&app, &["Ada"]).await;
        stage(&app, &[], json!({})).await;
        app.must("contactUpdate", "", json!({ "id": contacts[0], "salesperson": "AH" })).await;
        let input = json!({ "from": { "contactId": contacts[0] }, "description": " Pumps ",
            "estimatedValue": "1250.50", "priority": "HIGH" });
        let made = app.must("opportunityCreate", ALL, input).await;
        insta::assert_json_snapshot!(made["opportunity"], @r#"
        {
          "campaign": null,
          "closeReason": null,
          "closedDate": null,
          "company": null,
          "contact": {
            "name": "Ada"
          },
          "date": "2026-11-02",
          "description": "Pumps",
          "estimatedValue": "1250.5",
          "id": "opportunity:1.1",
          "interaction": null,
          "no": "OP000001",
          "priority": "HIGH",
          "revision": 1,
          "salesperson": {
            "code": "AH"
          },
          "segment": null,
          "status": "NOT_STARTED"
        }
        "#);
        let id = &made["opportunity"]["id"];
        let found = app.data(
            "query($id: ID!) { opportunity(id: $id) { no } opportunityByNo(no: \"op000001\") { id } node(id: $id) { id }
               none: opportunityByNo(no: \"OP9\") { id } }",
            json!({ "id": id }),
        ).await;
        assert_eq!(found, json!({ "opportunity": { "no": "OP000001" }, "opportunityByNo": { "id": id },
            "node": { "id": id }, "none": null }));
        let of_contact = app.data(
            "query($id: ID!) { contact(id: $id) { opportunities { totalCount nodes { no } }
               opportunityStatistics { count open won lost estimatedValue openValue wonValue } } }",
            json!({ "id": contacts[0] }),
        ).await;
        assert_eq!(of_contact["contact"]["opportunities"], json!({ "totalCount": 1, "nodes": [{ "no": "OP000001" }] }));
        assert_eq!(of_contact["contact"]["opportunityStatistics"], json!({ "count": 1, "open": 1, "won": 0, "lost": 0,
            "estimatedValue": "1250.5", "openValue": "1250.5", "wonValue": "0" }));
    }

    async fn what_is_wrong_with_an_opportunity_is_said(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        blocked(&app, &contacts[1]).await;
        let refused = async |input: Value| -> Vec<String> {
            let refused = app.mutate("opportunityCreate", ALL, input).await;
            let errors = refused["userErrors"].as_array().unwrap();
            errors.iter().map(|it| {
                let path: Vec<&str> = it["path"].as_array().unwrap()[1..].iter().map(|it| it.as_str().unwrap()).collect();
                format!("{} {}", it["code"].as_str().unwrap(), path.join("."))
            }).collect()
        };
        let ada = json!({ "contactId": contacts[0] });
        for (input, expected) in [
            (json!({ "from": ada }), "REQUIRED description"),
            (json!({ "from": ada, "description": " " }), "REQUIRED description"),
            (json!({ "from": ada, "description": "d".repeat(251) }), "LIMIT_EXCEEDED description"),
            (json!({ "from": ada, "description": "D", "estimatedValue": "-1" }), "INVALID estimatedValue"),
            (json!({ "from": ada, "description": "D", "estimatedValue": "0.00001" }), "INVALID estimatedValue"),
            (json!({ "from": ada, "description": "D", "estimatedValue": "100000001" }), "INVALID estimatedValue"),
            (json!({ "from": ada, "description": "D", "salesperson": "X" }), "NOT_FOUND salesperson"),
            (json!({ "from": ada, "description": "D", "segmentId": "segment:9" }), "NOT_FOUND segmentId"),
            (json!({ "from": ada, "description": "D", "campaignId": "campaign:9" }), "NOT_FOUND campaignId"),
            (json!({ "from": ada, "description": "D", "campaignId": "segment:9" }), "INVALID campaignId"),
            (json!({ "from": { "contactId": "contact:99" }, "description": "D" }), "NOT_FOUND from.contactId"),
            (json!({ "from": { "contactId": "x" }, "description": "D" }), "INVALID from.contactId"),
            (json!({ "from": { "interactionId": "interaction:1.99" } }), "NOT_FOUND from.interactionId"),
            // CON-5
            (json!({ "from": { "contactId": contacts[1] }, "description": "D" }), "PRIVACY_BLOCKED from.contactId"),
        ] {
            assert_eq!(refused(input.clone()).await, [expected], "{input}");
        }
        let none = app.data("{ opportunities { totalCount } }", json!({})).await;
        assert_eq!(none["opportunities"]["totalCount"], 0);
    }

    // IAC-2, INT-7, TEL-4
    async fn an_interaction_leads_to_one_opportunity(app) {
        let spring = campaign(&app, json!({})).await;
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring })).await;
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        let all = app.data("{ interactions { nodes { id } } }", json!({})).await;
        let [one, other] = [0, 1].map(|it| all["interactions"]["nodes"][it]["id"].clone());
        let input = json!({ "from": { "interactionId": one } });
        let made = app.must("opportunityCreate", ALL, input.clone()).await;
        let made = &made["opportunity"];
        assert_eq!((&made["description"], &made["segment"]["no"], &made["campaign"]["id"], &made["salesperson"]["code"],
            &made["interaction"]["id"]), (&json!("Spring"), &json!("SM000001"), &json!(spring), &json!("BC"), &one));
        let again = app.mutate("opportunityCreate", ALL, input).await;
        assert_eq!((&again["userErrors"][0]["code"], &again["userErrors"][0]["path"]),
            (&json!("TAKEN"), &json!(["input", "from", "interactionId"])));
        let of = app.data("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Interaction { opportunity { id } } } }",
            json!({ "ids": [one, other] })).await;
        assert_eq!(of["nodes"], json!([{ "opportunity": { "id": made["id"] } }, { "opportunity": null }]));
        app.must("interactionCancel", "", json!({ "ids": [other] })).await;
        let canceled = app.mutate("opportunityCreate", ALL, json!({ "from": { "interactionId": other } })).await;
        assert_eq!(canceled["userErrors"][0]["code"], "NOT_ALLOWED");
        // The interaction may go, and the opportunity stays.
        let entry = app.data("query($id: ID!) { campaign(id: $id) { entries { nodes { id } } } }", json!({ "id": spring })).await;
        let entry = json!({ "campaignEntryId": entry["campaign"]["entries"]["nodes"][0]["id"] });
        app.must("campaignEntryCancel", "", entry.clone()).await;
        app.must("campaignEntryDelete", "", entry).await;
        let left = app.data("query($id: ID!) { opportunity(id: $id) { interaction { id } } }", json!({ "id": made["id"] })).await;
        assert_eq!(left["opportunity"]["interaction"], Value::Null);
        assert!(check(&app).await.is_empty());
    }
}
