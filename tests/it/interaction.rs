use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{self, codes, with},
    template::template,
};

/// A salesperson BC, a template BUS with values of its own, and a contact.
async fn stage(app: &TestApp) -> String {
    codes(app, "SALESPERSON", &["BC", "AH"]).await;
    codes(app, "INTERACTION_GROUP", &["LETTER"]).await;
    let input = json!({
        "code": "BUS", "description": "Business letter", "interactionGroup": "LETTER",
        "unitCost": "8", "unitDurationMin": 10, "informationFlow": "OUTBOUND", "initiatedBy": "US",
    });
    template(app, input).await;
    let person = with(contact::input("PERSON", "Ada"), json!({ "salesperson": "AH" }));
    contact::create(app, person).await
}

/// Records an interaction and returns its id.
async fn record(app: &TestApp, contact: &str, more: Value) -> String {
    let input = with(json!({ "contactId": contact, "template": "BUS" }), more);
    let created = app.must("interactionCreate", "interaction { id }", input).await;
    created["interaction"]["id"].as_str().unwrap().to_owned()
}

/// What is wrong, as code and path below the input.
fn wrong(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    let path = |it: &Value| -> Vec<String> {
        let path = it["path"].as_array().unwrap();
        path[1..].iter().map(|step| step.as_str().unwrap().to_owned()).collect()
    };
    errors
        .iter()
        .map(|it| format!("{} {}", it["code"].as_str().unwrap(), path(it).join(".")))
        .collect()
}

const ALL: &str = "interaction { id no contact { name } company { name } date time
    template { code } group { code } description subject informationFlow initiatedBy
    correspondenceType language { code } salesperson { code } evaluation cost durationMin
    campaign { no } campaignEntry { description date } campaignTarget campaignResponse contactVia
    deliveryStatus attemptFailed postponed canceled canceledItself comments { comment } }";

