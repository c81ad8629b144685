use serde_json::{Value, json};

use urval::domain::access::{Scope, Scopes};

use super::make::{self, world};
use crate::{
    access::run,
    app::{TestApp, both},
};

async fn list(app: &TestApp, arguments: &str) -> Value {
    let query = format!(
        "{{ savedCriteria{arguments} {{ totalCount edges {{ cursor }} nodes {{ name }} \
            pageInfo {{ hasPreviousPage hasNextPage }} }} }}"
    );
    let response = app.graphql(&query, json!({})).await;
    assert_eq!(response["errors"], Value::Null);
    response["data"]["savedCriteria"].clone()
}

fn names(list: &Value) -> Vec<&str> {
    list["nodes"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

both! {
    // CRT-2, CRT-3, D3
    async fn saved_criteria_are_replayed_with_every_option(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        let none = app.mutate("segmentSaveCriteria", "", json!({ "segmentId": id, "name": "X" })).await;
        assert_eq!(none["userErrors"][0]["code"], "NOT_ALLOWED");
        app.must("segmentAddContacts", "", json!({ "segmentId": id, "criteria": { "all": [] }, "options": { "ignoreExclusion": true } })).await;
        app.must("segmentRefineContacts", "", json!({ "segmentId": id, "criteria": { "ids": ["contact:22"] }, "options": { "entireCompanies": true } })).await;
        app.must("segmentClear", "", json!({ "segmentId": id })).await;
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        let saved = app.must("segmentSaveCriteria", "savedCriteria { id name steps { operation text options { entireCompanies } } }", json!({ "segmentId": id, "name": " Two " })).await;
        assert_eq!(saved["savedCriteria"]["name"], "Two");
        assert_eq!(saved["savedCriteria"]["steps"][1]["options"], json!({ "entireCompanies": true }));
        assert_eq!(saved["savedCriteria"]["steps"].as_array().unwrap().len(), 2);
        let taken = app.mutate("segmentSaveCriteria", "", json!({ "segmentId": id, "name": "Two" })).await;
        assert_eq!(taken["userErrors"][0]["code"], "TAKEN");
        let nameless = app.mutate("segmentSaveCriteria", "", json!({ "segmentId": id, "name": " " })).await;
        assert_eq!(nameless["userErrors"][0]["code"], "REQUIRED");

        let saved = &saved["savedCriteria"]["id"];
        let other = make::segment(&app).await;
        app.must("segmentAddLines", "", json!({ "segmentId": other, "contactIds": ["contact:5"] })).await;
        let reuse = json!({ "segmentId": other, "savedCriteriaId": saved, "onExisting": "REPLACE", "dryRun": true });
        let fields = "effect { before after } criteria { operation }";
        let tried = app.must("segmentReuseCriteria", fields, reuse.clone()).await;
        assert_eq!(tried, json!({ "effect": { "before": 1, "after": 3 }, "criteria": [], "userErrors": [] }));
        let mut reuse = reuse;
        reuse["dryRun"] = json!(false);
        let reused = app.must("segmentReuseCriteria", fields, reuse).await;
        assert_eq!(reused["criteria"], json!([{ "operation": "CLEAR" }, { "operation": "ADD" }, { "operation": "REFINE" }]));
        assert_eq!(make::set(&app, &other).await, [2, 21, 22]);
        app.must("segmentGoBack", "", json!({ "segmentId": other, "steps": 3 })).await;
        assert_eq!(make::set(&app, &other).await, [5]);

        let renamed = app.must("savedCriteriaUpdate", "savedCriteria { name description }", json!({ "savedCriteriaId": saved, "name": "Company 2", "description": "D" })).await;
        assert_eq!(renamed["savedCriteria"], json!({ "name": "Company 2", "description": "D" }));
        let all = app.graphql("{ savedCriteria { nodes { name } } }", json!({})).await;
        assert_eq!(all["data"]["savedCriteria"]["nodes"], json!([{ "name": "Company 2" }]));
        app.must("savedCriteriaDelete", "", json!({ "savedCriteriaId": saved })).await;
        for name in ["savedCriteriaDelete", "savedCriteriaUpdate"] {
            let gone = app.mutate(name, "", json!({ "savedCriteriaId": saved })).await;
            assert_eq!(gone["userErrors"][0]["code"], "NOT_FOUND");
        }
        let gone = app.mutate("segmentReuseCriteria", "", json!({ "segmentId": other, "savedCriteriaId": saved })).await;
        assert_eq!(gone["userErrors"][0]["path"], json!(["input", "savedCriteriaId"]));
    }

    async fn replayed_steps_about_the_segment_itself_see_the_steps_before_them(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": ["contact:1"] })).await;
        let others = json!({ "not": { "inSegment": { "current": id } } });
        app.must("segmentReplaceContacts", "", json!({ "segmentId": id, "criteria": others })).await;
        let saved = app.must("segmentSaveCriteria", "savedCriteria { id }", json!({ "segmentId": id, "name": "X" })).await;
        let mut reuse = json!({ "segmentId": id, "savedCriteriaId": saved["savedCriteria"]["id"], "dryRun": true });
        let before = make::set(&app, &id).await;
        let fields = "segment { revision } effect { before after added removed } criteria { operation }";
        let tried = app.must("segmentReuseCriteria", fields, reuse.clone()).await;
        assert_eq!(tried["criteria"], json!([]));
        assert_eq!(make::set(&app, &id).await, before);
        reuse["dryRun"] = json!(false);
        let reused = app.must("segmentReuseCriteria", fields, reuse).await;
        // First 1 came to those who were in, then they were swapped for the rest: the excluded one.
        assert!(make::set(&app, &id).await.is_empty());
        assert_eq!((&tried["effect"], &tried["effect"]["after"]), (&reused["effect"], &json!(0)));
        assert_eq!(reused["criteria"].as_array().unwrap().len(), 2);
    }

    async fn what_is_wrong_with_a_saved_step_is_told_by_its_number(app) {
        world(&app).await;
        let (id, other) = (make::segment(&app).await, make::segment(&app).await);
        app.must("attributeCreate", "", json!({ "name": "tier", "type": "CODE" })).await;
        app.must("segmentAddContacts", "", json!({ "segmentId": id, "criteria": { "all": [] } })).await;
        for criteria in [json!({ "not": { "custom": { "name": "tier", "isSet": true } } }), json!({ "name": { "ne": "x" } })] {
            app.must("segmentRefineContacts", "", json!({ "segmentId": id, "criteria": criteria })).await;
        }
        let saved = app.must("segmentSaveCriteria", "savedCriteria { id }", json!({ "segmentId": id, "name": "X" })).await;
        let saved = &saved["savedCriteria"]["id"];
        let reuse = format!("mutation {{ segmentReuseCriteria(input: {{ segmentId: {other:?}, savedCriteriaId: {saved}, onExisting: REPLACE, dryRun: true }}) \
            {{ userErrors {{ code path message }} }} }}");
        let blind = run(&app, &reuse, Scopes::of(&[Scope::Read, Scope::Write])).await;
        assert_eq!(blind["data"]["segmentReuseCriteria"]["userErrors"], json!([{
            "code": "FORBIDDEN", "path": ["input", "savedCriteriaId"],
            "message": "Step 3: It is about personal data, which needs the scope `personal`.",
        }]));
        app.must("attributeDelete", "", json!({ "name": "tier" })).await;
        let gone = app.graphql(&reuse, json!({})).await;
        assert_eq!(gone["data"]["segmentReuseCriteria"]["userErrors"], json!([{
            "code": "NOT_FOUND", "path": ["input", "savedCriteriaId"],
            "message": "Step 2: There is no custom attribute tier.",
        }]));
    }

    async fn saved_criteria_are_listed_page_by_page_by_name(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        app.must("segmentAddContacts", "", json!({ "segmentId": id, "criteria": { "all": [] } })).await;
        for name in ["b%", "a", "b_2", "Å", "c"] {
            app.must("segmentSaveCriteria", "", json!({ "segmentId": id, "name": name })).await;
        }
        let all = list(&app, "").await;
        assert_eq!(names(&all), ["a", "b%", "b_2", "c", "Å"]);
        assert_eq!(all["totalCount"], 5);
        let down = list(&app, "(orderBy: NAME_DESC, first: 2)").await;
        assert_eq!(names(&down), ["Å", "c"]);
        assert_eq!(down["pageInfo"], json!({ "hasPreviousPage": false, "hasNextPage": true }));
        let cursor = down["edges"][1]["cursor"].as_str().unwrap();
        let next = list(&app, &format!("(orderBy: NAME_DESC, first: 2, after: {cursor:?})")).await;
        assert_eq!(names(&next), ["b_2", "b%"]);
        let back = list(&app, &format!("(last: 2, before: {cursor:?})")).await;
        assert_eq!(names(&back), ["b%", "b_2"]);
        assert_eq!(back["pageInfo"], json!({ "hasPreviousPage": true, "hasNextPage": true }));

        let some = list(&app, r#"(first: 1, filter: { nameStartsWith: "b" })"#).await;
        assert_eq!((names(&some), &some["totalCount"]), (vec!["b%"], &json!(2)));
        for (prefix, found) in [("b%", 1), ("B", 2), ("B%", 1), ("%", 0), ("", 5), ("å", 1), ("A\u{30a}", 1)] {
            let some = list(&app, &format!("(filter: {{ nameStartsWith: {} }})", json!(prefix))).await;
            assert_eq!((some["totalCount"].as_u64(), names(&some).len()), (Some(found), found as usize), "{prefix}");
        }
        for wrong in ["first: 1, last: 1", "first: 1001", r#"after: "x""#] {
            let response = app.graphql(&format!("{{ savedCriteria({wrong}) {{ nodes {{ name }} }} }}"), json!({})).await;
            assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{wrong}");
        }
    }
}
