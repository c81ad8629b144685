//! Interactions recorded by hand.

use serde_json::json;

use super::stage::{ALL, record, stage, wrong};
use crate::{
    app::both,
    campaign::campaign,
    contact::{self, codes, with},
    template::template,
};

both! {
    // INT-2, INT-4, and the precedence table with nothing said: template, then contact.
    async fn an_interaction_takes_its_values_from_template_and_contact(app) {
        let contact = stage(&app).await;
        let input = json!({ "contactId": contact, "template": "bus" });
        let created = app.must("interactionCreate", ALL, input).await;
        insta::assert_json_snapshot!(created["interaction"], @r#"
        {
          "attemptFailed": false,
          "campaign": null,
          "campaignEntry": null,
          "campaignResponse": false,
          "campaignTarget": false,
          "canceled": false,
          "canceledItself": false,
          "comments": [],
          "company": null,
          "contact": {
            "name": "Ada"
          },
          "contactVia": null,
          "correspondenceType": "EMAIL",
          "cost": "8",
          "date": "2026-11-02",
          "deliveryStatus": null,
          "description": "Business letter",
          "durationMin": 10,
          "evaluation": null,
          "group": {
            "code": "LETTER"
          },
          "id": "interaction:1.1",
          "informationFlow": "OUTBOUND",
          "initiatedBy": "US",
          "language": null,
          "no": "1",
          "postponed": false,
          "salesperson": {
            "code": "AH"
          },
          "subject": "Business letter",
          "template": {
            "code": "BUS"
          },
          "time": null
        }
        "#);
    }

    // INT-2
    async fn what_is_said_goes_before_template_and_contact(app) {
        let contact = stage(&app).await;
        codes(&app, "INTERACTION_GROUP", &["CALL"]).await;
        codes(&app, "LANGUAGE", &["SV"]).await;
        let spring = campaign(&app, json!({})).await;
        let input = json!({
            "contactId": contact, "template": "BUS", "date": "2026-10-31", "time": "14:30",
            "description": "Rang", "subject": "Offer", "interactionGroup": "call",
            "informationFlow": "INBOUND", "initiatedBy": "THEM", "correspondenceType": "HARD_COPY",
            "language": "sv", "salesperson": "bc", "evaluation": "VERY_POSITIVE", "cost": "1.25",
            "durationMin": 3, "campaignId": spring, "campaignTarget": true, "campaignResponse": true,
            "contactVia": "+46", "attemptFailed": true,
        });
        let created = app.must("interactionCreate", ALL, input).await;
        insta::assert_json_snapshot!(created["interaction"], @r#"
        {
          "attemptFailed": true,
          "campaign": {
            "no": "CP000001"
          },
          "campaignEntry": {
            "date": "2026-10-31",
            "description": "Interactions"
          },
          "campaignResponse": true,
          "campaignTarget": true,
          "canceled": false,
          "canceledItself": false,
          "comments": [],
          "company": null,
          "contact": {
            "name": "Ada"
          },
          "contactVia": "+46",
          "correspondenceType": "HARD_COPY",
          "cost": "1.25",
          "date": "2026-10-31",
          "deliveryStatus": null,
          "description": "Rang",
          "durationMin": 3,
          "evaluation": "VERY_POSITIVE",
          "group": {
            "code": "CALL"
          },
          "id": "interaction:1.1",
          "informationFlow": "INBOUND",
          "initiatedBy": "THEM",
          "language": {
            "code": "SV"
          },
          "no": "1",
          "postponed": false,
          "salesperson": {
            "code": "BC"
          },
          "subject": "Offer",
          "template": {
            "code": "BUS"
          },
          "time": "14:30:00"
        }
        "#);
    }

    // INT-1, INT-3
    async fn an_interaction_needs_contact_template_salesperson_and_description(app) {
        stage(&app).await;
        template(&app, json!({ "code": "BARE" })).await;
        let nobody = contact::create(&app, contact::input("PERSON", "Bo")).await;
        let refused = app.mutate("interactionCreate", "interaction { id }",
            json!({ "contactId": nobody, "template": "BARE" })).await;
        assert_eq!(wrong(&refused), ["REQUIRED salesperson", "REQUIRED description"]);
        let refused = app.mutate("interactionCreate", "interaction { id }", json!({
            "contactId": "contact:99", "template": " ", "salesperson": "XX", "language": "XX",
            "interactionGroup": "XX", "campaignId": "campaign:9", "cost": "-1", "durationMin": -1,
            "description": "d".repeat(251),
        })).await;
        assert_eq!(wrong(&refused), [
            "NOT_FOUND contactId", "REQUIRED template", "LIMIT_EXCEEDED description", "INVALID cost",
            "INVALID durationMin", "NOT_FOUND salesperson", "NOT_FOUND language",
            "NOT_FOUND interactionGroup", "NOT_FOUND campaignId",
        ]);
        let refused = app.mutate("interactionCreate", "interaction { id }",
            json!({ "contactId": nobody, "template": "NONE" })).await;
        assert_eq!(wrong(&refused), ["NOT_FOUND template"]);
        let data = app.data("{ interactions { totalCount } }", json!({})).await;
        assert_eq!(data["interactions"]["totalCount"], 0);
    }

    // INT-1, CON-5, D9
    async fn who_may_not_be_contacted_is_not(app) {
        stage(&app).await;
        let blocked = with(contact::input("PERSON", "Bo"),
            json!({ "privacyBlocked": true, "salesperson": "BC" }));
        let blocked = contact::create(&app, blocked).await;
        let refused = app.mutate("interactionCreate", "interaction { id }",
            json!({ "contactId": blocked, "template": "BUS" })).await;
        assert_eq!(wrong(&refused), ["PRIVACY_BLOCKED contactId"]);
    }

    // INT-4, TEL-5: interactions by hand share one entry of their campaign.
    async fn a_campaign_has_one_entry_for_interactions_by_hand(app) {
        let contact = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        for date in ["2026-10-01", "2026-10-02"] {
            record(&app, &contact, json!({ "campaignId": spring, "date": date })).await;
        }
        let query = "query($id: ID!) { campaign(id: $id) {
            entries { nodes { description date canceled campaign { no } } }
            interactions { totalCount nodes { date } }
            statistics { count cost durationMin lastDate } } }";
        let data = app.data(query, json!({ "id": spring })).await;
        insta::assert_json_snapshot!(data["campaign"], @r#"
        {
          "entries": {
            "nodes": [
              {
                "campaign": {
                  "no": "CP000001"
                },
                "canceled": false,
                "date": "2026-10-01",
                "description": "Interactions"
              }
            ]
          },
          "interactions": {
            "nodes": [
              {
                "date": "2026-10-02"
              },
              {
                "date": "2026-10-01"
              }
            ],
            "totalCount": 2
          },
          "statistics": {
            "cost": "16",
            "count": 2,
            "durationMin": 20,
            "lastDate": "2026-10-02"
          }
        }
        "#);
    }
}
