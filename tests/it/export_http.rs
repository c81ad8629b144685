//! Segments that go out over HTTP.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use futures_util::StreamExt;
use serde_json::json;
use tower::ServiceExt;
use urval::{
    domain::export::Format,
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    export::{FILE, export, import, segment_of_all},
    import_http::send,
    stub::Answer,
};
async fn get(app: &TestApp, path: &str) -> Answer {
    let request = Request::get(format!("/export/segments/{path}"));
    send(app, request.body(Body::empty()).unwrap()).await
}

both! {
    async fn a_segment_goes_out_in_each_form(app) {
        import(&app, FILE).await;
        let no = segment_of_all(&app).await;
        let csv = "text/csv; charset=utf-8";
        let cases = [
            (format!("{no}.csv"), csv, Format::Csv),
            (format!("{no}.csv?columns=bc"), csv, Format::BusinessCentral),
            (format!("{}.ndjson", no.to_lowercase()), "application/x-ndjson", Format::Ndjson),
        ];
        for (path, media, format) in cases {
            let answer = get(&app, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(answer.header("content-type"), media);
            assert_eq!(answer.header("cache-control"), "no-store");
            let extension = path.split(['.', '?']).nth(1).unwrap();
            let name = format!("{no}.{extension}");
            let disposition = format!("attachment; filename=\"{name}\"; filename*=UTF-8''{name}");
            assert_eq!(answer.header("content-disposition"), disposition);
            assert_eq!(answer.body, export(&app, &no, format).await);

            let head = Request::builder().method(Method::HEAD).uri(format!("/export/segments/{path}"));
            let head = send(&app, head.body(Body::empty()).unwrap()).await;
            assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
            assert_eq!(head.header("content-disposition"), disposition);
        }
    }

    async fn a_wrong_export_is_told_what_is_wrong(app) {
        import(&app, FILE).await;
        let no = segment_of_all(&app).await;
        for path in ["SM999999.csv", &no, &format!("{no}.pdf"), ".csv", "x%00.csv"] {
            let answer = get(&app, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.body);
            assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "NOT_FOUND");
        }
        for path in [".csv?columns=all", ".csv?shoes=1", ".ndjson?columns=bc"] {
            let answer = get(&app, &format!("{no}{path}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
            assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
        }
    }

    async fn a_number_in_other_letters_is_the_name_of_the_file(app) {
        app.must("segmentCreate", "", json!({ "no": "ÅÄ" })).await;
        let answer = get(&app, "%C3%85%C3%84.csv").await;
        assert_eq!(
            answer.header("content-disposition"),
            "attachment; filename=\"segment.csv\"; filename*=UTF-8''%C3%85%C3%84.csv",
        );
    }

    async fn an_empty_segment_is_a_header_alone(app) {
        let no = segment_of_all(&app).await;
        assert_eq!(get(&app, &format!("{no}.csv")).await.body.lines().count(), 1);
        assert_eq!(get(&app, &format!("{no}.ndjson")).await.body, "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_breaks_off_is_not_taken_for_whole() {
    let app = TestApp::on_sqlite().await;
    // Several pieces of 64 KiB.
    let rows = (1..=3000).map(|no| format!("X{no},Name {no}\n"));
    import(&app, &format!("no,name\n{}", rows.collect::<String>())).await;
    let no = segment_of_all(&app).await;
    let whole = get(&app, &format!("{no}.csv")).await.body;
    assert_eq!(whole.lines().count(), 3001);
    let body = async |patience| {
        let settings = Settings { request_timeout: patience, ..Settings::default() };
        let served = App::new(app.schema.clone(), app.context.clone(), settings);
        let request = Request::get(format!("/export/segments/{no}.csv"));
        let request = request.body(Body::empty()).unwrap();
        http::router(served).oneshot(request).await.unwrap().into_body().into_data_stream()
    };

    // A client that takes nothing more after the first piece is given up.
    let mut pieces = body(Duration::from_millis(100)).await;
    assert!(pieces.next().await.unwrap().is_ok());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let rest: Vec<_> = pieces.collect().await;
    assert!(rest.last().unwrap().is_err());

    // A database that fails on the way breaks the connection.
    let pieces = body(Duration::from_secs(30)).await;
    app.context.db.reader().close_by_ref().await.unwrap();
    let all: Vec<_> = pieces.collect().await;
    assert!(all.last().unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_files_go_out_at_a_time_and_who_goes_away_makes_room() {
    let app = TestApp::on_sqlite().await;
    import(&app, FILE).await;
    let no = segment_of_all(&app).await;
    let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
    let router = http::router(served);
    let open = async || {
        let request = Request::get(format!("/export/segments/{no}.csv"));
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(open().await);
    }
    assert!(held.iter().all(|it| it.status() == StatusCode::OK));
    assert_eq!(open().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    held.clear();
    for _ in 0..100 {
        if open().await.status() == StatusCode::OK {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody made room");
}
