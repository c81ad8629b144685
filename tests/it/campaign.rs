use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact::codes,
};

/// Creates a campaign and returns its id.
pub(crate) async fn campaign(app: &TestApp, input: Value) -> String {
    let created = app.must("campaignCreate", "campaign { id }", input).await;
    created["campaign"]["id"].as_str().unwrap().to_owned()
}

both! {
    async fn a_campaign_gets_a_number_and_its_values(app) {
        codes(&app, "SALESPERSON", &["BC"]).await;
        codes(&app, "CAMPAIGN_STATUS", &["START"]).await;
        campaign(&app, json!({ "no": "cp000001" })).await;
        let input = json!({
            "description": " Spring ", "startingDate": "2026-03-01", "endingDate": "2026-03-01",
            "salesperson": "bc", "status": "start",
        });
        let selection = "campaign { id no description startingDate endingDate salesperson { code }
            status { code } createdAt revision }";
        let created = app.must("campaignCreate", selection, input).await;
        // The number that is in use is skipped.
        insta::assert_json_snapshot!(created["campaign"], @r#"
        {
          "createdAt": "2026-11-02T09:00:00+00:00",
          "description": "Spring",
          "endingDate": "2026-03-01",
          "id": "campaign:2",
          "no": "CP000002",
          "revision": 1,
          "salesperson": {
            "code": "BC"
          },
          "startingDate": "2026-03-01",
          "status": {
            "code": "START"
          }
        }
        "#);
        let found = app.data(
            r#"{ campaignByNo(no: "cp000002") { id } campaign(id: "campaign:2") { no }
                 node(id: "campaign:2") { id } none: campaign(id: "campaign:3") { no } }"#,
            json!({}),
        ).await;
        assert_eq!(found, json!({
            "campaignByNo": { "id": "campaign:2" }, "campaign": { "no": "CP000002" },
            "node": { "id": "campaign:2" }, "none": null,
        }));
    }

    // Start ≤ end, whichever of them changes.
    async fn a_campaign_does_not_end_before_it_starts(app) {
        let input = json!({ "startingDate": "2026-03-02", "endingDate": "2026-03-01" });
        let refused = app.mutate("campaignCreate", "campaign { id }", input).await;
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "endingDate"]));
        let id = campaign(&app, json!({ "endingDate": "2026-03-01" })).await;
        let change = json!({ "campaignId": id, "startingDate": "2026-03-02" });
        let refused = app.mutate("campaignUpdate", "campaign { id }", change).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID");
        let both = json!({ "campaignId": id, "startingDate": "2026-03-02", "endingDate": null });
        let changed = app.must("campaignUpdate", "campaign { endingDate revision }", both).await;
        assert_eq!(changed["campaign"], json!({ "endingDate": null, "revision": 2 }));
    }

    async fn what_is_wrong_with_a_campaign_is_said(app) {
        let input = json!({ "salesperson": "X", "status": "Y", "description": "d".repeat(251) });
        let refused = app.mutate("campaignCreate", "campaign { id }", input).await;
        let wrong: Vec<_> = refused["userErrors"].as_array().unwrap().iter()
            .map(|it| (it["code"].as_str().unwrap(), it["path"][1].as_str().unwrap())).collect();
        assert_eq!(wrong, [
            ("LIMIT_EXCEEDED", "description"), ("NOT_FOUND", "salesperson"), ("NOT_FOUND", "status"),
        ]);
        let id = campaign(&app, json!({ "no": "A" })).await;
        let refused = app.mutate("campaignCreate", "campaign { id }", json!({ "no": "a" })).await;
        assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
        let refused = app.mutate("campaignCreate", "campaign { id }", json!({ "no": " " })).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID");
        let stale = json!({ "campaignId": id, "expectedRevision": 7 });
        let refused = app.mutate("campaignUpdate", "campaign { id }", stale).await;
        assert_eq!(refused["userErrors"][0]["code"], "CONFLICT");
        for other in ["campaign:99", "contact:1", "x"] {
            let refused = app.mutate("campaignDelete", "", json!({ "campaignId": other })).await;
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "campaignId"]), "{other}");
        }
    }

    async fn a_campaign_in_use_stays(app) {
        let id = campaign(&app, json!({})).await;
        crate::template::template(&app, json!({ "code": "T", "campaignId": id })).await;
        let refused = app.mutate("campaignDelete", "", json!({ "campaignId": id })).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
        app.must("interactionTemplateDelete", "", json!({ "code": "T" })).await;
        let gone = app.must("campaignDelete", "deletedCampaignId", json!({ "campaignId": id })).await;
        assert_eq!(gone["deletedCampaignId"], json!(id));
    }

    async fn campaigns_are_filtered_and_paged_by_number(app) {
        codes(&app, "CAMPAIGN_STATUS", &["OPEN"]).await;
        for (no, from, to) in [
            ("C", Some("2026-01-01"), Some("2026-12-31")), ("A", None, None),
            ("D", Some("2026-11-03"), None), ("B", None, Some("2026-11-01")),
        ] {
            let input = json!({ "no": no, "startingDate": from, "endingDate": to, "status": "OPEN" });
            campaign(&app, input).await;
        }
        campaign(&app, json!({ "no": "E" })).await;
        let nos = async |arguments: &str| -> Vec<String> {
            let query = format!("{{ campaigns({arguments}) {{ nodes {{ no }} }} }}");
            let data = app.data(&query, json!({})).await;
            let nodes = data["campaigns"]["nodes"].as_array().unwrap();
            nodes.iter().map(|it| it["no"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(nos("first: 9").await, ["A", "B", "C", "D", "E"]);
        assert_eq!(nos("orderBy: NO_DESC, first: 2").await, ["E", "D"]);
        assert_eq!(nos("orderBy: NO_DESC, last: 2").await, ["B", "A"]);
        assert_eq!(nos(r#"filter: { status: "open", activeOn: "2026-11-02" }"#).await, ["A", "C"]);
        let page = app.data(
            "{ campaigns(orderBy: NO_DESC, first: 2) { totalCount pageInfo { endCursor } } }", json!({}),
        ).await;
        assert_eq!(page["campaigns"]["totalCount"], 5);
        let cursor = page["campaigns"]["pageInfo"]["endCursor"].as_str().unwrap();
        let next = format!("orderBy: NO_DESC, first: 2, after: \"{cursor}\"");
        assert_eq!(nos(&next).await, ["C", "B"]);
    }

    async fn campaigns_are_searched_and_ordered(app) {
        for (no, description, from) in [
            ("C1", Some("Ärende"), Some("2026-03-01")), ("C2", Some("äpple"), None), ("C3", None, Some("2026-01-01")),
            ("X4", Some("Straße 50%"), Some("2026-03-01")),
        ] {
            campaign(&app, json!({ "no": no, "description": description, "startingDate": from })).await;
        }
        let nos = async |arguments: &str| -> Vec<String> {
            let query = format!("{{ campaigns({arguments}) {{ nodes {{ no }} }} }}");
            let data = app.data(&query, json!({})).await;
            let nodes = data["campaigns"]["nodes"].as_array().unwrap();
            nodes.iter().map(|it| it["no"].as_str().unwrap().to_owned()).collect()
        };
        for (text, found) in [
            ("Ä", vec!["C1", "C2"]), ("c", vec!["C1", "C2", "C3"]), ("STRASSE", vec!["X4"]), ("0%", vec!["X4"]),
            ("%", vec!["X4"]), ("_", vec![]), (" ", vec!["C1", "C2", "C3", "X4"]),
        ] {
            assert_eq!(nos(&format!("filter: {{ text: {text:?} }}")).await, found, "{text}");
        }
        for (order, expected) in [
            ("NO_DESC", ["X4", "C3", "C2", "C1"]), ("DESCRIPTION_ASC", ["C3", "X4", "C2", "C1"]),
            ("DESCRIPTION_DESC", ["C1", "C2", "X4", "C3"]), ("STARTING_DATE_ASC", ["C2", "C3", "C1", "X4"]),
            ("STARTING_DATE_DESC", ["X4", "C1", "C3", "C2"]), ("ENDING_DATE_ASC", ["C1", "C2", "C3", "X4"]),
            ("UPDATED_DESC", ["X4", "C3", "C2", "C1"]),
        ] {
            assert_eq!(nos(&format!("orderBy: {order}")).await, expected, "{order}");
            // The same one by one, forward and backward.
            for (size, cursor, edge) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
                let (mut seen, mut bound) = (Vec::new(), String::new());
                for _ in 0..expected.len() {
                    let query = format!("{{ campaigns(orderBy: {order}, {size}: 1{bound}) {{ nodes {{ no }} pageInfo {{ {edge} }} }} }}");
                    let data = app.data(&query, json!({})).await["campaigns"].clone();
                    seen.push(data["nodes"][0]["no"].as_str().unwrap().to_owned());
                    bound = format!(", {cursor}: {}", data["pageInfo"][edge]);
                }
                if size == "last" {
                    seen.reverse();
                }
                assert_eq!(seen, expected, "{order} {size}");
            }
        }
        let page = app.data("{ campaigns(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let other = format!("{{ campaigns(orderBy: UPDATED_ASC, after: {}) {{ nodes {{ no }} }} }}", page["campaigns"]["pageInfo"]["endCursor"]);
        let refused = app.graphql(&other, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }

    // SEG-1, CON-1: the salesperson is the one who creates it, unless it is said.
    async fn whoever_creates_something_is_responsible_if_they_sell(app) {
        use async_graphql::Executor;
        use urval::domain::access::Viewer;
        for (code, email) in [("AH", "ada@example.com"), ("BC", "bo@example.com"), ("CC", "bo@example.com")] {
            let input = json!({ "kind": "SALESPERSON", "code": code, "email": email });
            app.must("codeCreate", "", input).await;
        }
        let created = async |name: &str, mutation: &str, input: &str| -> Value {
            let viewer = Viewer { name: Some(name.to_owned()), ..Viewer::ANYBODY };
            let field = mutation.strip_suffix("Create").unwrap();
            let mutation = format!("mutation {{ {mutation}(input: {{ {input} }}) {{ {field} {{ salesperson {{ code }} }} }} }}");
            let response = app.schema.execute(async_graphql::Request::new(&mutation).data(viewer)).await;
            let response = serde_json::to_value(response).unwrap();
            response["data"][format!("{field}Create")][field]["salesperson"]["code"].clone()
        };
        // What the setup says is for those who do not sell.
        app.must("setupUpdate", "", json!({ "defaults": { "salesperson": "CC" } })).await;
        for (mutation, fixed, otherwise) in [
            ("campaignCreate", "", Value::Null), ("segmentCreate", "", Value::Null),
            ("contactCreate", "type: COMPANY, name: \"Ek\" ", json!("CC")),
        ] {
            let created = async |name: &str, more: &str| created(name, mutation, &format!("{fixed}{more}")).await;
            assert_eq!(created("Ada@Example.com", "").await, "AH", "{mutation}");
            assert_eq!(created("ada@example.com", "salesperson: \"BC\"").await, "BC", "{mutation}");
            assert_eq!(created("ada@example.com", "salesperson: null").await, Value::Null, "{mutation}");
            for name in ["bo@example.com", "Ada"] {
                assert_eq!(created(name, "").await, otherwise, "{mutation} {name}");
            }
        }
    }
}
