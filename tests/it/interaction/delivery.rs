//! How far deliveries are, and what is sent again.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use urval::domain::access::{Scope, Scopes};

use super::stage::wrong;
use crate::{
    access::run,
    app::{TestApp, both},
    check::check,
    contact::{self, with},
    import_http::send,
    log,
    template_language::say,
};

const COUNTS: &str = "interactionsCount changedCount";
const SENT: &str = "interactionsCount skippedPrivacyBlocked skippedUnreachable
    loggedSegment { deliveries { inProgress delivered failed } }";

/// People with e-mail addresses, but for the last.
async fn people(app: &TestApp, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let email = json!({ "email": format!("{}@example.com", name.to_lowercase()) });
        let email = if name == names.last().unwrap() { json!({}) } else { email };
        ids.push(contact::create(app, with(contact::input("PERSON", name), email)).await);
    }
    ids
}

/// The segment of these people with a text, logged as letters.
async fn logged(app: &TestApp, people: &[String], more: Value) -> String {
    let segment = log::stage(app, people, json!({})).await;
    say(app, json!({ "template": "BUS", "subject": "Offer", "body": "Hi {{ contact.name }}" }))
        .await;
    let input = with(json!({ "segmentId": segment }), more);
    let logged = app.must("segmentLog", "loggedSegment { id }", input).await;
    logged["loggedSegment"]["id"].as_str().unwrap().to_owned()
}

/// Names, statuses and errors, in the order of the names.
async fn statuses(app: &TestApp) -> Vec<String> {
    let query = "{ interactions(first: 50, filter: { includeCanceled: true }) { nodes {
        contact { name } deliveryStatus deliveryError correspondenceType } } }";
    let data = app.data(query, json!({})).await;
    let mut all: Vec<String> = data["interactions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap_or("-").to_owned();
            let (name, way) = (it["contact"]["name"].as_str().unwrap(), text("correspondenceType"));
            format!("{name} {} {} {way}", text("deliveryStatus"), text("deliveryError"))
        })
        .collect();
    all.sort();
    all
}

async fn deliveries(app: &TestApp, logged: &str) -> Value {
    let query =
        "query($id: ID!) { loggedSegment(id: $id) { deliveries { inProgress delivered failed } } }";
    let data = app.data(query, json!({ "id": logged })).await;
    let it = &data["loggedSegment"]["deliveries"];
    json!([it["inProgress"], it["delivered"], it["failed"]])
}

async fn set(app: &TestApp, of: Value, status: &str, error: Option<&str>) -> Value {
    let input = json!({ "of": of, "status": status, "error": error });
    let done = app.must("interactionSetDelivery", COUNTS, input).await;
    json!([done["interactionsCount"], done["changedCount"]])
}

async fn mail(app: &TestApp, parameters: &str) -> (StatusCode, Vec<Value>) {
    let path = format!("/export/mail/SM000001.ndjson{parameters}");
    let answer = send(app, Request::get(path).body(Body::empty()).unwrap()).await;
    let lines = match answer.status {
        StatusCode::OK => answer.body.lines().map(|it| serde_json::from_str(it).unwrap()).collect(),
        _ => vec![json!(answer.body)],
    };
    (answer.status, lines)
}

