//! Telephone calls, to a contact and from the line of a segment.

use serde_json::{Value, json};

use super::stage::wrong;
use crate::{
    app::{TestApp, both},
    campaign::campaign,
    check::check,
    contact::{self, codes, with},
    log,
    template::template,
};

const CALL: &str =
    "interaction { id date time template { code } description informationFlow initiatedBy
    correspondenceType salesperson { code } evaluation cost durationMin campaign { no }
    campaignEntry { id description } campaignTarget segment { no } loggedSegment { id } contactVia
    attemptFailed deliveryStatus }";

/// A template for outgoing calls, and somebody to call.
async fn stage(app: &TestApp) -> String {
    codes(app, "SALESPERSON", &["SA", "SB"]).await;
    let call = json!({ "code": "OUT", "description": "Outgoing call", "unitCost": "3", "unitDurationMin": 5,
        "informationFlow": "OUTBOUND", "initiatedBy": "US", "campaignTarget": true });
    template(app, call).await;
    let set =
        json!({ "documentTemplates": [{ "documentType": "OUTGOING_CALL", "template": "OUT" }] });
    app.must("setupUpdate", "setup { revision }", set).await;
    let person = json!({ "phone": "+46 1", "mobile": "+46 2", "salesperson": "SA", "correspondenceType": "EMAIL",
        "email": "ada@example.com" });
    contact::create(app, with(contact::input("PERSON", "Ada"), person)).await
}

async fn call(app: &TestApp, contact: &str, more: Value) -> Value {
    let input = with(json!({ "contactId": contact }), more);
    app.must("contactLogCall", CALL, input).await["interaction"].clone()
}

