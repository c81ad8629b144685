//! Files that go with what is written to contacts: in, out, and gone.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tower::ServiceExt;
use urval::{
    entity::{attachment, attachment_content},
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    import_http::send,
    log,
    stub::Answer,
};

async fn post(app: &TestApp, name: &str, media: &str, content: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/attachments{name}")).header("content-type", media);
    send(app, request.body(content.into()).unwrap()).await
}

/// Uploads a file, and returns its id.
pub(crate) async fn upload(app: &TestApp, name: &str, media: &str, content: &str) -> Value {
    let answer = post(app, &format!("?name={name}"), media, content.to_owned()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.json()["id"].clone()
}

async fn stored(app: &TestApp) -> (u64, u64) {
    let db = app.context.db.reader();
    let attachments = attachment::Entity::find().count(db).await.unwrap();
    (attachments, attachment_content::Entity::find().count(db).await.unwrap())
}

both! {
    async fn a_file_comes_in_and_goes_out_as_it_was(app) {
        let answer = post(&app, "?name=Priser%20%C3%A5r.csv", "text/csv; charset=utf-8", "a,b\n").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let sha256 = "67d4b00b0ad2a93a3aba53ef1bed21c56ab3ab4b47b1a3ea0fd3b91ec4a4a4bb";
        let told = answer.json();
        assert_eq!(told["sha256"].as_str().unwrap().len(), sha256.len());
        assert_eq!((&told["name"], &told["contentType"], &told["bytes"], &told["url"]),
            (&json!("Priser år.csv"), &json!("text/csv"), &json!(4), &json!("/attachments/attachment:1")));
        let query = r#"{ attachment(id: "attachment:1") { name contentType bytes sha256 url }
            node(id: "attachment:1") { id } attachments { totalCount nodes { name } } }"#;
        let data = app.data(query, json!({})).await;
        assert_eq!(data["attachment"]["sha256"], told["sha256"]);
        assert_eq!(data["attachments"], json!({ "totalCount": 1, "nodes": [{ "name": "Priser år.csv" }] }));

        let get = |method: Method| Request::builder().method(method).uri("/attachments/attachment:1");
        let answer = send(&app, get(Method::GET).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "a,b\n"));
        assert_eq!(answer.header("content-type"), "text/csv");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-disposition"),
            "attachment; filename=\"Priser _r.csv\"; filename*=UTF-8''Priser%20%C3%A5r.csv");
        let head = send(&app, get(Method::HEAD).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    }

    async fn each_content_is_kept_once_and_goes_with_the_last_who_has_it(app) {
        let first = upload(&app, "a.txt", "text/plain", "same").await;
        assert_eq!(upload(&app, "a.txt", "text/plain", "same").await, first);
        let second = upload(&app, "b.txt", "text/plain", "same").await;
        let other = upload(&app, "a.txt", "text/plain", "other").await;
        assert_ne!(other, first);
        assert_eq!(stored(&app).await, (3, 2));
        let delete = async |id: &Value| {
            app.mutate("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": id })).await
        };
        assert_eq!(delete(&first).await["deletedAttachmentId"], first);
        assert_eq!(stored(&app).await, (2, 2));
        let unused = "{ attachments(unused: true, last: 1) { totalCount nodes { name } } }";
        let data = app.data(unused, json!({})).await;
        assert_eq!(data["attachments"], json!({ "totalCount": 2, "nodes": [{ "name": "b.txt" }] }));
        delete(&second).await;
        assert_eq!(stored(&app).await, (1, 1));
        assert_eq!(delete(&second).await["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(delete(&json!("segment:1")).await["userErrors"][0]["code"], "INVALID");
    }

    async fn a_wrong_upload_is_told_what_is_wrong(app) {
        let code = |answer: &Answer| answer.json()["errors"][0]["extensions"]["code"].clone();
        let answer = post(&app, "?name=a.exe", "application/x-msdownload", "MZ").await;
        assert_eq!((answer.status, code(&answer)), (StatusCode::UNSUPPORTED_MEDIA_TYPE, json!("UNSUPPORTED_MEDIA_TYPE")));
        let answer = post(&app, "", "text/plain", "a").await;
        assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, json!("BAD_REQUEST")));
        assert_eq!(answer.json()["errors"][0]["message"], "The only parameter is `name`, which the file is called by.");
        for name in ["", "..", "a%2F", "%0A"] {
            let answer = post(&app, &format!("?name={name}"), "text/plain", "a").await;
            assert_eq!((answer.status, code(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, json!("REQUIRED")), "{name}");
        }
        // What is before the name is nobody's business.
        let last = upload(&app, "C:%5Cme%5C..%2Fa.txt", "text/plain", "a").await;
        let query = "query($id: ID!) { attachment(id: $id) { name } }";
        assert_eq!(app.data(query, json!({ "id": last })).await["attachment"]["name"], "a.txt");

        // A page of others can't send a file to whoever trusts everybody who can reach them.
        let foreign = Request::post("/attachments?name=a.txt")
            .header("content-type", "text/plain")
            .header("host", "localhost").header("origin", "https://evil.example");
        let answer = send(&app, foreign.body(Body::from("a")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        for id in ["attachment:99", "contact:1", "1", "attachment:x"] {
            let request = Request::get(format!("/attachments/{id}")).body(Body::empty()).unwrap();
            assert_eq!(send(&app, request).await.status, StatusCode::NOT_FOUND, "{id}");
        }
    }

    async fn a_file_has_no_more_bytes_than_it_may(app) {
        let settings = Settings { attachment_bytes_max: 5, ..Settings::default() };
        let server = http::router(App::new(app.schema.clone(), app.context.clone(), settings));
        let send = async |content: Body| {
            let request = Request::post("/attachments?name=a.txt").header("content-type", "text/plain");
            server.clone().oneshot(request.body(content).unwrap()).await.unwrap().status()
        };
        assert_eq!(send(Body::from("12345")).await, StatusCode::CREATED);
        assert_eq!(send(Body::from("123456")).await, StatusCode::PAYLOAD_TOO_LARGE);
        // Whoever does not say how long it is, too.
        let pieces = ["123", "456"].map(Ok::<_, std::io::Error>);
        let pieces = Body::from_stream(futures_util::stream::iter(pieces));
        assert_eq!(send(pieces).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(stored(&app).await, (1, 1));
    }

    // CAN-5
    async fn what_was_logged_with_a_file_keeps_it_until_nothing_is_left_of_that(app) {
        let file = upload(&app, "a.txt", "text/plain", "a").await;
        let contacts = log::people(&app, &["Ada"]).await;
        let segment = log::stage(&app, &contacts, json!({})).await;
        let set = json!({ "segmentId": segment, "attachmentIds": [file] });
        app.must("segmentTextSet", "", set).await;
        let logged = app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": segment })).await;
        let delete = async || app.mutate("attachmentDelete", "", json!({ "attachmentId": file })).await["userErrors"].clone();
        assert_eq!(delete().await[0]["code"], "IN_USE");
        let logged = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        app.must("loggedSegmentCancel", "", logged.clone()).await;
        app.must("loggedSegmentDelete", "", logged).await;
        app.must("segmentDelete", "", json!({ "segmentId": segment })).await;
        assert_eq!(delete().await[0]["code"], "IN_USE");
        app.must("interactionDelete", "", json!({ "ids": ["interaction:1.1"] })).await;
        assert_eq!(delete().await, json!([]));
    }
}