both! {
    // LOG-7
    async fn what_has_a_text_and_a_way_to_go_is_on_its_way_when_it_is_logged(app) {
        let people = people(&app, &["Ada", "Bo"]).await;
        let segment = log::stage(&app, &people, json!({ "correspondenceType": "EMAIL" })).await;
        say(&app, json!({ "template": "BUS", "subject": "Offer", "body": "Hi" })).await;
        let log = json!({ "segmentId": segment, "unreachable": "LOG_WITHOUT_DELIVERY" });
        let logged = app.must("segmentLog", "loggedSegment { id }", log).await;
        assert_eq!(statuses(&app).await, ["Ada IN_PROGRESS - EMAIL", "Bo - - -"]);
        let id = logged["loggedSegment"]["id"].as_str().unwrap();
        assert_eq!(deliveries(&app, id).await, json!([1, 0, 0]));
    }

    // LOG-7
    async fn nothing_is_on_its_way_if_nothing_was_written_or_it_is_not_to_be_delivered(app) {
        let people = people(&app, &["Ada", "Bo"]).await;
        let segment = log::stage(&app, &people, json!({})).await;
        app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": segment })).await;
        let other = json!({ "description": "Other", "interactionTemplate": "BUS", "salesperson": "BC" });
        let other = app.must("segmentCreate", "segment { id }", other).await;
        let lines = json!({ "segmentId": other["segment"]["id"], "contactIds": people });
        app.must("segmentAddLines", "segment { id }", lines).await;
        say(&app, json!({ "template": "BUS", "subject": "Offer", "body": "Hi" })).await;
        let log = json!({ "segmentId": other["segment"]["id"], "deliver": false });
        let logged = app.must("segmentLog", "loggedSegment { id }", log).await;
        assert_eq!(statuses(&app).await, vec!["Ada - - HARD_COPY", "Ada - - HARD_COPY", "Bo - - HARD_COPY", "Bo - - HARD_COPY"]);
        // Whoever delivers it all the same may say so.
        let id = logged["loggedSegment"]["id"].as_str().unwrap();
        let query = "query($id: ID!) { loggedSegment(id: $id) { interactions { nodes { id } } } }";
        let found = app.data(query, json!({ "id": id })).await;
        let one = &found["loggedSegment"]["interactions"]["nodes"][0]["id"];
        assert_eq!(set(&app, json!({ "ids": [one] }), "DELIVERED", None).await, json!([1, 1]));
        assert_eq!(deliveries(&app, id).await, json!([0, 1, 0]));
    }

    // DEL-3, Q31
    async fn each_delivery_is_reported_by_itself_and_once_is_as_good_as_twice(app) {
        let people = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let logged = logged(&app, &people, json!({})).await;
        let (_, letters) = mail(&app, "").await;
        let id = |name: &str| {
            let letter = letters.iter().find(|it| it["name"] == name).unwrap();
            letter["interaction"].as_str().unwrap().to_owned()
        };
        let failed = json!({ "ids": [id("Ada"), id("Cy")] });
        for changed in [2, 0] {
            let done = set(&app, failed.clone(), "ERROR", Some(" Mailbox full ")).await;
            assert_eq!(done, json!([2, changed]));
        }
        assert_eq!(set(&app, json!({ "ids": [id("Ada")] }), "ERROR", Some("Gone")).await, json!([1, 1]));
        // The rest of the segment went well.
        let rest = json!({ "loggedSegment": { "id": logged } });
        assert_eq!(set(&app, rest.clone(), "DELIVERED", None).await, json!([2, 2]));
        assert_eq!(set(&app, rest, "DELIVERED", None).await, json!([0, 0]));
        assert_eq!(statuses(&app).await, ["Ada ERROR Gone HARD_COPY", "Bo DELIVERED - HARD_COPY",
            "Cy ERROR Mailbox full HARD_COPY", "Di DELIVERED - HARD_COPY"]);
        assert_eq!(deliveries(&app, &logged).await, json!([0, 2, 2]));
        // It is asked for in lists, in criteria, and of files.
        let query = "{ interactions(filter: { deliveryStatuses: [ERROR, IN_PROGRESS] }) { totalCount } }";
        assert_eq!(app.data(query, json!({})).await["interactions"]["totalCount"], 2);
        let criteria = json!({ "interactions": { "where": { "deliveryStatus": { "eq": "DELIVERED" } } } });
        let preview = json!({ "input": { "criteria": criteria } });
        let query = "query($input: CriteriaPreviewInput!) { criteriaPreview(input: $input) { selected { count } } }";
        assert_eq!(app.data(query, preview).await["criteriaPreview"]["selected"]["count"], 2);
        let (_, letters) = mail(&app, "?delivery=ERROR").await;
        assert_eq!(letters.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Ada", "Cy"]);
        assert_eq!(mail(&app, "?delivery=IN_PROGRESS").await.1, Vec::<Value>::new());
        // What is canceled does not count.
        app.must("interactionCancel", "interactions { id }", json!({ "ids": [id("Cy")] })).await;
        assert_eq!(deliveries(&app, &logged).await, json!([0, 2, 1]));
        // An error is gone with its status.
        assert_eq!(set(&app, json!({ "ids": [id("Ada")] }), "IN_PROGRESS", None).await, json!([1, 1]));
        assert_eq!(statuses(&app).await[0], "Ada IN_PROGRESS - HARD_COPY");
        assert!(check(&app).await.is_empty());
    }

    // DEL-3
    async fn a_report_that_is_wrong_changes_nothing(app) {
        let people = people(&app, &["Ada", "Bo"]).await;
        let logged = logged(&app, &people, json!({})).await;
        let draft = json!({ "contactId": people[0], "template": "BUS", "salesperson": "BC", "postponed": true, "description": "x" });
        let draft = app.must("interactionCreate", "interaction { id }", draft).await;
        let draft = draft["interaction"]["id"].clone();
        for (of, status, error, expected) in [
            (json!({ "ids": [] }), "DELIVERED", "", "REQUIRED of.ids"),
            (json!({ "ids": ["interaction:1.1", "interaction:1.99"] }), "DELIVERED", "", "NOT_FOUND of.ids.1"),
            (json!({ "ids": ["contact:1"] }), "DELIVERED", "", "INVALID of.ids.0"),
            (json!({ "ids": [draft] }), "DELIVERED", "", "NOT_ALLOWED of.ids"),
            (json!({ "ids": vec!["interaction:1.1"; 10_001] }), "DELIVERED", "", "LIMIT_EXCEEDED of.ids"),
            (json!({ "ids": ["interaction:1.1"] }), "DELIVERED", "x", "NOT_ALLOWED error"),
            (json!({ "ids": ["interaction:1.1"] }), "ERROR", &"x".repeat(1001), "LIMIT_EXCEEDED error"),
            (json!({ "loggedSegment": { "id": "loggedSegment:9" } }), "DELIVERED", "", "NOT_FOUND of.loggedSegment.id"),
            (json!({ "loggedSegment": { "id": "segment:1" } }), "DELIVERED", "", "INVALID of.loggedSegment.id"),
        ] {
            let input = json!({ "of": of, "status": status, "error": error });
            let refused = app.mutate("interactionSetDelivery", COUNTS, input).await;
            assert_eq!(wrong(&refused), [expected]);
        }
        assert_eq!(deliveries(&app, &logged).await, json!([2, 0, 0]));
        // As many as may be, the same one each time.
        let ids = json!({ "ids": vec!["interaction:1.1"; 10_000] });
        assert_eq!(set(&app, ids, "ERROR", Some(&"x".repeat(1000))).await, json!([1, 1]));
    }

    // DEL-5, D9, D19
    async fn what_failed_is_sent_again_to_those_who_can_be_reached(app) {
        let people = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let logged = logged(&app, &people, json!({})).await;
        let all = json!({ "loggedSegment": { "id": logged } });
        let nothing = json!({ "loggedSegmentId": logged });
        let refused = app.mutate("loggedSegmentResend", SENT, nothing.clone()).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED loggedSegmentId"]);
        set(&app, all, "ERROR", Some("Lost")).await;
        let delivered = json!({ "loggedSegment": { "id": logged, "statuses": ["ERROR"] } });
        assert_eq!(set(&app, delivered, "ERROR", Some("Lost")).await, json!([4, 0]));
        app.must("contactUpdate", "contact { id }", json!({ "id": people[1], "privacyBlocked": true })).await;
        // By e-mail: nobody knows Di's, and Bo may not be contacted.
        let email = json!({ "loggedSegmentId": logged, "correspondenceType": "EMAIL" });
        let tried = app.must("loggedSegmentResend", SENT, with(email.clone(), json!({ "dryRun": true }))).await;
        assert_eq!(deliveries(&app, &logged).await, json!([0, 0, 4]));
        let sent = app.must("loggedSegmentResend", SENT, email.clone()).await;
        assert_eq!(tried["interactionsCount"], sent["interactionsCount"]);
        assert_eq!(json!([sent["interactionsCount"], sent["skippedPrivacyBlocked"], sent["skippedUnreachable"]]), json!([2, 1, 1]));
        assert_eq!(sent["loggedSegment"]["deliveries"], json!({ "inProgress": 2, "delivered": 0, "failed": 2 }));
        assert_eq!(statuses(&app).await, ["Ada IN_PROGRESS - EMAIL", "Bo ERROR Lost HARD_COPY",
            "Cy IN_PROGRESS - EMAIL", "Di ERROR Lost HARD_COPY"]);
        let (_, letters) = mail(&app, "?delivery=IN_PROGRESS&only=EMAIL").await;
        assert_eq!(letters.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Ada", "Cy"]);
        // Nobody is left for a second e-mail; a letter reaches Di.
        let again = app.must("loggedSegmentResend", SENT, email).await;
        assert_eq!(json!([again["interactionsCount"], again["skippedUnreachable"]]), json!([0, 1]));
        let letter = app.must("loggedSegmentResend", SENT, nothing.clone()).await;
        assert_eq!(json!([letter["interactionsCount"], letter["skippedUnreachable"]]), json!([1, 0]));
        // What was delivered is sent again only if that is said.
        set(&app, json!({ "loggedSegment": { "id": logged } }), "DELIVERED", None).await;
        let delivered = with(nothing.clone(), json!({ "statuses": ["DELIVERED"] }));
        assert_eq!(app.must("loggedSegmentResend", SENT, delivered).await["interactionsCount"], 3);
        // A canceled logging has nothing to send.
        app.must("loggedSegmentCancel", "loggedSegment { id }", nothing.clone()).await;
        assert_eq!(wrong(&app.mutate("loggedSegmentResend", SENT, nothing).await), ["NOT_ALLOWED loggedSegmentId"]);
        let unknown = json!({ "loggedSegmentId": "loggedSegment:9" });
        assert_eq!(wrong(&app.mutate("loggedSegmentResend", SENT, unknown).await), ["NOT_FOUND loggedSegmentId"]);
        assert!(check(&app).await.is_empty());
    }

    async fn errors_of_deliveries_are_personal_and_reporting_takes_its_scope(app) {
        let people = people(&app, &["Ada", "Bo"]).await;
        let logged = logged(&app, &people, json!({})).await;
        set(&app, json!({ "loggedSegment": { "id": logged } }), "ERROR", Some("550 ada@example.com")).await;
        let query = "{ interactions { nodes { deliveryStatus deliveryError } } }";
        let seen = run(&app, query, Scopes::ALL).await.to_string();
        assert_eq!(seen.matches("550 ada").count(), 2);
        let hidden = run(&app, query, Scopes::of(&[Scope::Log])).await.to_string();
        assert!(hidden.contains("ERROR") && !hidden.contains("550"), "{hidden}");
        let report = format!("mutation {{ interactionSetDelivery(input: {{ status: DELIVERED,
            of: {{ loggedSegment: {{ id: \"{logged}\" }} }} }}) {{ changedCount }} }}");
        let refused = run(&app, &report, Scopes::of(&[Scope::Write])).await.to_string();
        assert!(refused.contains("FORBIDDEN"), "{refused}");
        assert!(run(&app, &report, Scopes::of(&[Scope::Log])).await.get("errors").is_none());
    }

    async fn deliveries_are_asked_for_of_segments_that_were_logged(app) {
        let people = people(&app, &["Ada"]).await;
        log::stage(&app, &people, json!({})).await;
        assert_eq!(mail(&app, "?delivery=ERROR").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(mail(&app, "?delivery=LOST").await.0, StatusCode::BAD_REQUEST);
        assert_eq!(mail(&app, "").await.1[0]["interaction"], Value::Null);
    }
}
