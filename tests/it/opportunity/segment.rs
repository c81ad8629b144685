//! Opportunities with all contacts of a segment.

use serde_json::{Value, json};

use super::{MADE, blocked, created, opportunity};
use crate::{
    app::both,
    campaign::campaign,
    check::check,
    contact::with,
    log::{people, stage, wrong},
};

both! {
    // OPP-1, OPP-2: one for each line; once more, and only what is missing.
    async fn every_contact_of_a_segment_gets_one_opportunity(app) {
        let spring = campaign(&app, json!({})).await;
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts[..3], json!({ "campaignId": spring })).await;
        let lines = json!({ "segmentId": segment, "lines": { "contactIds": [contacts[1]] },
            "set": { "description": "Special", "salesperson": "AH" } });
        app.must("segmentUpdateLines", "linesCount", lines).await;
        blocked(&app, &contacts[2]).await;
        let input = json!({ "segmentId": segment, "estimatedValue": 100, "priority": "LOW" });
        let dry = with(input.clone(), json!({ "dryRun": true }));
        assert_eq!(created(&app, dry).await, (2, 0, 1));
        assert_eq!(created(&app, input.clone()).await, (2, 0, 1));
        assert_eq!(created(&app, input.clone()).await, (0, 2, 1));
        let listed = app.data(
            "query($id: ID!, $c: ID!) { segment(id: $id) { opportunities(orderBy: DATE_ASC) { totalCount nodes { no description
               status priority estimatedValue date contact { name } salesperson { code } campaign { id } segment { id } } }
               opportunityStatistics { count estimatedValue } } campaign(id: $c) { opportunities { totalCount } } }",
            json!({ "id": segment, "c": spring }),
        ).await;
        insta::assert_json_snapshot!(listed, @r#"
        {
          "campaign": {
            "opportunities": {
              "totalCount": 2
            }
          },
          "segment": {
            "opportunities": {
              "nodes": [
                {
                  "campaign": {
                    "id": "campaign:1"
                  },
                  "contact": {
                    "name": "Ada"
                  },
                  "date": "2026-11-02",
                  "description": "Spring",
                  "estimatedValue": "100",
                  "no": "OP000001",
                  "priority": "LOW",
                  "salesperson": {
                    "code": "BC"
                  },
                  "segment": {
                    "id": "segment:1"
                  },
                  "status": "NOT_STARTED"
                },
                {
                  "campaign": {
                    "id": "campaign:1"
                  },
                  "contact": {
                    "name": "Bo"
                  },
                  "date": "2026-11-02",
                  "description": "Special",
                  "estimatedValue": "100",
                  "no": "OP000002",
                  "priority": "LOW",
                  "salesperson": {
                    "code": "AH"
                  },
                  "segment": {
                    "id": "segment:1"
                  },
                  "status": "NOT_STARTED"
                }
              ],
              "totalCount": 2
            },
            "opportunityStatistics": {
              "count": 2,
              "estimatedValue": "200"
            }
          }
        }
        "#);
        // Who comes later is missing, and a closed one is there.
        let one = app.data("{ opportunityByNo(no: \"OP000001\") { id } }", json!({})).await;
        let close = json!({ "opportunityId": one["opportunityByNo"]["id"], "outcome": "LOST" });
        app.must("opportunityClose", "", close).await;
        app.must("segmentAddLines", "", json!({ "segmentId": segment, "contactIds": [contacts[3]] })).await;
        assert_eq!(created(&app, input.clone()).await, (1, 2, 1));
        // A logged segment does, too.
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        assert_eq!(created(&app, input).await, (0, 3, 1));
        assert!(check(&app).await.is_empty());
    }

    // OPP-2
    async fn opportunities_of_a_segment_have_their_errors(app) {
        let empty = stage(&app, &[], json!({})).await;
        let contacts = people(&app, &["Ada"]).await;
        let bare = app.must("segmentCreate", "segment { id }", json!({})).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": bare, "contactIds": contacts })).await;
        for (input, expected) in [
            (json!({ "segmentId": empty }), "NOT_ALLOWED segmentId"),
            (json!({ "segmentId": "segment:99" }), "NOT_FOUND segmentId"),
            (json!({ "segmentId": "contact:1" }), "INVALID segmentId"),
            (json!({ "segmentId": bare }), "REQUIRED description"),
            (json!({ "segmentId": bare, "description": "D", "salesperson": "X" }), "NOT_FOUND salesperson"),
            (json!({ "segmentId": bare, "description": "D", "estimatedValue": -5 }), "INVALID estimatedValue"),
        ] {
            let refused = app.mutate("segmentCreateOpportunities", MADE, input.clone()).await;
            assert_eq!(wrong(&refused), [expected], "{input}");
            assert_eq!(refused["created"], Value::Null);
        }
    }

    // Numbers come in blocks, and skip those in use.
    async fn the_numbers_of_many_opportunities_are_their_own(app) {
        let names: Vec<String> = (0..30).map(|it| format!("P{it}")).collect();
        let contacts = people(&app, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        app.must("numberSeriesUpdate", "", json!({ "kind": "OPPORTUNITY", "width": 1, "next": 8 })).await;
        opportunity(&app, &contacts[0], json!({})).await;
        app.must("numberSeriesUpdate", "", json!({ "kind": "OPPORTUNITY", "next": 5 })).await;
        let segment = stage(&app, &contacts, json!({})).await;
        assert_eq!(created(&app, json!({ "segmentId": segment })).await, (30, 0, 0));
        let all = app.data("{ opportunities(first: 100) { nodes { no contact { no } } } }", json!({})).await;
        let nos: std::collections::BTreeSet<&str> =
            all["opportunities"]["nodes"].as_array().unwrap().iter().map(|it| it["no"].as_str().unwrap()).collect();
        assert_eq!(nos.len(), 31);
        assert!(nos.contains("OP8") && nos.contains("OP35") && nos.contains("OP64"), "{nos:?}");
    }
}
