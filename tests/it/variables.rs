//! Variables: what has to be given is, and what can't be read is named.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    log::{people, stage},
    socket::Client,
    stub::{Served, Stub},
};

async fn error(app: &TestApp, query: &str, variables: Value) -> Value {
    let mut response = app.graphql(query, variables).await;
    assert_eq!(response["data"], Value::Null, "{response:#}");
    response["errors"][0].take()
}

const CLEAR: &str = "mutation($id: ID!, $dry: Boolean!) { \
    segmentClear(input: { segmentId: $id, dryRun: $dry }) { userErrors { code } } }";

both! {
    async fn a_variable_that_has_to_be_given_is_given(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let id = stage(&app, &contacts, json!({})).await;
        let describe = "mutation($id: ID!, $d: String!) { \
            segmentUpdate(input: { segmentId: $id, description: $d }) { userErrors { code } } }";
        let count = "query($c: ContactCriteria!) { contacts(filter: $c) { totalCount } }";
        let page = "query($x: Int! = 1) { contacts(first: $x) { nodes { no } } }";
        for (query, variables, missing) in [
            (CLEAR, json!({ "id": id }), "`$dry` of type `Boolean!`"),
            (CLEAR, json!({ "id": id, "dry": null }), "`$dry` of type `Boolean!`"),
            (describe, json!({ "id": id, "d": null }), "`$d` of type `String!`"),
            (count, json!({}), "`$c` of type `ContactCriteria!`"),
            (page, json!({ "x": null }), "`$x` of type `Int!`"),
        ] {
            let error = error(&app, query, variables).await;
            assert_eq!(error["message"], format!("Variable {missing} is required."));
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        }
        let kept = "query($id: ID!) { segment(id: $id) { contactsCount description } }";
        let kept = app.data(kept, json!({ "id": id })).await;
        assert_eq!(kept["segment"], json!({ "contactsCount": 2, "description": "Spring" }));
        // What has a default, or may be null, may be left out.
        assert_eq!(app.data(page, json!({})).await["contacts"]["nodes"].as_array().unwrap().len(), 1);
        let may_be_null = count.replace("ContactCriteria!", "ContactCriteria");
        assert_eq!(app.data(&may_be_null, json!({})).await["contacts"]["totalCount"], 2);
    }

    async fn a_value_that_can_not_be_read_is_named(app) {
        let create = "mutation($i: SegmentCreateInput!) { segmentCreate(input: $i) { segment { id } } }";
        let preview = "query($at: SelectionContext!) { criteriaPreview(input: { criteria: { all: [] }, \
            context: $at }) { selected { count } } }";
        let list = "query($n: Int) { contacts(first: $n) { nodes { no } } }";
        for (query, variables, path, sentence) in [
            (create, json!({ "i": { "date": "2026-02-30" } }), "input.date", "not a date such as 2026-11-23"),
            (create, json!({ "i": { "unitCost": "abc" } }), "input.unitCost", "not a decimal number"),
            (create, json!({ "i": { "unitDurationMin": 3_000_000_000_u64 } }), "input.unitDurationMin",
                "Only integers from -2147483648 to 2147483647 are accepted."),
            (preview, json!({ "at": { "timeZone": "Mars/X" } }), "input.context.timeZone",
                "not the name of a time zone"),
            (preview, json!({ "at": { "asOf": "soon" } }), "input.context.asOf", ""),
            (list, json!({ "n": 3_000_000_000_u64 }), "first",
                "Only integers from -2147483648 to 2147483647 are accepted."),
        ] {
            let error = error(&app, query, variables).await;
            let told = error["message"].as_str().unwrap();
            let begin = format!("Invalid value for argument \"{path}\", ");
            assert!(told.starts_with(&begin) && told.ends_with(sentence), "{told}");
            assert_eq!(error["extensions"]["path"], json!(path.split('.').collect::<Vec<_>>()));
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        }
        // Where it stands in the text itself, types of the program are not named.
        let literal = "mutation { segmentCreate(input: { date: \"2026-02-30\" }) { segment { id } } }";
        let told = error(&app, literal, json!({})).await["message"].as_str().unwrap().to_owned();
        assert!(told.contains("not a date") && !told.contains("occurred"), "{told}");
        assert_eq!(app.data("{ segments { totalCount } }", json!({})).await["segments"]["totalCount"], 0);
        // Numbers of a series have more digits.
        let next = json!({ "kind": "CONTACT", "width": 15, "next": 3_000_000_000_u64 });
        app.must("numberSeriesUpdate", "", next).await;
    }
}

#[tokio::test]
async fn what_is_missing_is_missed_by_get_post_and_websocket() {
    let app = TestApp::on_sqlite().await;
    let required = "Variable `$id` of type `ID!` is required.";
    let stub = Stub::real(TestApp::on_sqlite().await, app.context.clone());
    let query = "query($id: ID!) { contact(id: $id) { no } }";
    let posted = stub.post(json!({ "query": query }).to_string()).await;
    let uri = "/graphql?query=query($id:ID!)%7Bcontact(id:$id)%7Bno%7D%7D";
    let got = stub.send(Request::get(uri).body(Body::empty()).unwrap()).await;
    for answer in [posted, got] {
        assert_eq!(answer.json()["errors"][0]["message"], required, "{}", answer.body);
    }
    let served = Served::real(app).await;
    let mut client = Client::open(served.address).await;
    let watch = "subscription($id: ID!) { segmentChanged(id: $id) { segmentId } }";
    for query in [watch, query] {
        client.subscribe("a", query).await;
        let refused = client.hear().await;
        assert_eq!(refused["type"], "error", "{refused}");
        assert_eq!(refused["payload"][0]["message"], required);
    }
}
