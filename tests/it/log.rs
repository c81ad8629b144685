use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{self, codes, with},
    template::template,
};

const LOG: &str = "loggedSegment { id interactionsCount } interactionsCount skippedPrivacyBlocked
    skippedUnreachable followUpSegment { no description contactsCount status }
    followUpSkippedExcluded segment { status revision description }";

/// A segment of contacts with a template and a description, ready to be logged.
pub(crate) async fn stage(app: &TestApp, contacts: &[String], more: Value) -> String {
    codes(app, "SALESPERSON", &["BC", "AH"]).await;
    let letter = json!({ "code": "BUS", "description": "Letter", "unitCost": "8", "unitDurationMin": 10,
        "correspondenceType": "HARD_COPY", "informationFlow": "OUTBOUND", "initiatedBy": "US" });
    template(app, letter).await;
    let header = with(
        json!({ "description": "Spring", "interactionTemplate": "BUS", "salesperson": "BC" }),
        more,
    );
    let created = app.must("segmentCreate", "segment { id }", header).await;
    let id = created["segment"]["id"].as_str().unwrap().to_owned();
    if !contacts.is_empty() {
        let lines = json!({ "segmentId": id, "contactIds": contacts });
        app.must("segmentAddLines", "segment { id }", lines).await;
    }
    id
}

pub(crate) async fn people(app: &TestApp, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(contact::create(app, contact::input("PERSON", name)).await);
    }
    ids
}

/// What is wrong: code, and path below the input.
pub(crate) fn wrong(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors
        .iter()
        .map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["path"][1].as_str().unwrap()))
        .collect()
}

/// Nothing of a logging is there.
pub(crate) async fn nothing_was_logged(app: &TestApp) {
    let query = "{ loggedSegments { totalCount } interactions(filter: { includeCanceled: true,
        includePostponed: true }) { totalCount } segmentByNo(no: \"SM000001\") { status } }";
    let data = app.data(query, json!({})).await;
    assert_eq!(data["segmentByNo"]["status"], "OPEN");
    for list in ["loggedSegments", "interactions"] {
        assert_eq!(data[list]["totalCount"], 0, "{list}");
    }
}