both! {
    // INT-2, and the precedence table with nothing said: template, then contact.
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

    // INT-1, D9
    async fn who_may_not_be_contacted_is_not(app) {
        stage(&app).await;
        let blocked = with(contact::input("PERSON", "Bo"),
            json!({ "privacyBlocked": true, "salesperson": "BC" }));
        let blocked = contact::create(&app, blocked).await;
        let refused = app.mutate("interactionCreate", "interaction { id }",
            json!({ "contactId": blocked, "template": "BUS" })).await;
        assert_eq!(wrong(&refused), ["PRIVACY_BLOCKED contactId"]);
    }

    // INT-4: interactions by hand share one entry of their campaign.
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

    // INT-5, INT-6
    async fn a_postponed_interaction_counts_when_it_is_finished(app) {
        let contact = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        let id = record(&app, &contact, json!({ "postponed": true, "campaignId": spring })).await;
        let query = "query($id: ID!) { contact(id: $id) { statistics { count }
            interactions { totalCount }
            all: interactions(filter: { includePostponed: true }) { nodes { campaignEntry { id } } } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"], json!({
            "statistics": { "count": 0 }, "interactions": { "totalCount": 0 },
            "all": { "nodes": [{ "campaignEntry": null }] },
        }));
        let finish = json!({ "id": id, "postponed": false, "date": "2026-11-03" });
        app.must("interactionUpdate", "interaction { postponed date }", finish).await;
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"]["statistics"]["count"], 1);
        assert_eq!(data["contact"]["all"]["nodes"][0]["campaignEntry"]["id"], "campaignEntry:1");
        let back = json!({ "id": id, "postponed": true });
        let refused = app.mutate("interactionUpdate", "interaction { id }", back).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED postponed"]);
    }

    async fn an_interaction_is_changed_by_field(app) {
        let contact = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        let id = record(&app, &contact, json!({ "evaluation": "NEGATIVE", "campaignId": spring })).await;
        let change = json!({ "id": id, "evaluation": null, "description": " Visit ", "cost": "2",
            "time": "08:00:01", "salesperson": "bc", "campaignId": null, "subject": null });
        let changed = app.must("interactionUpdate", ALL, change).await;
        let changed = &changed["interaction"];
        assert_eq!(
            json!([changed["evaluation"], changed["description"], changed["cost"], changed["time"],
                changed["salesperson"]["code"], changed["campaign"], changed["campaignEntry"],
                changed["subject"], changed["durationMin"]]),
            json!([null, "Visit", "2", "08:00:01", "BC", null, null, null, 10]),
        );
        let refused = app.mutate("interactionUpdate", "interaction { id }", json!({
            "id": id, "description": " ", "salesperson": "", "cost": "1000001", "language": "XX",
            "campaignId": "campaign:9",
        })).await;
        assert_eq!(wrong(&refused), [
            "REQUIRED description", "REQUIRED salesperson", "INVALID cost", "NOT_FOUND language",
            "NOT_FOUND campaignId",
        ]);
        for (id, code) in [("interaction:1.99", "NOT_FOUND id"), ("interaction:x", "INVALID id")] {
            let refused = app.mutate("interactionUpdate", "interaction { id }", json!({ "id": id })).await;
            assert_eq!(wrong(&refused), [code]);
        }
    }

    // IAC-1
    async fn many_interactions_get_one_evaluation(app) {
        let contact = stage(&app).await;
        let first = record(&app, &contact, json!({})).await;
        let second = record(&app, &contact, json!({})).await;
        record(&app, &contact, json!({})).await;
        let input = json!({ "ids": [second, first], "evaluation": "POSITIVE" });
        let marked = app.must("interactionEvaluate", "interactions { id evaluation }", input).await;
        assert_eq!(marked["interactions"], json!([
            { "id": second, "evaluation": "POSITIVE" }, { "id": first, "evaluation": "POSITIVE" },
        ]));
        let query = "{ interactions(filter: { evaluations: [POSITIVE] }) { totalCount } }";
        assert_eq!(app.data(query, json!({})).await["interactions"]["totalCount"], 2);
    }

    async fn an_unknown_interaction_spoils_the_whole_list(app) {
        let contact = stage(&app).await;
        let other = contact::create(&app, contact::input("PERSON", "Bo")).await;
        let id = record(&app, &contact, json!({})).await;
        record(&app, &other, json!({ "salesperson": "BC" })).await;
        let mixed = ["interaction:1.2", "interaction:2.1"];
        for (ids, expected) in [
            (json!([]), vec!["REQUIRED ids"]),
            (json!([id, "interaction:1.9"]), vec!["NOT_FOUND ids.1"]),
            // The keys of two others, mixed up.
            (json!(mixed), vec!["NOT_FOUND ids.0", "NOT_FOUND ids.1"]),
            (json!(["contact:1", id, "interaction:1.-1"]), vec!["INVALID ids.0", "INVALID ids.2"]),
            (json!(vec![id.clone(); 501]), vec!["LIMIT_EXCEEDED ids"]),
        ] {
            let refused = app.mutate("interactionCancel", "interactions { id }", json!({ "ids": ids })).await;
            assert_eq!(wrong(&refused), expected);
        }
        let query = "{ interactions(filter: { includeCanceled: true }) { nodes { canceled } } }";
        let data = app.data(query, json!({})).await;
        assert_eq!(data["interactions"]["nodes"], json!([{ "canceled": false }, { "canceled": false }]));
    }

    // CAN-3, D14
    async fn interactions_are_canceled_and_reinstated(app) {
        let contact = stage(&app).await;
        let id = record(&app, &contact, json!({})).await;
        let selection = "interactions { canceled canceledItself }";
        let ids = json!({ "ids": [id] });
        for name in ["interactionCancel", "interactionCancel"] {
            let marked = app.must(name, selection, ids.clone()).await;
            assert_eq!(marked["interactions"], json!([{ "canceled": true, "canceledItself": true }]));
        }
        let query = "query($id: ID!) { contact(id: $id) { statistics { count lastDate cost }
            interactions { totalCount } all: interactions(filter: { includeCanceled: true }) { totalCount } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"], json!({
            "statistics": { "count": 0, "lastDate": null, "cost": "0" },
            "interactions": { "totalCount": 0 }, "all": { "totalCount": 1 },
        }));
        let marked = app.must("interactionReinstate", selection, ids).await;
        assert_eq!(marked["interactions"], json!([{ "canceled": false, "canceledItself": false }]));
    }

    async fn comments_are_added_changed_and_deleted(app) {
        let contact = stage(&app).await;
        let id = record(&app, &contact, json!({})).await;
        let add = async |comment: &str| {
            let input = json!({ "interactionId": id, "comment": comment });
            app.mutate("interactionCommentAdd", "comment { lineNo date comment }", input).await
        };
        add(" One ").await;
        let second = add("Two").await;
        assert_eq!(second["comment"], json!({ "lineNo": 2, "date": "2026-11-02", "comment": "Two" }));
        assert_eq!(wrong(&add(" ").await), ["REQUIRED comment"]);
        assert_eq!(wrong(&add(&"c".repeat(251)).await), ["LIMIT_EXCEEDED comment"]);
        let change = json!({ "interactionId": id, "lineNo": 1, "comment": "Ett" });
        app.must("interactionCommentUpdate", "comment { comment }", change).await;
        let which = json!({ "interactionId": id, "lineNo": 2 });
        app.must("interactionCommentDelete", "deletedLineNo", which.clone()).await;
        let refused = app.mutate("interactionCommentDelete", "deletedLineNo", which).await;
        assert_eq!(wrong(&refused), ["NOT_FOUND lineNo"]);
        let lost = json!({ "interactionId": "interaction:1.9", "comment": "x" });
        let refused = app.mutate("interactionCommentAdd", "comment { lineNo }", lost).await;
        assert_eq!(wrong(&refused), ["NOT_FOUND interactionId"]);
        let data = app.data("query($id: ID!) { interaction(id: $id) { comments { lineNo comment } } }",
            json!({ "id": id })).await;
        assert_eq!(data["interaction"]["comments"], json!([{ "lineNo": 1, "comment": "Ett" }]));
    }

    // Rules 1.3: of a company, the whole company.
    async fn statistics_of_a_company_count_its_people(app) {
        stage(&app).await;
        let company = contact::create(&app, contact::input("COMPANY", "Fjell")).await;
        let person = with(contact::input("PERSON", "Kari"), json!({ "companyId": company }));
        let person = contact::create(&app, person).await;
        let bc = |more: Value| with(json!({ "salesperson": "BC" }), more);
        record(&app, &company, bc(json!({ "date": "2026-01-01", "cost": "1" }))).await;
        record(&app, &person, bc(json!({ "date": "2026-02-01", "cost": "2", "initiatedBy": "THEM" }))).await;
        record(&app, &person, bc(json!({ "date": "2026-03-01", "cost": "4", "attemptFailed": true }))).await;
        let query = r#"query($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact {
            statistics { count cost durationMin lastDate lastAttempted }
            january: statistics(from: "2026-01-01", to: "2026-01-31") { count }
            interactions { totalCount nodes { date company { name } } } } } }"#;
        let data = app.data(query, json!({ "ids": [company, person] })).await;
        insta::assert_json_snapshot!(data["nodes"], @r#"
        [
          {
            "interactions": {
              "nodes": [
                {
                  "company": {
                    "name": "Fjell"
                  },
                  "date": "2026-03-01"
                },
                {
                  "company": {
                    "name": "Fjell"
                  },
                  "date": "2026-02-01"
                },
                {
                  "company": {
                    "name": "Fjell"
                  },
                  "date": "2026-01-01"
                }
              ],
              "totalCount": 3
            },
            "january": {
              "count": 1
            },
            "statistics": {
              "cost": "7",
              "count": 3,
              "durationMin": 30,
              "lastAttempted": "2026-03-01",
              "lastDate": "2026-02-01"
            }
          },
          {
            "interactions": {
              "nodes": [
                {
                  "company": {
                    "name": "Fjell"
                  },
                  "date": "2026-03-01"
                },
                {
                  "company": {
                    "name": "Fjell"
                  },
                  "date": "2026-02-01"
                }
              ],
              "totalCount": 2
            },
            "january": {
              "count": 0
            },
            "statistics": {
              "cost": "6",
              "count": 2,
              "durationMin": 20,
              "lastAttempted": "2026-03-01",
              "lastDate": "2026-02-01"
            }
          }
        ]
        "#);
    }

    async fn interactions_are_filtered_and_paged_both_ways(app) {
        let ada = stage(&app).await;
        template(&app, json!({ "code": "CALL", "description": "Call" })).await;
        for day in 1..=9 {
            let date = format!("2026-10-0{}", day.min(7));
            record(&app, &ada, json!({ "date": date })).await;
        }
        let nos = async |arguments: &str| -> (Vec<String>, Value) {
            let query = format!("query($id: ID!) {{ contact(id: $id) {{ interactions({arguments}) {{
                nodes {{ no }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}");
            let data = app.data(&query, json!({ "id": ada })).await;
            let page = &data["contact"]["interactions"];
            let nodes = page["nodes"].as_array().unwrap();
            (nodes.iter().map(|it| it["no"].as_str().unwrap().to_owned()).collect(), page["pageInfo"].clone())
        };
        let (first, info) = nos("first: 4").await;
        assert_eq!(first, ["9", "8", "7", "6"]);
        assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(false)));
        let end = info["endCursor"].as_str().unwrap().to_owned();
        let (next, info) = nos(&format!("first: 4, after: \"{end}\"")).await;
        assert_eq!(next, ["5", "4", "3", "2"]);
        let start = info["startCursor"].as_str().unwrap().to_owned();
        assert_eq!(nos(&format!("last: 2, before: \"{start}\"")).await.0, ["7", "6"]);
        assert_eq!(nos("last: 2").await.0, ["2", "1"]);
        assert_eq!(nos("orderBy: DATE_ASC, first: 2").await.0, ["1", "2"]);
        assert_eq!(nos("orderBy: DATE_ASC, last: 2").await.0, ["8", "9"]);
        assert_eq!(nos("first: 0").await.0, Vec::<String>::new());
        assert_eq!(nos(r#"filter: { from: "2026-10-02", to: "2026-10-03" }"#).await.0, ["3", "2"]);
        assert_eq!(nos(r#"filter: { templates: ["call"] }"#).await.0, Vec::<String>::new());
        assert_eq!(nos(r#"filter: { templates: ["call", "bus"], groups: ["letter"], to: "2026-10-01" }"#)
            .await.0, ["1"]);
        let query = "{ interactions(after: \"x\") { nodes { no } } }";
        let response = app.graphql(query, json!({})).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }

    async fn the_last_interactions_of_many_contacts_are_one_statement(app) {
        stage(&app).await;
        let mut ids = Vec::new();
        for number in 0..12 {
            let contact = contact::create(&app, contact::input("PERSON", &format!("P{number}"))).await;
            for day in 1..=4 {
                let date = format!("2026-10-0{day}");
                record(&app, &contact, json!({ "date": date, "salesperson": "BC" })).await;
            }
            ids.push(contact);
        }
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact {
            interactions(first: 3) { nodes { date template { code } salesperson { code } comments { comment } }
                totalCount pageInfo { hasNextPage } }
            statistics { count } } } }";
        let (few, for_few) = app.statements(query, json!({ "ids": ids[..2] })).await;
        let (many, for_many) = app.statements(query, json!({ "ids": ids })).await;
        assert_eq!(for_few, for_many);
        // Contacts, interactions, their number, statistics, templates, salespeople, comments.
        assert!(for_many <= 7, "{for_many} statements");
        assert_eq!(few["nodes"][0], many["nodes"][11]);
        assert_eq!(many["nodes"][7]["interactions"]["nodes"][0]["date"], "2026-10-04");
        assert_eq!(many["nodes"][7]["interactions"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(many["nodes"][7]["interactions"]["totalCount"], 4);
    }
}
