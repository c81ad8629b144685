//! What a client is told whose request is malformed, means nothing, or is too large.

use async_graphql::Executor;
use serde_json::{Value, json};

use crate::app::TestApp;

async fn error(app: &TestApp, query: &str, variables: Value) -> (String, String) {
    let response = app.graphql(query, variables).await;
    let error = &response["errors"][0];
    let code = error["extensions"]["code"].as_str();
    let code = code.unwrap_or_else(|| panic!("no code: {response:#}"));
    (code.to_owned(), error["message"].as_str().unwrap().to_owned())
}

async fn code(app: &TestApp, query: &str, variables: Value) -> String {
    error(app, query, variables).await.0
}

#[tokio::test]
async fn every_error_has_a_code() {
    let app = TestApp::on_sqlite().await;
    let parse = "GRAPHQL_PARSE_FAILED";
    let validation = "GRAPHQL_VALIDATION_FAILED";
    let bad = "BAD_REQUEST";
    let by_id = "query($id: ID!) { contact(id: $id) { no } }";
    let list = "query($first: Int) { contacts(first: $first) { totalCount } }";
    let mutation =
        "mutation($input: SegmentCreateInput!) { segmentCreate(input: $input) { segment { id } } }";
    let page = "query($first: Int) { contacts(first: $first) { nodes { no } } }";
    let cases = [
        ("{ contacts", json!({}), parse),
        ("nonsense", json!({}), parse),
        ("{ contacts { nope } }", json!({}), validation),
        ("{ contact { no } }", json!({}), validation),
        ("{ contact(id: 5.5) { no } }", json!({}), validation),
        ("{ segments(orderBy: SIDEWAYS) { totalCount } }", json!({}), validation),
        ("query($id: Nope!) { contact(id: $id) { no } }", json!({ "id": "x" }), validation),
        (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            json!({}),
            validation,
        ),
        (by_id, json!({}), bad),
        (by_id, json!({ "id": null }), bad),
        (by_id, json!({ "id": { "a": 1 } }), bad),
        (by_id, json!({ "id": "segment:1" }), bad),
        (list, json!({ "first": "ten" }), bad),
        (list, json!({ "first": 1001 }), bad),
        (mutation, json!({ "input": { "unitCost": "much" } }), bad),
        (mutation, json!({ "input": { "nope": 1 } }), bad),
        (mutation, json!({ "input": null }), bad),
        (page, json!({ "first": 1_i64 << 40 }), bad),
    ];
    for (query, variables, expected) in cases {
        let (found, message) = error(&app, query, variables.clone()).await;
        assert!(!message.is_empty());
        assert!(found == expected || found == validation, "{query} {variables}: {found} {message}");
    }
    let request = async_graphql::Request::new("query A { codes(kind: COUNTRY) { code } }");
    let response = app.schema.execute(request.operation_name("B")).await;
    let response = serde_json::to_value(response).unwrap();
    assert_eq!(response["errors"][0]["extensions"]["code"], bad, "{response}");
}

