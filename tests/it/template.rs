use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact::codes,
};

/// Creates a template and returns its code.
pub(crate) async fn template(app: &TestApp, input: Value) -> String {
    let selection = "interactionTemplate { code }";
    let created = app.must("interactionTemplateCreate", selection, input).await;
    created["interactionTemplate"]["code"].as_str().unwrap().to_owned()
}

const ALL: &str = "interactionTemplate { id code description interactionGroup { code } unitCost
    unitDurationMin informationFlow initiatedBy campaign { no } campaignTarget campaignResponse
    correspondenceType language { code } ignoreContactCorrespondenceType }";

both! {
    // The initial correspondence type is e-mail.
    async fn a_template_begins_with_email_and_without_cost(app) {
        let created =
            app.must("interactionTemplateCreate", ALL, json!({ "code": " bus " })).await;
        insta::assert_json_snapshot!(created["interactionTemplate"], @r#"
        {
          "campaign": null,
          "campaignResponse": false,
          "campaignTarget": false,
          "code": "BUS",
          "correspondenceType": "EMAIL",
          "description": null,
          "id": "interactionTemplate:BUS",
          "ignoreContactCorrespondenceType": false,
          "informationFlow": null,
          "initiatedBy": null,
          "interactionGroup": null,
          "language": null,
          "unitCost": "0",
          "unitDurationMin": 0
        }
        "#);
        let none = json!({ "code": "NONE", "correspondenceType": null });
        let created = app.must("interactionTemplateCreate", ALL, none).await;
        assert_eq!(created["interactionTemplate"]["correspondenceType"], json!(null));
    }

    async fn a_template_is_changed_by_field_and_found_by_code(app) {
        codes(&app, "INTERACTION_GROUP", &["LETTER"]).await;
        codes(&app, "LANGUAGE", &["SV"]).await;
        let campaign = app.must("campaignCreate", "campaign { id }", json!({})).await;
        let input = json!({
            "code": "BUS", "description": "Business letter", "interactionGroup": "letter",
            "unitCost": "12.5", "unitDurationMin": 20, "informationFlow": "OUTBOUND",
            "initiatedBy": "US", "campaignId": campaign["campaign"]["id"], "campaignTarget": true,
            "campaignResponse": true, "correspondenceType": "HARD_COPY", "language": "sv",
            "ignoreContactCorrespondenceType": true,
        });
        app.must("interactionTemplateCreate", ALL, input).await;
        let change = json!({ "code": "bus", "description": null, "unitCost": "0.0001",
            "campaignId": null, "language": null, "campaignTarget": false });
        app.must("interactionTemplateUpdate", ALL, change).await;
        let query = format!(r#"{{ {} }}"#, ALL.replace(
            "interactionTemplate {", r#"interactionTemplate(code: "bus") {"#));
        let data = app.data(&query, json!({})).await;
        insta::assert_json_snapshot!(data["interactionTemplate"], @r#"
        {
          "campaign": null,
          "campaignResponse": true,
          "campaignTarget": false,
          "code": "BUS",
          "correspondenceType": "HARD_COPY",
          "description": null,
          "id": "interactionTemplate:BUS",
          "ignoreContactCorrespondenceType": true,
          "informationFlow": "OUTBOUND",
          "initiatedBy": "US",
          "interactionGroup": {
            "code": "LETTER"
          },
          "language": null,
          "unitCost": "0.0001",
          "unitDurationMin": 20
        }
        "#);
        let node = app.data(
            r#"{ node(id: "interactionTemplate:BUS") { id } none: interactionTemplate(code: "X") { id } }"#,
            json!({}),
        ).await;
        assert_eq!(node, json!({ "node": { "id": "interactionTemplate:BUS" }, "none": null }));
    }

    async fn everything_wrong_with_a_template_is_said_at_once(app) {
        let input = json!({
            "code": "X", "unitCost": "-0.01", "unitDurationMin": -1, "interactionGroup": "NO",
            "language": "NO", "campaignId": "campaign:7",
        });
        let refused = app.mutate("interactionTemplateCreate", "interactionTemplate { code }", input).await;
        let wrong: Vec<_> = refused["userErrors"].as_array().unwrap().iter()
            .map(|it| (it["code"].as_str().unwrap(), it["path"][1].as_str().unwrap())).collect();
        assert_eq!(wrong, [
            ("INVALID", "unitCost"), ("INVALID", "unitDurationMin"),
            ("NOT_FOUND", "interactionGroup"), ("NOT_FOUND", "language"),
            ("NOT_FOUND", "campaignId"),
        ]);
        let costs = [("0.00001", "INVALID"), ("1000000.0001", "INVALID"), ("1e20", "INVALID")];
        for (cost, code) in costs {
            let input = json!({ "code": "X", "unitCost": cost });
            let refused = app.mutate("interactionTemplateCreate", "interactionTemplate { code }", input).await;
            assert_eq!(refused["userErrors"][0]["code"], code, "{cost}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "unitCost"]));
        }
        let data = app.data("{ interactionTemplates { totalCount } }", json!({})).await;
        assert_eq!(data["interactionTemplates"]["totalCount"], 0);
    }

    // TPL-4
    async fn a_template_in_use_stays(app) {
        codes(&app, "SALESPERSON", &["BC"]).await;
        let code = template(&app, json!({ "code": "BUS", "description": "Letter" })).await;
        let contact = crate::contact::create(&app, crate::contact::input("PERSON", "Ada")).await;
        let input = json!({ "contactId": contact, "template": code, "salesperson": "BC" });
        app.must("interactionCreate", "interaction { id }", input).await;
        let which = json!({ "code": code });
        let refused = app.mutate("interactionTemplateDelete", "deletedCode", which).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
        template(&app, json!({ "code": "FREE" })).await;
        let gone = app.must("interactionTemplateDelete", "deletedCode", json!({ "code": "free" })).await;
        assert_eq!(gone["deletedCode"], "FREE");
        for name in ["interactionTemplateDelete", "interactionTemplateUpdate"] {
            let refused = app.mutate(name, "", json!({ "code": "FREE" })).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND", "{name}");
        }
        let refused = app.mutate("interactionTemplateCreate", "", json!({ "code": "bus" })).await;
        assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
    }

    async fn templates_are_paged_by_code(app) {
        codes(&app, "INTERACTION_GROUP", &["CALL"]).await;
        for code in ["C", "A", "D", "B"] {
            template(&app, json!({ "code": code, "interactionGroup": "CALL" })).await;
        }
        template(&app, json!({ "code": "OTHER" })).await;
        let query = "query($after: String) {
            interactionTemplates(interactionGroup: \"call\", first: 3, after: $after) {
                nodes { code } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }";
        let page = app.data(query, json!({})).await["interactionTemplates"].clone();
        assert_eq!(page["nodes"], json!([{ "code": "A" }, { "code": "B" }, { "code": "C" }]));
        assert_eq!(page["totalCount"], 4);
        let after = json!({ "after": page["pageInfo"]["endCursor"] });
        let page = app.data(query, after).await["interactionTemplates"].clone();
        assert_eq!(page["nodes"], json!([{ "code": "D" }]));
        assert_eq!(page["pageInfo"]["hasNextPage"], false);
        let last = app.data("{ interactionTemplates(last: 2) { nodes { code } } }", json!({})).await;
        assert_eq!(last["interactionTemplates"]["nodes"], json!([{ "code": "D" }, { "code": "OTHER" }]));
    }
}
