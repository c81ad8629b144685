//! Opportunities: with one contact, from an interaction, and with all contacts of a segment.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    check::check,
    contact::{self, with},
    log::{people, stage, wrong},
};

const ALL: &str = "opportunity { id no description status priority date closedDate closeReason estimatedValue
    contact { name } company { name } segment { no } campaign { id } salesperson { code } interaction { id }
    revision }";
const MADE: &str = "created alreadyThere skippedPrivacyBlocked segment { no }";

/// Creates an opportunity with a contact and returns its id.
async fn opportunity(app: &TestApp, contact: &str, more: Value) -> String {
    let input = with(json!({ "from": { "contactId": contact }, "description": "Pumps" }), more);
    let created = app.must("opportunityCreate", "opportunity { id }", input).await;
    created["opportunity"]["id"].as_str().unwrap().to_owned()
}

async fn blocked(app: &TestApp, contact: &str) {
    app.must("contactUpdate", "", json!({ "id": contact, "privacyBlocked": true })).await;
}

async fn created(app: &TestApp, input: Value) -> (i64, i64, i64) {
    let made = app.must("segmentCreateOpportunities", MADE, input).await;
    let number = |name: &str| made[name].as_i64().unwrap();
    (number("created"), number("alreadyThere"), number("skippedPrivacyBlocked"))
}

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

    // OPP-3
    async fn the_links_of_an_opportunity_agree(app) {
        let contacts = people(&app, &["Ada"]).await;
        let spring = campaign(&app, json!({ "startingDate": "2026-11-01", "endingDate": "2026-11-30" })).await;
        let later = campaign(&app, json!({ "startingDate": "2026-12-01" })).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring, "campaignTarget": true })).await;
        let header = json!({ "campaignId": later, "campaignTarget": true });
        let other = app.must("segmentCreate", "segment { id }", header).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": other, "contactIds": contacts })).await;
        let id = opportunity(&app, &contacts[0], json!({})).await;
        let update = async |more: Value| {
            app.mutate("opportunityUpdate", ALL, with(json!({ "opportunityId": id }), more)).await
        };
        assert_eq!(wrong(&update(json!({ "campaignId": spring })).await), ["NOT_ALLOWED campaignId"]);
        for campaign in [&spring, &later] {
            app.must("campaignActivate", "", json!({ "campaignId": campaign })).await;
        }
        assert_eq!(wrong(&update(json!({ "campaignId": later })).await), ["NOT_ALLOWED campaignId"]);
        assert!(wrong(&update(json!({ "campaignId": spring })).await).is_empty());
        assert_eq!(wrong(&update(json!({ "segmentId": other })).await), ["INVALID segmentId"]);
        assert!(wrong(&update(json!({ "segmentId": segment })).await).is_empty());
        let both = json!({ "segmentId": other, "campaignId": null, "estimatedValue": "5", "inProgress": true });
        let changed = update(both).await;
        assert_eq!((&changed["opportunity"]["campaign"], &changed["opportunity"]["estimatedValue"],
            &changed["opportunity"]["status"]), (&Value::Null, &json!("5"), &json!("IN_PROGRESS")));
        assert_eq!(wrong(&update(json!({ "description": "" })).await), ["REQUIRED description"]);
        let stale = json!({ "expectedRevision": 1, "priority": "HIGH" });
        assert_eq!(wrong(&update(stale).await), ["CONFLICT expectedRevision"]);
        let refused = app.mutate("campaignDelete", "", json!({ "campaignId": spring })).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
    }

    // OPP-2
    async fn an_opportunity_is_closed_reopened_and_deleted(app) {
        let contacts = people(&app, &["Ada"]).await;
        let id = opportunity(&app, &contacts[0], json!({})).await;
        let which = json!({ "opportunityId": id });
        let state = "opportunity { status closedDate closeReason revision }";
        let early = with(which.clone(), json!({ "outcome": "WON", "date": "2026-11-01" }));
        assert_eq!(wrong(&app.mutate("opportunityClose", state, early).await), ["INVALID date"]);
        let close = with(which.clone(), json!({ "outcome": "WON", "reason": " Price " }));
        let closed = app.must("opportunityClose", state, close.clone()).await;
        assert_eq!(closed["opportunity"], json!({ "status": "WON", "closedDate": "2026-11-02", "closeReason": "Price", "revision": 2 }));
        assert_eq!(wrong(&app.mutate("opportunityClose", state, close).await), ["NOT_ALLOWED opportunityId"]);
        let change = with(which.clone(), json!({ "priority": "LOW" }));
        assert_eq!(wrong(&app.mutate("opportunityUpdate", state, change).await), ["NOT_ALLOWED opportunityId"]);
        for _ in 0..2 {
            let open = app.must("opportunityReopen", state, which.clone()).await;
            assert_eq!(open["opportunity"], json!({ "status": "IN_PROGRESS", "closedDate": null, "closeReason": null, "revision": 3 }));
        }
        let gone = app.must("opportunityDelete", "deletedOpportunityId", which.clone()).await;
        assert_eq!(gone["deletedOpportunityId"], json!(id));
        for name in ["opportunityUpdate", "opportunityReopen", "opportunityDelete"] {
            assert_eq!(wrong(&app.mutate(name, "", which.clone()).await), ["NOT_FOUND opportunityId"], "{name}");
            let other = json!({ "opportunityId": "task:1.1" });
            assert_eq!(wrong(&app.mutate(name, "", other).await), ["INVALID opportunityId"], "{name}");
        }
    }

    async fn opportunities_are_filtered_and_paged(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        stage(&app, &[], json!({})).await;
        for (index, priority) in ["LOW", "NORMAL", "HIGH", "HIGH"].into_iter().enumerate() {
            let salesperson = if index % 2 == 0 { "AH" } else { "BC" };
            let more = json!({ "priority": priority, "salesperson": salesperson });
            opportunity(&app, &contacts[index / 2], more).await;
            app.context.clock.advance(chrono::TimeDelta::days(1));
        }
        let nos = async |arguments: &str| -> Vec<String> {
            let data = app.data(&format!("{{ opportunities({arguments}) {{ nodes {{ no }} }} }}"), json!({})).await;
            data["opportunities"]["nodes"].as_array().unwrap().iter().map(|it| it["no"].as_str().unwrap()[7..].to_owned()).collect()
        };
        for (arguments, expected) in [
            ("first: 9", vec!["4", "3", "2", "1"]),
            ("orderBy: DATE_ASC, last: 2", vec!["3", "4"]),
            ("filter: { priority: [HIGH] }", vec!["4", "3"]),
            ("filter: { salesperson: \"ah\" }", vec!["3", "1"]),
            ("filter: { from: \"2026-11-03\", to: \"2026-11-04\" }", vec!["3", "2"]),
            ("filter: { status: [WON, LOST] }", vec![]),
        ] {
            assert_eq!(nos(arguments).await, expected, "{arguments}");
        }
        let page = app.data("{ opportunities(first: 2) { totalCount pageInfo { endCursor } } }", json!({})).await;
        assert_eq!(page["opportunities"]["totalCount"], 4);
        let cursor = &page["opportunities"]["pageInfo"]["endCursor"];
        assert_eq!(nos(&format!("first: 2, after: {cursor}")).await, ["2", "1"]);
        // Those of many contacts come together.
        let query = "query($n: Int!) { contacts(first: $n) { nodes { opportunities(first: 1) { totalCount nodes { no } }
            opportunityStatistics { count } nextTaskDate tasks { totalCount } } } }";
        app.statements(query, json!({ "n": 1 })).await;
        let (_, one) = app.statements(query, json!({ "n": 1 })).await;
        let (_, both) = app.statements(query, json!({ "n": 2 })).await;
        assert_eq!(one, both);
    }

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

    async fn a_salesperson_with_opportunities_stays(app) {
        let contacts = people(&app, &["Ada"]).await;
        stage(&app, &[], json!({})).await;
        opportunity(&app, &contacts[0], json!({ "salesperson": "AH" })).await;
        let refused = app.mutate("codeDelete", "", json!({ "kind": "SALESPERSON", "code": "AH" })).await;
        assert_eq!(refused["userErrors"][0]["message"], "The code AH is in use by 1 opportunity.");
    }
}
