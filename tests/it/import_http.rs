//! Table files that come in over HTTP.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tower::ServiceExt;
use urval::{
    domain::{Event, ProgressState},
    entity::contact,
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    stub::{Answer, Served},
};

/// Sends a request to the server around the real schema.
pub(crate) async fn send(app: &TestApp, request: Request<Body>) -> Answer {
    let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
    let response = http::router(served).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) async fn import(app: &TestApp, parameters: &str, file: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/import{parameters}")).header("content-type", "text/csv");
    send(app, request.body(file.into()).unwrap()).await
}

pub(crate) async fn contacts(app: &TestApp) -> u64 {
    contact::Entity::find().count(app.context.db.reader()).await.unwrap()
}

/// So many contacts, one a line from the second on.
pub(crate) fn people(count: usize) -> String {
    let mut file = String::from("no,name\n");
    for no in 1..=count {
        file += &format!("X{no},Name {no}\n");
    }
    file
}

/// The progress of an operation until it is over.
async fn progress_of(
    events: &mut tokio::sync::broadcast::Receiver<Event>,
    operation: i64,
) -> Vec<(ProgressState, u64, u64)> {
    let mut told = Vec::new();
    loop {
        let event = timeout(Duration::from_secs(30), events.recv()).await.unwrap().unwrap();
        if let Event::OperationProgressed(it) = event
            && it.operation == operation
        {
            told.push((it.state, it.done, it.rejected));
            if it.state != ProgressState::Running {
                return told;
            }
        }
    }
}