#[tokio::test]
async fn what_is_too_large_is_told_the_limit() {
    let app = TestApp::on_sqlite().await;
    let company = |depth: usize, inner: &str| {
        format!("{}{inner}{}", "company { ".repeat(depth), " }".repeat(depth))
    };
    let deep = format!("{{ contact(id: \"contact:1\") {{ {} }} }}", company(15, "no"));
    assert_eq!(
        error(&app, &deep, json!({})).await,
        ("LIMIT_EXCEEDED".to_owned(), "The query nests more than 16 fields.".to_owned())
    );
    let fits = format!("{{ contact(id: \"contact:1\") {{ {} }} }}", company(14, "no"));
    assert_eq!(app.data(&fits, json!({})).await["contact"], json!(null));

    let complex = "{ contacts(first: 1000) { nodes { no name city company { no name city county } salesperson { code } } } }";
    let (code_found, message) = error(&app, complex, json!({})).await;
    assert_eq!(code_found, "LIMIT_EXCEEDED");
    assert!(message.contains("more than 10000") && message.contains("shorter lists"), "{message}");

    let fields = |count: usize, name: &dyn Fn(usize) -> String| {
        (0..count).map(name).collect::<Vec<_>>().join(" ")
    };
    let aliases = |count| format!("{{ {} }}", fields(count, &|it| format!("a{it}: __typename")));
    assert_eq!(code(&app, &aliases(65), json!({})).await, "LIMIT_EXCEEDED");
    app.data(&aliases(64), json!({})).await;
    let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(5));
    assert_eq!(code(&app, &directives, json!({})).await, "LIMIT_EXCEEDED");
    let wide = format!("{{ {} }}", "__typename ".repeat(10_001));
    assert_eq!(code(&app, &wide, json!({})).await, "LIMIT_EXCEEDED");
    let tokens =
        |count: usize| format!("{{ __typename @include(if: true{}) }}", " x".repeat(count));
    let (code_found, message) = error(&app, &tokens(25_000), json!({})).await;
    assert_eq!(code_found, "LIMIT_EXCEEDED");
    assert!(message.contains("more than 25000 tokens"), "{message}");
    assert_eq!(code(&app, &tokens(20_000), json!({})).await, "GRAPHQL_PARSE_FAILED");
    let bytes = |count: usize| format!("{{ __typename }} #{}", "x".repeat(count - 16));
    let (code_found, message) = error(&app, &bytes(256 * 1024 + 1), json!({})).await;
    assert_eq!(code_found, "LIMIT_EXCEEDED");
    assert!(message.contains("more than 262144 bytes"), "{message}");
    app.data(&bytes(256 * 1024), json!({})).await;
    let nested = format!("{{ {}__typename{} }}", "... { ".repeat(40), " }".repeat(40));
    assert_eq!(code(&app, &nested, json!({})).await, "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn introspection_does_not_multiply() {
    let app = TestApp::on_sqlite().await;
    let nested = |times: usize| {
        let (open, close) = ("fields { type { ofType { ".repeat(times), " } } }".repeat(times));
        format!("{{ __schema {{ types {{ {open} name {close} }} }} }}")
    };
    app.data(&nested(3), json!({})).await;
    assert_eq!(code(&app, &nested(4), json!({})).await, "LIMIT_EXCEEDED");
    let hidden = "{ __type(name: \"Query\") { ...F } } \
        fragment F on __Type { fields { type { ...G } } } \
        fragment G on __Type { fields { type { interfaces { possibleTypes { name } } } } }";
    assert_eq!(code(&app, hidden, json!({})).await, "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_syntax_error_says_where_and_does_not_repeat_the_query() {
    let app = TestApp::on_sqlite().await;
    let query = format!("{{\n  contacts(search: \"{}\" {{", "secret ".repeat(1000));
    let (code_found, message) = error(&app, &query, json!({})).await;
    assert_eq!(code_found, "GRAPHQL_PARSE_FAILED");
    assert!(message.starts_with("Syntax error at line 2, column 7023: expected "), "{message}");
    assert!(!message.contains("secret") && message.len() < 200, "{message}");
}

// Each fragment spreads the next one twice: two to the power of 30 fields from a few hundred bytes.
#[tokio::test]
async fn fragments_that_multiply_are_turned_away_at_once() {
    let app = TestApp::on_sqlite().await;
    let mut query = "{ ...F0 }".to_owned();
    for number in 0..30 {
        query += &format!(" fragment F{number} on Query {{ ...F{0} ...F{0} }}", number + 1);
    }
    query += " fragment F30 on Query { __typename }";
    assert_eq!(code(&app, &query, json!({})).await, "LIMIT_EXCEEDED");
    // A chain of fragments as long as a request may be.
    let mut chain = "{ ...F0 }".to_owned();
    for number in 0..20_000 {
        chain += &format!(" fragment F{number} on Query {{ ...F{} }}", number + 1);
    }
    assert_eq!(code(&app, &chain, json!({})).await, "LIMIT_EXCEEDED");
}
