//! Interactions listed and summed up.

use serde_json::{Value, json};

use super::stage::{record, stage};
use crate::{
    app::both,
    contact::{self, with},
    template::template,
};

both! {
    // Of a company, the whole company.
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
        // Whether slices of lists can be joined is found out by the first.
        app.data(query, json!({ "ids": ids[..1] })).await;
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