both! {
    async fn a_file_comes_in_and_the_answer_says_what_became_of_its_rows(app) {
        let file = "No.,Name,Type,Shoe Size,Company No.\nCT1,Ek AB,Company,,\nCT2,Eva,Robot,,\n\
                    CT3,Bo,Person,,CT9\n";
        let answer = import(&app, "?operation=operation:17", file).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(answer.json(), @r#"
            {
              "created": 2,
              "kind": "contacts",
              "moreProblemsFromLine": null,
              "nextLine": 5,
              "operation": "operation:17",
              "problems": [
                {
                  "column": "Type",
                  "line": 3,
                  "reason": "\"Robot\" is none of: Company, Person.",
                  "rejected": true
                },
                {
                  "column": "Company No.",
                  "line": 4,
                  "reason": "There is no company CT9; the person is without one now.",
                  "rejected": false
                }
              ],
              "rejected": 1,
              "stopped": null,
              "unchanged": 0,
              "unknownColumns": [
                "Shoe Size"
              ],
              "updated": 0
            }
            "#);
        }
        let answer = import(&app, "", file).await.json();
        assert_eq!((&answer["created"], &answer["unchanged"]), (&json!(0), &json!(2)));
    }

    async fn an_abort_stops_and_says_where_to_go_on(app) {
        let bad = people(12_000).replace("X11000,", "X11000,extra,");
        let answer = import(&app, "?onError=abort", bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = answer.json();
        assert_eq!((&answer["created"], &answer["stopped"]), (&json!(10_000), &json!("A row is bad.")));
        assert_eq!(answer["nextLine"], 10002);
        assert_eq!(answer["problems"][0]["line"], 11001);
        assert_eq!(contacts(&app).await, 10_000);

        let answer = import(&app, "?onError=abort&fromLine=10002", people(12_000)).await.json();
        assert_eq!((&answer["created"], &answer["unchanged"]), (&json!(2000), &json!(0)));
    }

    async fn all_problems_can_be_had_a_thousand_at_a_time(app) {
        let numbers = (1..=2500).map(|no| format!("X{no},\n"));
        let file = format!("no,name\n{}", numbers.collect::<String>());
        let (mut from, mut lines) = (1, Vec::new());
        loop {
            let answer = import(&app, &format!("?fromLine={from}"), file.clone()).await.json();
            let problems = answer["problems"].as_array().unwrap().clone();
            assert!(problems.len() <= 1000);
            lines.extend(problems.iter().map(|it| it["line"].as_u64().unwrap()));
            match answer["moreProblemsFromLine"].as_u64() {
                Some(line) => from = line,
                None => break,
            }
        }
        assert_eq!(lines, (2..=2501).collect::<Vec<u64>>());
    }

    async fn a_wrong_import_is_told_what_is_wrong_and_where(app) {
        let cases = [
            ("?kind=things", "no,name\n", "INVALID", "kind", "There is no kind \"things\"."),
            ("?operation=17", "no,name\n", "INVALID", "operation", "\"17\" is not the id of an op"),
            ("", "a,b\n1,2\n", "INVALID", "file", "What the file is about can't be told from its h"),
            ("", "", "INVALID", "file", "The file is empty."),
            ("", "no,name,attribute.x\n", "NOT_FOUND", "file", "There is no custom attribute for"),
            ("?kind=contacts", "city\nÅ\n", "REQUIRED", "file", "There has to be a column No., Name"),
        ];
        for (parameters, file, code, path, message) in cases {
            let answer = import(&app, parameters, file).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
            let error = &answer.json()["errors"][0];
            assert_eq!(error["extensions"], json!({ "code": code, "path": [path] }), "{error}");
            assert!(error["message"].as_str().unwrap().starts_with(message), "{error}");
        }
        for parameters in ["?onError=maybe", "?shoes=1", "?fromLine=-1"] {
            let answer = import(&app, parameters, people(1)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
            let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with("The parameters are `kind`"), "{message}");
        }
        assert_eq!(contacts(&app).await, 0);
    }

    async fn a_dry_run_says_what_would_come_of_a_file_and_keeps_nothing(app) {
        let answer = import(&app, "?dryRun=true", people(12_000)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.json()["created"], 12_000);
        assert_eq!(contacts(&app).await, 0);
        assert_eq!(import(&app, "?dryRun=true", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = import(&app, "?dryRun=false", people(2)).await.json();
        assert_eq!((&answer["created"], contacts(&app).await), (&json!(2), 2));
    }

    async fn only_tables_from_programs_or_pages_of_this_server_come_in(app) {
        let post = async |headers: &[(&str, &str)]| {
            let mut request = Request::post("/import").header("host", "localhost:8080");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            send(&app, request.body(Body::from(people(1))).unwrap()).await.status
        };
        for media in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""] {
            let status = post(&[("content-type", media)]).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media}");
        }
        assert_eq!(post(&[]).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let csv = ("content-type", "Text/CSV; charset=utf-8");
        assert_eq!(post(&[csv, ("origin", "http://evil.example")]).await, StatusCode::FORBIDDEN);
        let evil = Request::post("/import").header(csv.0, csv.1).header("host", "evil.example");
        let answer = send(&app, evil.body(Body::from(people(1))).unwrap()).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
        let large = [csv, ("content-length", "4294967297")];
        assert_eq!(post(&large).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(contacts(&app).await, 0);
        assert_eq!(post(&[csv, ("origin", "http://localhost:8080")]).await, StatusCode::OK);
        assert_eq!(contacts(&app).await, 1);
    }

    async fn the_name_of_a_file_tells_code_tables_apart(app) {
        let file = "Code,Description\nNEWS,News\n";
        let answer = import(&app, "?file=all/mailing_groups.csv", file).await.json();
        assert_eq!((&answer["kind"], &answer["created"]), (&json!("mailing_groups"), &json!(1)));
        let answer = import(&app, "?kind=mailing_groups", file).await.json();
        assert_eq!(answer["unchanged"], 1);
    }

    async fn an_import_tells_how_far_it_is_and_at_the_end_that_contacts_changed(app) {
        let server = Served::real(app).await;
        let app = &server.app;
        let mut events = app.context.events.subscribe();
        // A server on PostgreSQL begins to listen in its own time.
        tokio::time::sleep(Duration::from_millis(300)).await;
        import(app, "?operation=operation:5", people(12_000)).await;
        let mut told = Vec::new();
        let mut changed = 0;
        loop {
            match timeout(Duration::from_secs(30), events.recv()).await.unwrap().unwrap() {
                Event::OperationProgressed(it) => {
                    told.push(it.done);
                    if it.state == ProgressState::Done {
                        break;
                    }
                }
                Event::ContactsImported => changed += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(told.is_sorted() && told.last() == Some(&12_000), "{told:?}");
        assert_eq!(changed, 1);
        // What changes nothing is no news.
        import(app, "?operation=operation:6", people(10)).await;
        let event = timeout(Duration::from_secs(30), events.recv()).await.unwrap().unwrap();
        assert!(matches!(event, Event::OperationProgressed(_)), "{event:?}");
    }

    async fn a_client_that_goes_away_leaves_whole_chunks(app) {
        let server = Served::real(app).await;
        let app = &server.app;
        let mut events = app.context.events.subscribe();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = "POST /import?operation=operation:9 HTTP/1.1\r\nhost: localhost\r\n\
                    content-type: text/csv\r\ncontent-length: 10000000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(people(12_000).as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        while contacts(app).await < 10_000 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(stream);
        let told = progress_of(&mut events, 9).await;
        assert_eq!(told.last(), Some(&(ProgressState::Failed, 10_000, 0)));
        assert_eq!(contacts(app).await, 10_000);
        let answer = import(app, "", people(12_000)).await.json();
        assert_eq!((&answer["created"], &answer["unchanged"]), (&json!(2000), &json!(10_000)));
    }
}

#[tokio::test]
async fn a_client_that_sends_nothing_is_not_waited_for() {
    let app = TestApp::on_sqlite().await;
    let patience = Duration::from_millis(100);
    let settings = Settings { request_timeout: patience, ..Settings::default() };
    let served = App::new(app.schema.clone(), app.context.clone(), settings);
    let forever = futures_util::stream::pending::<Result<String, std::io::Error>>();
    let begun = futures_util::stream::iter([Ok(people(3))]);
    let body = Body::from_stream(futures_util::StreamExt::chain(begun, forever));
    let request = Request::post("/import").header("content-type", "text/csv").body(body).unwrap();
    let response = http::router(served).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let why = "The file can't be read: it comes too slowly.";
    assert_eq!(body["errors"][0]["message"], why, "{body}");
}

#[tokio::test]
async fn a_server_that_stops_ends_imports_between_chunks() {
    let app = TestApp::on_sqlite().await;
    let Served { address, stop, done, app } = Served::real(app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /import HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: text/csv\r\ncontent-length: 10000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(people(12_000).as_bytes()).await.unwrap();
    while contacts(&app).await < 10_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("can't be read any further: the server stops."), "{answer}");
    assert!(answer.contains("\"nextLine\":10002"), "{answer}");
    done.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_stops_is_not_the_fault_of_a_file_of_which_it_has_seen_nothing() {
    let app = TestApp::on_sqlite().await;
    let Served { address, stop, done, .. } = Served::real(app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /import HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: text/csv\r\ncontent-length: 10000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // Until it has begun.
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\"code\":\"UNAVAILABLE\""), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    done.await.unwrap().unwrap();
}

#[tokio::test]
async fn so_many_files_come_in_at_a_time() {
    let app = TestApp::on_sqlite().await;
    let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
    let router = http::router(served);
    let post = |body| {
        let request = Request::post("/import").header("content-type", "text/csv");
        router.clone().oneshot(request.body(body).unwrap())
    };
    for _ in 0..4 {
        let forever = futures_util::stream::pending::<Result<String, std::io::Error>>();
        tokio::spawn(post(Body::from_stream(forever)));
    }
    // Until they have begun.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let response = post(Body::from(people(1))).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(contacts(&app).await, 0);
}
