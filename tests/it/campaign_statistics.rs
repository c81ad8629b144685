//! How campaigns go.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::with,
    log::{people, stage},
    template::template,
};

const STATISTICS: &str = "query($id: ID!, $from: Date, $to: Date) { campaign(id: $id) {
    statistics(from: $from, to: $to) { count cost durationMin lastDate lastAttempted campaignTargets
      campaignResponses targetsContacted contactsResponded responseRate
      byTemplate { template { code } count cost durationMin targetsContacted contactsResponded }
      byDay { date count cost durationMin targetsContacted contactsResponded } } } }";

async fn statistics(app: &TestApp, variables: Value) -> Value {
    app.data(STATISTICS, variables).await["campaign"]["statistics"].clone()
}

/// A campaign with letters to three, two answers, and what does not count.
async fn held(app: &TestApp) -> (String, Vec<String>) {
    let spring = campaign(app, json!({})).await;
    let contacts = people(app, &["Ada", "Bo", "Cy", "Di"]).await;
    let header = json!({ "campaignId": spring, "campaignTarget": true });
    let segment = stage(app, &contacts[..3], header).await;
    app.must("segmentLog", "", json!({ "segmentId": segment })).await;
    template(
        app,
        json!({ "code": "CALL", "description": "Call", "unitCost": "2.5", "unitDurationMin": 4,
        "informationFlow": "INBOUND", "initiatedBy": "THEM" }),
    )
    .await;
    let call = |contact: &str, more| {
        with(
            json!({ "contactId": contact, "template": "CALL",
        "salesperson": "BC", "campaignId": spring, "campaignResponse": true, "date": "2026-11-05" }),
            more,
        )
    };
    // Ada answers twice, and Di without having been asked.
    for (contact, more) in [
        (&contacts[0], json!({})),
        (&contacts[0], json!({ "date": "2026-11-06" })),
        (&contacts[3], json!({})),
        (&contacts[1], json!({ "postponed": true })),
    ] {
        app.must("interactionCreate", "", call(contact, more)).await;
    }
    let canceled =
        app.must("interactionCreate", "interaction { id }", call(&contacts[2], json!({}))).await;
    app.must("interactionCancel", "", json!({ "ids": [canceled["interaction"]["id"]] })).await;
    (spring, contacts)
}

both! {
    // Targets contacted, responses, cost and duration, without canceled and postponed ones.
    async fn a_campaign_tells_whom_it_reached_and_who_responded(app) {
        let (spring, _) = held(&app).await;
        insta::assert_json_snapshot!(statistics(&app, json!({ "id": spring })).await, @r#"
        {
          "byDay": [
            {
              "contactsResponded": 0,
              "cost": "24",
              "count": 3,
              "date": "2026-11-02",
              "durationMin": 30,
              "targetsContacted": 3
            },
            {
              "contactsResponded": 2,
              "cost": "5",
              "count": 2,
              "date": "2026-11-05",
              "durationMin": 8,
              "targetsContacted": 0
            },
            {
              "contactsResponded": 1,
              "cost": "2.5",
              "count": 1,
              "date": "2026-11-06",
              "durationMin": 4,
              "targetsContacted": 0
            }
          ],
          "byTemplate": [
            {
              "contactsResponded": 0,
              "cost": "24",
              "count": 3,
              "durationMin": 30,
              "targetsContacted": 3,
              "template": {
                "code": "BUS"
              }
            },
            {
              "contactsResponded": 2,
              "cost": "7.5",
              "count": 3,
              "durationMin": 12,
              "targetsContacted": 0,
              "template": {
                "code": "CALL"
              }
            }
          ],
          "campaignResponses": 3,
          "campaignTargets": 3,
          "contactsResponded": 2,
          "cost": "31.5",
          "count": 6,
          "durationMin": 42,
          "lastAttempted": "2026-11-02",
          "lastDate": "2026-11-06",
          "responseRate": 0.3333333333333333,
          "targetsContacted": 3
        }
        "#);
    }

    async fn statistics_have_a_window(app) {
        let (spring, _) = held(&app).await;
        let of = statistics(&app, json!({ "id": spring, "from": "2026-11-05", "to": "2026-11-05" })).await;
        assert_eq!((&of["count"], &of["targetsContacted"], &of["contactsResponded"], &of["responseRate"]),
            (&json!(2), &json!(0), &json!(2), &Value::Null));
        assert_eq!(of["byDay"].as_array().unwrap().len(), 1);
        assert_eq!(of["byTemplate"].as_array().unwrap().len(), 1);
        let of = statistics(&app, json!({ "id": spring, "from": "2027-01-01" })).await;
        assert_eq!((&of["count"], &of["cost"], &of["byDay"], &of["byTemplate"]),
            (&json!(0), &json!("0"), &json!([]), &json!([])));
    }

    async fn contacts_who_are_deleted_are_nobody_and_their_interactions_count(app) {
        let (spring, contacts) = held(&app).await;
        for contact in &contacts[..2] {
            app.must("contactDelete", "", json!({ "id": contact, "removeFromSegments": true })).await;
        }
        let of = statistics(&app, json!({ "id": spring })).await;
        assert_eq!((&of["count"], &of["campaignTargets"], &of["campaignResponses"]), (&json!(6), &json!(3), &json!(3)));
        assert_eq!((&of["targetsContacted"], &of["contactsResponded"], &of["responseRate"]),
            (&json!(1), &json!(1), &json!(0.0)));
    }

    async fn the_statistics_of_many_campaigns_come_in_few_statements(app) {
        held(&app).await;
        let query = "query($first: Int!) { campaigns(first: $first) { nodes { statistics { count targetsContacted
            responseRate byTemplate { count template { code } } byDay { count } } } } }";
        app.statements(query, json!({ "first": 1 })).await;
        let (_, one) = app.statements(query, json!({ "first": 1 })).await;
        for _ in 0..3 {
            campaign(&app, json!({})).await;
        }
        let (data, many) = app.statements(query, json!({ "first": 4 })).await;
        assert_eq!(one, many);
        let counts: Vec<_> = data["campaigns"]["nodes"].as_array().unwrap().iter()
            .map(|it| it["statistics"]["count"].as_i64().unwrap()).collect();
        assert_eq!(counts, [6, 0, 0, 0]);
    }
}
