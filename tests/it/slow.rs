//! What is slow goes into the log, and nothing personal with it.
#![cfg(unix)]

use serde_json::{Value, json};

use crate::cli::{Server, ask};

/// Serves a few contacts with these arguments besides, asks for criteria, and returns what was logged.
fn logged(more: &[&str], criteria: Value) -> String {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("demo.db").display());
    let arguments = ["demo", "--contacts", "20", "--listen", "127.0.0.1:0", "--database-url", &url];
    let (server, said) = Server::start(&[&arguments[..], more].concat());
    let post = |query: &str, variables: Value| {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let head = "POST /graphql HTTP/1.0\r\nHost: localhost\r\nx-request-id: me-17\r\n\
            content-type: application/json\r\ncontent-length: ";
        ask(&said, &format!("{head}{}\r\n\r\n{body}", body.len()))
    };
    post(
        "mutation { attributeCreate(input: { name: \"born\", type: DATE }) { attribute { name } } }",
        json!({}),
    );
    let query = "query Kept($it: ContactCriteria!) { criteriaPreview(input: { criteria: $it }) {
        selected { count } userErrors { path message } } }";
    let answer = post(query, json!({ "it": criteria }));
    assert!(answer.contains("\"count\""), "{answer}");
    server.stop()
}

fn lines<'a>(log: &'a str, what: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(what)).collect()
}

#[test]
fn slow_operations_and_criteria_are_logged_with_their_request() {
    let is_swede = json!({ "country": { "eq": "SE" } });
    // Whatever else is logged.
    let log = logged(&["--slow-after", "0s", "--log-filter", "warn"], is_swede.clone());
    let operations = lines(&log, "slow operation");
    assert_eq!(operations.len(), 2, "{log}");
    for part in ["WARN", "me-17", "\"query\"", "\"Kept\"", "ms="] {
        assert!(operations[1].contains(part), "{part} in {log}");
    }
    let criteria = lines(&log, "slow criteria");
    assert_eq!(criteria.len(), 1, "{log}");
    for part in ["WARN", "me-17", "\"Kept\"", "country = SE", "ms="] {
        assert!(criteria[0].contains(part), "{part} in {log}");
    }
    assert_eq!(lines(&logged(&["--slow-after", "off"], is_swede), "slow"), [""; 0]);
}

#[test]
fn nothing_that_tells_of_a_person_is_logged() {
    let log = logged(
        &["--slow-after", "0s", "--log-filter", "info"],
        json!({ "all": [
            { "name": { "eq": "Secret" } },
            { "not": { "email": { "in": ["secret@example.com", "Secret"] } } },
            { "phone": { "matches": "*secret*" } },
            { "vatNo": { "startsWith": "SECRET" } },
            { "city": { "isEmpty": false } },
            { "company": { "address": { "contains": "Secret 1" } } },
            { "any": [
                { "people": { "where": { "firstName": { "eqIgnoreCase": "secret" } } } },
                { "interactions": { "where": { "subject": { "eq": "Secret" } }, "within": { "inLast": "P7D" } } },
                { "interactions": { "measure": { "latest": { "description": { "contains": "secret" } } } } },
                { "sample": { "of": { "surname": { "eq": "Secret" } }, "take": 3, "salt": "secret" } },
                { "search": "secret" },
                { "mailingGroups": { "hasAny": ["NEWS"] } },
            ] },
            { "createdAt": { "after": { "date": "2020-01-01" } } },
            { "custom": { "name": "born", "date": { "on": { "date": "1815-12-10" } } } },
            { "country": { "matches": "SE|NO" } },
        ] }),
    );
    assert!(!log.to_lowercase().contains("secret") && !log.contains("1815"), "{log}");
    let criteria = lines(&log, "slow criteria");
    for part in [
        "name = \\\"…\\\"",
        "email in (\\\"…\\\", \\\"…\\\")",
        "city is set",
        "in last 7 days",
        "mailingGroups has any of (NEWS)",
        "createdAt after 2020-01-01",
        "custom date \\\"born\\\" on",
        "country in (SE, NO)",
    ] {
        assert!(criteria[0].contains(part), "{part} in {log}");
    }
}