both! {
    // LOG-3, LOG-6, D7
    async fn every_line_becomes_an_interaction_and_the_segment_is_frozen(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let segment = stage(&app, &contacts, json!({ "subject": "Offer" })).await;
        let logged = app.must("segmentLog", LOG, json!({ "segmentId": segment })).await;
        insta::assert_json_snapshot!(logged, @r#"
        {
          "followUpSegment": null,
          "followUpSkippedExcluded": null,
          "interactionsCount": 3,
          "loggedSegment": {
            "id": "loggedSegment:1",
            "interactionsCount": 3
          },
          "segment": {
            "description": "Spring",
            "revision": 3,
            "status": "LOGGED"
          },
          "skippedPrivacyBlocked": 0,
          "skippedUnreachable": 0,
          "userErrors": []
        }
        "#);
        let query = r#"{ loggedSegment(id: "loggedSegment:1") { description segment { no contactsCount }
            interactions(first: 1) { totalCount nodes { no contact { name } description subject cost durationMin
                salesperson { code } correspondenceType template { code } date canceled } } } }"#;
        let data = app.data(query, json!({})).await;
        insta::assert_json_snapshot!(data["loggedSegment"], @r#"
        {
          "description": "Spring",
          "interactions": {
            "nodes": [
              {
                "canceled": false,
                "contact": {
                  "name": "Cy"
                },
                "correspondenceType": "HARD_COPY",
                "cost": "8",
                "date": "2026-11-02",
                "description": "Spring",
                "durationMin": 10,
                "no": "3",
                "salesperson": {
                  "code": "BC"
                },
                "subject": "Offer",
                "template": {
                  "code": "BUS"
                }
              }
            ],
            "totalCount": 3
          },
          "segment": {
            "contactsCount": 3,
            "no": "SM000001"
          }
        }
        "#);
        // LOG-1, D15
        let again = app.mutate("segmentLog", LOG, json!({ "segmentId": segment })).await;
        assert_eq!(wrong(&again), ["NOT_ALLOWED segmentId"]);
        let change = app.mutate("segmentUpdate", "segment { id }", json!({ "segmentId": segment })).await;
        assert_eq!(wrong(&change), ["NOT_ALLOWED segmentId"]);
    }

    // LOG-2, LOG-5, LOG-9
    async fn all_that_is_missing_is_said_at_once_and_nothing_is_logged(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let bare = json!({ "description": null, "interactionTemplate": null, "salesperson": null,
            "correspondenceType": "EMAIL" });
        let segment = stage(&app, &contacts, bare).await;
        let refused = app.mutate("segmentLog", LOG, json!({ "segmentId": segment })).await;
        assert_eq!(wrong(&refused), [
            "REQUIRED description", "REQUIRED segmentId", "REQUIRED salesperson", "UNREACHABLE unreachable",
        ]);
        let query = "mutation($input: SegmentLogInput!) { segmentLog(input: $input) { userErrors { concerned } } }";
        let data = app.data(query, json!({ "input": { "segmentId": segment } })).await;
        assert_eq!(data["segmentLog"]["userErrors"][2]["concerned"], json!(contacts));
        assert_eq!(data["segmentLog"]["userErrors"][3]["concerned"], json!(contacts));
        let empty = app.must("segmentCreate", "segment { id }",
            json!({ "description": "Empty", "interactionTemplate": "BUS" })).await;
        let refused = app.mutate("segmentLog", LOG, json!({ "segmentId": empty["segment"]["id"] })).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED segmentId"]);
        for (input, expected) in [
            (json!({ "segmentId": "segment:99" }), "NOT_FOUND segmentId"),
            (json!({ "segmentId": "x" }), "INVALID segmentId"),
            (json!({ "segmentId": segment, "salesperson": "XX" }), "NOT_FOUND salesperson"),
            (json!({ "segmentId": segment, "expectedRevision": 77 }), "CONFLICT expectedRevision"),
        ] {
            assert_eq!(wrong(&app.mutate("segmentLog", LOG, input).await), [expected]);
        }
        nothing_was_logged(&app).await;
    }

    // LOG-5, D19
    async fn who_has_no_address_fails_is_skipped_or_is_logged_without_delivery(app) {
        let mut contacts = people(&app, &["Ada"]).await;
        let reachable = with(contact::input("PERSON", "Bo"), json!({ "email": "bo@a.se" }));
        contacts.push(contact::create(&app, reachable).await);
        let segment = stage(&app, &contacts, json!({ "correspondenceType": "EMAIL" })).await;
        let refused = app.mutate("segmentLog", LOG, json!({ "segmentId": segment })).await;
        assert_eq!(wrong(&refused), ["UNREACHABLE unreachable"]);
        nothing_was_logged(&app).await;
        let skip = json!({ "segmentId": segment, "unreachable": "SKIP", "dryRun": true });
        let tried = app.must("segmentLog", LOG, skip).await;
        assert_eq!(tried["interactionsCount"], 1);
        assert_eq!(tried["skippedUnreachable"], 1);
        assert_eq!(tried["loggedSegment"], json!(null));
        nothing_was_logged(&app).await;
        let without = json!({ "segmentId": segment, "unreachable": "LOG_WITHOUT_DELIVERY" });
        app.must("segmentLog", LOG, without).await;
        let query = "{ interactions { nodes { contact { name } correspondenceType } } }";
        let data = app.data(query, json!({})).await;
        assert_eq!(data["interactions"]["nodes"], json!([
            { "contact": { "name": "Bo" }, "correspondenceType": "EMAIL" },
            { "contact": { "name": "Ada" }, "correspondenceType": null },
        ]));
    }

    // D9, D18, LOG-11
    async fn a_follow_up_leaves_out_who_is_blocked_or_excluded(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let spring = campaign(&app, json!({})).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring })).await;
        let block = json!({ "id": contacts[0], "privacyBlocked": true });
        app.must("contactUpdate", "contact { id }", block).await;
        let exclude = json!({ "id": contacts[1], "excludeFromSegment": true });
        app.must("contactUpdate", "contact { id }", exclude).await;
        let log = json!({ "segmentId": segment, "followUp": true, "description": "Last call",
            "date": "2026-11-05", "salesperson": "ah" });
        let logged = app.must("segmentLog", LOG, log).await;
        insta::assert_json_snapshot!(logged, @r#"
        {
          "followUpSegment": {
            "contactsCount": 1,
            "description": "Follow-up on segment SM000001",
            "no": "SM000002",
            "status": "OPEN"
          },
          "followUpSkippedExcluded": 1,
          "interactionsCount": 2,
          "loggedSegment": {
            "id": "loggedSegment:1",
            "interactionsCount": 2
          },
          "segment": {
            "description": "Last call",
            "revision": 3,
            "status": "LOGGED"
          },
          "skippedPrivacyBlocked": 1,
          "skippedUnreachable": 0,
          "userErrors": []
        }
        "#);
        // LOG-4: one entry for the campaign.
        let query = "query($id: ID!) { campaign(id: $id) { statistics { count }
            entries { nodes { description date salesperson { code } } } } }";
        let data = app.data(query, json!({ "id": spring })).await;
        assert_eq!(data["campaign"], json!({ "statistics": { "count": 2 }, "entries": { "nodes": [
            { "description": "Last call", "date": "2026-11-05", "salesperson": { "code": "AH" } },
        ] } }));
    }

    // CAN-1, CAN-3, CAN-4, D14, D15
    async fn canceling_and_reinstating_remembers_what_was_canceled_itself(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let spring = campaign(&app, json!({})).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring })).await;
        app.must("segmentLog", LOG, json!({ "segmentId": segment })).await;
        let first = json!({ "ids": ["interaction:1.1"] });
        app.must("interactionCancel", "interactions { id }", first.clone()).await;
        let which = json!({ "loggedSegmentId": "loggedSegment:1" });
        let state = async || {
            let query = "{ interactions(orderBy: DATE_ASC, filter: { includeCanceled: true }) {
                nodes { canceled canceledItself campaignEntry { canceled } } }
                all: segmentByNo(no: \"SM000001\") { status } }";
            let data = app.data(query, json!({})).await;
            let flags = data["interactions"]["nodes"].as_array().unwrap().iter().map(|it| {
                [&it["canceled"], &it["canceledItself"], &it["campaignEntry"]["canceled"]]
                    .map(|flag| flag.as_bool().unwrap())
            }).collect::<Vec<_>>();
            (flags, data["all"]["status"].as_str().unwrap().to_owned())
        };
        assert_eq!(state().await, (vec![[true, true, false], [false, false, false]], "LOGGED".to_owned()));
        let refused = app.mutate("loggedSegmentDelete", "deletedLoggedSegmentId", which.clone()).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED loggedSegmentId"]);
        app.must("loggedSegmentCancel", "loggedSegment { canceled }", which.clone()).await;
        app.must("loggedSegmentCancel", "loggedSegment { canceled }", which.clone()).await;
        assert_eq!(state().await, (vec![[true, true, true], [true, false, true]], "CANCELED".to_owned()));
        let refused = app.mutate("interactionReinstate", "interactions { id }", first.clone()).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED ids"]);
        app.must("loggedSegmentReinstate", "loggedSegment { canceled }", which.clone()).await;
        assert_eq!(state().await, (vec![[true, true, false], [false, false, false]], "LOGGED".to_owned()));
        app.must("interactionReinstate", "interactions { id }", first).await;
        app.must("loggedSegmentCancel", "loggedSegment { canceled }", which.clone()).await;
        app.must("loggedSegmentDelete", "deletedLoggedSegmentId", which.clone()).await;
        assert_eq!(state().await, (vec![[true, true, true], [true, true, true]], "CANCELED".to_owned()));
        let again = app.mutate("segmentLog", LOG, json!({ "segmentId": segment })).await;
        assert_eq!(wrong(&again), ["NOT_ALLOWED segmentId"]);
        for name in ["loggedSegmentCancel", "loggedSegmentReinstate", "loggedSegmentDelete"] {
            assert_eq!(wrong(&app.mutate(name, "", which.clone()).await), ["NOT_FOUND loggedSegmentId"]);
        }
    }

    // LOG-12
    async fn of_two_who_log_at_once_one_wins(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let input = json!({ "segmentId": segment });
        let (one, other) = tokio::join!(
            app.mutate("segmentLog", LOG, input.clone()),
            app.mutate("segmentLog", LOG, input.clone()),
        );
        let (winner, loser) = match one["userErrors"] == json!([]) {
            true => (one, other),
            false => (other, one),
        };
        assert_eq!(winner["interactionsCount"], 2);
        assert_eq!(wrong(&loser), ["NOT_ALLOWED segmentId"]);
        let data = app.data("{ interactions { totalCount } loggedSegments { totalCount } }", json!({})).await;
        assert_eq!(data["interactions"]["totalCount"], 2);
        assert_eq!(data["loggedSegments"]["totalCount"], 1);
    }

    // D7
    async fn what_lines_said_does_not_follow_template_and_contact_after_logging(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts, json!({ "salesperson": null })).await;
        app.must("contactUpdate", "", json!({ "id": contacts[0], "salesperson": "AH" })).await;
        app.must("contactUpdate", "", json!({ "id": contacts[1], "salesperson": "BC" })).await;
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        let query = "query($id: ID!) { segment(id: $id) { cost durationMin lines { nodes { unitCost unitDurationMin
            description informationFlow salesperson { code } } } } }";
        let before = app.data(query, json!({ "id": segment })).await;
        assert_eq!((&before["segment"]["cost"], &before["segment"]["durationMin"]), (&json!("16"), &json!(20)));
        let other = json!({ "code": "BUS", "unitCost": "99", "unitDurationMin": 77, "informationFlow": "INBOUND" });
        app.must("interactionTemplateUpdate", "", other).await;
        app.must("contactUpdate", "", json!({ "id": contacts[0], "salesperson": "BC" })).await;
        assert_eq!(app.data(query, json!({ "id": segment })).await, before);
    }

    // LOG-7, LOG-11, D6
    async fn no_files_are_nothing_to_deliver_and_a_follow_up_is_for_the_campaign_of_the_template(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let contacts = people(&app, &["Ada"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        app.must("interactionTemplateUpdate", "", json!({ "code": "BUS", "campaignId": spring })).await;
        let none = json!({ "segmentId": segment, "lines": { "contactIds": contacts }, "set": { "attachmentIds": [] } });
        app.must("segmentUpdateLines", "", none).await;
        let logged = app.must("segmentLog", "followUpSegment { campaign { no } }", json!({ "segmentId": segment, "followUp": true })).await;
        assert_eq!(logged["followUpSegment"]["campaign"]["no"], "SPRING");
        let data = app.data("{ interactions { nodes { deliveryStatus campaign { no } } } }", json!({})).await;
        assert_eq!(data["interactions"]["nodes"], json!([{ "deliveryStatus": null, "campaign": { "no": "SPRING" } }]));
    }
}