both! {
    // TEL-1, TEL-3
    async fn a_call_is_recorded_as_the_template_for_calls_says(app) {
        let ada = stage(&app).await;
        insta::assert_json_snapshot!(call(&app, &ada, json!({})).await, @r#"
        {
          "attemptFailed": false,
          "campaign": null,
          "campaignEntry": null,
          "campaignTarget": true,
          "contactVia": "+46 1",
          "correspondenceType": null,
          "cost": "3",
          "date": "2026-11-02",
          "deliveryStatus": null,
          "description": "Outgoing call",
          "durationMin": 5,
          "evaluation": null,
          "id": "interaction:1.1",
          "informationFlow": "OUTBOUND",
          "initiatedBy": "US",
          "loggedSegment": null,
          "salesperson": {
            "code": "SA"
          },
          "segment": null,
          "template": {
            "code": "OUT"
          },
          "time": "10:00:00"
        }
        "#);
        let said = json!({ "contactVia": " +46 3 ", "date": "2026-10-30", "description": "Rang", "salesperson": "sb",
            "evaluation": "POSITIVE", "cost": "1.5", "durationMin": 12, "attemptFailed": true });
        let made = call(&app, &ada, said).await;
        assert_eq!(
            json!([made["contactVia"], made["date"], made["time"], made["description"], made["salesperson"]["code"],
                made["evaluation"], made["cost"], made["durationMin"], made["attemptFailed"]]),
            json!(["+46 3", "2026-10-30", null, "Rang", "SB", "POSITIVE", "1.5", 12, true]),
        );
    }

    // TEL-1, TEL-3, TEL-5, Q18
    async fn a_call_from_a_line_is_of_the_segment_which_is_logged_as_ever(app) {
        let ada = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        let segment = log::stage(&app, std::slice::from_ref(&ada), json!({ "campaignId": spring })).await;
        let line = json!({ "segmentId": segment, "lines": { "contactIds": [ada] }, "set": { "contactVia": "+46 9" } });
        app.must("segmentUpdateLines", "linesCount", line).await;
        let from = json!({ "segmentId": segment });
        let first = call(&app, &ada, from.clone()).await;
        assert_eq!(
            json!([first["segment"]["no"], first["contactVia"], first["salesperson"]["code"], first["campaign"]["no"],
                first["campaignEntry"]["description"], first["campaignTarget"], first["template"]["code"], first["cost"]]),
            json!(["SM000001", "+46 9", "BC", "CP000001", "Spring", true, "OUT", "3"]),
        );
        // Calls share their entry, and the logging has one of its own.
        let second = call(&app, &ada, from.clone()).await;
        assert_eq!(second["campaignEntry"], first["campaignEntry"]);
        let logged = app.must("segmentLog", "loggedSegment { id } interactionsCount", from.clone()).await;
        assert_eq!(logged["interactionsCount"], 1);
        let query = "query($id: ID!) { loggedSegment(id: $id) { interactions { nodes { campaignEntry { id } } } } }";
        let found = app.data(query, json!({ "id": logged["loggedSegment"]["id"] })).await;
        let entry = &found["loggedSegment"]["interactions"]["nodes"][0]["campaignEntry"];
        assert_ne!(*entry, first["campaignEntry"]["id"]);
        let after = call(&app, &ada, from.clone()).await;
        assert_eq!(after["loggedSegment"], Value::Null);
        // TEL-4
        let offer = json!({ "from": { "interactionId": after["id"] } });
        let offer = app.must("opportunityCreate", "opportunity { segment { no } description }", offer).await;
        assert_eq!(offer["opportunity"], json!({ "segment": { "no": "SM000001" }, "description": "Outgoing call" }));
        let cancel = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        app.must("loggedSegmentCancel", "loggedSegment { id }", cancel).await;
        let refused = app.mutate("contactLogCall", CALL, with(json!({ "contactId": ada }), from)).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED segmentId"]);
        assert!(check(&app).await.is_empty());
    }

    // ALT-1, TEL-1
    async fn the_number_is_that_of_the_address_where_the_contact_is(app) {
        let ada = stage(&app).await;
        let address = json!({ "contactId": ada, "code": "COTTAGE", "phone": "+46 7",
            "periods": [{ "startingDate": "2026-11-01" }] });
        app.must("contactAddressCreate", "contact { id }", address).await;
        assert_eq!(call(&app, &ada, json!({})).await["contactVia"], "+46 7");
        assert_eq!(call(&app, &ada, json!({ "date": "2026-10-31" })).await["contactVia"], "+46 1");
        app.must("contactUpdate", "contact { id }", json!({ "id": ada, "phone": null })).await;
        assert_eq!(call(&app, &ada, json!({ "date": "2026-10-31" })).await["contactVia"], "+46 2");
    }

    // TEL-1, TEL-2, D9
    async fn a_call_needs_a_template_a_number_and_somebody_who_may_be_called(app) {
        let lone = contact::create(&app, contact::input("PERSON", "Bo")).await;
        let refused = app.mutate("contactLogCall", CALL, json!({ "contactId": lone })).await;
        assert_eq!(wrong(&refused), ["REQUIRED "]);
        let ada = stage(&app).await;
        let segment = app.must("segmentCreate", "segment { id }", json!({})).await["segment"]["id"].clone();
        for (input, expected) in [
            (json!({ "contactId": lone }), vec!["REQUIRED contactVia"]),
            (json!({ "contactId": lone, "contactVia": "1" }), vec!["REQUIRED salesperson"]),
            (json!({ "contactId": "contact:99" }), vec!["NOT_FOUND contactId"]),
            (json!({ "contactId": ada, "segmentId": segment }), vec!["NOT_FOUND contactId"]),
            (json!({ "contactId": ada, "segmentId": "segment:9" }), vec!["NOT_FOUND segmentId"]),
            (json!({ "contactId": ada, "salesperson": "XX", "cost": "-1", "durationMin": -1, "campaignId": "campaign:9" }),
                vec!["INVALID cost", "INVALID durationMin", "NOT_FOUND salesperson", "NOT_FOUND campaignId"]),
        ] {
            assert_eq!(wrong(&app.mutate("contactLogCall", CALL, input).await), expected);
        }
        app.must("contactUpdate", "contact { id }", json!({ "id": ada, "privacyBlocked": true })).await;
        let refused = app.mutate("contactLogCall", CALL, json!({ "contactId": ada })).await;
        assert_eq!(wrong(&refused), ["PRIVACY_BLOCKED contactId"]);
        assert_eq!(app.data("{ interactions { totalCount } }", json!({})).await["interactions"]["totalCount"], 0);
    }

    // TEL-1
    async fn a_call_is_for_the_campaign_that_holds_for_the_line(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let ada = stage(&app).await;
        template(&app, json!({ "code": "BUS", "campaignId": spring })).await;
        let created = app.must("segmentCreate", "segment { id }", json!({ "interactionTemplate": "BUS" })).await;
        let segment = &created["segment"]["id"];
        app.must("segmentAddLines", "", json!({ "segmentId": segment, "contactIds": [ada] })).await;
        assert_eq!(call(&app, &ada, json!({ "segmentId": segment })).await["campaign"]["no"], "SPRING");
    }
}
