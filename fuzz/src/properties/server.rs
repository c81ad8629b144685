//! The whole server: whatever is sent, it answers, and finds no fault of its own.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::Value;
use tower::ServiceExt;
use urval::{
    db,
    domain::{
        Context, Error,
        import::{self as table, Notice, Options, Outcome},
    },
    graphql,
    http::{self, App, Settings},
};

/// What says that something is not as it should be, and not the client's to mend.
const FAULTS: [&str; 3] = ["INTERNAL", "UNAVAILABLE", "TIMEOUT"];

/// The server in this process.
pub struct Server {
    context: Context,
    router: Router,
}

impl Server {
    /// On the database of `context`.
    pub fn new(context: Context) -> Self {
        let settings = Settings { batch_max: 3, ..Settings::default() };
        let schema = graphql::build(context.clone());
        let router = http::router(App::new(schema, context.clone(), settings));
        Self { context, router }
    }
}

/// Takes bytes for the body of a request to `/graphql`.
///
/// # Panics
/// If the answer is none, or tells of a fault of the server.
pub async fn request(server: &Server, data: &[u8]) {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(Body::from(data.to_vec()))
        .expect("its headers are well-formed");
    let response = server.router.clone().oneshot(request).await.expect("it always answers");
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("it is in memory");
    let body = String::from_utf8(body.into()).expect("JSON is UTF-8");
    assert!(!status.is_server_error(), "{status}: {body}");
    let answer: Value = serde_json::from_str(&body).unwrap_or_else(|err| panic!("{err}: {body}"));
    for answer in answer.as_array().unwrap_or(&vec![answer.clone()]) {
        let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(answer.get("data").is_some() || !errors.is_empty(), "{body}");
        assert!(status == StatusCode::OK || !errors.is_empty(), "{status}: {body}");
        for error in errors {
            let code = error["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{error}"));
            assert!(!FAULTS.contains(&code), "{error}");
            assert!(error["message"].as_str().is_some_and(|it| !it.is_empty()), "{error}");
        }
    }
}

/// Takes bytes for a table file that is imported, twice, and then forgotten.
///
/// # Panics
/// If the import fails by itself, or does not say of each row what became of it.
pub async fn import(server: &Server, data: &[u8]) {
    let context = &server.context;
    let twice = db::rehearse(&context.db, async |txn| {
        let options = Options::default();
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            let mut rejected = 0;
            let mut tell = |notice: Notice<'_>| {
                let Notice::Rejected { problems, .. } = notice else { return };
                assert!(!problems.is_empty());
                for problem in problems {
                    assert!(1 < problem.line && problem.line <= 1 + data.len() as u64);
                    assert!(!problem.reason.is_empty() && !problem.reason.contains('\0'));
                }
                rejected += 1;
            };
            let outcome = table::run(context, data, &options, Some(txn), &mut tell).await?;
            assert_eq!(outcome.summary.rejected, rejected);
            outcomes.push(outcome);
        }
        Ok::<_, Error>(outcomes)
    });
    match twice.await {
        Ok(outcomes) => {
            let [first, second] = &outcomes[..] else { panic!("{outcomes:?}") };
            let failed = |it: &Outcome| matches!(it.stopped, Some(table::Stop::Failed(_)));
            assert!(!failed(first) && !failed(second), "{outcomes:?}");
            assert_eq!(first.summary.rows(), second.summary.rows());
            assert!(second.summary.created <= first.summary.created, "{outcomes:?}");
        }
        Err(Error::Rejected(rejections)) => assert!(!rejections.is_empty()),
        Err(err) => panic!("{err:?}"),
    }
}
