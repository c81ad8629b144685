//! The examples of the web explorer: each runs on the invented data, in the order of the tabs.

use std::fs;

use async_graphql::Executor;
use chrono::NaiveDate;
use futures_util::StreamExt;
use serde_json::{Value, json};
use urval::domain::demo::{self, Demo};

use crate::app::{TestApp, both};

struct Example {
    query: String,
    variables: Value,
}

/// What is between the quotes after each `query:`, and after its `variables:`.
fn examples() -> Vec<Example> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/examples.ts");
    let source = fs::read_to_string(path).unwrap();
    let quoted = |text: &str| text.split('`').nth(1).unwrap().to_owned();
    let examples = source.split("query: `").skip(1).map(|text| {
        let (query, rest) = text.split_once('`').unwrap();
        let variables = rest.split_once("variables: ").map(|(_, rest)| quoted(rest));
        let variables = serde_json::from_str(&variables.unwrap_or("{}".to_owned())).unwrap();
        Example { query: query.to_owned(), variables }
    });
    examples.collect()
}

/// The names of the operations in a document.
fn operations(query: &str) -> Vec<String> {
    let document = async_graphql::parser::parse_query(query).unwrap();
    let mut names: Vec<(usize, String)> = document
        .operations
        .iter()
        .map(|(name, operation)| (operation.pos.line, name.unwrap().to_string()))
        .collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

fn request(example: &Example, operation: &str) -> async_graphql::Request {
    async_graphql::Request::new(example.query.as_str())
        .operation_name(operation)
        .variables(async_graphql::Variables::from_json(example.variables.clone()))
}

/// Runs an operation and returns its data; nobody has anything to complain about.
async fn run(app: &TestApp, example: &Example, operation: &str) -> Value {
    let response = app.schema.execute(request(example, operation)).await;
    let response = serde_json::to_value(response).unwrap();
    assert!(response.get("errors").is_none(), "{operation}: {response:#}");
    for payload in response["data"].as_object().unwrap().values() {
        let errors = payload.get("userErrors").unwrap_or(&Value::Null);
        assert!(errors.is_null() || *errors == json!([]), "{operation}: {errors}");
    }
    response["data"].clone()
}

both! {
    async fn each_example_runs_on_the_invented_data(app) {
        let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let demo = Demo { contacts: 1_000, seed: 7, until };
        demo::fill(&app.context, &demo, &mut |_| {}).await.unwrap();
        tokio::spawn(app.context.events.clone().relay(app.context.db.clone()));
        let mut seen = Vec::new();
        let mut segment = json!(null);
        for mut example in examples() {
            for operation in operations(&example.query) {
                if example.variables.get("segment").is_some() {
                    // As the text above it tells to.
                    example.variables["segment"] = segment.clone();
                }
                if operation.starts_with("Watch") {
                    let mut stream = app.schema.execute_stream(request(&example, &operation), None);
                    let watched = tokio::spawn(async move { stream.next().await.unwrap() });
                    while !watched.is_finished() {
                        let id = segment.as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
                        let event = urval::domain::Event::SegmentChanged { id, revision: 1 };
                        app.context.events.publish(&app.context.db, event).await;
                        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    }
                    assert!(watched.await.unwrap().errors.is_empty());
                    seen.push(operation);
                    continue;
                }
                let data = run(&app, &example, &operation).await;
                match operation.as_str() {
                    "SearchContacts" => assert!(0 < data["contacts"]["totalCount"].as_u64().unwrap()),
                    "PreviewCriteria" => assert!(0 < data["criteriaPreview"]["selected"]["count"].as_u64().unwrap()),
                    "Questionnaire" => {
                        let music = &data["profileQuestionnaire"]["questions"][0]["answers"][0];
                        assert!(0 < music["contactsCount"].as_u64().unwrap());
                    }
                    "ReadCriteria" => {
                        assert_eq!(data["criteriaParse"]["diagnostics"], json!([]));
                        assert!(0 < data["criteriaPreview"]["selected"]["count"].as_u64().unwrap());
                    }
                    "CreateSegment" => segment = data["segmentCreate"]["segment"]["id"].clone(),
                    "AddContacts" => {
                        assert!(0 < data["segmentAddContacts"]["effect"]["added"].as_u64().unwrap());
                        example.variables["dryRun"] = json!(false);
                        run(&app, &example, &operation).await;
                    }
                    "SegmentWithLines" => assert!(0 < data["segmentByNo"]["contactsCount"].as_u64().unwrap()),
                    "PreviewTemplate" => assert!(data["templatePreview"]["body"].is_string()),
                    "LogSegment" => assert!(0 < data["segmentLog"]["interactionsCount"].as_u64().unwrap()),
                    "CampaignResults" => {
                        let campaign = &data["campaignByNo"];
                        assert!(0 < campaign["targets"]["totalCount"].as_u64().unwrap());
                        assert!(0.0 < campaign["statistics"]["responseRate"].as_f64().unwrap());
                    }
                    "FindDuplicates" => assert_eq!(data["contactDuplicatesFind"]["searchedCount"], 1_000),
                    "ListDuplicates" => assert_eq!(data["contactDuplicates"]["unsearchedCount"], 0),
                    "Purchases" => assert!(0 < data["contacts"]["totalCount"].as_u64().unwrap()),
                    "PlanOpportunities" => {
                        let made = &data["segmentCreateOpportunities"];
                        assert_eq!(made["segment"]["opportunityStatistics"]["count"], made["created"]);
                    }
                    "FilterContacts" => {
                        assert!(0 < data["contacts"]["totalCount"].as_u64().unwrap());
                        assert_eq!(data["criteriaFilters"][0], json!({ "field": "postCode", "expression": "1*|20000..89999" }));
                    }
                    "TextsAndReach" => {
                        assert!(0 < data["segmentByNo"]["reachability"]["reachable"]["count"].as_u64().unwrap());
                    }
                    "ReadSetup" => assert_eq!(data["setup"]["duplicates"]["hitPercent"], 60),
                    "ChangeSetup" => assert_eq!(data["setupUpdate"]["setup"]["timeZone"], "Europe/Stockholm"),
                    "RecordCoverSheets" => {
                        assert!(0 < data["segmentLogCoverSheets"]["interactionsCount"].as_u64().unwrap());
                    }
                    other => panic!("{other} is not looked at"),
                }
                seen.push(operation);
            }
        }
        assert_eq!(seen, ["SearchContacts", "PreviewCriteria", "ReadCriteria", "Questionnaire", "CreateSegment",
            "AddContacts", "SegmentWithLines", "PreviewTemplate", "LogSegment", "CampaignResults", "FindDuplicates",
            "ListDuplicates", "PlanOpportunities", "WatchSegment", "Purchases", "FilterContacts", "TextsAndReach", "ReadSetup",
            "ChangeSetup", "RecordCoverSheets"]);
    }
}
