//! The web explorer: its files, and what a person does with it in a browser.

use std::{env, fs, io::Write, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;

use crate::{
    app::TestApp,
    browser::{self, Browser},
    stub::{Served, Stub},
};

/// Why the explorer can't be tried here, if so.
async fn obstacle(app: &Stub) -> Option<&'static str> {
    let page = app.send(Request::get("/").body(Body::empty()).unwrap()).await;
    match page.body.contains(r#"id="explorer""#) {
        true if browser::find().is_some() => None,
        true => Some("Chromium is not installed"),
        false => Some("the explorer is not in this build, for want of Node.js"),
    }
}

/// Whether to go on. Where `URVAL_TEST_BROWSER` is `required`, there is no way around.
async fn is_possible(app: &Stub) -> bool {
    let Some(obstacle) = obstacle(app).await else { return true };
    let is_required = env::var("URVAL_TEST_BROWSER").is_ok_and(|value| value == "required");
    assert!(!is_required, "{obstacle}");
    // Past the test runner, which keeps what passing tests print to itself.
    let message = format!("\nNOT TESTED: the web explorer in a browser; {obstacle}.\n\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
    false
}

#[tokio::test]
async fn the_page_is_checked_each_time_and_its_files_are_kept() {
    let app = Stub::start().await;
    let page = app.send(Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let Some((_, script)) = page.body.split_once("src=\"./") else {
        assert!(page.body.contains("Node.js"), "it says how to get the explorer");
        return;
    };
    assert_eq!(page.header("cache-control"), "no-cache");
    let again = Request::get("/").header("if-none-match", page.header("etag"));
    let again = app.send(again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));

    let (script, _) = script.split_once('"').unwrap();
    let script = app.send(Request::get(format!("/{script}")).body(Body::empty()).unwrap()).await;
    assert_eq!(script.status, StatusCode::OK);
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn there_is_no_way_out_of_the_folder() {
    let app = Stub::start().await;
    // Two folders up there is such a file while the server is being developed.
    for path in ["nope.js", "../../../output", "..%2F..%2F..%2Foutput", "%2e%2e/%2e%2e/../output"] {
        let request = Request::get(format!("/assets/{path}")).body(Body::empty());
        let answer = app.send(request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_person_runs_a_query_and_watches_a_subscription() {
    if !is_possible(&Stub::start().await).await {
        return;
    }
    let server = Served::real(TestApp::on_sqlite().await).await;
    let created = server.app.must("segmentCreate", "segment { id }", json!({})).await;
    let segment = created["segment"]["id"].as_str().unwrap();
    let origin = server.address.to_string();
    let mut browser = Browser::launch(&browser::find().unwrap()).await;

    browser.open(&format!("http://{origin}/")).await;
    browser.wait_until("document.querySelectorAll('.graphiql-tab').length === 17").await;
    browser.wait_until("document.querySelector('.graphiql-query-editor .view-line')").await;

    let query = r#"query Segment { segmentByNo(no: "SM000001") { status } }"#;
    run(&mut browser, "Segment", query, "\"status\": \"OPEN\"").await;
    let query = "subscription Watch { segmentChanged { segment { description } } }";
    start(&mut browser, "Watch", query).await;
    // It is heard once the browser has connected.
    for round in 0.. {
        assert!(round < 100, "nothing arrives");
        let change = json!({ "segmentId": segment, "description": format!("Jul {round}") });
        server.app.must("segmentUpdate", "", change).await;
        let arrived = browser.evaluate(&format!("({ANSWER}).includes('Jul')")).await;
        if arrived == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // A picture to look at, for those who want one.
    if let Some(path) = env::var_os("URVAL_TEST_PICTURE") {
        fs::write(path, browser.picture().await).unwrap();
    }
    let requested = browser.requested();
    for scheme in ["http", "ws"] {
        let address = format!("{scheme}://{origin}/graphql");
        assert!(requested.contains(&address.as_str()), "{requested:?}");
    }
    for url in requested {
        let is_own = url.split("://").nth(1).is_some_and(|rest| {
            rest.strip_prefix(&origin).is_some_and(|path| path.starts_with('/'))
        });
        assert!(is_own || url.starts_with("data:"), "asked another host for {url}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// What the page shows as the response.
const ANSWER: &str = "document.querySelector('.graphiql-response .view-lines')?.innerText ?? ''";

/// Runs a query, and waits for what it has to bring.
async fn run(browser: &mut Browser, name: &str, query: &str, result: &str) {
    start(browser, name, query).await;
    let text = format!("({ANSWER}).replaceAll('\\u00a0', ' ')");
    browser.wait_until(&format!("{text}.includes({result:?})")).await;
}

/// Replaces the query in the editor, and runs it.
async fn start(browser: &mut Browser, name: &str, query: &str) {
    browser.evaluate("document.querySelector('.graphiql-query-editor textarea').focus()").await;
    browser.press("a", 65, true).await;
    browser.paste(query).await;
    // The editor has read the query when the tab has its name.
    let tab = "document.querySelector('.graphiql-tab-active').innerText";
    browser.wait_until(&format!("{tab}.trim() === {name:?}")).await;
    browser.evaluate("document.querySelector('.graphiql-execute-button').click()").await;
}
